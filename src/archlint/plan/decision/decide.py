"""The decision for every function: one target, every other one with its reason, and what would change the choice."""

from __future__ import annotations

from collections.abc import Collection

from archlint.finding import Finding
from archlint.knowledge.prices import Prices, prices
from archlint.knowledge.targets import target
from archlint.model.function import Function
from archlint.plan.cost.targets import priced_targets
from archlint.plan.decision.choose import STAY, Judged, TargetChoice, choose, equals_today, judge
from archlint.plan.decision.costing import Costs, costs
from archlint.plan.decision.flips import flips, why_not
from archlint.plan.decision.problems import problems
from archlint.plan.decision.questions import questions, risk
from archlint.plan.model import Candidate, Evidence, FunctionPlan, Reason
from archlint.plan.needs.requirements import Options, Profile, circumstances, needs
from archlint.plan.usage.file import Usage
from archlint.project import Project
from archlint.results.result import ScanResult
from archlint.values import Known, Unknown, Value

_ORDER = {"chosen": 0, "viable": 1, "rejected": 2}


def decide(
    project: Project, result: ScanResult, usage: Usage | None = None, options: Options | None = None
) -> tuple[FunctionPlan, ...]:
    """One unit for every function, by place. Without usage nothing that needs traffic is decided by it."""
    table = prices((usage or Usage()).region)
    found = circumstances(project, result.findings, usage, options or Options())
    units = [unit_of(case, table) for case in found]
    return tuple(sorted(units, key=lambda unit: (unit.place, unit.id)))


def unit_of(case: Profile, table: Prices, without: Collection[str] = ()) -> FunctionPlan:
    """Targets of `without` are neither chosen nor among the candidates."""
    function = case.deployed.function
    judged = tuple(judge(one, case.facts) for one in priced_targets() if one.name not in without)
    able = tuple(item.target.cost for item in judged if not item.impossible or item.target.name == STAY)
    money = costs(case, table, able)
    present = problems(case)
    choice = choose(case, judged, present, money)
    return FunctionPlan(
        id=function.id,
        name=function.name,
        place=function.defined_at,
        target=choice.target,
        today=today(function),
        traffic=case.workload.traffic,
        needs=needs(case),
        candidates=_candidates(case, judged, choice, money),
        fixes=tuple(finding.fingerprint for finding in case.findings),
        ties=choice.ties,
        flips=flips(case, judged, choice, money),
        questions=questions(case, judged, choice),
        risk=risk(case, choice.target),
    )


def _candidates(case: Profile, judged: tuple[Judged, ...], choice: TargetChoice, money: Costs) -> tuple[Candidate, ...]:
    same = equals_today(case.deployed.function)
    found = [_candidate(case, item, choice, money, item.target.name in same) for item in judged]
    return tuple(sorted(found, key=lambda item: (_ORDER[item.verdict], target(item.target).rank)))


def _candidate(case: Profile, item: Judged, choice: TargetChoice, money: Costs, is_today: bool) -> Candidate:
    name = item.target.name
    chosen = name == choice.target
    verdict = (
        "chosen" if chosen else "rejected" if item.rejected and not (is_today and not item.impossible) else "viable"
    )
    if chosen:
        reasons = _why(case, choice, money) + item.against
    elif item.rejected and verdict == "rejected":
        reasons = item.against
    else:
        reasons = (why_not(case, item.target, choice, money),)
    priced = not item.impossible or name == STAY
    return Candidate(
        target=name,
        verdict=verdict,
        reasons=reasons,
        cost=money.by_target.get(item.target.cost) if priced else None,
        cost_formula=money.formula(item.target.cost) if priced else "",
        break_even=money.break_even(item.target.cost) if priced and name != STAY else None,
    )


def _why(case: Profile, choice: TargetChoice, money: Costs) -> tuple[Reason, ...]:
    """The problems that it removes; or why nothing has to move, with the worst finding to mend."""
    found = []
    for problem, row in choice.answers:
        kind = "hard" if problem.hard else "soft"
        found.append(Reason(kind, f"{problem.text}: {row.text}", problem.evidence))
        if problem.name == "cost":
            found.append(_saved(choice.target, money))
    for problem in choice.left:
        found.append(
            Reason("hard" if problem.hard else "soft", f"no target removes this: {problem.text}", problem.evidence)
        )
    if not found:
        found.append(_nothing_moves(case))
    return tuple(found)


def _saved(name: str, money: Costs) -> Reason:
    before, after = money.dollars(STAY) or 0.0, money.dollars(name) or 0.0
    return Reason("soft", f"about ${after:,.0f} a month instead of ${before:,.0f}")


def _nothing_moves(case: Profile) -> Reason:
    worst: Finding | None = next(
        (f for level in ("error", "warning") for f in case.findings if f.severity == level), None
    )
    if worst is None:
        return Reason("soft", "nothing that is known asks for a change")
    text = "its defects are in code or configuration: mending them wins more than a move"
    return Reason("soft", text, Evidence(worst.message, worst.rule, worst.place))


def today(function: Function) -> str:
    """Package, memory, timeout and triggers in one line."""
    parts = [
        _word(function.package, ""),
        _word(function.runtime.value, ""),
        _word(function.memory_mb.value, " MB"),
        _word(function.timeout_s.value, " s"),
        ", ".join(dict.fromkeys(trigger.type for trigger in function.triggers)) or "no trigger in the repository",
    ]
    return ", ".join(part for part in parts if part)


def _word(value: Value[object], unit: str) -> str:
    """ "" for what is not set; "? MB" for what is not known."""
    if isinstance(value, Unknown):
        return f"?{unit}" if unit else ""
    if isinstance(value, Known) and isinstance(value.value, int):
        return f"{value.value:,}{unit}"
    return str(value.value) if value.value is not None else ""


__all__ = ["Options", "decide", "today"]
