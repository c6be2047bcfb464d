"""Damage to a text: bytes, lines, words, brackets, expressions and depth, with pieces of another text."""

from __future__ import annotations

import ast
import random
import re
import warnings
from collections.abc import Callable

MOST_BYTES = 500_000

_NUMBER = re.compile(rb"\d+")
_WORD = re.compile(rb"[A-Za-z_][\w.:-]*|\"[^\"\n]*\"|'[^'\n]*'|\d+|[^\w\s]+")
_INDENT = re.compile(rb" *")
_PAIRS = {b"(": b")", b"[": b"]", b"{": b"}"}
_DEPTHS = (3, 40, 120, 600, 3_000)
_DEEP = (
    (b"[", b"]"), (b"(", b")"), (b"{a: ", b"}"), (b'{"a":', b"}"), (b"f(", b")"), (b"not ", b""), (b"-", b""),
    (b"`${", b"}`"), (b"a.", b""), (b"!Join ['', [", b"]]"), (b"${", b"}"), (b"- ", b""), (b"if a:\n ", b""),
    (b"lambda: ", b""), (b"1+", b""), (b"**/", b""), (b"() => ", b""), (b"x ? y : ", b""), (b"<<: ", b""),
)  # fmt: skip
_NUMBERS = (b"0", b"-1", b"9" * 30, b"1.5", b"1e999", b"'a'", b"[]", b"{}", b"", b".inf", b"true", b"0x7f", b"1_000")
_TOKENS = tuple(
    rb"""( ) [ ] { } : , ; ' " ''' {a} ${A} ${ { }} !Sub !Ref !GetAtt !If !Join !Select !Split !ImportValue !Transform
    !FindInMap Fn::Sub Fn::ForEach::X Ref Resources: Globals: Parameters: Conditions: AWS::Serverless::Function
    AWS::NoValue null true ~ .inf .nan 1e999 -1 0 99999999999999999999 0x10 1_000 &a *a <<: ? | > --- ... %YAML \ \x00
    # // /* */ ` ${ => async await yield lambda: def ref: gitdir: ../x refs/heads/x ^{} tree parent
    import from * ** := == @ = -r -c -e --hash=sha256: ; [extra] @file:///x FROM ARG RUN COPY --from=0 CMD ENTRYPOINT
    <<EOF EOF [[package]] name version == ../ ../../.. / . .. ~ %s {0} {:>99999999} ::error:: ##[error] ##vso[
    archlint:ignore[ https://u:p@h/ self super() __import__ exec while for if else return try: except: global""".split()
)
_ODD = (b"\x00", b"\xff", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xe2\x80\xa8", b"\r", b"\t", b"\x0c", b"\n", b"\n\n\n",
     b"\x1b[31m", b"\xe2\x80\xae", b"\xc2\x85", b"\\ud800", b"\n::error::x\n", b"\xf3\xa0\x81\x81")  # fmt: skip

Damage = Callable[[random.Random, bytes, bytes], bytes]


def damaged(chance: random.Random, data: bytes, other: bytes, most: int = 6) -> bytes:
    """`data` after one to `most` changes; `other` gives pieces."""
    for _ in range(chance.randint(1, most)):
        data = chance.choice(KINDS)(chance, data, other)[:MOST_BYTES]
    return data


def _span(chance: random.Random, data: bytes) -> tuple[int, int]:
    at = chance.randint(0, len(data))
    return at, min(len(data), at + int(chance.expovariate(1 / 20)) + 1)


def _cut(chance: random.Random, data: bytes, _: bytes) -> bytes:
    at, end = _span(chance, data)
    return data[:at] + data[end:]


def _repeat(chance: random.Random, data: bytes, _: bytes) -> bytes:
    at, end = _span(chance, data)
    return data[:end] + data[at:end] * chance.choice((1, 2, 3, 50)) + data[end:]


def _byte(chance: random.Random, data: bytes, _: bytes) -> bytes:
    at = chance.randint(0, len(data))
    return data[:at] + bytes([chance.randrange(256)]) + data[at + 1 :]


def _paste(chance: random.Random, data: bytes, other: bytes) -> bytes:
    at, start = chance.randint(0, len(data)), chance.randint(0, len(other))
    return data[:at] + other[start : start + chance.randint(1, 200)] + data[at:]


def _end(chance: random.Random, data: bytes, _: bytes) -> bytes:
    return data[: chance.randint(0, len(data))] if chance.random() < 0.2 else data


def _token(chance: random.Random, data: bytes, _: bytes) -> bytes:
    at = chance.randint(0, len(data))
    blank = chance.choice((b"", b" "))
    return data[:at] + blank + chance.choice(_TOKENS if chance.random() < 0.8 else _ODD) + blank + data[at:]


