"""What a scan read, what it could not read and what it could not decide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class NotEvaluated:
    """A rule that had to stay silent about a function because a value is not known."""

    rule: str
    function: str
    attribute: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`left_out` counts folders and files by the reason for which they were passed over."""

    files_read: int = 0
    files_failed: tuple[str, ...] = ()
    not_evaluated: tuple[NotEvaluated, ...] = ()
    left_out: tuple[tuple[str, int], ...] = ()
