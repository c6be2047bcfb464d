"""Which fixes of one file are made at once, and what they then leave behind."""

from __future__ import annotations

import pytest

from archlint.edits.apply import changes, compatible, edited, is_change
from archlint.edits.text import Edit, Fix, Text
from archlint.tree import MemoryTree, UnreadableError


def fix(name: str, *edits: Edit) -> Fix:
    return Fix("r", name, "do it", True, edits)


def together(path: str, text: str, *edits: Edit) -> tuple[int, str]:
    """(how many go at once, what the file is then)."""
    texts = Text(MemoryTree({path: text}))
    chosen = compatible([fix(str(number), edit) for number, edit in enumerate(edits)], texts)
    return len(chosen), changes(chosen, texts)[path].decode()


def test_overlapping_fixes_take_turns() -> None:
    texts = Text(MemoryTree({"a": "abcdef", "b": "abcdef"}))
    first, second = fix("1", Edit("a", 0, 5, "x")), fix("2", Edit("a", 5, 6, "y"))
    same, elsewhere = fix("3", Edit("a", 0, 5, "x")), fix("4", Edit("b", 0, 5, "x"))
    assert compatible([first, second, same, elsewhere], texts) == [first, same, elsewhere]
    assert edited("abcdef", [Edit("a", 0, 2, ""), Edit("a", 2, 2, "!"), Edit("a", 5, 6, "x")]) == "!cdex"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit("a", 0, 7, "")],
        [Edit("a", 7, 7, "x")],
        [Edit("a", -1, 2, "")],
        [Edit("a", 4, 2, "")],
        [Edit("a", 0, 4, ""), Edit("a", 3, 5, "")],
    ],
)
def test_edits_that_do_not_fit_the_text_are_refused(edits: list[Edit]) -> None:
    with pytest.raises(UnreadableError, match="the edits of a fix do not fit its text"):
        edited("abcdef", edits)
    assert not is_change(fix("1", *edits), Text(MemoryTree({"a": "abcdef"})))


@pytest.mark.parametrize(
    ("edits", "changes_something"),
    [
        ((Edit("a", 0, 3, "xyz"),), True),
        ((Edit("a", 0, 3, "abc"),), False),
        ((Edit("a", 0, 3, "abc"), Edit("b", 0, 1, "x")), True),
        ((Edit("a", 0, 3, "x"), Edit("a", 3, 5, "y")), True),
        ((Edit("a", 3, 5, "y"), Edit("a", 0, 3, "x")), True),
        ((Edit("a", 0, 4, "x"), Edit("a", 3, 5, "y")), False),
        ((Edit("a", 0, 5, "x"), Edit("b", 0, 5, "y")), True),
        ((Edit("none", 0, 0, "x"),), False),
        ((), False),
    ],
)
def test_what_is_a_change(edits: tuple[Edit, ...], changes_something: bool) -> None:
    assert is_change(fix("1", *edits), Text(MemoryTree({"a": "abcdef", "b": "abcdef"}))) is changes_something


def test_a_name_is_given_once_however_many_fixes_stand_between() -> None:
    texts = Text(MemoryTree({"a.py": "x\n" * 9}))
    first, other, again, elsewhere = (
        fix(name, Edit(path, at, at, f"{name[0]} = {at}\n"))
        for name, path, at in (("s", "a.py", 0), ("t", "a.py", 4), ("s2", "a.py", 8), ("s3", "b.py", 8))
    )
    assert compatible([first, other, again, elsewhere], texts) == [first, other, elsewhere]


IMPORT = "import boto3\n\n\ndef f():\n    pass\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_insertions_at_one_place_keep_their_order(newline: str) -> None:
    lines = [Edit("a.py", 12, 12, f'{newline * 2}{name} = "{name}"') for name in ("z", "a", "m")]
    count, text = together("a.py", IMPORT.replace("\n", newline), *lines)
    assert count == 3
    assert text == IMPORT.replace("boto3\n", 'boto3\n\nz = "z"\na = "a"\nm = "m"\n', 1).replace("\n", newline)


