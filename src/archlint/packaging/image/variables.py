"""ARG and ENV: which variables an instruction sees, and its text with them filled in."""

from __future__ import annotations

import re
from collections.abc import Mapping

from archlint.values import Known, Unknown, Value

MAX_TEXT = 65_536
"""Characters of an expanded word; longer ones are left unknown."""
MAX_DEPTH = 10

Variables = Mapping[str, Value[str]]

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_PAIR = re.compile(
    r"""((?:[^\s=\\"']|\\.)+)=((?:"[^"\\]*+(?:\\.[^"\\]*+)*+"|'[^']*+'|\\.|[^\s\\"'])*+)(?:\s+|\Z)""", re.DOTALL
)


def pairs(text: str) -> list[tuple[str, str]]:
    """The assignments of an ENV or LABEL instruction, values still quoted; the old form `NAME some text` too."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(text) and (match := _PAIR.match(text, at)):
        found.append((match[1], match[2]))
        at = match.end()
    if found and at >= len(text):
        return found
    name, _, value = text.partition(" ")
    return [(name, value.strip())] if "=" not in name else found


def expand(text: str, variables: Variables, shell: bool = False) -> Value[str]:
    """The text without quotes and with every variable filled in, as the builder does it, or why it is not known.

    `shell` keeps quotes: the shell still has to split the text.
    """
    if "$" not in text and (shell or not any(mark in text for mark in "\\\"'")):
        return Known(text)
    try:
        return Known(_Expansion(text, variables, shell).run(0))
    except _OpenError as error:
        return Unknown(error.reason)


class _OpenError(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Expansion:
    def __init__(self, text: str, variables: Variables, shell: bool) -> None:
        self.text = text
        self.variables = variables
        self.shell = shell
        self.at = 0

    def run(self, depth: int, closing: str = "") -> str:
        """Expands to the end of the text, or to an unquoted `closing`."""
        if depth > MAX_DEPTH:
            raise _OpenError("its variables are nested too deeply")
        parts: list[str] = []
        size = 0
        quote = ""
        while self.at < len(self.text):
            char = self.text[self.at]
            if closing and char == closing and not quote:
                break
            self.at += 1
            if char == "\\" and quote != "'" and self.at < len(self.text):
                piece = self._escaped(quote)
            elif char == "$" and quote != "'":
                piece = self._variable(depth)
            elif char == quote or (char in "\"'" and not quote):
                quote = "" if quote else char
                piece = char if self.shell else ""
            else:
                piece = char
            parts.append(piece)
            size += len(piece)
            if size > MAX_TEXT:
                raise _OpenError("its variables make it too long")
        return "".join(parts)

    def _escaped(self, quote: str) -> str:
        char = self.text[self.at]
        self.at += 1
        if self.shell or (quote and char not in '"\\$'):
            return "\\" + char
        return char

    def _variable(self, depth: int) -> str:
        if self.text.startswith("(", self.at):
            raise _OpenError("a command computes it")
        if not self.text.startswith("{", self.at):
            found = _NAME.match(self.text, self.at)
            if found is None:
                return "$"
            self.at = found.end()
            return self._value(found[0])
        found = _NAME.match(self.text, self.at + 1)
        if found is None:
            raise _OpenError("its variables are not well formed")
        self.at = found.end()
        return self._braced(found[0], depth)

    def _braced(self, name: str, depth: int) -> str:
        start = self.at
        operator = next((o for o in (":-", ":+", "-", "+") if self.text.startswith(o, start)), "")
        self.at += len(operator)
        if not operator and not self.text.startswith("}", self.at):
            raise _OpenError(f"${{{name}…}} uses an operator that archlint does not evaluate")
        before = self.at
        word: str | None
        try:
            word = self.run(depth + 1, "}")
            reason = ""
        except _OpenError as error:
            word, reason = None, error.reason
            self.at = self.text.find("}", max(before, self.at))
        if self.at < 0 or not self.text.startswith("}", self.at):
            raise _OpenError("its variables are not well formed")
        self.at += 1
        return self._chosen(name, operator, word, reason)

    def _chosen(self, name: str, operator: str, word: str | None, reason: str) -> str:
        if not operator:
            return self._value(name)
        value = self.variables.get(name)
        if isinstance(value, Unknown) and not isinstance(value, UnsetVariable):
            raise _OpenError(value.reason)
        filled = isinstance(value, Known) and (value.value != "" or not operator.startswith(":"))
        if operator.endswith("-") and filled and isinstance(value, Known):
            return value.value
        if operator.endswith("+") and not filled:
            return ""
        if word is None:
            raise _OpenError(reason)
        return word

    def _value(self, name: str) -> str:
        value = self.variables.get(name)
        if isinstance(value, Known):
            return value.value
        if value is None:
            raise _OpenError(f"the Dockerfile does not set ${name}")
        raise _OpenError(value.reason)


class UnsetVariable(Unknown):
    """A declared ARG without a default that the template passes no value for: `${NAME:-word}` yields its word."""
