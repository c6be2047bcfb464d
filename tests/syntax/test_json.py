from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.model.place import Place
from archlint.syntax.json import parse_json
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence


def plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {entry.key: plain(entry.value) for entry in node}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Scalar)
    return node.value


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 2]))
def test_it_reads_what_the_standard_library_writes(value: object, indent: int | None) -> None:
    assert plain(parse_json(json.dumps(value, indent=indent), "t.json")) == value


@given(st.text(alphabet='[]{}",:0123456789.eE+-truefalsn \\u\n\t', max_size=30))
def test_damaged_text_raises_nothing_else(text: str) -> None:
    try:
        expected: object = json.loads(text, strict=False)
    except ValueError:
        expected = DocumentError
    try:
        found: object = plain(parse_json(text, "t.json"))
    except DocumentError:
        found = DocumentError
    large = any(len(word) > 18 for word in text.replace("-", " ").split())
    assert found == expected or large


def test_places() -> None:
    root = parse_json('{\n "a": [1,\n  "b\\n"]}', "t.json")
    assert isinstance(root, Mapping)
    entry = root.entry("a")
    assert entry is not None
    assert entry.key_place == Place("t.json", 2, 2, 2, 5)
    assert isinstance(entry.value, Sequence)
    assert [item.place for item in entry.value.items] == [Place("t.json", 2, 8, 2, 9), Place("t.json", 3, 3, 3, 8)]


def test_of_duplicate_keys_the_last_counts() -> None:
    root = parse_json('{"a": 1, "a": 2}', "t.json")
    assert isinstance(root, Mapping)
    assert root.get("a") == Scalar(2, Place("t.json", 1, 15, 1, 16))


@pytest.mark.parametrize(
    ("text", "line", "column"),
    [
        ("", 1, 1), ("{", 1, 2), ('{"a"}', 1, 5), ('{"a": }', 1, 7), ('{"a": 1,}', 1, 9), ("[1 2]", 1, 4),
        ("[1,]", 1, 4),
        ("{a: 1}", 1, 2), ('{"a": 1} x', 1, 10), ('{\n"a": NaN}', 2, 6), ('"\\x"', 1, 2), ('"abc', 1, 1),
        ("[tru]", 1, 2),
        ("// c\n{}", 1, 1), ("1" * 5_000 + "x", 1, 5_001), ("01", 1, 2),
    ],
)  # fmt: skip
def test_errors_have_a_place(text: str, line: int, column: int) -> None:
    with pytest.raises(DocumentError) as caught:
        parse_json(text, "t.json")
    assert (caught.value.line, caught.value.column) == (line, column)


def test_control_characters_in_texts_are_taken() -> None:
    assert plain(parse_json('"a\tb\x01"', "t.json")) == "a\tb\x01"


def test_huge_numbers_stay_text() -> None:
    assert plain(parse_json("[" + "9" * 6_000 + ", -1, 1e400, 1.50]", "t.json")) == ["9" * 6_000, -1, "1e400", 1.5]


def test_depth() -> None:
    with pytest.raises(DocumentError, match="nested more than"):
        parse_json("[" * 100_000, "t.json")


def test_a_string_without_an_end_is_a_whole_sentence() -> None:
    with pytest.raises(DocumentError, match=r"Unterminated string$"):
        parse_json('{"a": "b', "template.json")
