"""requirements.txt as pip reads it: one value a logical line, nothing fetched and nothing expanded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

MAX_LINES = 20_000
MAX_LINE_CHARACTERS = 4_000
MAX_BRACKETS = 40
"""The marker grammar is parsed by recursion; deeper nesting than this is not a requirement."""

KINDS = ("requirement", "include", "constraint", "option", "editable", "invalid")

INDEXES = ("--index-url", "--extra-index-url", "--find-links")

_COMMENT = re.compile(r"(^|\s)#.*$")
_HOST = re.compile(r"[A-Za-z0-9.-]*(:\d+)?\Z")
_OPTION = re.compile(r"(--?[A-Za-z][A-Za-z-]*)(?:\s*=\s*|\s+)?(.*)\Z")
_LINE_OPTION = re.compile(r"\s--?[A-Za-z]")
_ONE_LETTER = re.compile(r"\A-([recif])(\S.*)\Z")
_ARCHIVE = re.compile(r"[^\s@;\[]+\.(?:whl|zip|tar\.gz)\Z")
"""A file's name, which is also a package's name by its letters."""

_EGG = re.compile(r"[#&]egg=([A-Za-z0-9._-]+)")
_EXTRAS = re.compile(r"\[([A-Za-z0-9._, -]*)\]\Z")
_PATH = re.compile(r"(\.{0,2}/|\.{1,2}\Z|file:|[^\s]+\.(whl|zip|tar\.gz)\Z)")
_LONG = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-i": "--index-url",
    "-f": "--find-links",
    "--pypi-url": "--index-url",
}
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


@dataclass(frozen=True, slots=True)
class Line:
    """One logical line, continuations joined; `line` is the 1-based number of its first physical line.

    `name` is the canonical name of a requirement ("" when only building it would tell), the path of an include or a
    constraint, the long form of an option, and the text of an invalid line. Nothing here holds credentials: `url`,
    and any address inside `name`, has lost its user information, query and fragment.
    """

    kind: str
    line: int
    name: str = ""
    specifier: str = ""
    extras: tuple[str, ...] = ()
    marker: Marker | None = None
    url: str | None = None
    """An address, or a path of a requirement that lies beside: what it is installed from instead of an index."""
    index: str | None = None
    """The address of the index that a project file tells for this requirement alone."""

    @property
    def label(self) -> str:
        """What a report prints for it."""
        return self.name or self.url or "a requirement without a name"


def decode(data: bytes) -> str:
    """UTF-8, or UTF-16 as PowerShell's `pip freeze >` writes it; a byte that fits neither becomes U+FFFD."""
    for bom, encoding in _BOMS:
        if data.startswith(bom):
            return data[len(bom) :].decode(encoding, "replace")
    if data[1:2] == b"\0":
        return data.decode("utf-16-le", "replace")
    return data.decode("utf-8", "replace")


def parse_requirements(text: str) -> tuple[Line, ...]:
    """Every line that says something, in order; at most MAX_LINES physical lines are read."""
    return tuple(_parse(number, logical) for number, logical in _logical_lines(text.removeprefix("\ufeff")))


def redact(address: str) -> str:
    """An address without user information, query and fragment; only its kind where its host cannot be told."""
    if "://" not in address:
        return address if "@" not in address else "a requirement by address"
    scheme, rest = address.split("://", 1)
    authority, slash, path = re.split(r"[?#]", rest, maxsplit=1)[0].partition("/")
    host = authority.rpartition("@")[2]
    if not _HOST.match(host):
        return "a requirement by address"
    return f"{scheme}://{host}{slash}{path}"


def _logical_lines(text: str) -> Iterator[tuple[int, str]]:
    """pip's order: continuations are joined first (a comment line ends one), then comments are cut."""
    held: list[str] = []
    start = 1
    lines = re.split(r"\r\n|\r|\n", text, maxsplit=MAX_LINES)[:MAX_LINES]
    for number, line in enumerate(lines, start=1):
        if not held:
            start = number
        comment = line.lstrip().startswith("#")
        if line.endswith("\\") and not comment:
            held.append(line[:-1])
            continue
        joined = "".join((*held, " " + line if comment and held else line))
        held = []
        if logical := _COMMENT.sub("", joined).strip():
            yield start, logical
    if held and (logical := _COMMENT.sub("", "".join(held)).strip()):
        yield start, logical


