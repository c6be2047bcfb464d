from __future__ import annotations

import pytest

from archlint.model.place import Place
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.yaml import parse_yaml


def plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {entry.key: plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


def parse(text: str) -> object:
    return plain(parse_yaml(text, "t.yaml"))


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1", 1), ("-1", -1), ("+1", 1), ("'1'", "1"), ("1.5", 1.5), ("1_000", "1_000"), ("0644", "0644"),
        ("0x1F", "0x1F"),
        ("1:30", "1:30"), ("190:20:30.15", "190:20:30.15"), ("012345678901", "012345678901"), ("9" * 30, "9" * 30),
        ("yes", True), ("Off", False), ("'on'", "on"), ("~", None), ("", None), ("null", None), ("''", ""),
        ("2010-09-09", "2010-09-09"), ("2001-12-14t21:59:43.10-05:00", "2001-12-14t21:59:43.10-05:00"),
        ("!!str 1", "1"), ("!!int '3'", 3), ("!!binary aGk=", "aGk="), ("1e3", "1e3"), ("=", "="),
    ],
)  # fmt: skip
def test_scalars(written: str, value: object) -> None:
    assert parse(f"a: {written}") == {"a": value}


def test_infinity_is_no_number() -> None:
    assert parse("a: .inf\nb: -.INF\nc: .nan") == {"a": ".inf", "b": "-.INF", "c": ".nan"}


def test_keys_are_texts_as_written() -> None:
    assert parse("yes: 1\non: 2\n3: 4\n? [a]\n: 5\n") == {"yes": 1, "on": 2, "3": 4}


def test_short_tags_are_written_out() -> None:
    text = "a: !Ref B\nb: !Sub [x, {y: z}]\nc: !Condition D\nd: !GetAtt A.B\ne: !If [X, !Ref Y, 1]"
    assert parse(text) == {
        "a": {"Ref": "B"},
        "b": {"Fn::Sub": ["x", {"y": "z"}]},
        "c": {"Condition": "D"},
        "d": {"Fn::GetAtt": "A.B"},
        "e": {"Fn::If": ["X", {"Ref": "Y"}, 1]},
    }


def test_places() -> None:
    root = parse_yaml("a:\n  - b: é\n    c: !Sub |\n      x\n", "t.yaml")
    assert isinstance(root, Mapping)
    items = root.get("a")
    assert isinstance(items, Sequence)
    first = items.items[0]
    assert isinstance(first, Mapping)
    entry = first.entry("b")
    assert entry is not None
    assert entry.key_place == Place("t.yaml", 2, 5, 2, 6)
    assert entry.value.place == Place("t.yaml", 2, 8, 2, 9)
    sub = first.get("c")
    assert isinstance(sub, Mapping)
    text = sub.get("Fn::Sub")
    assert isinstance(text, Scalar)
    assert (text.block, text.place.line, text.place.column) == (True, 3, 8)


def test_anchors_and_merges() -> None:
    text = "base: &b {x: 1, y: 2}\nmore: &m {y: 3, z: 4}\nown: {<<: [*b, *m], x: 5}\n"
    text += "one: {y: 0, <<: *b}\n'<<': 7\nalias: *b"
    assert parse(text) == {
        "base": {"x": 1, "y": 2},
        "more": {"y": 3, "z": 4},
        "own": {"x": 5, "y": 2, "z": 4},
        "one": {"x": 1, "y": 0},
        "<<": 7,
        "alias": {"x": 1, "y": 2},
    }


def test_a_merge_of_no_mapping_is_nothing() -> None:
    assert parse("a: {<<: 3, b: 1}\nc: {<<: [4, {d: 5}]}") == {"a": {"b": 1}, "c": {"d": 5}}


@pytest.mark.parametrize(
    ("text", "message", "line", "column"),
    [
        ("a: [1", None, 2, 1),
        ("a:\n\tc: d", None, 2, 1),
        ("a: *b", "alias 'b' has no anchor", 1, 4),
        ("a: 1\nb: &x {c: *x}", "an alias contains itself", 2, 11),
        ("é: 1\na: \x07", "it contains a control character, which YAML forbids", 2, 4),
        ("%YAML 3.0\n---\na", None, 1, 1),
    ],
)
def test_errors_have_a_place(text: str, message: str | None, line: int, column: int) -> None:
    """Without a message where the words are the parser's."""
    with pytest.raises(DocumentError) as caught:
        parse(text)
    assert caught.value.message if message is None else message in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize("text", ["", "\ufeff", "# only a comment", "---\n---\n", "\n\n"])
def test_empty_documents(text: str) -> None:
    assert parse(text) is None


def test_a_byte_order_mark_is_no_column() -> None:
    assert parse("\ufeffa: 1") == {"a": 1}
