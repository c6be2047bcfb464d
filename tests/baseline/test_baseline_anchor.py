"""What of a place survives formatting, and what does not."""

from __future__ import annotations

import pytest

from archlint.baseline.entry import anchor, lines_of, scope, shape
from archlint.model.place import Place


def spanned(text: str, code: str, *, ends: bool = True) -> Place:
    """The place of some code in a text, with its end or without."""
    start = text.index(code)
    stop = start + len(code)
    line, end_line = text.count("\n", 0, start) + 1, text.count("\n", 0, stop) + 1
    column = start - (text.rfind("\n", 0, start) + 1) + 1
    end_column = stop - (text.rfind("\n", 0, stop) + 1) + 1
    return Place("a.py", line, column, *((end_line, end_column) if ends else (None, None)))


def named(text: str, code: str, *, ends: bool = True) -> str:
    return anchor("rule", lines_of(text), spanned(text, code, ends=ends))


SAME = (
    ("x = f('a', b=1)", "f('a', b=1)", 'x = f(\n    "a",\n    b=1,\n)\n', 'f(\n    "a",\n    b=1,\n)'),
    ("Timeout: 900\n", "Timeout: 900", "      Timeout:    900 # long\n", "Timeout:    900"),
    ("Runtime: 'python3.8'\n", "Runtime: 'python3.8'", 'Runtime: "python3.8"\n', 'Runtime: "python3.8"'),
    ("a = [1,2]\r\nb\r\n", "[1,2]", "a = [\n  1,\n  2,\n]", "[\n  1,\n  2,\n]"),
)


@pytest.mark.parametrize(("before", "old", "after", "new"), SAME)
@pytest.mark.parametrize("ends", [True, False])
def test_formatting_does_not_count(before: str, old: str, after: str, new: str, ends: bool) -> None:
    if not ends and "#" in after:
        return
    assert named(before, old, ends=ends) == named(after, new, ends=ends) != ""


def test_what_follows_an_open_place_does_not_count() -> None:
    one = "api.addMethod('post', new Integration(handler));\n"
    two = "api.addMethod(\n  'post',\n  new Integration(handler),\n  more,\n);\n"
    assert named(one, "Integration(handler)", ends=False) == named(two, "Integration(handler)", ends=False)
    assert named("boto3\nnumpy\n", "boto3", ends=False) == named("boto3\ntorch\n", "boto3", ends=False)


def test_other_code_and_other_rules_count() -> None:
    assert named("f(1)", "f(1)") != named("f(2)", "f(2)")
    lines, place = ["f(1)"], Place("a.py", 1, 1, 1, 5)
    assert anchor("one", lines, place) != anchor("two", lines, place)


@pytest.mark.parametrize(
    "place",
    [
        Place("a", 9), Place("a", 1, 99, 1, 100), Place("a", 1, 1, 0, 0), Place("a", 1, 1, 999, 999), Place("a", 0),
        Place("a", 2, 5, 1, 1), Place("a", 1, 3, 1, 1), Place("a", 3, 1),
    ],
)  # fmt: skip
def test_places_that_do_not_fit(place: Place) -> None:
    assert isinstance(anchor("rule", ["f(", "  x", ""], place), str)
    assert isinstance(scope("a.py", ["f(", "  x", ""], place.line), str)


PYTHON = """\
class Model:
    def load(self):
        # a note
        if True:
            return f(
                1,
            )

def handler(event):
  pass
"""

YAML = """\
Resources:
  One:
    Properties:
      Timeout: 900
      Events:
        - Api:
            Path: /
  "Two":
    Type: x
"""


@pytest.mark.parametrize(
    ("path", "text", "line", "expected"),
    [
        ("a.py", PYTHON, 5, "Model.load"),
        ("a.py", PYTHON, 6, "Model.load"),
        ("a.py", PYTHON, 10, "handler"),
        ("a.py", PYTHON, 9, "handler"),
        ("a.py", PYTHON, 1, "Model"),
        ("t.yaml", YAML, 4, "Resources.One.Properties.Timeout"),
        ("t.yaml", YAML, 7, "Resources.One.Properties.Events.Api.Path"),
        ("t.yaml", YAML, 9, "Resources.Two.Type"),
        ("t.json", '{\n  "Resources": {\n    "One": {\n      "Timeout": 9\n', 4, "Resources.One.Timeout"),
        ("app.ts", YAML, 4, ""),
        ("Dockerfile", "FROM x\n", 1, ""),
    ],
)
def test_the_scope(path: str, text: str, line: int, expected: str) -> None:
    assert scope(path, lines_of(text), line) == expected
    deeper = "".join(" " * 2 * (len(row) - len(row.lstrip())) + row for row in text.splitlines(keepends=True))
    assert scope(path, lines_of(deeper), line) == expected


def test_the_shape_has_no_names_and_figures() -> None:
    one = shape("the timeout of 900 s (limit as of 2026-11-17 (AWS)) stands behind a REST API, for 'A.b'")
    assert one == shape("the timeout of 60 s (limit as of 2027) stands behind a REST API, for 'Cd'")
    assert one == "the timeout of s stands behind a for"
    assert shape("x.y() loads a model") != shape("x.y() makes a client")
