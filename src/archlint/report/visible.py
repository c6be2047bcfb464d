"""Text from a scanned repository made harmless for a terminal."""

from __future__ import annotations

import re

_UNSAFE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff\ufff9-\ufffb"
    "\u180e\U000e0000-\U000e0fff]"
)
"""Control characters, line separators, invisible and direction-changing characters, lone surrogates."""

_COMMAND = re.compile(r"##(?=\w*\[)|(?<!\S)::(?=\w)")
"""What the machines of GitHub (`##[…]` anywhere, `::…::` behind blanks), Azure and TeamCity take for a command when
they see it in a log."""

_JSON_COMMAND = re.compile(r"##(?=\w*\[)")
_CREDENTIALS = re.compile(r"(?<=://)[^\s/@'\"<>]{1,500}(?=@)")


def visible(text: str) -> str:
    """One line in which nothing moves the cursor, changes colours or hides: such characters are written \\x1b."""
    return without_commands(_UNSAFE.sub(_escaped, masked(text)))


def without_commands(text: str) -> str:
    """One line that no build machine obeys: the first character of a command's mark is written \\x23 or \\x3a."""
    return _COMMAND.sub(lambda found: f"\\x{ord(found[0][0]):02x}{found[0][1:]}", text)


def json_without_commands(text: str) -> str:
    """The same JSON value: `##[` stands in strings only, and there a character may be written as its number."""
    return _JSON_COMMAND.sub(r"#\\u0023", text)


def masked(text: str) -> str:
    """Without user names and passwords in addresses, at the same length."""
    return _CREDENTIALS.sub(lambda found: "*" * len(found[0]), text)


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    short = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    return short or (f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}")
