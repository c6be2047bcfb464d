"""What a repository's owners ask for: `archlint.toml`, or `[tool.archlint]` in pyproject.toml."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pathspec import GitIgnoreSpec

from archlint.finding import SEVERITIES
from archlint.rules import registry
from archlint.syntax.gitignore import Patterns, compile_patterns
from archlint.syntax.toml import parse_toml
from archlint.tree import DiskTree, Tree, UnreadableError

FAIL_ON = (*reversed(SEVERITIES), "never")
_KEYS = ("select", "ignore", "exclude", "fail-on", "severity", "per-file-ignores")
_NO_SEVERITIES: Mapping[str, str] = MappingProxyType({})


class ConfigError(Exception):
    """Settings that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class PerFile:
    """Rules, by name, that say nothing about the files that a .gitignore pattern matches."""

    pattern: str
    rules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Config:
    """Checked settings; every rule is given by its name. `select` is None where all rules are meant."""

    select: frozenset[str] | None = None
    ignore: frozenset[str] = frozenset()
    exclude: tuple[str, ...] = ()
    """Patterns in .gitignore's syntax, relative to the scanned folder."""
    fail_on: str = "error"
    severity: Mapping[str, str] = field(default_factory=lambda: _NO_SEVERITIES)
    per_file_ignores: tuple[PerFile, ...] = ()

    def selected(self) -> frozenset[str]:
        """The names of the rules that run."""
        chosen = frozenset(registry.pages()) if self.select is None else self.select
        return chosen - self.ignore

    def ignored_in(self, path: str) -> frozenset[str]:
        """The names of the rules that say nothing about the file at `path`."""
        found: frozenset[str] = frozenset()
        for entry in self.per_file_ignores:
            verdict = _compiled(entry.pattern).check(path)
            if verdict is not None and verdict.ignored:
                found |= entry.rules
        return found

    def override(
        self, select: frozenset[str] | None = None, ignore: frozenset[str] = frozenset(), fail_on: str | None = None
    ) -> Config:
        """With the command line's choices: its `select` replaces the file's, its `ignore` adds to it."""
        return replace(
            self,
            select=self.select if select is None else select,
            ignore=self.ignore | ignore,
            fail_on=self.fail_on if fail_on is None else fail_on,
        )


def load_config(root: Path) -> Config:
    """The settings of the repository at `root`, or the defaults; raises ConfigError."""
    return read_config(DiskTree(root))


def read_config(tree: Tree) -> Config:
    """As `load_config`, for any tree."""
    own = _toml(tree, "archlint.toml") if tree.is_file("archlint.toml") else None
    shared = _tool_table(tree) if tree.is_file("pyproject.toml") else None
    if own is not None and shared is not None:
        raise ConfigError("archlint.toml and [tool.archlint] in pyproject.toml both hold settings; keep one of them")
    if own is not None:
        return _Reader("archlint.toml", "").config(own)
    if shared is not None:
        return _Reader("pyproject.toml", "tool.archlint.").config(shared)
    return Config()


@cache
def _compiled(pattern: str) -> Patterns:
    return compile_patterns([pattern])


def rule_names(texts: Iterable[str]) -> frozenset[str]:
    """The rules meant by names, codes and beginnings of codes; raises UnknownRuleError."""
    return frozenset(name for text in texts for name in registry.matching(text))


def _toml(tree: Tree, path: str) -> dict[str, object]:
    try:
        return parse_toml(tree.read(path).decode("utf-8-sig"))
    except UnreadableError as error:
        raise ConfigError(f"{path}: cannot be read: {error}") from error
    except (ValueError, RecursionError) as error:
        raise ConfigError(f"{path}: not valid TOML: {str(error) or type(error).__name__}") from error


