"""The options of `archlint scan`, and what they ask for as one value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import click

from archlint.cli import external as beside
from archlint.cli import external as exact
from archlint.cli.reading import split
from archlint.finding import SEVERITIES
from archlint.report.formats import FORMATS

_FILE = click.Path(path_type=str)
_Command = TypeVar("_Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Asked:
    """The command line: one field for each parameter of `_OPTIONS`, in their order."""

    paths: tuple[str, ...] = ()

    format_: str = "text"
    output: str | None = None
    also: tuple[str, ...] = ()
    prefix_paths: bool = False

    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None
    pedantic: bool = False
    no_config: bool = False
    show_settings: bool = False

    baseline: str | None = None
    no_baseline: bool = False
    diff_base: str | None = None

    others: tuple[str, ...] = ()
    online: bool = False

    add_ignores: bool = False
    reason: str | None = None
    diff: bool = False

    jobs: int | None = None
    no_cache: bool = False
    stats: bool = False
    allow_nothing: bool = False

    def __post_init__(self) -> None:
        """Refuses options that contradict each other; raises UsageError."""
        if self.baseline is not None and self.no_baseline:
            raise click.UsageError("--baseline and --no-baseline exclude each other")
        if self.show_settings and self.format_ not in ("text", "json"):
            raise click.UsageError(f"--show-settings has the formats text and json, not {self.format_}")
        for name in ("reason", "diff"):
            if getattr(self, name) and not self.add_ignores:
                raise click.UsageError(f"--{name} belongs to --add-ignores")

    @property
    def persona(self) -> str | None:
        """None where it is left to the settings."""
        return "pedantic" if self.pedantic else None


def _rules(_ctx: click.Context, _parameter: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    return split(value)


_OPTIONS = (
    click.argument("paths", metavar="[PATH]...", nargs=-1, type=_FILE),
    # the report
    click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True),
    click.option("--output", metavar="FILE", type=_FILE, help="Write the report to FILE."),
    click.option(
        "--also",
        multiple=True,
        metavar="FORMAT=FILE",
        help="Write the report in another format too; can be given several times.",
    ),
    click.option(
        "--prefix-paths",
        is_flag=True,
        help="Prefix paths with PATH where there is only one, too; for annotations in CI.",
    ),
    # the settings
    click.option(
        "--select",
        multiple=True,
        callback=_rules,
        metavar="RULES",
        help="Only these rules: names, codes or AL1; comma list.",
    ),
    click.option(
        "--ignore",
        multiple=True,
        callback=_rules,
        metavar="RULES",
        help="Not these rules, and not what the config ignores.",
    ),
    click.option(
        "--fail-on",
        type=click.Choice((*reversed(SEVERITIES), "never")),
        help="Exit with 1 from this severity on.  [default: error, or the config's]",
    ),
    click.option("--pedantic", is_flag=True, help="Report the findings that are less sure, too."),
    click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml."),
    click.option(
        "--show-settings",
        is_flag=True,
        help="Print every setting, its value and where it comes from, and what it excludes; no scan.",
    ),
    # what is known
    click.option(
        "--baseline",
        metavar="FILE",
        type=_FILE,
        help="Without the findings that FILE lists; `archlint baseline write` makes it.  [default: the config's]",
    ),
    click.option("--no-baseline", is_flag=True, help="With the findings of the config's baseline, too."),
    click.option(
        "--diff-base",
        metavar="REV",
        help="Only what has come since HEAD left REV (a branch, tag or commit); read from .git, git is not run.",
    ),
    # what is looked at besides
    beside.option,
    click.option("--online", is_flag=True, help=exact.HELP),
    # suppressions
    click.option(
        "--add-ignores",
        is_flag=True,
        help="Write a suppression comment, with --reason, for every finding (of --select).",
    ),
    click.option("--reason", metavar="TEXT", help="With --add-ignores: why all of these findings are allowed."),
    click.option("--diff", is_flag=True, help="With --add-ignores: only show."),
    # the run
    click.option(
        "--jobs",
        type=click.IntRange(min=1, max=256),
        metavar="N",
        help="Processes for large repositories.  [default: one a core on Linux, else 1]",
    ),
    click.option("--no-cache", is_flag=True, help="Neither use nor keep what earlier scans found."),
    click.option("--stats", is_flag=True, help="Say on stderr where the time went."),
    click.option(
        "--allow-nothing", is_flag=True, help="Exit with 0, not 3, where there is nothing to scan; for hooks."
    ),
)


def options(command: _Command) -> _Command:
    """The options, in the order in which `--help` lists them; the command's parameters are the fields of Asked."""
    for add in reversed(_OPTIONS):
        command = add(command)
    return command
