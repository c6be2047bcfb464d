"""Dockerfile text → instructions with their lines, as the reference of docker/dockerfile:1 describes the syntax.

Nothing is expanded here: variables stay as they are written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_INSTRUCTIONS = 2_000
"""A text with more instructions than this is not read; the largest ones that people write have a few hundred."""

_LONGEST_WORD = 20

KEYWORDS = frozenset(
    "ADD ARG CMD COPY ENTRYPOINT ENV EXPOSE FROM HEALTHCHECK LABEL MAINTAINER ONBUILD RUN SHELL STOPSIGNAL USER"
    " VOLUME WORKDIR".split()
)
_JSON_FORM = frozenset("ADD CMD COPY ENTRYPOINT RUN SHELL VOLUME".split())
_WITH_FLAGS = frozenset("ADD COPY FROM HEALTHCHECK RUN".split())
_WITH_HEREDOC = frozenset("ADD COPY RUN".split())
_MAY_BE_EMPTY = frozenset("CMD ENTRYPOINT RUN".split())

_DIRECTIVE = re.compile(r"[ \t]*#[ \t]*([A-Za-z][A-Za-z0-9]*)[ \t]*=[ \t]*(\S.*?)[ \t]*\Z")
_COMMENT = re.compile(r"[ \t]*#")
_FLAG = re.compile(r"--([A-Za-z][\w.-]*)(?:=(\S*))?(?:\s+|\Z)")
_STRING = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_STRINGS = re.compile(rf"\[\s*+(?:{_STRING}\s*+(?:,\s*+{_STRING}\s*+)*+)?\]\s*\Z", re.DOTALL)
_HEREDOC = re.compile(
    r"""(?P<skip>'[^']*+'|"[^"\\]*+(?:\\.[^"\\]*+)*+"|\\.|<<<)"""
    r"""|(?<![^\s;&|])\d*<<(?P<dash>-?)(?P<quote>["']?)(?P<name>[A-Za-z0-9_.][A-Za-z0-9_.-]*)(?P=quote)""",
    re.DOTALL,
)


class DockerfileError(Exception):
    """A text that is no Dockerfile; `message` completes "cannot be read: …". The only exception of this module."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line
        self.message = message


@dataclass(frozen=True, slots=True)
class Heredoc:
    """A here-document of an instruction. Variables in `text` are left alone by the builder unless `expand`."""

    name: str
    text: str
    expand: bool


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction. `words` are the strings of the exec form's JSON array, else the whitespace-separated words."""

    keyword: str
    """In capitals."""
    value: str
    """Everything after the keyword and its flags, continuation lines joined."""
    words: tuple[str, ...]
    flags: tuple[tuple[str, str], ...]
    """(name without dashes, value) in order; "" for a flag without a value."""
    json_form: bool
    line: int
    end_line: int
    heredocs: tuple[Heredoc, ...] = ()

    def flag(self, name: str) -> str | None:
        """The last value of a flag; None when it is not there."""
        return next((value for key, value in reversed(self.flags) if key == name), None)


def parse_dockerfile(text: str) -> tuple[Instruction, ...]:
    """All instructions in order; raises DockerfileError when the text is not a Dockerfile."""
    lines = [line.removesuffix("\r") for line in text.removeprefix("\ufeff").split("\n")]
    instructions: list[Instruction] = []
    for instruction in _Reader(lines).instructions():
        if len(instructions) >= MAX_INSTRUCTIONS:
            raise DockerfileError(instruction.line, f"it has more than {MAX_INSTRUCTIONS:,} instructions")
        if instruction.keyword == "FROM" and len(instruction.words) not in (1, 3):
            raise DockerfileError(instruction.line, "FROM takes an image and, after AS, a name")
        instructions.append(instruction)
    first = next((i for i in instructions if i.keyword != "ARG"), None)
    if first is None:
        raise DockerfileError(1, "it has no FROM instruction")
    if first.keyword != "FROM":
        raise DockerfileError(first.line, f"{first.keyword} comes before the first FROM")
    return tuple(instructions)


