"""GitHub's Markdown, which GitLab shows as well: text of a repository that stays text in it."""

from __future__ import annotations

import re

from archlint.report.visible import visible

_SPECIAL = re.compile(r"([\\`*\[\]<>|~&$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9]))")
_BEGINNING = re.compile(r"^(?:(\d{1,9})(?=[.)])|(?=[-+=#]))")
_LIVE = re.compile(r'(?<=@)|(?<=[#!%&~$])(?=[\w"])|(?<=://)|(?<=\bwww)(?=\.)|(?<=\bGH-)(?=\d)', re.IGNORECASE)
_SPLIT = "<!-- -->"
"""Seen by nobody. Mentions, references to issues and bare addresses are found after the backslashes are gone; a comment
within keeps them from being found."""

_ENTITY = re.compile(r"[^A-Za-z0-9 /,=-]")


def prose(text: str) -> str:
    """One line in which nothing is Markdown, HTML, a link or a mention."""
    shown = _SPECIAL.sub(r"\\\1", visible(text).strip())
    return _BEGINNING.sub(r"\g<1>\\", _LIVE.sub(_SPLIT, shown))


def code(text: str) -> str:
    """The text as code; it may stand in a table."""
    text = visible(text).strip()
    if not text:
        return "–"
    return html_code(text) if "`" in text or "|" in text else f"`{text}`"


def html_code(text: str) -> str:
    """The same where Markdown is not read, such as in a summary."""
    return f"<code>{_ENTITY.sub(_entity, visible(text).strip())}</code>"


def _entity(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};" + _SPLIT * (found[0] == "@")


def fold(summary: str, body: str) -> str:
    """`summary` is HTML."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>\n"
