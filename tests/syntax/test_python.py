"""Python of every version and encoding, and source that wants to break a parser."""

from __future__ import annotations

import ast
import contextlib
import time

import pytest

from archlint.syntax.newer_python import in_older_syntax
from archlint.syntax.python import SourceError, decode_python, parse_python


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        (b"x = 1\n", "x = 1\n"),
        (b"\xef\xbb\xbfx = 1\n", "x = 1\n"),
        (b"x = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        (b"x = 1\ry = 2\r", "x = 1\ny = 2\n"),
        ("x = 'é'\n".encode(), "x = 'é'\n"),
        ("# -*- coding: latin-1 -*-\nx = 'é'\n".encode("latin-1"), "# -*- coding: latin-1 -*-\nx = 'é'\n"),
        ("#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '€'\n".encode("cp1252"),
         "#!/usr/bin/python\n# vim: set fileencoding=cp1252 :\nx = '€'\n"),
        (b"", ""),
    ],
)  # fmt: skip
def test_decoding(raw: bytes, text: str) -> None:
    assert decode_python(raw) == text


@pytest.mark.parametrize(
    ("raw", "line"),
    [
        (b"x = 1\ny = '\xe9'\n", 2),
        (b"\xff\xfex\x00", 1),
        (b"# -*- coding: klingon -*-\n", 1),
        (b"\xef\xbb\xbf# coding: latin-1\n", 1),
        (b"# coding: utf-8\n\xff\n", 2),
        (b"# coding: rot13\nk = 1\n", 1),
        (b"# coding: undefined\n", 1),
    ],
)
def test_not_decodable(raw: bytes, line: int) -> None:
    with pytest.raises(SourceError) as error:
        decode_python(raw)
    assert "encoding" in error.value.message
    assert error.value.line == line


@pytest.mark.parametrize(
    "text",
    [
        "print 'hello'\n",
        "import os\n\ndef handler(e, c):\n    print e\n",
        "try:\n    pass\nexcept ValueError, e:\n    pass\n",
        "exec 'x = 1'\n",
        "print >>f, 'x'\nprint 'x'\n",
        "raise ValueError, 'no'\n",
        "if 1 <> 2: pass\n",
        "x = 0777\n",
        "x = 10L\n",
        "x = `1`\n",
        "x = ur'a'\n",
    ],
)
def test_python_2_gets_one_clear_message(text: str) -> None:
    with pytest.raises(SourceError) as error:
        parse_python(text)
    assert error.value.message == "it is Python 2: no supported Lambda runtime runs it"


