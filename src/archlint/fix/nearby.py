"""The part of a repository that fixers look at: the stacks and apps that have to do with some findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from archlint.code.program import Sources
from archlint.config import Config
from archlint.parts.memory import Kept
from archlint.parts.part import Home
from archlint.parts.survey import last_survey
from archlint.parts.work import Bench, build, declare
from archlint.project import Project
from archlint.watch import Stamped, Watched


def project_of(tree: Stamped, config: Config, kept: Kept, homes: Collection[str]) -> Project:
    """What a scan that left `kept` saw of some homes, without a look at any rule."""
    found = last_survey(Watched(tree), kept)
    bench = Bench(tree, Sources(tree), found.opened, called=found.called, limits=config.limits)
    chosen = [home for home in found.division.homes if home.path in homes]
    try:
        return _built(chosen, bench)
    except Exception:
        return _built([home for home in chosen if _can_be_built(home, bench)], bench)


def _built(homes: Iterable[Home], bench: Bench) -> Project:
    return build(declare(tuple(homes), bench), bench)


def _can_be_built(home: Home, bench: Bench) -> bool:
    """The scan has reported the others."""
    try:
        _built((home,), bench)
    except Exception:
        return False
    return True
