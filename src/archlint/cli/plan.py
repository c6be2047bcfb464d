"""`archlint plan`: what to mend, what to move where, in which order, and what it costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from archlint.cli import output as out
from archlint.cli.reading import read_settings, scan_folders
from archlint.cli.running import CLEAN, FINDINGS, NOTHING_TO_SCAN, say_nothing_to_scan
from archlint.report.plan.formats import FORMATS, Shown
from archlint.report.visible import visible

if TYPE_CHECKING:
    from archlint.config import Config
    from archlint.plan.accepted import Accepted
    from archlint.plan.model import Inputs, Plan
    from archlint.plan.needs.requirements import Options
    from archlint.plan.several import FolderPlan
    from archlint.plan.usage.file import Usage

_FILE = click.Path(path_type=str)


@click.command("plan", short_help="Plan what to mend and what to move, and where.")
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=_FILE)
@click.option("--usage", "usage_file", metavar="FILE", type=_FILE, help="What each function does in a month (YAML).")
@click.option("--answers", "answers_file", metavar="FILE", type=_FILE, help="Answers to the plan's questions (YAML).")
@click.option("--region", metavar="NAME", help="Whose prices.  [default: the usage file's, or us-east-1]")
@click.option("--function", "functions", multiple=True, metavar="NAME", help="Only this function; repeatable.")
@click.option("--target", metavar="NAME", help="Send the functions there, whatever speaks against it.")
@click.option("--avoid", multiple=True, metavar="NAME", help="Never choose this target; repeatable.")
@click.option("--check", "check_file", metavar="FILE", type=_FILE, help="Compare with an accepted plan (JSON).")
@click.option("--steps", is_flag=True, help="With the commands, checks and way back of every step.")
@click.option("--format", "format_", type=click.Choice(list(FORMATS)), default="text", show_default=True)
@click.option("--output", metavar="FILE", type=_FILE, help="Write the plan to FILE.")
@click.option("--no-config", is_flag=True, help="Do not read archlint.toml or pyproject.toml.")
@click.pass_context
def command(
    ctx: click.Context,
    paths: tuple[str, ...],
    usage_file: str | None,
    answers_file: str | None,
    region: str | None,
    functions: tuple[str, ...],
    target: str | None,
    avoid: tuple[str, ...],
    check_file: str | None,
    steps: bool,
    format_: str,
    output: str | None,
    no_config: bool,
) -> None:
    """Plan what to mend and what to move for the functions of the folders PATH (by default the current one).

    Exit codes: 0 a plan, or the repository matches the accepted one; 1 it does not (--check alone); 2 wrong usage or
    config; 3 nothing to scan; 4 archlint itself failed.
    """
    folders = scan_folders(paths)
    if output is not None:
        out.check_output(output)
    _check_names(target, avoid)
    accepted = _accepted(check_file, functions, target, avoid, usage_file, answers_file)
    configs = [read_settings(folder, no_config=no_config) for folder in folders]
    parts = _parts(folders, configs)
    known = [(d.function.id, d.function.name) for found in parts for d in found.moved.functions]
    usage, options = _usage(usage_file, answers_file, region, known)
    if accepted is not None:
        usage = of_accepted(usage, accepted.region, region is not None or usage.region_stated)
    inputs = accepted.inputs if accepted else _inputs(usage_file, answers_file, target, avoid, _ids(functions, known))
    plan = _plan(parts, usage, options, inputs)
    shown = Shown(out.screen(to_file=output is not None), steps)
    if accepted is not None:
        ctx.exit(_check(accepted, plan, parts, shown, format_, output))
    if known or format_ != "text":
        out.write(FORMATS[format_](plan, shown), output)
    if not known:
        say_nothing_to_scan()
        ctx.exit(NOTHING_TO_SCAN)
    ctx.exit(CLEAN)


def _check_names(target: str | None, avoid: Sequence[str]) -> None:
    from archlint.plan.cost import TARGETS
    from archlint.plan.usage.keys import did_you_mean

    for option, name in (("--target", target), *(("--avoid", name) for name in avoid)):
        if name is not None and name not in TARGETS:
            hint = did_you_mean(name, TARGETS) or f"; there are: {', '.join(TARGETS)}"
            raise click.UsageError(f"{option}: there is no target {name!a}{hint}")
    if "lambda-stay" in avoid:
        raise click.UsageError("--avoid: lambda-stay is what is left when nothing else fits; say --target instead")
    if target is not None and target in avoid:
        raise click.UsageError(f"--target and --avoid both name {target}")


def _accepted(
    path: str | None,
    functions: Sequence[str],
    target: str | None,
    avoid: Sequence[str],
    usage_file: str | None,
    answers_file: str | None,
) -> Accepted | None:
    """The accepted plan, which says itself what was wished for; only the files have to be given again."""
    if path is None:
        return None
    if functions or target or avoid:
        raise click.UsageError("--check takes --function, --target and --avoid from the accepted plan: leave them out")
    from archlint.plan.accepted import AcceptedError, read_accepted_file

    try:
        found = read_accepted_file(Path(path))
    except AcceptedError as error:
        raise click.UsageError(f"--check: {path!a} {error}") from error
    _check_names(found.inputs.target, found.inputs.avoid)
    for option, given, before in (
        ("--usage", usage_file, found.inputs.usage),
        ("--answers", answers_file, found.inputs.answers),
    ):
        if (given is not None) != before:
            advice = f"give it again with {option}" if before else f"leave {option} out, or accept a new plan"
            raise click.UsageError(f"--check: {path!a} was made {'with' if before else 'without'} {option}: {advice}")
    return found


def _parts(folders: Sequence[str], configs: Sequence[Config]) -> list[FolderPlan]:
    from archlint.plan.several import part
    from archlint.scanner.pipeline import examine
    from archlint.tree import DiskTree

    found = []
    for folder, config in zip(folders, configs, strict=True):
        project, result = examine(DiskTree(Path(folder)), config)
        found.append(part(folder, project, result, alone=len(folders) == 1))
    return found


def _usage(
    usage_file: str | None, answers_file: str | None, region: str | None, known: Sequence[tuple[str, str]]
) -> tuple[Usage, Options]:
    from archlint.knowledge.prices import regions
    from archlint.plan.answers import Answers, read_answers_file
    from archlint.plan.needs.requirements import Options
    from archlint.plan.usage.file import Usage, read_usage_file
    from archlint.plan.usage.keys import UsageError

    if region is not None and region not in regions():
        raise click.UsageError(f"--region: there are no prices for {region!a}; there are for: {', '.join(regions())}")
    try:
        usage = read_usage_file(Path(usage_file), known) if usage_file is not None else Usage()
        answers = read_answers_file(Path(answers_file), known) if answers_file is not None else Answers()
    except UsageError as error:
        raise click.UsageError("\n".join(visible(str(problem)) for problem in error.problems)) from error
    if answers_file is not None:
        usage = answers.over(usage, [id_ for id_, _ in known])
    return replace(usage, region=region or usage.region), Options(answers=answers.general)


def of_accepted(usage: Usage, region: str, stated: bool) -> Usage:
    """With the accepted plan's prices; a region that is stated has to be that of the plan."""
    from archlint.knowledge.prices import regions

    if region not in regions():
        raise click.UsageError(f"--check: there are no prices for {region!a}, the accepted plan's region")
    if stated and usage.region != region:
        raise click.UsageError(
            f"--check: the accepted plan has the prices of {region!a}, and --region or the usage file says "
            f"{usage.region!a}: say --region {region}, or accept a new plan"
        )
    return replace(usage, region=region)


