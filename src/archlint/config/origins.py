"""Every setting of a scan with where it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from archlint.collect import MAX_FILES, MAX_LEVELS, VENDORED, is_environment
from archlint.config.reader import Loaded
from archlint.config.settings import Config
from archlint.knowledge.limits import settable
from archlint.syntax.gitignore import compile_patterns
from archlint.syntax.toml import KeyPath
from archlint.tree import Tree

MOST = 1_000
"""Paths that are listed."""


@dataclass(frozen=True, slots=True)
class Excluded:
    """A file, or a folder (its path ends with `/`) with all below it."""

    path: str
    pattern: str


def excluded(tree: Tree, patterns: Sequence[str]) -> tuple[tuple[Excluded, ...], bool]:
    """The first `MOST` in order of their paths, and whether there are more. Folders that tools fill and links are
    passed over, as in a scan."""
    found: list[Excluded] = []
    for entry in _walk(tree, patterns) if patterns else ():
        if len(found) == MOST:
            return tuple(found), True
        found.append(entry)
    return tuple(found), False


def _walk(tree: Tree, patterns: Sequence[str]) -> Iterator[Excluded]:
    compiled = compile_patterns(patterns)
    pending = [""]
    seen = 0
    while pending:
        path = pending.pop()
        if path and tree.is_link(path):
            continue
        is_folder = tree.is_dir(path)
        if path and is_folder and (path.rsplit("/", 1)[-1] in VENDORED or is_environment(tree, path)):
            continue
        verdict = compiled.check(f"{path}/" if is_folder else path) if path else None
        if verdict is not None and verdict.ignored:
            yield Excluded(f"{path}/" if is_folder else path, verdict.pattern)
        elif is_folder and path.count("/") < MAX_LEVELS:
            seen += 1
            if seen > MAX_FILES:
                return
            pending += [f"{path}/{name}" if path else name for name in reversed(tree.names(path))]


Plain: TypeAlias = str | int | float | list[str] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """`kind` is default, file or option; `text` is the file's path or the option."""

    kind: str
    text: str = ""
    line: int | None = None


DEFAULT = Origin("default")


@dataclass(frozen=True, slots=True)
class ConfigSetting:
    """`key` is a path through the tables of archlint.toml."""

    key: KeyPath
    value: Plain
    unit: str
    origins: tuple[Origin, ...]
    """More than one where the command line adds to a file."""


@dataclass(frozen=True, slots=True)
class Told:
    """The settings for one folder, and what they come to."""

    folder: str
    settings: tuple[ConfigSetting, ...]
    rules: tuple[str, ...]
    """The names of the rules that run, in the order of their codes."""
    all_rules: int
    excluded: tuple[Excluded, ...]
    more_excluded: bool


def tell(folder: str, tree: Tree, loaded: Loaded, config: Config, options: Mapping[str, str]) -> Told:
    """`loaded` is what the folder's file says, `config` what holds, and `options` the options that say something else,
    by the key that they stand for."""
    selected = config.selected()
    left_out, more = excluded(tree, config.exclude)
    return Told(
        folder,
        tuple(_settings(_Sources(loaded, options), config)),
        tuple(name for name in config.rulebook.pages if name in selected),
        len(config.rulebook.pages),
        left_out,
        more,
    )


@dataclass(frozen=True, slots=True)
class _Sources:
    loaded: Loaded
    options: Mapping[str, str]

    def of(self, *key: str) -> tuple[Origin, ...]:
        lines, path = self.loaded.lines, self.loaded.path
        found: list[Origin] = []
        if path is not None:
            known = next((lines[key[:length]] for length in range(len(key), 0, -1) if key[:length] in lines), None)
            if key[0] in self.loaded.table:
                found.append(Origin("file", path, known))
        option = self.options.get(key[0])
        if option is not None:
            found = [*(found if key[0] == "ignore" else ()), Origin("option", option)]
        return tuple(found) or (DEFAULT,)


def _settings(sources: _Sources, config: Config) -> Iterator[ConfigSetting]:
    chosen: Plain = "all" if config.select is None else sorted(config.select)
    yield ConfigSetting(("select",), chosen, "", sources.of("select"))
    yield ConfigSetting(("ignore",), sorted(config.ignore), "", sources.of("ignore"))
    yield ConfigSetting(("exclude",), list(config.exclude), "", sources.of("exclude"))
    yield ConfigSetting(("fail-on",), config.fail_on, "", sources.of("fail-on"))
    yield ConfigSetting(("persona",), config.persona, "", sources.of("persona"))
    yield ConfigSetting(("baseline",), config.baseline, "", sources.of("baseline"))
    for key, level in sources.loaded.table.get("severity", {}).items():
        yield ConfigSetting(("severity", key), level, "", sources.of("severity", key))
    for entry in config.per_file_ignores:
        key = ("per-file-ignores", entry.pattern)
        yield ConfigSetting(key, sorted(entry.rules), "", sources.of(*key))
    own = dict(config.limits.own)
    for name, row in settable().items():
        origins = sources.of("limits", name) if name in own else (DEFAULT,)
        yield ConfigSetting(("limits", name), own.get(name, row.default), row.unit, origins)