@pytest.mark.parametrize(
    ("one", "other", "then"),
    [
        ("\nimport os", "\nimport re", "import boto3\nimport os\nimport re"),
        ("\n\nx = 1\n", "\n\ny = 2\n", "import boto3\n\nx = 1\ny = 2\n"),
        ("\n\n\ndef x():\n    pass", "\n\n\ndef y():\n    pass", "import boto3\n\n\ndef x():\n    pass\n\n\ndef y():"),
        ("\nx = 1", "\ny = 2", "import boto3\nx = 1\ny = 2"),
    ],
)
def test_empty_lines_stay_as_they_are_for_one(one: str, other: str, then: str) -> None:
    count, text = together("a.py", IMPORT, Edit("a.py", 12, 12, one), Edit("a.py", 12, 12, other))
    assert count == 2
    assert text.startswith(then)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("\n\nx = 1", "\n\nx = 2"),
        ("\n\nx = 1", "\n\ny = 1"),
        ("\n\nx = 1", "\n\nimport x"),
        ("\n\nx = 1", "\n\n\ndef y(): pass"),
        ("\n\nx = 1", "\n\nimport y"),
        ("\n\nx = 1", "\n\ny = ("),
        ("\n@cache", "\n@other"),
    ],
)
def test_what_may_mean_something_else_takes_turns(one: str, other: str) -> None:
    assert together("a.py", IMPORT, Edit("a.py", 12, 12, one), Edit("a.py", 12, 12, other))[0] == 1


def test_a_name_is_given_once_in_a_file() -> None:
    edits = Edit("a.py", 12, 12, "\n\nclient = 1"), Edit("a.py", 14, 14, "client = 2\n")
    assert together("a.py", IMPORT, *edits)[0] == 1


@pytest.mark.parametrize(
    ("path", "one", "other", "count"),
    [
        ("t.yaml", "\n  Timeout: 28", "\n  MemorySize: 512", 2),
        ("t.yaml", "\n  Timeout: 28", "\n  Timeout: 60", 1),
        ("t.yaml", "\n  A:\n    Type: x", "\n  B:\n    Type: x", 1),
        ("t.json", ', "Timeout": 28', ', "MemorySize": 512', 2),
        ("t.json", ', "Timeout": 28', ', "Timeout": 60', 1),
        ("Dockerfile", " --no-cache-dir", " --extra-index-url https://x.test/", 1),
    ],
)
def test_other_files(path: str, one: str, other: str, count: int) -> None:
    text = "0123456789\n"
    found, then = together(path, text, Edit(path, 10, 10, one), Edit(path, 10, 10, other))
    assert (found, then) == (count, text[:10] + one + (other if count == 2 else "") + "\n")


BODY = "def f():\n    a = 1\n    b = 2\n\n    return 3\n"


def test_removed_lines_that_touch() -> None:
    first, second = Edit("a.py", 9, 19, ""), Edit("a.py", 19, 29, "")
    assert together("a.py", BODY, first, second) == (2, "def f():\n    return 3\n")
    inner = BODY.replace("def f():\n", "def f():\n    z = 0\n")
    first, second = (Edit("a.py", edit.start + 10, edit.end + 10, "") for edit in (first, second))
    assert together("a.py", inner, first, second) == (2, "def f():\n    z = 0\n\n    return 3\n")


def test_a_comment_above_waits_for_the_last_line() -> None:
    text = BODY.replace("    a", "    # why\n    a")
    edits = Edit("a.py", 19, 29, ""), Edit("a.py", 29, 39, "")
    assert together("a.py", text, *edits)[0] == 1


def test_touching_in_a_template_takes_turns() -> None:
    text = "A: 1\nB: 2\nC: 3\n"
    assert together("t.yaml", text, Edit("t.yaml", 0, 5, ""), Edit("t.yaml", 5, 10, ""))[0] == 1
    assert together("t.txt", text, Edit("t.txt", 0, 5, ""), Edit("t.txt", 5, 10, "")) == (2, "C: 3\n")
