"""Three-valued facts: what a template or program states, or why nobody can know it without deploying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeAlias, TypeVar

T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Known(Generic[T]):
    """A value that the source states."""

    value: T


@dataclass(frozen=True, slots=True)
class Unknown:
    """A value that the source leaves open; `reason` completes "not known: …" for a person."""

    reason: str


Value: TypeAlias = Known[T] | Unknown


def known_or_none(value: Known[T] | Unknown) -> T | None:
    """The stated value, or None where nothing is stated (what the JSON report prints as null)."""
    return value.value if isinstance(value, Known) else None
