"""A plan from a scan: decide, order, and say what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from archlint.knowledge.prices import prices
from archlint.model.deployed import Deployed
from archlint.plan.model import FunctionPlan, Inputs, Plan
from archlint.plan.steps import steps, to_mend
from archlint.plan.steps.fixes import advice
from archlint.plan.usage.file import Usage
from archlint.plan.waves import Ties, schedule
from archlint.results.result import ScanResult

_NAMED = 5
_NO_USAGE = (
    "No usage file: costs are functions of traffic, and no target is chosen for its price alone. "
    "`archlint usage` writes one from exported logs; give it with --usage."
)


def assemble(
    units: Sequence[FunctionPlan],
    deployed: Mapping[str, Deployed],
    result: ScanResult,
    ties: Ties,
    usage: Usage,
    inputs: Inputs,
    today: date,
) -> Plan:
    """Raises UnknownRegionError. `deployed` are the functions by id; `ties` hold between all of them."""
    table = prices(usage.region)
    findings = {finding.fingerprint: finding for finding in result.findings}
    mending = [unit.id for unit in units if to_mend(unit, findings)]
    order = schedule(units, ties, mending)
    notes = [table.note(today), *_lacks(units, inputs), *_foreign(units, deployed), *_not_read(result)]
    return Plan(
        units=tuple(units),
        waves=order.waves,
        steps=steps(units, deployed, findings, advice(), order, ties),
        region=usage.region,
        prices_as_of=table.as_of,
        notes=tuple(note for note in notes if note),
        inputs=inputs,
    )


def _lacks(units: Sequence[FunctionPlan], inputs: Inputs) -> list[str]:
    """What the costs would need."""
    if not inputs.usage and units:
        return [_NO_USAGE]
    without = [unit.name for unit in units if unit.traffic.monthly_requests is None or unit.traffic.duration_s is None]
    if not without:
        return []
    counted = f"{len(without)} of {len(units)} functions"
    return [f"The usage file says no requests or durations of {counted}: {_named(without)}."]


def _foreign(units: Sequence[FunctionPlan], deployed: Mapping[str, Deployed]) -> list[str]:
    """Functions whose code is not looked at."""
    names = [unit.name for unit in units if unit.id in deployed and not deployed[unit.id].function.is_python]
    return [f"Not Python, so only their configuration was judged: {_named(names)}."] if names else []


def _not_read(result: ScanResult) -> list[str]:
    failed = result.coverage.files_failed
    if not failed:
        return []
    return [f"Not analysed: {len(failed)} file{'s' * (len(failed) > 1)} that could not be read: {_named(failed)}."]


def _named(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + (f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else "")
