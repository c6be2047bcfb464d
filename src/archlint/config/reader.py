"""Settings from TOML: where they stand, and whether they can be used."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from archlint.config.settings import FAIL_ON, PERSONAS, Config, PerFile, rule_names
from archlint.finding import SEVERITIES
from archlint.knowledge.limits import Limits, Number, is_limit, settable
from archlint.rulebook import registry
from archlint.rulebook.custom.fields import CustomRuleError
from archlint.rulebook.rulebook import all_rules
from archlint.syntax.toml import KeyPath, TomlError, key_lines, parse_toml
from archlint.tree import DiskTree, Tree, UnreadableError, join

OWN, SHARED = "archlint.toml", "pyproject.toml"
_LONGEST = 80
"""Characters of a key or value that a message repeats."""

_BARE = re.compile(r"[A-Za-z0-9_-]+\Z")
_AT_END = "(at end of document)"
_AFTER = re.compile(r" \(at (?:line \d+, column \d+|end of document)\)\Z")


class ConfigError(Exception):
    """Settings that cannot be used; the message names the file, the line and the key, and says what to write."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings with the file that they stand in, None for the defaults. `table` is what the file says, checked, and
    `lines` says where its keys stand."""

    config: Config = field(default_factory=Config)
    path: str | None = None
    table: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[KeyPath, int] = field(default_factory=lambda: MappingProxyType({}))


def load_config(root: Path) -> Config:
    """The settings of the repository at `root`, or the defaults; raises ConfigError."""
    return read_config(DiskTree(root))


def read_config(tree: Tree) -> Config:
    """As `load_config`, for any tree."""
    return load(tree).config


def load(tree: Tree) -> Loaded:
    """As `read_config`, with where each setting stands."""
    rulebook = _rulebook(tree)
    own = _text(tree, OWN) if tree.is_file(OWN) else None
    shared = _tool_text(tree) if tree.is_file(SHARED) else None
    if own is not None and shared is not None:
        raise ConfigError(f"{OWN} and [tool.archlint] in {SHARED} both hold settings; keep one of them")
    if own is not None:
        return _Reader(OWN, own, ()).loaded(_parsed(OWN, own), rulebook)
    if shared is not None:
        table = _parsed(SHARED, shared)["tool"]["archlint"]
        return _Reader(SHARED, shared, ("tool", "archlint")).loaded(table, rulebook)
    return Loaded(Config(rulebook=rulebook))


def _rulebook(tree: Tree) -> registry.Rulebook:
    try:
        return all_rules(tree)
    except CustomRuleError as error:
        raise ConfigError(str(error)) from error


def _text(tree: Tree, path: str) -> str:
    try:
        return tree.read(path).decode("utf-8-sig")
    except UnreadableError as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: it is not UTF-8 text; save it as UTF-8") from error


def _parsed(path: str, text: str) -> dict[str, Any]:
    try:
        return parse_toml(text)
    except TomlError as error:
        cause = str(error.__cause__ if isinstance(error.__cause__, ValueError) else error)
        line = text.rstrip().count("\n") + 1 if cause.endswith(_AT_END) else error.lineno
        raise ConfigError(f"{path}:{line}: not valid TOML: {_short(_AFTER.sub('', cause))}") from error


def _tool_text(tree: Tree) -> str | None:
    """The text of pyproject.toml if it has a `[tool.archlint]`. One without may be as broken as it likes."""
    try:
        raw = tree.read(SHARED)
        if b"archlint" not in raw:
            return None
        text = _text(tree, SHARED)
        tool = _parsed(SHARED, text).get("tool")
    except UnreadableError:
        return None
    except ConfigError:
        if b"tool.archlint" in raw:
            raise
        return None
    return text if isinstance(tool, dict) and "archlint" in tool else None


class _Reader:
    """Checks one table of settings; every complaint says where the setting stands."""

    def __init__(self, path: str, text: str, prefix: KeyPath) -> None:
        self.path = path
        self.text = text
        self.prefix = prefix
        self.rulebook = registry.builtin()

    def loaded(self, table: object, rulebook: registry.Rulebook) -> Loaded:
        self.rulebook = rulebook
        lines = {
            key[len(self.prefix) :]: line
            for key, line in key_lines(self.text).items()
            if key[: len(self.prefix)] == self.prefix
        }
        return Loaded(self.config(table), self.path, MappingProxyType(self.table((), table)), MappingProxyType(lines))

    def config(self, table: object) -> Config:
        settings = self.table((), table)
        for key in settings:
            if key not in KEYS:
                raise self.error((key,), f"unknown key{did_you_mean(key, KEYS)}; known are {', '.join(KEYS)}")
        return Config(
            rulebook=self.rulebook,
            **{KEYS[key].field: KEYS[key].read(self, (key,), value) for key, value in settings.items()},
        )

    def error(self, key: KeyPath, message: str) -> ConfigError:
        full = (*self.prefix, *key)
        known = key_lines(self.text)
        line = next((known[full[:n]] for n in range(len(full), 0, -1) if full[:n] in known), None)
        place = self.path if line is None else f"{self.path}:{line}"
        shown = ".".join(part if _BARE.match(part) else json.dumps(part, ensure_ascii=False) for part in full)
        return ConfigError(f"{place}: {_short(shown) or 'settings'}: {message}")

    def table(self, key: KeyPath, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table, not {_kind(value)}")
        return value

    def texts(self, key: KeyPath, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.error(key, f"must be a list of strings, not {_kind(value)}")
        for item in value:
            if not isinstance(item, str) or not item.strip():
                raise self.error(key, f"must hold only strings that are not empty, not {_short(repr(item))}")
        return tuple(value)

    def rules(self, key: KeyPath, value: object) -> frozenset[str]:
        try:
            return rule_names(self.texts(key, value), self.rulebook)
        except registry.UnknownRuleError as error:
            raise self.error(key, str(error)) from error

    def patterns(self, key: KeyPath, value: object) -> tuple[str, ...]:
        return tuple(self.pattern(key, text) for text in self.texts(key, value))

    def pattern(self, key: KeyPath, text: str) -> str:
        from pathspec import GitIgnoreSpec

        try:
            GitIgnoreSpec.from_lines([text])
        except ValueError as error:
            raise self.error(key, f"not a pattern: {_short(repr(text))}: {_short(str(error))}") from error
        return text

    def one_of(self, key: KeyPath, value: object, allowed: tuple[str, ...]) -> str:
        if not isinstance(value, str):
            raise self.error(key, f"must be one of {', '.join(allowed)}, not {_kind(value)}")
        if value not in allowed:
            close = did_you_mean(value, allowed)
            raise self.error(key, f"must be one of {', '.join(allowed)}, not {_short(repr(value))}{close}")
        return value

    def fail_on(self, key: KeyPath, value: object) -> str:
        return self.one_of(key, value, FAIL_ON)

    def persona(self, key: KeyPath, value: object) -> str:
        return self.one_of(key, value, PERSONAS)

    def baseline(self, key: KeyPath, value: object) -> str:
        if not isinstance(value, str):
            raise self.error(key, f"must be a path, not {_kind(value)}")
        path = join("", value) if value.strip() else None
        if not path:
            raise self.error(key, f"must be the path of a file below the scanned folder, not {_short(repr(value))}")
        return path

    def severities(self, key: KeyPath, value: object) -> Mapping[str, str]:
        """Severity by rule name; what is said of a rule wins over what is said of the beginning of its code."""
        levels: list[tuple[frozenset[str], str]] = []
        for text, severity in self.table(key, value).items():
            own = (*key, text)
            names = self.rules(own, [text])
            if severity in ("off", "never", "none", False):
                raise self.error(own, f"a rule is switched off by its name in `ignore`: ignore = [{json.dumps(text)}]")
            levels.append((names, self.one_of(own, severity, SEVERITIES)))
        levels.sort(key=lambda entry: -len(entry[0]))
        found = {name: level for names, level in levels for name in names}
        return MappingProxyType({name: found[name] for name in sorted(found)})

    def per_file(self, key: KeyPath, value: object) -> tuple[PerFile, ...]:
        return tuple(
            PerFile(self.pattern((*key, pattern), pattern), self.rules((*key, pattern), rules))
            for pattern, rules in self.table(key, value).items()
        )

    def limits(self, key: KeyPath, value: object) -> Limits:
        table = self.table(key, value)
        return Limits(tuple(sorted((name, self.limit((*key, name), given)) for name, given in table.items())))

    def limit(self, key: KeyPath, value: object) -> Number:
        name, rows = key[-1], settable()
        row = rows.get(name)
        if row is None:
            fixed = "AWS changes this limit for nobody" if is_limit(name) else "unknown limit"
            known = f"the limits that can be set are {', '.join(rows)}"
            raise self.error(key, f"{fixed}{did_you_mean(name, rows)}; {known}")
        asked = f"{'an integer' if row.whole else 'a number'} from {row.least:,} to {row.most:,} ({row.unit})"
        if row.whole and isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, bool) or not isinstance(value, int if row.whole else int | float):
            raise self.error(key, f"must be {asked}, not {_kind(value)}")
        if not row.least <= value <= row.most:
            raise self.error(key, f"must be {asked}, not {_short(str(value))}")
        return value


@dataclass(frozen=True, slots=True)
class Key:
    """A key of the settings, the field of Config that it fills, and what reads its value."""

    field: str
    read: Callable[[_Reader, KeyPath, object], Any]


KEYS: Mapping[str, Key] = MappingProxyType(
    {
        "select": Key("select", _Reader.rules),
        "ignore": Key("ignore", _Reader.rules),
        "exclude": Key("exclude", _Reader.patterns),
        "fail-on": Key("fail_on", _Reader.fail_on),
        "persona": Key("persona", _Reader.persona),
        "baseline": Key("baseline", _Reader.baseline),
        "severity": Key("severity", _Reader.severities),
        "per-file-ignores": Key("per_file_ignores", _Reader.per_file),
        "limits": Key("limits", _Reader.limits),
    }
)
"""All that the settings may hold, in the order in which they are shown; `schema.py` describes each."""


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")


def did_you_mean(text: str, known: Iterable[str]) -> str:
    """A hint at the known word that may be meant, or ""; hyphens and underscores count as the same."""
    words = {word.replace("_", "-"): word for word in known}
    close = difflib.get_close_matches(text[:_LONGEST].replace("_", "-"), list(words), n=1)
    return f" (did you mean {words[close[0]]!r}?)" if close else ""
