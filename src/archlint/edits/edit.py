"""Edits of a repository's text: what a fix is made of."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Edit:
    """Replaces the characters `start` to `end` (0-based, end excluded) of a file's decoded text, whose line ends are
    as they stand in the file. An insertion has `start` equal to `end`."""

    path: str
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Fix:
    """What makes one finding go away. `safe` says that no invocation can behave differently because of it, but for
    what the finding complains about; the other fixes are made only on request."""

    rule: str
    fingerprint: str
    """The finding's."""
    title: str
    """What it does, as an order: "create the client at module scope"."""
    safe: bool
    edits: tuple[Edit, ...]
