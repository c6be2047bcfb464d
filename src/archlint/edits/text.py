"""The decoded text of a repository's files, with what it takes to write them back byte for byte."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from bisect import bisect_right
from dataclasses import dataclass

from archlint.model.place import Place
from archlint.rulebook.registry import Rulebook, builtin
from archlint.tree import Tree, UnreadableError

_LINE_END = re.compile(r"\r\n|\r|\n")
_PYTHON = (".py", ".pyi", ".pyw")
_CHARSET = re.compile(r"utf-8|ascii|latin-1|iso-8859-\d+|cp125\d|windows-125\d", re.IGNORECASE)
"""Encodings of declared Python source that are written back."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A file as text. A byte order mark is not part of `text`; line ends are as they stand in the file."""

    text: str
    encoding: str
    bom: bytes
    starts: tuple[int, ...]
    """The offset of each line's first character."""
    data: bytes

    def encode(self, text: str) -> bytes:
        """The bytes of a changed text in the file's own encoding; raises UnreadableError where it has no such
        character."""
        try:
            return self.bom + text.encode(self.encoding)
        except (UnicodeEncodeError, LookupError) as error:
            raise UnreadableError(f"the fix needs a character that {self.encoding} lacks") from error


class Text:
    """Texts of a tree's files by path. Every method raises UnreadableError for a file that is not text.

    `rulebook` says what the rules' names in comments mean, by default archlint's own."""

    def __init__(self, tree: Tree, rulebook: Rulebook | None = None) -> None:
        self.tree = tree
        self.rulebook = rulebook or builtin()
        self._files: dict[str, Decoded] = {}

    def file(self, path: str) -> Decoded:
        """Raises UnreadableError, also where encoding the text again would not give the same bytes."""
        if path not in self._files:
            self._files[path] = _decoded(self.tree.read(path), path)
        return self._files[path]

    def read(self, path: str) -> str:
        return self.file(path).text

    def newline(self, path: str) -> str:
        """What ends the file's first line; "\\n" for a file of one line."""
        found = _LINE_END.search(self.read(path))
        return found[0] if found else "\n"

    def offset(self, path: str, line: int, column: int = 1) -> int:
        """Of a 1-based line and column (in code points, as all places have them); the end of the line or the file where
        it is shorter."""
        file = self.file(path)
        if line > len(file.starts):
            return len(file.text)
        start = file.starts[max(line, 1) - 1]
        return min(start + max(column, 1) - 1, self.line_end(path, line))

    def line_start(self, path: str, line: int) -> int:
        return self.offset(path, line)

    def line_end(self, path: str, line: int) -> int:
        """The offset behind a line's last character, before its line end."""
        file = self.file(path)
        if line > len(file.starts):
            return len(file.text)
        found = _LINE_END.search(file.text, file.starts[max(line, 1) - 1])
        return found.start() if found else len(file.text)

    def line(self, path: str, line: int) -> str:
        """The text of a line without its line end; "" for a line that is not there."""
        return self.read(path)[self.line_start(path, line) : self.line_end(path, line)]

    def line_of(self, path: str, offset: int) -> int:
        """The 1-based line that holds an offset."""
        return bisect_right(self.file(path).starts, offset)

    def span(self, place: Place) -> tuple[int, int]:
        """(start, end) of a place; an empty span where its end is not known."""
        start = self.offset(place.path, place.line, place.column)
        if place.end_line is None:
            return start, start
        return start, max(start, self.offset(place.path, place.end_line, place.end_column or 1))


def _decoded(data: bytes, path: str) -> Decoded:
    bom = codecs.BOM_UTF8 if data.startswith(codecs.BOM_UTF8) else b""
    body = data[len(bom) :]
    encoding = "utf-8"
    if path.lower().endswith(_PYTHON) and not bom:
        try:
            encoding = tokenize.detect_encoding(io.BytesIO(body).readline)[0]
        except (SyntaxError, ValueError, LookupError) as error:
            raise UnreadableError("its encoding is not known") from error
        if not _CHARSET.fullmatch(encoding):
            raise UnreadableError(f"files in {encoding} are not changed")
    try:
        text = body.decode(encoding)
        same = text.encode(encoding) == body
    except (UnicodeDecodeError, UnicodeEncodeError, LookupError) as error:
        raise UnreadableError(f"it is not {encoding} text") from error
    if not same:
        raise UnreadableError(f"its {encoding} text cannot be written back unchanged")
    starts = (0, *(found.end() for found in _LINE_END.finditer(text)))
    return Decoded(text, encoding, bom, starts, data)
