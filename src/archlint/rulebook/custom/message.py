"""A finding's message, as the page words it."""

from __future__ import annotations

import re

from archlint.rulebook.custom.fields import Fields

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
