"""Where the text of inline code stands: in a file that the app reads, or in a literal of the app itself."""

from __future__ import annotations

from collections.abc import Mapping

from archlint.model.place import Place

MIN_LINES = 2
"""A single line could stand anywhere; it counts as the call that it is handed to."""


def written_at(code: str, place: Place, files: Mapping[str, str]) -> Place | None:
    """The place of the code's first line when every line of it stands there; None when it is not found. `place` is
    where the code is handed over."""
    for path, content in files.items():
        if content == code:
            return Place(path)
    near = sorted(files, key=lambda path: path != place.path)
    return next((at for path in near if (at := _literal(code, path, files[path], place)) is not None), None)


def _literal(code: str, path: str, content: str, place: Place) -> Place | None:
    """A literal over several lines, perhaps indented (`textwrap.dedent`) and with escapes that keep its lines."""
    wanted = [_plain(line) for line in code.split("\n")]
    first = next((number for number, line in enumerate(wanted) if line), 0)
    end = next((number for number in range(len(wanted), 0, -1) if wanted[number - 1]), 0)
    if end - first < MIN_LINES:
        return None
    lines = content.split("\n")
    plain = [_plain(line) for line in lines]
    found = [
        start
        for start in range(len(plain) - (end - first) + 1)
        if plain[start].endswith(wanted[first])
        and plain[start + 1 : start + end - first - 1] == wanted[first + 1 : end - 1]
        and plain[start + end - first - 1].startswith(wanted[end - 1])
    ]
    if not found:
        return None
    start = min(found, key=lambda at: abs(at + 1 - place.line)) if path == place.path else found[0]
    if start < first:
        return None
    return Place(path, start - first + 1, _indent(lines, code.split("\n"), start, first, end) + 1)


def _plain(line: str) -> str:
    return line.strip().replace("\\", "")


def _indent(lines: list[str], code: list[str], start: int, first: int, end: int) -> int:
    """Columns by which the literal stands further right than the code itself, by its second line that has text."""
    for number in range(first + 1, end):
        if code[number].strip():
            written = lines[start + number - first]
            return max(0, _blanks(written) - _blanks(code[number]))
    return 0


def _blanks(line: str) -> int:
    return len(line) - len(line.lstrip())