@pytest.mark.parametrize(
    ("text", "line"),
    [("x = (\n", 1), ("def f():\nreturn 1\n", 2), ("x = 1\n  y = 2\n", 2), ("x = = 1\n", 1), ("x = 'a\n", 1)],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line(text: str, line: int) -> None:
    with pytest.raises(SourceError) as error:
        parse_python(text)
    assert error.value.message.startswith("it is not valid Python: ")
    assert error.value.line == line


def test_the_message_does_not_hold_the_source() -> None:
    with pytest.raises(SourceError) as error:
        parse_python('key = "AKIA-SECRET" oops\n')
    assert "SECRET" not in error.value.message


@pytest.mark.parametrize(
    "text",
    [
        "x = 1\n\x0cy = 2\n",
        "\x0cdef f():\n    pass\n",
        "x = '''a\n\x0b\x1c\u2028b'''\ny = 2\n",
        "def f():\n\treturn 1\n",
        "x = 1 # \u2028 comment\ny = 2\n",
        "",
        "\n\n",
        "# only a comment",
        "match x:\n    case [1, *rest]: pass\n",
        "async def f():\n    async with a as b, c as d: pass\n",
        "try:\n    pass\nexcept* ValueError:\n    pass\n",
        "with (open('a') as a, open('b') as b): pass\n",
        "λ = lambda x, /, *, y: x\n",
    ],
)
def test_valid(text: str) -> None:
    assert ast.dump(parse_python(text)) == ast.dump(ast.parse(text))


NEWER = [
    ("type parameters of a function", "def f[T](x: T) -> T:\n    return x\n\nload()\n", 4),
    ("type parameters with bounds", "def f[T: (int, str), *Ts, **P](x: T): pass\nload()\n", 2),
    ("type parameters of a class", "class A[T]:\n    x: T\n\nload()\n", 4),
    ("a type statement", "type X = list[int]\nload()\n", 2),
    ("a generic type statement", "type X[T] = list[T]\nload()\n", 2),
    ("the same quotes in an f-string", "x = f'{d['a']}'\nload()\n", 2),
    ("nested f-strings", "x = f'{f'{f'{1}'}'}'\nload()\n", 2),
    ("a backslash in an f-string", "x = f'{'\\n'.join(y)}'\nload()\n", 2),
    ("a comment in an f-string", "x = f'''{\n    y # why\n}'''\nload()\n", 4),
    ("a format in an f-string", "x = f'{d['a']:>{d['w']}} {y!r}'\nload()\n", 2),
    ("a long f-string", 'x = f"""\na {d[\'k\']}\nb { # why\n  y\n}\n"""\nload()\n', 7),
    ("a long f-string beside", 'y = f\'{d[\'k\']}\'\nx = f"""\na {d}\nb\n"""\nload()\n', 6),
    ("a call in an f-string", "x = f'{load('a')}'\nload()\n", 2),
]
"""Name, source, and the line of its last `load()`."""


@pytest.mark.parametrize(("text", "line"), [pytest.param(text, line, id=name) for name, text, line in NEWER])
def test_newer_syntax_keeps_its_lines(text: str, line: int) -> None:
    calls = [node for node in ast.walk(parse_python(text)) if isinstance(node, ast.Call)]
    assert max(call.lineno for call in calls if getattr(call.func, "id", "") == "load") == line
    rewritten = in_older_syntax(text)
    assert rewritten is not None
    assert rewritten.count("\n") == text.count("\n")


def test_a_call_in_a_newer_f_string_is_seen() -> None:
    tree = parse_python("x = f'{load('a')} {d['k']}'\n")
    assert "load('a')" in {ast.unparse(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}


@pytest.mark.parametrize(
    "text",
    ["try:\n    pass\nexcept A, B:\n    load()\n", "x = t'{a} and {load()}'\n", "try: pass\nexcept* A, B:\n  load()\n"],
)  # fmt: skip
def test_python_3_14(text: str) -> None:
    names = {ast.unparse(node.func) for node in ast.walk(parse_python(text)) if isinstance(node, ast.Call)}
    assert "load" in names


@pytest.mark.parametrize(
    "text",
    [
        "x = " + "(" * 1500 + ")" * 1500,
        "x = " + "[" * 1500 + "]" * 1500,
        "x = " + "{1:" * 1500 + "1" + "}" * 1500,
        "f" + "(" * 100_000,
        "x = " + "-" * 50_000 + "1",
        "x = " + "not " * 50_000 + "1",
        "x = " + "lambda: " * 20_000 + "1",
        "x = " + "a if b else " * 20_000 + "c",
        "x = a" + ".b" * 50_000,
        "x = a" + "()" * 50_000,
        "x = a" + "[0]" * 50_000,
        "x = " + "**".join(["2"] * 50_000),
        "x = " + "+".join(["1"] * 50_000),
        "x = " + " and ".join(["a"] * 50_000),
        "x = " + "f'{" * 300,
        "".join(" " * n + "if x:\n" for n in range(150)),
        "if a: pass\n" + "elif a: pass\n" * 3000,
        "x = '" + "a" * 1_000_000 + "'",
        "\0",
        "x = 1\0",
        "x = " + "9" * 10_000,
        "@" * 10_000,
        "async " * 10_000,
        "else:" * 10_000,
        "\\\n" * 50_000,
        "x" * 1_000_000,
        "class A[" + "T," * 20_000 + "]: pass",
    ],
    ids=range(27),
)
def test_hostile_source_ends_soon(text: str) -> None:
    start = time.monotonic()
    with contextlib.suppress(SourceError):
        parse_python(text)
    assert time.monotonic() - start < 8


def test_a_warning_of_the_parser_stays_inside() -> None:
    assert len(parse_python("x = '\\d'\ny = 1 is 1\n").body) == 2


def test_a_newer_f_string_keeps_its_text() -> None:
    tree = parse_python("x = f'/tmp/{d['k']}.pt'\n")
    assert ast.unparse(tree) in ("x = f'/tmp/{d['k']}.pt'", "x = '' + '/tmp/' + d['k'] + '.pt'")


def test_a_long_file() -> None:
    text = "x = load()\n" * 100_000
    assert len(parse_python(text).body) == 100_000
