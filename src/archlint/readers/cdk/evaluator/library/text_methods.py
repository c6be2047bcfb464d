"""Methods of texts in both languages."""

from __future__ import annotations

import re

from archlint.readers.cdk.evaluator.library.helper import Helper, Invocation
from archlint.readers.cdk.evaluator.operators import text, unknown, woven
from archlint.readers.cdk.values import CdkValue, Open

_FIELD = re.compile(r"\{\{|\}\}|\{(\w*)\}")
_PLAIN = frozenset(
    "capitalize casefold count endswith find index isalnum isalpha isdigit islower isnumeric isspace isupper lower"
    " lstrip partition removeprefix removesuffix rfind rindex rpartition rsplit rstrip split splitlines startswith"
    " strip swapcase title upper".split()
)
_SCRIPT_NAMES = {
    "toUpperCase": "upper",
    "toLowerCase": "lower",
    "toLocaleLowerCase": "lower",
    "toLocaleUpperCase": "upper",
    "trim": "strip",
    "trimStart": "lstrip",
    "trimEnd": "rstrip",
    "startsWith": "startswith",
    "endsWith": "endswith",
    "indexOf": "find",
    "lastIndexOf": "rfind",
}


def call(at: Invocation, name: str) -> CdkValue:
    """`"text".name(arguments)`."""
    for value in (*at.arguments, *at.keywords.values()):
        if isinstance(value, Open):
            return unknown(value)
    table = _SCRIPT if at.script else _PYTHON
    if name in table:
        return table[name](at)
    if at.script:
        name = _SCRIPT_NAMES.get(name, "")
    if name not in _PLAIN:
        return Open("a method of a text that archlint does not follow")
    plain = [tuple(value) if isinstance(value, list) else value for value in at.arguments]
    found = getattr(str, name)(at.owner, *plain, **at.keywords)
    if isinstance(found, list | tuple):
        return at.budget.items(len(found)) or at.memory.born_list(list(found))
    return (at.budget.text(len(found)) or found) if isinstance(found, str) else found


def _join(at: Invocation) -> CdkValue:
    items = at.items(at.arguments[0])
    return items if isinstance(items, Open) else joined(at, at.owner, items)


def joined(at: Invocation, separator: str, items: list[CdkValue]) -> CdkValue:
    parts: list[str] = []
    items = ["" if item is None and at.script else item for item in items]
    for item in items:
        part = text(item, at.script)
        if isinstance(part, Open):
            return woven([value for other in items for value in (other, separator)][:-1], at.script)
        parts.append(part)
    return at.budget.text(sum(map(len, parts)) + len(separator) * len(parts)) or separator.join(parts)


def _replaced(at: Invocation, old: CdkValue, new: CdkValue, count: int) -> CdkValue:
    owner: str = at.owner
    if not isinstance(old, str) or not isinstance(new, str):
        return Open("a replacement that archlint does not follow")
    times = owner.count(old) if old else len(owner) + 1
    return at.budget.text(len(owner) + times * len(new)) or owner.replace(old, new, count)


def _replace(at: Invocation) -> CdkValue:
    count = 1 if at.script else at.arguments[2] if len(at.arguments) > 2 else -1
    return _replaced(at, at.arguments[0], at.arguments[1], count)


def _replace_all(at: Invocation) -> CdkValue:
    return _replaced(at, at.arguments[0], at.arguments[1], -1)


def _format(at: Invocation) -> CdkValue:
    """Plain fields only: `{}`, `{0}`, `{name}`."""
    if "{" in _FIELD.sub("", at.owner) or "}" in _FIELD.sub("", at.owner):
        return Open("a format that archlint does not follow")
    parts: list[str] = []
    end = used = 0
    for match in _FIELD.finditer(at.owner):
        parts.append(at.owner[end : match.start()])
        end = match.end()
        name = match.group(1)
        value: CdkValue = match.group()[0]
        if name is not None:
            value = at.keywords[name] if name in at.keywords else at.arguments[int(name) if name else used]
            used += not name
        part = text(value, False)
        if isinstance(part, Open):
            return part
        parts.append(part)
    parts.append(at.owner[end:])
    return at.budget.text(sum(map(len, parts))) or "".join(parts)


def _padded(way: str) -> Helper:
    def method(at: Invocation) -> CdkValue:
        width = at.arguments[0]
        fill = at.arguments[1] if len(at.arguments) > 1 else " "
        if not isinstance(width, int) or not isinstance(fill, str) or len(fill) != 1:
            return Open("a padding that archlint does not follow")
        refused = at.budget.text(max(width, len(at.owner)))
        return refused or getattr(str, way)(at.owner, width, *(() if way == "zfill" else (fill,)))

    return method


def _repeat(at: Invocation) -> CdkValue:
    return at.budget.text(len(at.owner) * max(0, at.arguments[0])) or at.owner * at.arguments[0]


def _split(at: Invocation) -> CdkValue:
    separator = at.arguments[0] if at.arguments else None
    if separator is not None and not isinstance(separator, str):
        return unknown(separator)
    parts = [at.owner] if separator is None else at.owner.split(separator) if separator else list(at.owner)
    parts = parts[: at.arguments[1]] if len(at.arguments) > 1 else parts
    return at.budget.items(len(parts)) or at.memory.born_list(list(parts))


def _slice(at: Invocation) -> CdkValue:
    return at.owner[slice(*(at.arguments or [None]))] if len(at.arguments) != 1 else at.owner[at.arguments[0] :]


def _substring(at: Invocation) -> CdkValue:
    start, end = [*at.arguments, len(at.owner)][:2]
    start, end = sorted((max(0, start), max(0, end)))
    return at.owner[start:end]


def _substr(at: Invocation) -> CdkValue:
    start = at.arguments[0] if at.arguments[0] >= 0 else max(0, len(at.owner) + at.arguments[0])
    return at.owner[start : start + at.arguments[1]] if len(at.arguments) > 1 else at.owner[start:]


def _includes(at: Invocation) -> CdkValue:
    return at.arguments[0] in at.owner


def _concat(at: Invocation) -> CdkValue:
    return joined(at, "", [at.owner, *at.arguments])


def _char(at: Invocation) -> CdkValue:
    position = at.arguments[0] if at.arguments else 0
    return at.owner[position] if 0 <= position < len(at.owner) else ""


def _itself(at: Invocation) -> CdkValue:
    return at.owner


_PYTHON: dict[str, Helper] = {
    "join": _join,
    "replace": _replace,
    "format": _format,
    "ljust": _padded("ljust"),
    "rjust": _padded("rjust"),
    "center": _padded("center"),
    "zfill": _padded("zfill"),
    "__str__": _itself,
}
_SCRIPT: dict[str, Helper] = {
    "replace": _replace,
    "replaceAll": _replace_all,
    "padStart": _padded("rjust"),
    "padEnd": _padded("ljust"),
    "repeat": _repeat,
    "split": _split,
    "slice": _slice,
    "substring": _substring,
    "substr": _substr,
    "includes": _includes,
    "concat": _concat,
    "charAt": _char,
    "at": _char,
    "toString": _itself,
    "valueOf": _itself,
}
