"""Who wants to know where the time goes, and how far a scan is."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import TypeAlias

Timed: TypeAlias = Callable[[str], AbstractContextManager[None]]
"""Called with a stage's name; what it returns is open while the stage runs."""

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the number of parts that are done, and of all."""


def untimed(_: str) -> AbstractContextManager[None]:
    return nullcontext()


def unseen(_: int, __: int) -> None:
    """The progress that nobody watches."""