def _number(chance: random.Random, data: bytes, _: bytes) -> bytes:
    numbers = list(_NUMBER.finditer(data))
    if not numbers:
        return data
    found = chance.choice(numbers)
    return data[: found.start()] + chance.choice(_NUMBERS) + data[found.end() :]


def _word(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """One word becomes another one, of this text, of the other, or a token."""
    words = list(_WORD.finditer(data))
    if not words:
        return data
    found = chance.choice(words)
    source = _WORD.findall(other) if chance.random() < 0.4 else [word[0] for word in words]
    new = chance.choice(source) if source and chance.random() < 0.8 else chance.choice(_TOKENS)
    return data[: found.start()] + new + data[found.end() :]


def _lines(chance: random.Random, data: bytes, _: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if len(lines) > 1:
        one, two = chance.randrange(len(lines)), chance.randrange(len(lines))
        lines[one], lines[two] = lines[two], chance.choice((lines[one], b"    " + lines[one], lines[one].lstrip()))
    return b"".join(lines)


def _block(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """A line with what is indented below it is taken from one of the texts, moved, doubled or dropped."""
    lines, source = data.splitlines(keepends=True), other.splitlines(keepends=True)
    if not lines:
        return data
    first, last = _indented(lines, chance.randrange(len(lines)))
    block = lines[first:last]
    if chance.random() < 0.4:
        del lines[first:last]
    if source and chance.random() < 0.4:
        block = source[slice(*_indented(source, chance.randrange(len(source))))]
    if chance.random() < 0.8 and lines:
        at = chance.randrange(len(lines))
        shift = _depth(lines[at]) - _depth(block[0])
        moved = [b" " * shift + line if shift > 0 else line[min(-shift, _depth(line)) :] for line in block]
        lines[at:at] = moved
    return b"".join(lines)


def _indented(lines: list[bytes], first: int) -> tuple[int, int]:
    last = first + 1
    while last < len(lines) and (not lines[last].strip() or _depth(lines[last]) > _depth(lines[first])):
        last += 1
    return first, last


def _depth(line: bytes) -> int:
    found = _INDENT.match(line)
    return found.end() if found else 0


def _brackets(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """What stands in a pair of brackets is emptied, doubled, nested, or becomes what stands in another pair."""
    at, end = _pair(chance, data)
    if at < 0:
        return data
    inner = data[at + 1 : end]
    start, stop = _pair(chance, other)
    pieces = (b"", inner + b", " + inner, data[at : end + 1], other[start + 1 : stop] if start >= 0 else inner + b",")
    return data[: at + 1] + chance.choice(pieces) + data[end:]


def _pair(chance: random.Random, data: bytes) -> tuple[int, int]:
    """(where it opens, where it closes), or (-1, -1)."""
    opened = [found.start() for found in re.finditer(rb"[(\[{]", data)]
    if not opened:
        return -1, -1
    at = chance.choice(opened)
    one, two, depth = data[at : at + 1], _PAIRS[data[at : at + 1]], 0
    for end in range(at, min(len(data), at + 2_000)):
        depth += (data[end : end + 1] == one) - (data[end : end + 1] == two)
        if depth == 0:
            return at, end
    return -1, -1


def _deep(chance: random.Random, data: bytes, _: bytes) -> bytes:
    """Around a word, a piece that nests or goes on."""
    words = list(_WORD.finditer(data))
    if not words or chance.random() < 0.6:
        return data
    found, times = chance.choice(words), chance.choice(_DEPTHS)
    opening, closing = chance.choice(_DEEP)
    return data[: found.start()] + opening * times + found[0] + closing * times + data[found.end() :]


def _expression(chance: random.Random, data: bytes, other: bytes) -> bytes:
    """Python alone: one expression or statement becomes another one, so that the text still parses."""
    mine, theirs = _nodes(data), _nodes(other)
    if not mine:
        return data
    one = chance.choice(mine)
    two = chance.choice(theirs if theirs and chance.random() < 0.5 else mine)
    return data[: one[0]] + two[2] + data[one[1] :]


def _nodes(data: bytes) -> list[tuple[int, int, bytes]]:
    """(start, end, text) of the expressions; none for what is not Python in UTF-8."""
    if len(data) > 20_000:
        return []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(data.decode())
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    starts = [0]
    for line in data.splitlines(keepends=True):
        starts.append(starts[-1] + len(line))
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.expr) or node.end_col_offset is None:
            continue
        if node.end_lineno is not None and node.end_lineno < len(starts):
            at, end = starts[node.lineno - 1] + node.col_offset, starts[node.end_lineno - 1] + node.end_col_offset
            found.append((at, end, data[at:end]))
    return found


KINDS: tuple[Damage, ...] = (
    _cut, _repeat, _byte, _paste, _end, _token, _token, _number, _word, _word, _lines, _block, _block, _brackets, _deep,
    _expression, _expression,
)  # fmt: skip
