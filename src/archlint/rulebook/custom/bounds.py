"""What a rule allows a value to be."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from archlint.model.resource import Scalar
from archlint.rulebook.custom.fields import Fields

NUMBER, TEXT, WORDS, TRUTH = "number", "text", "words", "truth value"
"""Kinds of properties; words are several texts with commas."""

_KEYS = ("max", "min", "one_of", "not_one_of", "matches", "required")
_TYPES: dict[str, type | tuple[type, ...]] = {NUMBER: (int, float), TEXT: str, WORDS: str, TRUTH: bool}


@dataclass(frozen=True, slots=True)
class ValueBounds:
    """`max` and `min` are allowed themselves. Texts are compared without regard to case, patterns with it."""

    kind: str
    max: int | float | None = None
    min: int | float | None = None
    one_of: tuple[Scalar, ...] = ()
    not_one_of: tuple[Scalar, ...] = ()
    matches: tuple[str, ...] = ()
    required: bool = False

    @property
    def needs_value(self) -> bool:
        """Whether more than the presence of a value counts."""
        limits = (self.max, self.min)
        return any(limit is not None for limit in limits) or bool(self.one_of or self.not_one_of or self.matches)

    def broken(self, value: Scalar) -> tuple[str, str] | None:
        """(what is wrong, the limit) for a value that is not allowed; a value of another kind is left alone."""
        if not isinstance(value, _TYPES[self.kind]) or (self.kind == NUMBER and isinstance(value, bool)):
            return None
        if isinstance(value, int | float) and self.kind == NUMBER:
            if self.max is not None and value > self.max:
                return f"is {value}; at most {self.max} is allowed", str(self.max)
            if self.min is not None and value < self.min:
                return f"is {value}; at least {self.min} is asked for", str(self.min)
        return self._listed(value)

    def _listed(self, value: Scalar) -> tuple[str, str] | None:
        parts: list[Scalar] = [word for word in str(value).split(",") if word] if self.kind == WORDS else [value]
        shown = shown_value(value)
        if self.one_of and any(not _among(part, self.one_of) for part in parts):
            allowed = ", ".join(map(shown_value, self.one_of))
            return f"is {shown}; allowed: {allowed}", allowed
        forbidden = next((part for part in parts if _among(part, self.not_one_of)), None)
        if forbidden is not None:
            return f"is {shown}, which is not allowed", shown_value(forbidden)
        if self.matches and any(not fits(str(part), self.matches) for part in parts):
            patterns = ", ".join(self.matches)
            return f"is {shown}, which does not match {patterns}", patterns
        return None


def fits(text: str, patterns: tuple[str, ...]) -> bool:
    """Whether one of the patterns matches the whole text."""
    return any(fnmatchcase(text, pattern) for pattern in patterns)


def shown_value(value: Scalar) -> str:
    """As YAML writes it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _among(value: Scalar, others: tuple[Scalar, ...]) -> bool:
    if isinstance(value, str):
        return value.casefold() in (other.casefold() for other in others if isinstance(other, str))
    return any(value == other and isinstance(value, bool) == isinstance(other, bool) for other in others)


def read_bounds(fields: Fields, kind: str) -> ValueBounds:
    """The `within` of a check about a property of that kind; raises CustomRuleError."""
    inner = fields.below("within")
    inner.only(_KEYS)
    if not inner.node.entries:
        raise fields.error("within", f"says nothing; give at least one of {', '.join(_KEYS)}")
    for key in ("max", "min"):
        if key in inner and kind != NUMBER:
            raise inner.error(key, f"compares numbers, and the property is a {kind}")
    if "matches" in inner and kind not in (TEXT, WORDS):
        raise inner.error("matches", f"compares texts, and the property is a {kind}")
    found = ValueBounds(
        kind,
        inner.number("max"),
        inner.number("min"),
        inner.plain("one_of"),
        inner.plain("not_one_of"),
        inner.globs("matches", ()),
        inner.flag("required"),
    )
    for key, values in (("one_of", found.one_of), ("not_one_of", found.not_one_of)):
        for value in values:
            if not isinstance(value, _TYPES[kind]) or (kind == NUMBER and isinstance(value, bool)):
                hint = "; put numbers in quotes" if kind in (TEXT, WORDS) else ""
                raise inner.error(key, f"has {shown_value(value)!a:.60}, and the property is a {kind}{hint}")
    if found.max is not None and found.min is not None and found.min > found.max:
        raise inner.error("min", f"is above max: no value from {found.min} to {found.max} can be")
    if not found.needs_value and not found.required:
        raise inner.error("required", "must be true, or left out beside other keys")
    return found
