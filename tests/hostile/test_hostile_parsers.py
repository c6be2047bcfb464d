"""Each parser of its own: only the error that it announces, in time that grows with the text."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hostile_bombs import CHAINS
from hypothesis import given, settings
from hypothesis import strategies as st
from pathspec import GitIgnoreSpec

from archlint.collect import tracked_paths
from archlint.config import Config
from archlint.scanner.pipeline import scan_tree
from archlint.suppression.apply import MAX_IN_FILE
from archlint.syntax.dockerfile import DockerfileError, parse_dockerfile
from archlint.syntax.gitignore import compile_patterns
from archlint.syntax.json import parse_json
from archlint.syntax.newer_python import MAX_CHAIN, MAX_INDENTATIONS, indentations, longest_chain
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar
from archlint.syntax.python import SourceError, decode_python, parse_python
from archlint.syntax.toml import TomlError, parse_toml
from archlint.syntax.yaml import parse_yaml
from archlint.tree import MemoryTree
from expectations import TEMPLATE

PARSERS: dict[str, tuple[Callable[[str], object], type[Exception]]] = {
    "yaml": (lambda text: parse_yaml(text, "t.yaml"), DocumentError),
    "json": (lambda text: parse_json(text, "t.json"), DocumentError),
    "toml": (parse_toml, TomlError),
    "python": (parse_python, SourceError),
    "dockerfile": (parse_dockerfile, DockerfileError),
    "gitignore": (lambda text: compile_patterns(text.splitlines()), DocumentError),
}
PIECES = (
    "a", "b: ", "- ", "\n", "\n  ", "[", "]", "{", "}", "(", ")", '"', "'", '"""', "'''", "\\", "#", "=", ".", ",", ":",
    "<<: *a", "&a ", "*a", "!Sub ", "| ", "? ", "1e999", ".inf", "\0", "\ud800", "\ufeff", "\x85", "\u2028", "FROM a\n",
    "RUN <<E\n", "if a:\n", "def f(): ", "lambda: ", "f'{a", "not ", "[[a]]\n", "a.b = 1\n", "**/", "*", "[a-", "é",
)  # fmt: skip


def quietly(parser: str, text: str) -> Exception | None:
    parse, expected = PARSERS[parser]
    try:
        parse(text)
    except expected as error:
        return error
    return None


