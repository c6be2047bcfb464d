"""Which groups and extras of a project an installer takes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from archlint.model.image import Install
from archlint.syntax.project_files import ProjectFile
from archlint.syntax.project_files.lines import canonical
from archlint.syntax.requirements import Line

_DEFAULT_GROUPS = frozenset({"poetry", "uv", "pdm"})
"""Tools that install a project's development groups unless they are told not to."""


@dataclass(frozen=True, slots=True)
class DependencyChoice:
    """`groups` and `extras` are asked for by name; `every_group` and `every_extra` stand for all of them."""

    groups: frozenset[str] = frozenset()
    extras: frozenset[str] = frozenset()
    defaults: bool = False
    """With the groups that the tool takes unless it is told not to."""
    every_group: bool = False
    every_extra: bool = False
    without: frozenset[str] = frozenset()
    main: bool = True

    def has_group(self, name: str, defaults: frozenset[str]) -> bool:
        """Whether a group other than the main one is installed."""
        asked = self.every_group or name in self.groups or (self.defaults and name in defaults)
        return asked and name not in self.without

    def has_extra(self, name: str) -> bool:
        return self.every_extra or name in self.extras

    def lines(self, project: ProjectFile, defaults: frozenset[str] | None = None) -> tuple[Line, ...]:
        """What of a project file is installed; `defaults` are all groups that are not optional, if not given."""
        usual = frozenset(project.groups) - project.optional_groups if defaults is None else defaults
        parts = [project.lines] if self.main else []
        parts += [found for name, found in project.extras.items() if self.has_extra(name)]
        parts += [found for name, found in project.groups.items() if self.has_group(name, usual)]
        return tuple(line for part in parts for line in part)


MAIN_ONLY = DependencyChoice()


def choice_of(install: Install) -> DependencyChoice:
    """By the options of the command, in the spellings of Poetry, uv, PDM and Pipenv."""
    groups: set[str] = set()
    extras = {canonical(extra) for extra in install.extras}
    without: set[str] = set()
    flags: set[str] = set()
    only = False
    for option in install.options:
        name, _, value = option.partition("=")
        words = {canonical(word) for word in value.replace(",", " ").split()}
        if name in ("--only", "--only-group"):
            only = True
            groups |= words
        elif name in ("--with", "--group", "-G"):
            groups |= words
        elif name in ("--without", "--no-group"):
            without |= words
        elif name in ("--extra", "--extras", "-E"):
            extras |= words
        else:
            flags.add(name)
    usual = install.tool in _DEFAULT_GROUPS and not only and not _leaves_out(flags) and not _is_export(install, flags)
    return DependencyChoice(
        frozenset(groups | ({"dev"} if flags & {"--dev", "-d"} else set())),
        frozenset(extras),
        defaults=usual,
        every_group="--all-groups" in flags,
        every_extra="--all-extras" in flags,
        without=frozenset(without),
        main=not only or "main" in groups,
    )


def _is_export(install: Install, flags: set[str]) -> bool:
    """`poetry export` writes the main group alone."""
    return install.tool == "poetry" and not {"--without-hashes", "--format", "-f", "--with-credentials"}.isdisjoint(
        flags
    )


def _leaves_out(flags: Iterable[str]) -> bool:
    return not {"--no-dev", "--prod", "--production", "--no-default-groups", "--only-main"}.isdisjoint(flags)
