"""`--show-settings`: the settings of each folder instead of a scan; and what the persona keeps out of a report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from archlint.cli import output as out
from archlint.cli.reading import load_settings

if TYPE_CHECKING:
    from archlint.cli.asked import Asked
    from archlint.config import Config
    from archlint.config.origins import Told
    from archlint.results.result import ScanResult


def narrowed(results: Sequence[ScanResult], configs: Sequence[Config]) -> list[ScanResult]:
    """The results without what each folder's persona withholds."""
    from archlint.config.settings import shown

    return [shown(result, config) for result, config in zip(results, configs, strict=True)]


def show(asked: Asked, folders: Sequence[str], configs: Sequence[Config]) -> None:
    """Prints the settings of each folder."""
    from archlint.report import settings as listing

    told = [_told(asked, folder, config) for folder, config in zip(folders, configs, strict=True)]
    out.write((listing.json if asked.format_ == "json" else listing.text)(told), asked.output)


def _told(asked: Asked, folder: str, config: Config) -> Told:
    from archlint.config.origins import tell
    from archlint.tree import DiskTree

    if asked.baseline is not None or asked.no_baseline:
        config = replace(config, baseline=asked.baseline)
    loaded = load_settings(folder, no_config=asked.no_config)
    return tell(folder, DiskTree(Path(folder)), loaded, config, _given(asked))


def _given(asked: Asked) -> dict[str, str]:
    """The options that say something else than the file, by the key that they stand for."""
    options = {
        "select": ("--select", bool(asked.select)),
        "ignore": ("--ignore", bool(asked.ignore)),
        "fail-on": ("--fail-on", asked.fail_on is not None),
        "persona": ("--pedantic", asked.pedantic),
        "baseline": ("--no-baseline" if asked.no_baseline else "--baseline", asked.no_baseline or bool(asked.baseline)),
    }
    return {key: option for key, (option, is_given) in options.items() if is_given}
