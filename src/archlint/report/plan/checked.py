"""What `plan --check` found, for people, programs and tickets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from archlint.plan.accepted import Checked
from archlint.report.document import rendered
from archlint.report.plan.formats import Shown
from archlint.report.plan.markdown import escaped
from archlint.report.plan.words import plural
from archlint.report.visible import visible

SCHEMA = "archlint/plan-check/v1"


def _text(checked: Checked, _: Shown) -> str:
    return "".join(f"{line}\n" for line in _lines(checked))


def _lines(checked: Checked) -> Iterator[str]:
    for found in checked.differences:
        yield f"  ! {visible(found.unit)}: {visible(found.text)}"
    for step, done in checked.steps:
        yield f"  {'done' if done else 'open'}  [{step.wave}] {visible(step.title)}"
    yield _verdict(checked)
    if not checked.matches:
        yield "Make the plan again and accept it, or bring the repository back to what was planned."


def _verdict(checked: Checked) -> str:
    number = sum(done for _, done in checked.steps)
    done = f"{number} of {plural(len(checked.steps), 'step')} done, as far as files show it"
    if checked.matches:
        return f"The repository matches the plan: {done}."
    return f"The repository no longer matches the plan: {plural(len(checked.differences), 'difference')}; {done}."


def _json(checked: Checked, _: Shown) -> str:
    document = {
        "schema": SCHEMA,
        "matches": checked.matches,
        "differences": [{"unit": d.unit, "kind": d.kind, "text": d.text} for d in checked.differences],
        "steps": [
            {"id": step.id, "unit": step.unit, "wave": step.wave, "title": step.title, "done": done}
            for step, done in checked.steps
        ],
    }
    return rendered(document)


def _markdown(checked: Checked, _: Shown) -> str:
    lines = [f"### archlint plan --check: {escaped(_verdict(checked))}", ""]
    lines += [f"- **{escaped(d.unit)}**: {escaped(d.text)}" for d in checked.differences]
    lines += ["", *(f"- [{'x' if done else ' '}] {escaped(step.title)}" for step, done in checked.steps)]
    return "\n".join(lines).rstrip() + "\n"


CHECK_FORMATS: Mapping[str, Callable[[Checked, Shown], str]] = MappingProxyType(
    {"text": _text, "json": _json, "markdown": _markdown}
)
