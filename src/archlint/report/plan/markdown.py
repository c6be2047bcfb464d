"""The plan for a pull request or a ticket: a headline, a table of what changes, and the rest in folds."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from archlint.plan.model import Candidate, FunctionPlan, Plan, PlanStep
from archlint.report.plan import words
from archlint.report.visible import visible

MAX_CHARACTERS = 65_000
"""GitHub's comments end at 65,536."""
MARKER = "<!-- archlint:plan -->"
"""Hidden, so that a comment can be found and replaced."""
_ROWS = 40
_SPECIAL = re.compile(r"([\\`*_{}\[\]()<>#+!|~@&$])")
_CUT = "\n\n*Cut here: a comment holds no more. `archlint plan --format json` has everything.*\n"


def render_markdown(plan: Plan) -> str:
    """Never longer than a comment may be; what is cut off is said."""
    text = "\n".join(_lines(plan)).rstrip() + "\n"
    if len(text) <= MAX_CHARACTERS:
        return text
    kept: list[str] = []
    size = len(_tail(plan)) + len(_CUT)
    for part in _parts(plan):
        size += len(part) + 1
        if size > MAX_CHARACTERS:
            break
        kept.append(part)
    return "\n".join(kept).rstrip() + _CUT + _tail(plan)


def _lines(plan: Plan) -> Iterator[str]:
    yield from _parts(plan)
    yield _tail(plan)


def _parts(plan: Plan) -> Iterator[str]:
    """Each part is whole: a fold is never cut in two."""
    yield MARKER
    yield f"### archlint plan: {escaped(words.headline(plan))}\n"
    yield f"**{escaped(words.total(plan))}**\n"
    removed = [step for step in plan.steps if not step.reversible]
    if removed:
        names = words.named(dict.fromkeys(_name(plan, step) for step in removed), 5)
        yield f"Points of no return: {len(removed)} ({escaped(names)}).\n"
    changed = (*words.moving(plan), *words.mending(plan))
    if changed:
        yield from _table(plan, changed)
    asked = list(_decisions(plan))
    if asked:
        yield "#### To decide\n"
        yield "\n".join(asked) + "\n"
    for unit in words.moving(plan):
        yield _fold(f"{unit.name}: why {unit.target}", _reasons(unit))
    for wave in plan.waves:
        steps = [step for step in plan.steps if step.wave == wave.n]
        summary = f"Wave {wave.n}: {wave.title} ({words.plural(len(steps), 'step')})"
        yield _fold(summary, [escaped(wave.reason), "", *(line for step in steps for line in _step(plan, step))])
    idle = words.untouched(plan)
    if idle:
        yield _fold(f"{words.plural(len(idle), 'function')} without a change", [_listed(unit.name for unit in idle)])


def _table(plan: Plan, changed: tuple[FunctionPlan, ...]) -> Iterator[str]:
    yield "| function | today | target | why | $ a month | points | risk |"
    yield "| --- | --- | --- | --- | --- | ---: | ---: |"
    for unit in changed[:_ROWS]:
        points = sum(step.points for step in words.steps_of(plan, unit))
        target = "stays, mended" if unit.target == words.STAY else unit.target
        why = _why(plan, unit)
        cells = (unit.name, unit.today, target, why, _bill(unit), str(points), f"{unit.risk}/5")
        yield "| " + " | ".join(escaped(cell) for cell in cells) + " |"
    if len(changed) > _ROWS:
        yield f"\n… and {len(changed) - _ROWS} more functions."
    yield ""


def _why(plan: Plan, unit: FunctionPlan) -> str:
    """The first reasons of a move, or what is to be mended."""
    pick = words.chosen(unit)
    if unit.target != words.STAY and pick is not None:
        return "; ".join(words.reason(why) for why in pick.reasons[:2])
    steps = (*words.steps_of(plan, unit), *words.shared_with(plan, unit))
    titles = [step.title.removeprefix("Mend ") for step in steps]
    return "; ".join(titles[:2]) + (f"; {len(titles) - 2} more" if len(titles) > 2 else "")