def _ids(names: Iterable[str], known: Sequence[tuple[str, str]]) -> tuple[str, ...]:
    from archlint.plan.usage.keys import did_you_mean

    found: list[str] = []
    for name in names:
        ids = [id_ for id_, _ in known if id_ == name] or [id_ for id_, own in known if own == name]
        if not ids:
            hint = did_you_mean(name, [text for pair in known for text in pair])
            raise click.UsageError(f"--function: there is no function {name!a}{hint}")
        if len(ids) > 1:
            shown = ", ".join(ascii(id_) for id_ in ids[:5])
            raise click.UsageError(f"--function: {name!a} is the name of {len(ids)} functions: say {shown}")
        found += ids
    return tuple(dict.fromkeys(found))


def _inputs(
    usage_file: str | None, answers_file: str | None, target: str | None, avoid: Sequence[str], ids: tuple[str, ...]
) -> Inputs:
    from archlint.plan.model import Inputs

    return Inputs(usage_file is not None, answers_file is not None, target, ids, tuple(dict.fromkeys(avoid)))


def _plan(parts: Sequence[FolderPlan], usage: Usage, options: Options, inputs: Inputs) -> Plan:
    from archlint.plan.assemble import assemble
    from archlint.plan.several import Wishes, decided, tied
    from archlint.results.merge import merge

    wishes = Wishes(inputs.target, frozenset(inputs.functions), frozenset(inputs.avoid))
    units = [unit for found in parts for unit in decided(found, usage, options, wishes)]
    deployed = {id_: found for one in parts for id_, found in one.deployed.items()}
    result = parts[0].result if len(parts) == 1 else merge([(one.prefix or ".", one.result) for one in parts])
    return assemble(units, deployed, result, tied(parts), usage, inputs, datetime.now(UTC).date())


def _check(
    accepted: Accepted, plan: Plan, parts: Sequence[FolderPlan], shown: Shown, format_: str, output: str | None
) -> int:
    from archlint.plan.accepted import check
    from archlint.report.plan.checked import CHECK_FORMATS

    deployed = {id_: found for one in parts for id_, found in one.deployed.items()}
    findings = {finding.fingerprint: finding for one in parts for finding in one.moved.findings}
    checked = check(accepted, plan, deployed, findings)
    out.write(CHECK_FORMATS[format_](checked, shown), output)
    return CLEAN if checked.matches else FINDINGS
