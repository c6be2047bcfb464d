"""What a rule's page says to do, as plain text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from archlint.rules import registry

_LONGEST = 320
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_SENTENCE = re.compile(r"[.!?](?= [A-Z`])")


def advice() -> Mapping[str, str]:
    """By rule, the first sentences of its page's advice."""
    return MappingProxyType({name: _plain(page.lead("What to do")) for name, page in registry.pages().items()})


def _plain(text: str) -> str:
    text = _BOLD.sub(r"\1", _LINK.sub(r"\1", text))
    if len(text) <= _LONGEST:
        return text
    ends = [found.end() for found in _SENTENCE.finditer(text) if found.end() <= _LONGEST]
    return text[: ends[-1]] if ends else text[:_LONGEST].rsplit(" ", 1)[0] + " …"