def _tool_table(tree: Tree) -> object | None:
    """`[tool.archlint]`, or None. A pyproject.toml without such a table may be as broken as it likes."""
    try:
        if b"archlint" not in tree.read("pyproject.toml"):
            return None
        tool = _toml(tree, "pyproject.toml").get("tool")
    except UnreadableError:
        return None
    except ConfigError:
        if b"tool.archlint" in tree.read("pyproject.toml"):
            raise
        return None
    return tool.get("archlint") if isinstance(tool, dict) else None


class _Reader:
    """Checks one table of settings; every complaint says where the setting stands."""

    def __init__(self, path: str, prefix: str) -> None:
        self.path = path
        self.prefix = prefix

    def config(self, table: object) -> Config:
        settings = self.table("", table)
        for key in settings:
            if key not in _KEYS:
                raise self.error(key, f"unknown key{_did_you_mean(key, _KEYS)}; known are {', '.join(_KEYS)}")
        fail_on = settings.get("fail-on", "error")
        return Config(
            select=self.rules("select", settings["select"]) if "select" in settings else None,
            ignore=self.rules("ignore", settings.get("ignore", [])),
            exclude=self.patterns("exclude", settings.get("exclude", [])),
            fail_on=self.one_of("fail-on", fail_on, FAIL_ON),
            severity=self.severities(settings.get("severity", {})),
            per_file_ignores=self.per_file(settings.get("per-file-ignores", {})),
        )

    def error(self, key: str, message: str) -> ConfigError:
        return ConfigError(f"{self.path}: {(self.prefix + key).rstrip('.') or 'settings'}: {message}")

    def table(self, key: str, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.error(key, f"must be a table, not {_kind(value)}")
        return value

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.error(key, f"must be a list of strings, not {_kind(value)}")
        for item in value:
            if not isinstance(item, str) or not item.strip():
                raise self.error(key, f"must hold only strings that are not empty, not {item!r}")
        return tuple(value)

    def rules(self, key: str, value: object) -> frozenset[str]:
        try:
            return rule_names(self.texts(key, value))
        except registry.UnknownRuleError as error:
            raise self.error(key, str(error)) from error

    def patterns(self, key: str, value: object) -> tuple[str, ...]:
        texts = self.texts(key, value)
        for text in texts:
            self.pattern(key, text)
        return texts

    def pattern(self, key: str, text: str) -> str:
        try:
            GitIgnoreSpec.from_lines([text])
        except ValueError as error:
            raise self.error(key, f"not a pattern: {text!r}: {error}") from error
        return text

    def one_of(self, key: str, value: object, allowed: tuple[str, ...]) -> str:
        if not isinstance(value, str):
            raise self.error(key, f"must be one of {', '.join(allowed)}, not {_kind(value)}")
        if value not in allowed:
            raise self.error(key, f"must be one of {', '.join(allowed)}, not {value!r}{_did_you_mean(value, allowed)}")
        return value

    def severities(self, value: object) -> Mapping[str, str]:
        """Severity by rule name; what is said of a rule wins over what is said of the beginning of its code."""
        levels: list[tuple[frozenset[str], str]] = []
        for text, severity in self.table("severity", value).items():
            key = f"severity.{text}"
            levels.append((self.rules(key, [text]), self.one_of(key, severity, SEVERITIES)))
        levels.sort(key=lambda entry: -len(entry[0]))
        return MappingProxyType({name: level for names, level in levels for name in names})

    def per_file(self, value: object) -> tuple[PerFile, ...]:
        key = "per-file-ignores"
        return tuple(
            PerFile(self.pattern(key, pattern), self.rules(f'{key}."{pattern}"', rules))
            for pattern, rules in self.table(key, value).items()
        )


def _kind(value: object) -> str:
    names = {bool: "a boolean", int: "an integer", float: "a number", str: "a string", list: "a list", dict: "a table"}
    return names.get(type(value), "a date or time")


def _did_you_mean(text: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(text.replace("_", "-"), list(known), n=1)
    return f" (did you mean {close[0]!r}?)" if close else ""
