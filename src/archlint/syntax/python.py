"""Python source to `ast`. Reading is two-speed: `ast` first; libcst only where this Python is older than the source."""

from __future__ import annotations

import ast
import codecs
import io
import re
import tokenize
import warnings

MAX_DEPTH = 200
"""Nested brackets or blocks; CPython itself refuses 200 brackets and 100 blocks of indentation."""

_NO_CHARSETS = frozenset(("idna", "punycode", "undefined", "unicode-escape", "raw-unicode-escape", "utf-7"))
"""Codecs that turn text into other text, some of them in the square of its length."""

_BRACKET = re.compile(r"[\[\](){}]")
_PYTHON_2 = re.compile(
    r"""^[ \t]*(?:print[ \t]+["'\w]|print[ \t]*>>|except[ \t]+[\w.]+[ \t]*,[ \t]*\w+[ \t]*:|exec[ \t]+["'])""",
    re.MULTILINE,
)
_PYTHON_2_LINE = re.compile(r"""<>|`|\b0[0-7]+\b|\b\d+[lL]\b|\b[uU][rR]["']|^[ \t]*raise[ \t]+[\w.]+[ \t]*,""")
"""What only Python 2 accepts: looked for in the whole file, and in the line that does not parse."""


class SourceError(Exception):
    """Source that cannot be parsed; `message` says why, without the source line (it may hold a secret)."""

    def __init__(self, message: str, line: int = 1, column: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.line = max(1, line)
        self.column = max(1, column)


def decode_python(raw: bytes) -> str:
    """The text of a source file by its BOM or PEP 263 declaration, with `\\n` line ends."""
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        if codecs.lookup(encoding).name.replace("_", "-") in _NO_CHARSETS:
            raise SourceError(f"it declares the encoding {encoding}, which is none for source code")
        text = raw.decode(encoding)
    except (SyntaxError, ValueError, LookupError) as error:
        line = raw.count(b"\n", 0, error.start) + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise SourceError("its encoding is not the declared one: save it as UTF-8", line) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def parse_python(text: str) -> ast.Module:
    """Raises SourceError for what is no Python 3 and for nesting that would exhaust a parser."""
    _refuse_depth(text)
    try:
        return _parse(text)
    except SyntaxError as error:
        older = _rewritten(text)
        if older is not None:
            return older
        raise SourceError(_reason(error, text), error.lineno or 1, error.offset or 1) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise SourceError("it is nested too deeply or holds a null byte") from error


def _parse(text: str) -> ast.Module:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text)


def _rewritten(text: str) -> ast.Module | None:
    """Newer syntax written in an older way, line by line in place; None when that does not help."""
    from archlint.syntax.newer_python import before_314, in_older_syntax

    for rewrite in (before_314, in_older_syntax):
        older = rewrite(text)
        try:
            if older is not None:
                return _parse(older)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
    return None


def _reason(error: SyntaxError, text: str) -> str:
    lines = text.split("\n")
    line = lines[error.lineno - 1] if error.lineno and error.lineno <= len(lines) else ""
    if _PYTHON_2.search(text) or _PYTHON_2_LINE.search(line):
        return "it is Python 2: no supported Lambda runtime runs it"
    message = error.msg.split("(")[0].strip()
    return f"it is not valid Python: {message}"


def _refuse_depth(text: str) -> None:
    """Counts brackets in linear time, before a recursive parser sees them."""
    if len(text) < MAX_DEPTH:
        return
    depth = 0
    for match in _BRACKET.finditer(text):
        depth = depth + 1 if match.group() in "[({" else max(0, depth - 1)
        if depth > MAX_DEPTH:
            raise SourceError(f"nested more than {MAX_DEPTH} levels deep", text.count("\n", 0, match.start()) + 1)
