"""How figures, candidates and counts of a plan are put into words, the same in every format for people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from archlint.plan.model import Candidate, Cost, FunctionPlan, Plan, PlanStep, Question, Reason
from archlint.report.visible import visible

STAY = "lambda-stay"
LEGEND = (
    ("+", "create"), ("~", "change"), ("-/+", "replace"), (">", "shift traffic"), ("-", "remove"),
    ("?", "your decision"), ("!", "blocked"),
)  # fmt: skip
_COUNTED = {"+": "to create", "~": "to change", "-/+": "to replace", ">": "to shift", "-": "to remove"}


def money(usd: float) -> str:
    """Cents only below $10."""
    sign = "-" if usd < 0 and round(usd, 2) != 0 else ""
    size = abs(usd)
    return f"{sign}${size:,.0f}" if size >= 10 else f"{sign}${size:,.2f}"


def cost(found: Cost) -> str:
    """A range with its estimate, or one number where both ends read the same."""
    low, high = money(found.low), money(found.high)
    return low if low == high else f"{low} to {high} (about {money(found.estimate)})"


def chosen(unit: FunctionPlan) -> Candidate | None:
    return next((found for found in unit.candidates if found.verdict == "chosen"), None)


def of_target(unit: FunctionPlan, target: str) -> Candidate | None:
    return next((found for found in unit.candidates if found.target == target), None)


def reason(found: Reason) -> str:
    """With its place, or the source that it rests on."""
    text = visible(found.text)
    evidence = found.evidence
    if evidence is None:
        return text
    rule = f"{visible(evidence.rule)} " if evidence.rule and evidence.rule not in text else ""
    if evidence.place is not None:
        where = f"{visible(evidence.place.path)}:{evidence.place.line}"
        return text if where in text else f"{text} ({rule}{where})"
    if evidence.as_of and not evidence.rule:
        return f"{text} (as of {visible(evidence.as_of)})"
    return f"{text} ({rule.strip()})" if rule else text


def moving(plan: Plan) -> tuple[FunctionPlan, ...]:
    return tuple(unit for unit in plan.units if unit.target != STAY)


def steps_of(plan: Plan, unit: FunctionPlan) -> tuple[PlanStep, ...]:
    return tuple(step for step in plan.steps if step.unit == unit.id)


def shared_with(plan: Plan, unit: FunctionPlan) -> tuple[PlanStep, ...]:
    """Steps that stand at another unit and serve this one too."""
    return tuple(step for step in plan.steps if unit.id in step.also and step.unit is not None)


def untouched(plan: Plan) -> tuple[FunctionPlan, ...]:
    """Units that stay and have nothing to mend."""
    busy = {id_ for step in plan.steps for id_ in (step.unit, *step.also)}
    return tuple(unit for unit in plan.units if unit.target == STAY and unit.id not in busy)


def mending(plan: Plan) -> tuple[FunctionPlan, ...]:
    """Units that stay with something to mend."""
    idle = {unit.id for unit in untouched(plan)}
    return tuple(unit for unit in plan.units if unit.target == STAY and unit.id not in idle)


def plural(number: int, one: str, many: str = "") -> str:
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def named(names: Iterable[str], most: int) -> str:
    shown = [visible(name) for name in names]
    return ", ".join(shown[:most]) + (f" and {len(shown) - most} more" if len(shown) > most else "")


def headline(plan: Plan) -> str:
    """What changes, in one sentence."""
    moves = [f"{visible(unit.name)} to {unit.target}" for unit in moving(plan)]
    fixed = len(mending(plan))
    parts = (
        [f"{plural(len(moves), 'function')} to move ({', '.join(moves[:3])}{', …' * (len(moves) > 3)})"]
        if moves
        else []
    )
    parts += [f"{plural(fixed, 'function')} to mend in place"] * bool(fixed)
    idle = len(untouched(plan))
    parts += [f"{idle:,} {'stays as it is' if idle == 1 else 'stay as they are'}"] * bool(idle)
    return "; ".join(parts) or "no function to plan for"


def total(plan: Plan) -> str:
    """The last line, which counts."""
    symbols = Counter(step.symbol for step in plan.steps)
    parts = [f"{symbols[symbol]:,} {words}" for symbol, words in _COUNTED.items() if symbols[symbol]]
    asked = len(decisions(plan.units))
    blocked = symbols["!"] + len(blockers(plan.units))
    parts += [plural(asked, "decision")] * bool(asked) + [f"{blocked} blocked"] * bool(blocked)
    line = f"Plan: {', '.join(parts)}." if parts else "Plan: nothing to do."
    points = sum(step.points for step in plan.steps)
    line += f" Points {points}." if points else ""
    done = sum(step.done for step in plan.steps)
    line += f" Done: {done} of {len(plan.steps)} steps." if done else ""
    return line + _delta(plan.units)


def _delta(units: Sequence[FunctionPlan]) -> str:
    """The change of the bill, over the units of which both sides are known."""
    low = high = 0.0
    known = 0
    for unit in units:
        before, after = of_target(unit, STAY), chosen(unit)
        if unit.target == STAY or before is None or after is None or before.cost is None or after.cost is None:
            continue
        known += 1
        low += after.cost.low - before.cost.low
        high += after.cost.high - before.cost.high
    if not known:
        return ""
    ends = sorted((low, high))
    if money(ends[0]) == money(ends[1]) == money(0.0):
        return " Bill: as today."
    shown = [("+" if usd > 0 else "") + money(usd) for usd in ends]
    return f" Bill: {shown[0] if shown[0] == shown[1] else ' to '.join(shown)} a month."


def decisions(units: Iterable[FunctionPlan]) -> list[Question]:
    """The questions that only people can answer, each once."""
    return [question for question in questions(units) if question.answer_key]


def blockers(units: Iterable[FunctionPlan]) -> list[tuple[str, str]]:
    """(unit, reason) where the chosen target cannot work."""
    return [(unit.id, why.text) for unit in units for why in unit.blockers]


def questions(units: Iterable[FunctionPlan]) -> dict[Question, list[str]]:
    """Each question once, with the names of the functions that it is about; those for people first."""
    found: dict[Question, list[str]] = {}
    for unit in units:
        for question in unit.questions:
            found.setdefault(question, []).append(unit.name)
    return dict(sorted(found.items(), key=lambda item: item[0].answer_key is None))