class _Reader:
    """Walks the lines once."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        self.at = 0
        self.escape = self._directives()

    def _directives(self) -> str:
        """The escape character; parser directives stand before everything else, comments included."""
        for number, line in enumerate(self.lines, 1):
            found = _DIRECTIVE.match(line) if len(line) < 500 else None
            if found is None or found[1].lower() not in ("syntax", "escape", "check"):
                break
            if found[1].lower() == "escape":
                if found[2] not in ("\\", "`"):
                    raise DockerfileError(number, "the escape directive must be \\ or `")
                return found[2]
        return "\\"

    def instructions(self) -> Iterator[Instruction]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if not line.strip() or _COMMENT.match(line):
                self.at += 1
                continue
            start = self.at + 1
            yield self._instruction(self._joined(), start)

    def _joined(self) -> str:
        """One logical line. Comment lines and blank lines inside a continuation vanish."""
        parts: list[str] = []
        while self.at < len(self.lines):
            line = self.lines[self.at]
            self.at += 1
            if parts and (not line.strip() or _COMMENT.match(line)):
                continue
            tail = line.rstrip(" \t")
            if tail.endswith(self.escape) and not tail.endswith(self.escape * 2):
                parts.append(tail[:-1])
            else:
                parts.append(line)
                break
        return "".join(parts).strip()

    def _instruction(self, text: str, line: int) -> Instruction:
        head, _, value = text.replace("\t", " ", 1).partition(" ") if "\t" in text[:20] else text.partition(" ")
        keyword = head.upper()
        if keyword not in KEYWORDS:
            raise DockerfileError(line, f"unknown instruction {_shown(head)}".rstrip())
        flags, value = _flags(value.strip()) if keyword in _WITH_FLAGS else ((), value.strip())
        if not value and keyword not in _MAY_BE_EMPTY:
            raise DockerfileError(line, f"{keyword} has no argument")
        strings = _strings(value) if keyword in _JSON_FORM else None
        heredocs: tuple[Heredoc, ...] = ()
        if strings is None and keyword in _WITH_HEREDOC and "<<" in value:
            heredocs = tuple(self._heredoc(found, line) for found in _HEREDOC.finditer(value) if found["name"])
        words = tuple(value.split()) if strings is None else strings
        return Instruction(keyword, value, words, flags, strings is not None, line, self.at, heredocs)

    def _heredoc(self, start: re.Match[str], line: int) -> Heredoc:
        body: list[str] = []
        while self.at < len(self.lines):
            text = self.lines[self.at]
            self.at += 1
            if start["dash"]:
                text = text.lstrip("\t")
            if text == start["name"]:
                return Heredoc(start["name"], "\n".join(body), expand=not start["quote"])
            body.append(text)
        raise DockerfileError(line, f"the here-document {start['name'][:40]!r} has no end")


def _shown(word: str) -> str:
    """A word as a message repeats it: "" for what may be anything, a secret too."""
    return repr(word) if word.isascii() and word.isalpha() and len(word) <= _LONGEST_WORD else ""


def _flags(value: str) -> tuple[tuple[tuple[str, str], ...], str]:
    flags: list[tuple[str, str]] = []
    at = 0
    while found := _FLAG.match(value, at):
        flags.append((found[1].lower(), found[2] or ""))
        at = found.end()
    return tuple(flags), value[at:]


def _strings(value: str) -> tuple[str, ...] | None:
    """The exec form: a JSON array of strings alone. The builder takes everything else for the shell form."""
    if not value.startswith("[") or not _STRINGS.match(value):
        return None
    try:
        strings = [str(word) for word in json.loads(value)]
        "".join(strings).encode()
    except ValueError:
        return None
    return tuple(strings)
