"""What a scan read, what it could not read and what it could not decide."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.model.place import Problem


@dataclass(frozen=True, slots=True, order=True)
class NotEvaluated:
    """A rule that had to stay silent about a function because a value is not known."""

    rule: str
    function: str
    attribute: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """`left_out` counts folders and files by the reason for which they were passed over; `outside` names those links
    among them that lead out of the scanned folder or nowhere, the first hundred."""

    files_read: int = 0
    files_failed: tuple[str, ...] = ()
    not_evaluated: tuple[NotEvaluated, ...] = ()
    not_read: tuple[Problem, ...] = ()
    """What declares functions in a way that archlint does not follow, such as a CDK app in another language."""
    left_out: tuple[tuple[str, int], ...] = ()
    outside: tuple[str, ...] = ()
