"""archlint as a library; `import archlint` offers all of this under its own name.

What `__all__` names stays as it is within a major version (docs/guide/library.md); everything else may change.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from archlint.config import Config, ConfigError, load_config, rule_names
from archlint.config.settings import shown
from archlint.finding import Finding, Step
from archlint.model.coverage import Coverage, NotEvaluated
from archlint.model.deployed import Deployed
from archlint.model.function import Function, Setting
from archlint.model.place import Place, Problem
from archlint.report.json import render_json
from archlint.results.result import ScanResult
from archlint.rulebook.page import Page
from archlint.rulebook.registry import UnknownRuleError
from archlint.scanner import pipeline
from archlint.values import Known, Unknown, Value, known_or_none

__all__ = [
    "Config",
    "ConfigError",
    "Coverage",
    "Deployed",
    "Finding",
    "Function",
    "Known",
    "NotEvaluated",
    "Page",
    "Place",
    "Problem",
    "ScanResult",
    "Setting",
    "Step",
    "Unknown",
    "UnknownRuleError",
    "Value",
    "known_or_none",
    "load_config",
    "rule_pages",
    "scan",
    "to_json",
]


def scan(
    path: str | os.PathLike[str],
    *,
    config: Config | None = None,
    select: Iterable[str] | None = None,
    ignore: Iterable[str] = (),
) -> ScanResult:
    """Scans the folder `path` as `archlint scan` does, with no network and without running or changing anything.

    Without a `config` the folder's own settings and rules hold; `Config()` stands for neither. `select` replaces the
    settings' choice of rules, `ignore` adds to theirs; both take names, codes and beginnings of codes. Raises
    NotADirectoryError or FileNotFoundError for a path that is no folder, ConfigError for settings that cannot be used,
    and UnknownRuleError for a rule that does not exist. A file that cannot be read raises nothing: it is a finding.
    """
    folder = Path(path)
    if not folder.is_dir():
        raise NotADirectoryError(path) if os.path.lexists(folder) else FileNotFoundError(path)
    settings = load_config(folder) if config is None else config
    chosen = None if select is None else rule_names(select, settings.rulebook)
    settings = settings.override(select=chosen, ignore=rule_names(ignore, settings.rulebook))
    return shown(pipeline.scan(folder, settings), settings)


def to_json(result: ScanResult) -> str:
    """The report of `archlint scan --format json`, which scan.v1.schema.json describes."""
    return render_json(result)


def rule_pages(config: Config | None = None) -> tuple[Page, ...]:
    """The page of every rule, sorted by code; with a `config` from `load_config` the folder's own rules too."""
    return tuple((Config() if config is None else config).rulebook.pages.values())
