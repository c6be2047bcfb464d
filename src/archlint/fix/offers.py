"""What the fixers say to findings; they are asked again only where something has changed since."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from archlint.cache.incremental import Kept
from archlint.cache.recording_tree import Stamped, Watched
from archlint.code.program import Sources
from archlint.config import Config
from archlint.edits.apply import is_change
from archlint.edits.edit import Fix
from archlint.edits.editable import obstacle
from archlint.edits.overlay import StampedOverlay
from archlint.edits.text import Text
from archlint.finding import Finding
from archlint.fix import registry
from archlint.project import Project
from archlint.results.result import ScanResult
from archlint.scanner.evaluate import Bench, build, declare
from archlint.scanner.scheduler import homes_reading
from archlint.scanner.survey import last_survey
from archlint.scanner.unit import Home
from archlint.tree import UnreadableError


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


@dataclass(frozen=True, slots=True)
class Scanned:
    """A tree with what a scan of all rules said of it, and what the next scan takes."""

    tree: StampedOverlay
    result: ScanResult
    kept: Kept


class Offers:
    """The fixes of findings as they are now."""

    def __init__(self, config: Config) -> None:
        self._config = config
        self._known: dict[Finding, Fix | None] = {}
        self._changed: set[str] = set()

    def forget(self, changed: Iterable[str]) -> None:
        """These files have other content by now."""
        self._changed.update(changed)

    def of(self, findings: Iterable[Finding], scanned: Scanned) -> list[tuple[Finding, Fix]]:
        """Those that can be fixed at all, safely or not."""
        asked = [finding for finding in findings if registry.fixer(finding.rule) is not None]
        declared = {d.function.id: d.function.defined_at.path for d in scanned.result.functions}
        paths = {
            finding: {finding.place.path, *(declared[name] for name in finding.functions if name in declared)}
            for finding in asked
        }
        homes = homes_reading(scanned.kept, self._changed.union(*paths.values()))
        stale = frozenset[str]().union(*(homes[path] for path in self._changed))
        near = {finding: frozenset[str]().union(*(homes[path] for path in paths[finding])) for finding in asked}
        new = [finding for finding in asked if near[finding] & stale or not self._holds(finding, paths[finding])]
        if new:
            concerned = frozenset[str]().union(*(near[finding] for finding in new))
            project = project_of(scanned.tree, self._config, scanned.kept, concerned)
            text = Text(scanned.tree, self._config.rulebook)
            self._known.update((finding, _offer(finding, project, text)) for finding in new)
        self._known = {finding: self._known[finding] for finding in asked}
        self._changed.clear()
        return [(finding, fix) for finding, fix in self._known.items() if fix is not None]

    def _holds(self, finding: Finding, paths: set[str]) -> bool:
        """Whether the answer of before is about the same text."""
        if finding not in self._known or paths & self._changed:
            return False
        fix = self._known[finding]
        return fix is None or not any(edit.path in self._changed for edit in fix.edits)


def _offer(finding: Finding, project: Project, text: Text) -> Fix | None:
    fixer = registry.fixer(finding.rule)
    try:
        fix = fixer(finding, project, text) if fixer is not None else None
    except (UnreadableError, RecursionError):
        return None
    if fix is None or any(obstacle(edit.path, text) for edit in fix.edits) or not is_change(fix, text):
        return None
    return fix