def _bill(unit: FunctionPlan) -> str:
    today, pick = words.of_target(unit, words.STAY), words.chosen(unit)
    if pick is None or pick.cost is None:
        return "depends on traffic"
    if today is None or today.cost is None or pick is today:
        return words.cost(pick.cost)
    return f"{words.cost(today.cost)} → {words.cost(pick.cost)}"


def _decisions(plan: Plan) -> Iterator[str]:
    """Boxes to tick, one a question that only people can answer, and one a move."""
    for unit in words.moving(plan):
        yield f"- [ ] {escaped(unit.name)}: accept {escaped(unit.target)}"
    asked: dict[tuple[str, str], list[str]] = {}
    for unit in plan.units:
        for question in unit.questions:
            if question.answer_key:
                asked.setdefault((question.what, question.answer_key), []).append(unit.name)
    for (what, key), names in asked.items():
        yield f"- [ ] {escaped(what)} (`{key}` of {escaped(words.named(names, 5))})"


def _reasons(unit: FunctionPlan) -> list[str]:
    lines = [f"- **{found.target}** ({found.verdict}{_price(found)}): {_joined(found)}" for found in unit.candidates]
    lines += [f"- flips to **{escaped(flip.target)}** if {escaped(flip.condition)}" for flip in unit.flips]
    pick = words.chosen(unit)
    if pick is not None and pick.break_even is not None:
        lines.append(f"- {escaped(pick.break_even.text)}")
    if pick is not None and pick.cost is not None and pick.cost.assumptions:
        lines += ["- the costs take for granted:", *(f"  - {escaped(text)}" for text in pick.cost.assumptions)]
    return lines


def _price(found: Candidate) -> str:
    return f", {escaped(words.cost(found.cost))} a month" if found.cost is not None else ""


def _joined(found: Candidate) -> str:
    return "; ".join(escaped(words.reason(why)) for why in found.reasons) or "–"


def _step(plan: Plan, step: PlanStep) -> Iterator[str]:
    box = "x" if step.done else " "
    name = _name(plan, step)
    owner = "" if name in step.title or not name else f"{escaped(name)}: "
    points = f" ({words.plural(step.points, 'point')})" if step.points else ""
    yield f"- [{box}] `{step.symbol}` {owner}{escaped(step.title)}{points}"
    if step.problem:
        yield f"  {escaped(step.problem)}"
    if step.detail:
        yield f"  {escaped(step.detail)}"
    for word, texts in (("Before", step.preconditions), ("Check", step.verify), ("Back", step.rollback)):
        for text in texts:
            yield f"  - {word}: {escaped(text)}"
    for command in step.commands:
        yield f"  - {_code(command)}"
    if not step.reversible:
        yield "  - **Point of no return.**"


def _name(plan: Plan, step: PlanStep) -> str:
    return next((unit.name for unit in plan.units if unit.id == step.unit), "")


def _fold(summary: str, lines: Iterable[str]) -> str:
    body = "\n".join(lines)
    return f"<details><summary>{_html(summary)}</summary>\n\n{body}\n\n</details>\n"


def _tail(plan: Plan) -> str:
    notes = "".join(f"\n- {escaped(note)}" for note in plan.notes)
    files = " --usage FILE" * plan.inputs.usage + " --answers FILE" * plan.inputs.answers
    again = f"`archlint plan{files} --format markdown`"
    head = f"Prices of {escaped(plan.prices_as_of)}, {escaped(plan.region)}. Reproduce: {again}."
    return f"{head}\n{notes}\n" if notes else f"{head}\n"


def _listed(names: Iterable[str]) -> str:
    return escaped(words.named(names, 200))


def escaped(text: str) -> str:
    """One line in which nothing is Markdown, HTML or a mention."""
    return _SPECIAL.sub(r"\\\1", visible(text))


def _html(text: str) -> str:
    escaped = visible(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return escaped.replace("@", "&#64;")


def _code(text: str) -> str:
    """A code span whose fence is longer than any in the text."""
    text = visible(text)
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"{fence}{text}{fence}"
