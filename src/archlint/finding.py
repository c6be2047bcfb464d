"""What archlint reports: one rule broken at one place, with the way that leads there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from archlint.model.place import Place

SEVERITIES = ("info", "warning", "error")
CONFIDENCES = ("low", "medium", "high")

SUPPRESSION_MARK = "archlint:"
"""A file without it holds no suppression."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the way from a handler, or another place that explains a finding."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class Hit:
    """What a rule yields. Severity and confidence fall back to those of the rule's page."""

    message: str
    place: Place
    function: str | None = None
    """The id of the function that it concerns."""
    severity: str | None = None
    confidence: str | None = None
    trace: tuple[Step, ...] = ()
    help: str | None = None
    """What to do here, where the page's general advice can be made concrete."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A hit with everything that a report prints of it."""

    rule: str
    code: str
    severity: str
    confidence: str
    message: str
    place: Place
    fingerprint: str
    functions: tuple[str, ...] = ()
    """Ids of all the functions that it concerns, the first one first."""
    trace: tuple[Step, ...] = ()
    help: str | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """By place, as people read files."""
        return (self.place.path, self.place.line, self.place.column, self.code, self.message)


def fingerprint(rule: str, path: str, code: str, occurrence: int) -> str:
    """Names a finding across edits elsewhere in its file: the rule, the path, the line's own text without its
    indentation, and which of several equal ones it is; no line number."""
    text = "\0".join((rule, path, " ".join(code.split()), str(occurrence)))
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