@pytest.mark.parametrize("parser", PARSERS)
@settings(max_examples=150, deadline=None)
@given(text=st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_only_the_announced_error(parser: str, text: str) -> None:
    quietly(parser, text)


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize("piece", PIECES)
def test_a_piece_many_times(parser: str, piece: str) -> None:
    started = time.process_time()
    quietly(parser, piece * (100_000 // len(piece)))
    assert time.process_time() - started < 10


@pytest.mark.parametrize(
    "text",
    ["a" + ".a" * 50_000 + " = 1", "[a" + ' . "b"' * 50_000 + "]", "a = {b" + ".c" * 31 + " = 1}", "[[" + "a." * 40],
)
def test_a_dotted_key_of_toml(text: str) -> None:
    error = quietly("toml", "x = 1\n" + text)
    assert isinstance(error, TomlError)
    assert (str(error), error.lineno) == ("a key has more than 30 parts", 2)


def test_toml_as_it_is() -> None:
    text = "a.b.c = 1\n'd' = ['''[[[[''', \"]\", {x = 1.5}] # [[[\n"
    assert parse_toml("\ufeff" + text) == {"a": {"b": {"c": 1}}, "d": ["[[[[", "]", {"x": 1.5}]}
    assert str(quietly("toml", "a = 'hunter2")) == "it is not valid TOML"


@pytest.mark.parametrize("name", sorted(CHAINS))
def test_what_is_too_much_for_libcst_is_seen(name: str) -> None:
    """libcst needs minutes for a chain and ends the process on depth, so it is not asked."""
    chain = longest_chain(CHAINS[name])
    if name in ("sum", "attributes", "calls of calls", "items of items", "negations", "signs", "lambdas", "conditions",
                "comparisons", "powers", "and", "strings side by side", "f-strings side by side", "elif",
                "many assignments"):  # fmt: skip
        assert chain > MAX_CHAIN
    if name in ("semicolons", "decorators", "many statements", "comments", "stars", "suppressions"):
        assert chain <= MAX_CHAIN


def test_chains_of_usual_code() -> None:
    table = "x = {\n" + "    'a.b.c': [1, -2, f(a.b)],  # a.b.c.d\n" * 1_000 + "}\n'''" + "a.b + c\n" * 1_000 + "'''\n"
    assert longest_chain(table) < 10
    assert longest_chain("x = (\n" + "    'text'\n" * 400 + ")") == 400
    assert indentations("if a:\n    if b:\n        c\n    d\n") == 2
    assert indentations("".join(" " * n + "if a:\n" for n in range(500))) > MAX_INDENTATIONS


def test_merges_take_linear_time_and_the_first_one_wins() -> None:
    node = parse_yaml("a: &a {x: 1}\nb: &b {x: 2, y: 3}\nc: {<<: [*a, *b], <<: *b, z: 4}", "t.yaml")
    assert isinstance(node, Mapping)
    merged = node.get("c")
    assert isinstance(merged, Mapping)
    assert {entry.key: _plain(entry.value) for entry in merged} == {"x": 1, "y": 3, "z": 4}


def _plain(node: Node | None) -> object:
    return node.value if isinstance(node, Scalar) else node


@pytest.mark.parametrize("text", [".inf", "-.inf", ".nan", "1.0e+999"])
def test_numbers_that_are_none_stay_text(text: str) -> None:
    assert _plain(parse_yaml(text, "t.yaml")) == text


@pytest.mark.parametrize("encoding", ["punycode", "idna", "unicode_escape", "raw-unicode-escape", "utf-7", "undefined",
                                      "hex", "zlib", "rot13", "no-such", "../x", "a" * 5_000])  # fmt: skip
def test_encodings_that_are_none(encoding: str) -> None:
    started = time.process_time()
    with pytest.raises(SourceError):
        decode_python(f"# coding: {encoding}\n".encode() + b"a-b9" * 200_000 + b"\xff")
    assert time.process_time() - started < 2


@pytest.mark.parametrize("raw", [b"\xef\xbb\xbfx = 1", b"# coding: latin-1\nx = '\xe9'", b"# -*- coding: cp1252 -*-\n"])
def test_encodings_that_are_some(raw: bytes) -> None:
    assert decode_python(raw)


GLOBS = st.lists(st.sampled_from(["a", "b", "*", "?", "/", "**/", "[ab]", "!", "*a*"]), min_size=1, max_size=7).map(
    "".join
)
PATHS = st.lists(st.text("abc", min_size=1, max_size=4), min_size=1, max_size=4).map("/".join)


@settings(max_examples=500, deadline=None)
@given(st.lists(GLOBS | st.sampled_from(["a", "b/", "!a", "!b/", "ab"]), min_size=1, max_size=4), PATHS, st.booleans())
def test_patterns_mean_what_they_meant(globs: list[str], path: str, is_folder: bool) -> None:
    path += "/" if is_folder else ""
    ours = compile_patterns(globs)
    if len(ours.lines) == len(globs):
        verdict = ours.check(path)
        assert (verdict is not None and verdict.ignored) is bool(
            GitIgnoreSpec.from_lines(globs).check_file(path).include
        )


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/" + "*a*/" * 30 + "c", "aaaaaa/" * 30 + "x"),
        ("*a*a*b", "a" * 250),
        ("**/a/**/a/**/b", "a/" * 450),
        ("a?*?*b", "a" * 900),
        ("**/" * 900 + "b", "a/" * 450),
    ],
)
def test_patterns_that_would_take_for_ever(pattern: str, path: str) -> None:
    patterns = compile_patterns([f"{pattern}{number}" for number in range(1_000)])
    started = time.process_time()
    for _ in range(5):
        patterns.check(path)
    assert time.process_time() - started < 5


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300), st.integers(0, 2**32 - 1), st.integers(2, 4))
def test_an_index_of_any_bytes(rest: bytes, count: int, version: int) -> None:
    head = b"DIRC" + version.to_bytes(4, "big") + count.to_bytes(4, "big")
    tracked_paths(MemoryTree({".git/index": head + rest}))


def test_a_file_of_suppressions() -> None:
    """The first thousand count, and one finding says where that ends."""
    line = "# archlint: ignore[model-load-in-handler] because\n"
    source = f"import joblib\ndef handler(e, c):\n    joblib.load('model.joblib')  {line}" + line * 80_000
    started = time.process_time()
    result = scan_tree(MemoryTree({"template.yaml": TEMPLATE, "app.py": source}), Config())
    assert time.process_time() - started < 10
    assert result.suppressed == 1
    last = result.findings[-1]
    assert (len(result.findings), last.place.line) == (MAX_IN_FILE, MAX_IN_FILE + 3)
    assert "more than 1,000 suppressions" in last.message
