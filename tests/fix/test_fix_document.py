"""Edits of templates: what is written where, and what is left alone."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.edits.apply import edited
from archlint.edits.document import Document, GetAtt, Value, load
from archlint.edits.text import Edit, Text
from archlint.model.place import Place
from archlint.syntax.node import Mapping
from archlint.tree import MemoryTree

YAML = """# a template
Resources:
  Work:
    Type: AWS::Serverless::Function  # the worker
    Properties:
      Handler: app.handler  # the entry
      # how long
      Timeout: "60"   # seconds
      Environment:
        Variables: {A: 1}

      # the end of Work
  Next:
    Type: AWS::SQS::Queue
"""


def document(source: str, path: str = "template.yaml") -> Document:
    found = load(path, Text(MemoryTree({path: source.encode()})))
    assert found is not None
    return found


def properties(found: Document, name: str = "Work") -> Mapping:
    line = next(n for n, text in enumerate(found.source.splitlines(), 1) if f"{name}" in text and ":" in text)
    column = found.source.splitlines()[line - 1].index(name) + 1
    start = Place(found.path, line, column - (1 if found.is_json else 0))
    resource = found.resource(start)
    assert resource is not None
    below = found.child(resource, "Properties")
    assert below is not None
    return below


def done(found: Document, edit: Edit | None) -> str:
    assert edit is not None
    return edited(found.source, [edit])


def test_a_value_keeps_its_quotes_and_comment() -> None:
    found = document(YAML)
    new = done(found, found.set(properties(found), "Timeout", 90))
    assert new == YAML.replace('"60"', '"90"')


def test_a_new_entry_stands_behind_a_kindred_one() -> None:
    found = document(YAML)
    new = done(found, found.set(properties(found), "MemorySize", 512, ("Timeout",)))
    assert new == YAML.replace("# seconds\n", "# seconds\n      MemorySize: 512\n")


def test_a_new_entry_behind_nested_ones() -> None:
    found = document(YAML)
    new = done(found, found.set(properties(found), "MemorySize", 512, ("Environment",)))
    assert new == YAML.replace("{A: 1}\n", "{A: 1}\n      MemorySize: 512\n")


def test_nested_entries_indent_as_the_template_does() -> None:
    below = "            A: 1\n            B:\n                C: 2\n"
    source = f"Resources:\n    Work:\n        Type: X::Y\n        Properties:\n{below}"
    found = document(source)
    wanted: dict[str, Value] = {"D": {"E": GetAtt("Q"), "F": True, "G": ["x", "y"]}}
    new = done(found, found.add(properties(found), wanted))
    assert new == source + (
        "            D:\n                E: !GetAtt Q.Arn\n                F: true\n                G: [x, y]\n"
    )


def test_a_file_without_a_last_line_end() -> None:
    source = "Resources:\n  Work:\n    Type: X::Y\n    Properties:\n      A: 1"
    found = document(source)
    assert done(found, found.set(properties(found), "B", 2)) == source + "\n      B: 2"


def test_json_stays_json() -> None:
    source = json.dumps({"Resources": {"Work": {"Type": "X::Y", "Properties": {"A": 1, "B": {"C": [1, 2]}}}}}, indent=4)
    found = document(source, "template.json")
    new = done(found, found.add(properties(found), {"D": {"E": GetAtt("Q"), "F": "x"}}))
    expected = {"A": 1, "B": {"C": [1, 2]}, "D": {"E": {"Fn::GetAtt": ["Q", "Arn"]}, "F": "x"}}
    assert json.loads(new)["Resources"]["Work"]["Properties"] == expected
    assert new.count("\n") == source.count("\n") + 1
    removed = found.remove(properties(found), next(e for e in properties(found) if e.key == "A"))
    assert json.loads(done(found, removed))["Resources"]["Work"]["Properties"] == {"B": {"C": [1, 2]}}
    removed = found.remove(properties(found), next(e for e in properties(found) if e.key == "B"))
    assert json.loads(done(found, removed))["Resources"]["Work"]["Properties"] == {"A": 1}


def test_flow_style_stays() -> None:
    source = "Resources:\n  Work: {Type: 'X::Y', Properties: {A: 1, B: x}}  # short\n"
    found = document(source)
    assert done(found, found.set(properties(found), "C", 3, ("A",))) == source.replace("A: 1,", "A: 1, C: 3,")


def test_an_entry_goes_with_its_lines() -> None:
    found = document(YAML)
    entry = properties(found).entry("Environment")
    assert entry is not None
    new = done(found, found.remove(properties(found), entry))
    assert new == YAML.replace("      Environment:\n        Variables: {A: 1}\n", "")


ALIASED = """Shared: &shared
  Timeout: 60
Seconds: &seconds 70
Resources:
  Work:
    Type: X::Y
    Properties:
      <<: *shared
      Memory: *seconds
      Size: &size 5
      Block: |
        text
      Ref: !Ref Other
      Last: 1
"""


@pytest.mark.parametrize("key", ["Memory", "Size", "Block", "Ref"])
def test_what_stands_elsewhere_is_not_changed(key: str) -> None:
    found = document(ALIASED)
    assert found.set(properties(found), key, 9) is None


def test_what_is_merged_is_overridden_in_place() -> None:
    found = document(ALIASED)
    new = done(found, found.set(properties(found), "Timeout", 9))
    assert new == ALIASED + "      Timeout: 9\n"


def test_text_that_is_no_template() -> None:
    assert load("a.yaml", Text(MemoryTree({"a.yaml": "a: [1"}))) is None
    found = document("- a\n- b: 1\n")
    assert found.resource(Place("template.yaml", 2, 3)) is None
    assert found.way_to(Place("other.yaml", 2, 3)) == ()


KEYS = st.text(alphabet="ABCdé", min_size=1, max_size=4)
WRITTEN = ["x", "'q'", '"d"', "!Ref Z", "{F: 1}", "[a, b]", "|\n        text"]
VALUES = st.one_of(st.integers(0, 999), st.sampled_from(WRITTEN))
COMMENTS = st.sampled_from(["", "  # why", "\n      # alone", "\n\n"])


@given(st.lists(st.tuples(KEYS, VALUES, COMMENTS), min_size=1, max_size=6, unique_by=lambda one: one[0]), st.booleans())
def test_added_and_removed_is_as_before(rows: list[tuple[str, object, str]], windows: bool) -> None:
    body = "".join(
        f"      {key}: {value}{comment if not str(value).startswith('|') else ''}\n" for key, value, comment in rows
    )
    source = f"Resources:\n  Work:\n    Type: X::Y\n    Properties:\n{body}  Other:\n    Type: X::Z\n"
    source = source.replace("\n", "\r\n") if windows else source
    found = document(source)
    new = done(found, found.add(properties(found), {"Timeout": 60}))
    again = document(new)
    entry = properties(again).entry("Timeout")
    assert entry is not None
    assert [e.key for e in properties(again)] == [*(key for key, _, _ in rows), "Timeout"]
    assert done(again, again.remove(properties(again), entry)) == source
    replaced = done(again, again.set(properties(again), "Timeout", 60))
    assert replaced == new