def _parse(number: int, text: str) -> Line:
    if len(text) > MAX_LINE_CHARACTERS and " --hash" not in text:
        return Line("invalid", number, _shown(text))
    if text.startswith("-"):
        return _option(number, text)
    bare = text[: found.start()].strip() if (found := _LINE_OPTION.search(text)) else text
    return _requirement(number, bare)


def _option(number: int, text: str) -> Line:
    text = _ONE_LETTER.sub(r"-\1 \2", text)
    found = _OPTION.match(text)
    if found is None:
        return Line("invalid", number, _shown(text))
    name = _LONG.get(found[1], found[1])
    value = found[2].strip().strip("\"'")
    if name in ("--requirement", "--constraint"):
        kind = "include" if name == "--requirement" else "constraint"
        return Line(kind, number, redact(value), url=redact(value) if "://" in value else None)
    if name == "--editable":
        return _editable(number, value)
    return Line("option", number, name, url=redact(value) if name in INDEXES and value else None)


def _editable(number: int, value: str) -> Line:
    egg = _EGG.search(value)
    address, extras = _split_extras(value) if "://" not in value else (value, ())
    return Line("editable", number, canonicalize_name(egg[1]) if egg else "", extras=extras, url=redact(address))


def _requirement(number: int, text: str) -> Line:
    if len(text) > MAX_LINE_CHARACTERS or text.count("(") > MAX_BRACKETS:
        return Line("invalid", number, _shown(text))
    if _ARCHIVE.match(text):
        return _by_address(number, text)
    try:
        found = Requirement(text)
    except (InvalidRequirement, ValueError, RecursionError):
        return _by_address(number, text)
    url = found.url
    specifier = _wheel(url)[1] if url and _wheel(url)[0] == canonicalize_name(found.name) else str(found.specifier)
    return Line(
        "requirement",
        number,
        canonicalize_name(found.name),
        specifier,
        tuple(sorted(found.extras)),
        found.marker,
        redact(url) if url else None,
    )


def _by_address(number: int, text: str) -> Line:
    """An address or a path without a name in front of it; the file name of a wheel tells name and version."""
    given = re.split(r"\s+;\s*|;\s+", text, maxsplit=1)[0].strip()
    address, extras = _split_extras(given) if "://" not in given else (given, ())
    if "://" not in address and not _PATH.match(address):
        return Line("invalid", number, _shown(text))
    name, specifier = _wheel(address)
    egg = _EGG.search(address)
    name = name or (canonicalize_name(egg[1]) if egg else "")
    return Line("requirement", number, name, specifier, extras, _marker(text[len(given) :]), redact(address))


def _split_extras(path: str) -> tuple[str, tuple[str, ...]]:
    """`./lib[web,cli]` as path and extras."""
    found = _EXTRAS.search(path)
    if found is None:
        return path, ()
    return path[: found.start()], tuple(sorted(one.strip() for one in found[1].split(",") if one.strip()))


def _marker(rest: str) -> Marker | None:
    try:
        return Marker(rest.strip().removeprefix(";")) if rest.strip() else None
    except (ValueError, RecursionError):
        return None


def _wheel(address: str) -> tuple[str, str]:
    """Name and `==version` of a wheel's address; empty for anything else."""
    try:
        path = unquote(urlsplit(address).path)
        name, version, _, _ = parse_wheel_filename(path.rpartition("/")[2])
    except (InvalidWheelFilename, ValueError):
        return "", ""
    return str(name), f"=={version}"


def _shown(text: str) -> str:
    """At most 80 characters of a line that is no requirement, words with an `@` or an address made safe."""
    return " ".join(redact(word) for word in text[:MAX_LINE_CHARACTERS].split())[:80]
