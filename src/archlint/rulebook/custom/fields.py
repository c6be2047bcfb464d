"""The front matter of a page, read with the line of every complaint."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from archlint.model.place import Place
from archlint.model.resource import Scalar as Plain
from archlint.syntax.node import DocumentError, Mapping, Node, Scalar, Sequence
from archlint.syntax.yaml import parse_yaml

PLACEHOLDERS = ("name", "value", "limit")
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_LONGEST = 200
"""Characters of a value that a message shows."""


def template(fields: Fields) -> str:
    """The `message` of a page; "" where it leaves the words to archlint."""
    text = fields.text("message")
    for found in _PLACEHOLDER.finditer(text):
        if found[1] not in PLACEHOLDERS:
            known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
            raise fields.error("message", f"has the placeholder {found[0]!a:.60}; known are {known}")
    return text


def filled(text: str, default: str, *, name: str, value: str, limit: str) -> str:
    """The message of one finding; a value is put in as it is, whatever braces it holds."""
    words = {"name": name, "value": value, "limit": limit}
    return _PLACEHOLDER.sub(lambda found: _short(words.get(found[1], found[0])), text) if text else default


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 2] + " …"


MAX_ITEMS = 100
"""Entries of a list."""

MAX_TEXT = 500
"""Characters of a value."""

MAX_STARS = 10
"""Wildcards of a pattern."""

_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what moves the cursor, changes the direction of text or does not show."""


class CustomRuleError(Exception):
    """A page that cannot be used; the message begins with path:line and says what to do."""


def error_at(place: Place, message: str) -> CustomRuleError:
    return CustomRuleError(f"{place.path}:{place.line}: {message}")


def hides(text: str) -> bool:
    """Whether something in it would not show on a terminal as it stands."""
    if text.isascii() and text.isprintable():
        return False
    return any(unicodedata.category(c) in _HIDDEN or "\U000e0000" <= c <= "\U000e0fff" for c in text)


def read_fields(matter: str, path: str) -> Fields:
    """Of front matter that begins on line 2."""
    try:
        root = parse_yaml("\n" + matter, path)
    except DocumentError as error:
        raise error_at(Place(path, max(error.line, 2)), f"its front matter cannot be read: {error.message}") from error
    if not isinstance(root, Mapping):
        raise error_at(Place(path, 2), "its front matter must be keys with values, such as `code: ORG001`")
    return Fields(root, "", Place(path, 2))


@dataclass(frozen=True, slots=True)
class Fields:
    """The keys of one mapping; `within` is the key that holds it, such as "check.property"."""

    node: Mapping
    within: str
    place: Place

    def named(self, key: str) -> str:
        return f"`{self.within}.{key}`" if self.within else f"`{key}`"

    def error(self, key: str, message: str) -> CustomRuleError:
        """About the value of a key, or about the mapping where the key is not there."""
        entry = self.node.entry(key)
        return error_at(self.place if entry is None else entry.key_place, f"{self.named(key)} {message}")

    def only(self, known: Iterable[str], required: Iterable[str] = ()) -> None:
        """Raises for unknown, doubled and missing keys."""
        names = list(known)
        seen: set[str] = set()
        for entry in self.node:
            key = entry.key[:60]
            if key not in names:
                close = difflib.get_close_matches(key, names, n=1)
                hint = f" (did you mean {close[0]!r}?)" if close else ""
                shown = self.named(ascii(key)[1:-1])
                raise error_at(entry.key_place, f"{shown} is no key{hint}; known are {', '.join(names)}")
            if key in seen:
                raise error_at(entry.key_place, f"{self.named(key)} is given twice")
            seen.add(key)
        for key in required:
            if key not in seen:
                raise self.error(key, "is missing")

    def __contains__(self, key: str) -> bool:
        return key in self.node

    def below(self, key: str) -> Fields:
        """The mapping under a key."""
        found = self.node.get(key)
        if not isinstance(found, Mapping):
            raise self.error(key, f"must hold keys with values, not {kind(found)}")
        within = f"{self.within}.{key}" if self.within else key
        entry = self.node.entry(key)
        return Fields(found, within, self.place if entry is None else entry.key_place)

    def text(self, key: str, default: str = "") -> str:
        """A text of one line; `default` where the key is not there."""
        found = self.node.get(key)
        return default if found is None else self._text(key, found)

    def texts(self, key: str, default: tuple[str, ...] = ()) -> tuple[str, ...]:
        """A text, or a list of texts."""
        found = self.node.get(key)
        return default if found is None else tuple(self._text(key, item) for item in self._items(key, found))

    def globs(self, key: str, default: tuple[str, ...] = ("*",)) -> tuple[str, ...]:
        """Patterns with * and ?."""
        for pattern in (found := self.texts(key, default)):
            if pattern.count("*") > MAX_STARS:
                raise self.error(key, f"has a pattern with more than {MAX_STARS} wildcards; use several patterns")
        return found

    def one_of(self, key: str, allowed: Iterable[str], default: str = "") -> str:
        """One of several words."""
        names = list(allowed)
        found = self.text(key, default)
        if found not in names:
            raise self.error(key, f"must be one of {', '.join(names)}, not {found!a:.60}")
        return found

    def number(self, key: str) -> int | float | None:
        found = self.node.get(key)
        if found is None:
            return None
        value = found.value if isinstance(found, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.error(key, f"must be a number, not {kind(found)}")
        return value

    def flag(self, key: str) -> bool:
        """False where the key is not there."""
        found = self.node.get(key)
        if found is None:
            return False
        if not isinstance(found, Scalar) or not isinstance(found.value, bool):
            raise self.error(key, f"must be true or false, not {kind(found)}")
        return found.value

    def plain(self, key: str) -> tuple[Plain, ...]:
        """Texts, numbers and truth values; () where the key is not there."""
        found = self.node.get(key)
        if found is None:
            return ()
        values: list[Plain] = []
        for item in self._items(key, found):
            if not isinstance(item, Scalar) or item.value is None:
                raise self.error(key, f"must hold texts, numbers, true or false, not {kind(item)}")
            values.append(self._text(key, item) if isinstance(item.value, str) else item.value)
        return tuple(values)

    def _items(self, key: str, found: Node) -> tuple[Node, ...]:
        items = found.items if isinstance(found, Sequence) else (found,)
        if not items or len(items) > MAX_ITEMS:
            raise self.error(key, f"must have 1 to {MAX_ITEMS} entries, not {len(items)}")
        return items

    def _text(self, key: str, found: Node) -> str:
        value = found.value if isinstance(found, Scalar) else None
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, f"must be a text, not {kind(found)}{_quotes(value)}")
        text = " ".join(value.split())
        if len(text) > MAX_TEXT:
            raise self.error(key, f"is longer than {MAX_TEXT} characters")
        if hides(text):
            raise self.error(key, "holds characters that do not show; take them out")
        return text


def kind(node: Node | None) -> str:
    """What a node is, for a complaint."""
    if isinstance(node, Scalar):
        names = {bool: "true or false", int: "a number", float: "a number", str: "an empty text"}
        return (
            names.get(type(node.value), "nothing")
            if not node.text.strip() or not isinstance(node.value, str)
            else "a text"
        )
    return "a list" if isinstance(node, Sequence) else "nothing" if node is None else "a mapping"


def _quotes(value: Plain) -> str:
    return f"; put it in quotes: '{value}'" if isinstance(value, int | float) else ""
