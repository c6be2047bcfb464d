"""TypeScript text to tree-sitter's tree, and what its leaves say. JavaScript is read with the grammar of `.tsx`: it may
hold JSX and has no `<T>value`."""

from __future__ import annotations

import re
from collections.abc import Iterator

import tree_sitter_typescript
from tree_sitter import Language, Node, Parser

from archlint.readers.cdk.lowering.texts import whole_characters
from archlint.syntax.python import MAX_DEPTH, SourceError

MAX_CHARACTERS = 200_000
"""Longer sources are bundled or generated: reading one would take seconds."""

_TOKEN = re.compile(
    r"//[^\n]*|/\*(?:[\s\S]*?\*/|[\s\S]*\Z)|\"(?:\\.|[^\"\\\n])*\"?|'(?:\\.|[^'\\\n])*'?|(?P<bracket>[()\[\]{}])"
)
_ESCAPE = re.compile(
    r"\\(?:u\{(?P<point>[0-9a-fA-F]+)\}|u(?P<unit>[0-9a-fA-F]{4})|x(?P<byte>[0-9a-fA-F]{2})"
    r"|(?P<octal>[0-7]{1,3})|(?P<end>\r\n|[\n\r\u2028\u2029])|(?P<other>[\s\S]))"
)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v"}
_DIGITS = 300


def parse_typescript(text: str, path: str) -> Node:
    """The root; syntax errors are ERROR nodes in it. Raises SourceError for too much nesting or text."""
    if len(text) > MAX_CHARACTERS:
        raise SourceError(f"it is longer than {MAX_CHARACTERS:,} characters: leave generated code out of the scan")
    _refuse_depth(text)
    is_typescript = path.endswith((".ts", ".mts", ".cts"))
    grammar = tree_sitter_typescript.language_typescript if is_typescript else tree_sitter_typescript.language_tsx
    return Parser(Language(grammar())).parse(text.encode(errors="replace")).root_node


def _refuse_depth(text: str) -> None:
    depth = 0
    for match in _TOKEN.finditer(text):
        bracket = match.group("bracket")
        if bracket is None:
            continue
        depth = depth + 1 if bracket in "[({" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            raise SourceError(f"nested more than {MAX_DEPTH} levels deep", text.count("\n", 0, match.start()) + 1)


def source_of(node: Node) -> str:
    return (node.text or b"").decode(errors="replace")


def children(node: Node | None) -> list[Node]:
    """The named children without comments."""
    return [] if node is None else [child for child in node.named_children if child.type != "comment"]


def first_child(node: Node) -> Node | None:
    return next((child for child in node.named_children if child.type != "comment"), None)


def has_word(node: Node, word: str) -> bool:
    """Whether `static`, `get`, `type`, `default` … stands in the node itself."""
    return any(child.type == word and not child.is_named for child in node.children)


def is_broken(node: Node) -> bool:
    """Whether a syntax error sits in this node itself."""
    if node.is_error or node.is_missing:
        return True
    return node.has_error and any(child.is_error or child.is_missing for child in node.children)


def text_of(node: Node) -> str:
    """What a string literal says."""
    return unescaped(source_of(node)[1:-1])


def unescaped(text: str) -> str:
    return whole_characters(_ESCAPE.sub(_character, text)) if "\\" in text else text


def _character(match: re.Match[str]) -> str:
    code = match["point"] or match["unit"] or match["byte"]
    if code is not None:
        value = int(code, 16) if len(code) < 9 else 0x110000
        return chr(value) if value < 0x110000 else "\ufffd"
    if match["octal"] is not None:
        return chr(int(match["octal"], 8))
    if match["end"] is not None:
        return ""
    return _LETTERS.get(match["other"], match["other"])


def template_parts(node: Node) -> Iterator[str | Node]:
    """The texts of a template string and its substitutions, in order."""
    raw, start, base = (node.text or b"")[:-1], 1, node.start_byte
    for child in node.named_children:
        if child.type == "template_substitution":
            before = raw[start : child.start_byte - base].decode(errors="replace")
            if before:
                yield unescaped(before.replace("\r\n", "\n"))
            yield child
            start = child.end_byte - base
    rest = raw[start:].decode(errors="replace")
    if rest:
        yield unescaped(rest.replace("\r\n", "\n"))


def number_of(text: str) -> int | float | None:
    """What a number literal says: an int where it is whole, as in JavaScript; None when it is no number."""
    plain = text.replace("_", "").removesuffix("n").lower() if len(text) <= _DIGITS else ""
    try:
        if re.fullmatch(r"0[xob][0-9a-f]+", plain):
            return int(plain, 0)
        if re.fullmatch(r"0[0-7]+", plain):
            return int(plain, 8)
        if plain.isdecimal():
            return int(plain)
        value = float(plain)
    except ValueError:
        return None
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
