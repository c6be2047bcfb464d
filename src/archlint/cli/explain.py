"""`archlint explain`: one finding of a scan in full."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from archlint.cli import external as beside
from archlint.cli import external as exact
from archlint.cli import output as out
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.finding import Finding
    from archlint.results.result import ScanResult

SHORTEST = 4
"""Characters of a fingerprint."""

_MOST_SHOWN = 8
_FINGERPRINT = re.compile(rf"[0-9a-f]{{{SHORTEST},16}}")
_PLACE = re.compile(r"(?P<path>.+?):(?P<line>\d{1,9})(?::(?P<column>\d{1,9}))?")
_LISTING = "`archlint scan --format json` lists all findings with their fingerprints"


@click.command("explain", short_help="Show one finding in full, with what it rests on.")
@click.argument("finding", metavar="FINGERPRINT")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=str))
@click.option("--format", "format_", type=click.Choice(("text", "json")), default="text", show_default=True)
@click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml.")
@click.option("--online", is_flag=True, help=exact.HELP)
@beside.option
def command(
    finding: str, paths: tuple[str, ...], format_: str, no_config: bool, online: bool, others: tuple[str, ...]
) -> None:
    """Show one finding in full: its places, the functions, the facts it rests on, what to do, how to silence it.

    FINGERPRINT is the beginning of one (4 characters or more), or PATH:LINE, or RULE:PATH, or the name of a rule with
    one finding. Give the folders and options of the scan that found it.
    """
    from archlint.cli.reading import read_settings, scan_folders
    from archlint.cli.running import How, run
    from archlint.results.merge import merge

    folders = scan_folders(paths)
    configs = [read_settings(folder, no_config=no_config) for folder in folders]
    results = run(folders, configs, How(online, beside.guests(others, (), ())))
    result = merge(list(zip(folders, results, strict=True)))
    found = _one(finding.strip(), result)

    from archlint.report import explain as report
    from archlint.report.text import PLAIN_WIDTH

    explained = report.explain(result, found)
    if format_ == "json":
        out.write(report.render_json(explained, result), None)
        return
    screen = out.screen(to_file=False)
    width = screen.width or PLAIN_WIDTH
    out.write(report.render_text(explained, result.sources, width=width, color=screen.color), None)


def _one(wanted: str, result: ScanResult) -> Finding:
    found = _matching(wanted, result.findings)
    shown = visible(wanted)[:100]
    if len(found) == 1:
        return found[0]
    if found:
        raise click.UsageError(f"{shown!r} means {len(found)} findings; give the fingerprint of one:\n{_list(found)}")
    if not result.findings:
        hidden = f" ({result.suppressed} suppressed)" if result.suppressed else ""
        raise click.UsageError(f"no finding is called {shown!r}: this scan has none{hidden}")
    close = _closest(wanted, result.findings)
    near = f"; the closest:\n{_list(close)}\n" if close else "; "
    raise click.UsageError(f"no finding is called {shown!r}{near}{_LISTING}")


def _matching(wanted: str, findings: Sequence[Finding]) -> list[Finding]:
    """By fingerprint, else by place, else by rule."""
    if _FINGERPRINT.fullmatch(wanted.lower()):
        found = [finding for finding in findings if finding.fingerprint.startswith(wanted.lower())]
        if found:
            return found
    place = _PLACE.fullmatch(wanted)
    if place is not None:
        path, line, column = _path(place["path"]), int(place["line"]), place["column"]
        return [f for f in findings if _is_at(f, path, line) and column in (None, str(f.place.column))]
    name, _, path = wanted.partition(":")
    named = [finding for finding in findings if name.lower() in (finding.rule.lower(), finding.code.lower())]
    return [finding for finding in named if not path or finding.place.path == _path(path)]


def _is_at(finding: Finding, path: str, line: int) -> bool:
    return finding.place.path == path and finding.place.line == line


def _path(text: str) -> str:
    return text.replace("\\", "/").removeprefix("./")


def _closest(wanted: str, findings: Sequence[Finding]) -> list[Finding]:
    """In the named file by distance of lines, else by similar fingerprints and names."""
    place = _PLACE.fullmatch(wanted)
    if place is not None:
        path, line = _path(place["path"]), int(place["line"])
        there = [finding for finding in findings if finding.place.path == path]
        return sorted(there, key=lambda finding: abs(finding.place.line - line))[:3]
    name, _, path = wanted.lower().partition(":")
    keys = {key: f for f in reversed(findings) for key in (f.fingerprint, f.fingerprint[: max(len(name), 4)], f.rule)}
    close = difflib.get_close_matches(name, keys, n=3, cutoff=0.5)
    return list(dict.fromkeys(keys[key] for key in close))


def _list(findings: Sequence[Finding]) -> str:
    lines = [
        f"  {finding.fingerprint}  {finding.rule}  {visible(finding.place.path)}:{finding.place.line}"
        for finding in findings[:_MOST_SHOWN]
    ]
    more = len(findings) - _MOST_SHOWN
    return "\n".join([*lines, f"  and {more} more"] if more > 0 else lines)
