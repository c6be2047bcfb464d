"""Steps that mend findings, one for each edit: findings that one edit mends count once."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from archlint.finding import SEVERITIES, Finding
from archlint.knowledge.plan_steps import covered_by, decided_by_target, fix_points, move
from archlint.model.place import Place
from archlint.plan.model import FunctionPlan, PlanStep
from archlint.plan.steps.words import step_id
from archlint.rulebook import registry

_LONGEST = 320
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")
_BOLD = re.compile(r"\*\*([^*]+)\*\*")
_SENTENCE = re.compile(r"[.!?](?= [A-Z`])")


def advice() -> Mapping[str, str]:
    """By rule, the first sentences of its page's advice."""
    return MappingProxyType({name: _plain(page.lead("What to do")) for name, page in registry.pages().items()})


def _plain(text: str) -> str:
    text = _BOLD.sub(r"\1", _LINK.sub(r"\1", text))
    if len(text) <= _LONGEST:
        return text
    ends = [found.end() for found in _SENTENCE.finditer(text) if found.end() <= _LONGEST]
    return text[: ends[-1]] if ends else text[:_LONGEST].rsplit(" ", 1)[0] + " …"


FIX = "fix"
_SHOWN = 3
"""Places that a title names."""


def fixes(
    units: Sequence[FunctionPlan], findings: Mapping[str, Finding], advice: Mapping[str, str], wave: int
) -> tuple[PlanStep, ...]:
    """Units in order, each with the edits that no unit before it needed. `findings` by fingerprint, `advice` is what
    each rule's page says to do."""
    declared = {(unit.place.path, unit.place.line) for unit in units}
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for unit in units:
        for fingerprint in to_mend(unit, findings):
            wanted[fingerprint].append(unit.id)
    steps: list[PlanStep] = []
    used: set[str] = set()
    for group in _edits([findings[fingerprint] for fingerprint in wanted], declared):
        ids = tuple(dict.fromkeys(id_ for found in group for id_ in wanted[found.fingerprint]))
        step = _step(group, ids, advice, wave)
        while step.id in used:
            step = _renamed(step)
        used.add(step.id)
        steps.append(step)
    order = {unit.id: number for number, unit in enumerate(units)}
    return tuple(sorted(steps, key=lambda step: order[step.unit or ""]))


def to_mend(unit: FunctionPlan, findings: Mapping[str, Finding]) -> tuple[str, ...]:
    """Fingerprints of the findings that the unit's move does not do away with."""
    found = move(unit.target)
    resolved = decided_by_target() | (found.resolves if found is not None else frozenset())
    known = (fingerprint for fingerprint in dict.fromkeys(unit.fixes) if fingerprint in findings)
    return tuple(fingerprint for fingerprint in known if findings[fingerprint].rule not in resolved)


def _edits(findings: Sequence[Finding], declared: Collection[tuple[str, int]]) -> list[list[Finding]]:
    """One rule in one file for the same functions is one edit, and so is everything on one line of a file; not on the
    line that declares a function, which stands for all of its properties."""
    parent: dict[object, object] = {}

    def root(key: object) -> object:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for found in findings:
        line = (found.place.path, found.place.line)
        if line not in declared:
            parent[root((found.rule, found.place.path, found.functions))] = root(line)
    groups: dict[object, list[Finding]] = {}
    for found in findings:
        groups.setdefault(root((found.rule, found.place.path, found.functions)), []).append(found)
    return list(groups.values())


def _step(group: list[Finding], ids: tuple[str, ...], advice: Mapping[str, str], wave: int) -> PlanStep:
    worst = min(group, key=lambda found: (-SEVERITIES.index(found.severity), found.sort_key))
    places = tuple(sorted({found.place for found in group}))
    rules = list(dict.fromkeys([worst.rule, *sorted(found.rule for found in group)]))
    path = worst.place.path
    codes = ",".join(sorted({found.code for found in group}))
    return PlanStep(
        id=step_id(ids[0], "\0".join((FIX, worst.rule, path, *worst.functions))),
        wave=wave,
        unit=ids[0],
        symbol="~",
        title=f"Mend {_listed(rules)} at {_where(path, places)}",
        files=(path,),
        verify=(f"archlint scan --select {codes} no longer names {path}",),
        rollback=("git revert the change and deploy.",),
        points=max(fix_points(found.rule, found.code) for found in group),
        findings=tuple(sorted(found.fingerprint for found in group)),
        key=FIX,
        problem=" ".join(_problem(group, rules, worst)),
        detail=" ".join(_advice(group, rules, worst, advice)),
        places=places,
        also=ids[1:],
    )


def _listed(rules: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(rules[:-1]), rules[-1])))


def _where(path: str, places: Sequence[Place]) -> str:
    lines = sorted({place.line for place in places})
    shown = ", ".join(str(line) for line in lines[:_SHOWN])
    return f"{path}:{shown}" + (f" and {len(lines) - _SHOWN} more" if len(lines) > _SHOWN else "")


def _problem(group: list[Finding], rules: list[str], worst: Finding) -> Iterable[str]:
    """The message of one finding a rule."""
    for rule in rules:
        found = worst if worst.rule == rule else next(one for one in group if one.rule == rule)
        text = found.message
        if text.partition(" ")[0].isalpha():
            text = text[:1].upper() + text[1:]
        yield text if text.endswith(".") else f"{text}."


def _advice(group: list[Finding], rules: list[str], worst: Finding, advice: Mapping[str, str]) -> Iterable[str]:
    """What the finding itself advises, or else the page of its rule; one advice a rule."""
    for rule in rules:
        of_rule = [found for found in group if found.rule == rule]
        chosen = worst if worst.rule == rule else of_rule[0]
        text = chosen.help or advice.get(rule, "")
        if text and covered_by(rule) not in rules:
            yield text


def _renamed(step: PlanStep) -> PlanStep:
    return replace(step, id=step_id(step.unit or "", step.id))
