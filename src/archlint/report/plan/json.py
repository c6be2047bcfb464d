"""The plan for programs, as plan.v1.schema.json beside this file describes it."""

from __future__ import annotations

from typing import Any

from archlint.plan.model import (
    Artifact,
    BreakEven,
    Candidate,
    Cost,
    Evidence,
    Figure,
    Flip,
    FunctionPlan,
    Need,
    Plan,
    PlanStep,
    Question,
    Reason,
    Wave,
)
from archlint.report.document import rendered

SCHEMA = "archlint/plan/v1"


def render_json(plan: Plan) -> str:
    """The same bytes for the same plan."""
    return rendered(document(plan))


def document(plan: Plan) -> dict[str, Any]:
    """The plan as plain values."""
    return {
        "schema": SCHEMA,
        "region": plan.region,
        "prices_as_of": plan.prices_as_of,
        "inputs": {
            "usage": plan.inputs.usage,
            "answers": plan.inputs.answers,
            "target": plan.inputs.target,
            "functions": list(plan.inputs.functions),
            "avoid": list(plan.inputs.avoid),
        },
        "units": [_unit(unit, plan) for unit in plan.units],
        "steps": [_step(step) for step in plan.steps if step.unit is None],
        "waves": [_wave(wave) for wave in plan.waves],
        "artifacts": [_artifact(artifact) for artifact in plan.artifacts],
        "summary": {
            "points": sum(step.points for step in plan.steps),
            "steps": len(plan.steps),
            "moves": sum(1 for unit in plan.units if unit.target != "lambda-stay"),
        },
        "notes": list(plan.notes),
    }


def _unit(unit: FunctionPlan, plan: Plan) -> dict[str, Any]:
    return {
        "id": unit.id,
        "name": unit.name,
        "defined_at": {"path": unit.place.path, "line": unit.place.line},
        "target": unit.target,
        "today": unit.today,
        "risk": unit.risk,
        "ties": list(unit.ties),
        "traffic": {
            "monthly_requests": _figure(unit.traffic.monthly_requests),
            "duration_s": _figure(unit.traffic.duration_s),
            "init_s": _figure(unit.traffic.init_s),
            "cold_share": _figure(unit.traffic.cold_share),
            "peak_factor": _figure(unit.traffic.peak_factor),
        },
        "needs": [_need(need) for need in unit.needs],
        "candidates": [_candidate(candidate) for candidate in unit.candidates],
        "flips": [_flip(flip) for flip in unit.flips],
        "questions": [_question(question) for question in unit.questions],
        "blockers": [why.text for why in unit.blockers],
        "fixes": list(unit.fixes),
        "steps": [_step(step) for step in plan.steps if step.unit == unit.id],
        "shared_steps": [step.id for step in plan.steps if unit.id in step.also],
    }


def _need(need: Need) -> dict[str, Any]:
    evidence = [_evidence(found) for found in need.evidence]
    return {"name": need.name, "value": need.value, "confidence": need.confidence, "evidence": evidence}


def _candidate(candidate: Candidate) -> dict[str, Any]:
    return {
        "target": candidate.target,
        "verdict": candidate.verdict,
        "reasons": [_reason(reason) for reason in candidate.reasons],
        "monthly_cost_usd": _cost(candidate.cost),
        "cost_formula": candidate.cost_formula or None,
        "break_even": _break_even(candidate.break_even),
    }


def _reason(reason: Reason) -> dict[str, Any]:
    evidence = reason.evidence
    place = evidence.place if evidence else None
    return {
        "kind": reason.kind,
        "text": reason.text,
        "rule": evidence.rule if evidence else None,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "source": evidence.source if evidence else None,
        "as_of": evidence.as_of if evidence else None,
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    place = evidence.place
    return {
        "text": evidence.text,
        "rule": evidence.rule,
        "path": place.path if place else None,
        "line": place.line if place else None,
        "source": evidence.source,
        "as_of": evidence.as_of,
    }


def _cost(cost: Cost | None) -> dict[str, Any] | None:
    if cost is None:
        return None
    return {
        "low": round(cost.low, 2),
        "estimate": round(cost.estimate, 2),
        "high": round(cost.high, 2),
        "at_3x": _rounded(cost.at_3x),
        "at_10x": _rounded(cost.at_10x),
        "lines": [{"what": what, "usd": round(usd, 2)} for what, usd in cost.lines],
        "assumptions": list(cost.assumptions),
    }


def _break_even(found: BreakEven | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "exists": found.exists,
        "monthly_requests": _rounded(found.monthly_requests),
        "utilisation": found.utilisation,
        "speedup": found.speedup,
        "text": found.text,
    }


def _figure(figure: Figure | None) -> dict[str, Any] | None:
    if figure is None:
        return None
    return {
        "low": figure.low,
        "estimate": figure.estimate,
        "high": figure.high,
        "provenance": figure.provenance,
        "note": figure.note,
    }


def _flip(flip: Flip) -> dict[str, Any]:
    return {"if": flip.condition, "then": flip.target}


def _question(question: Question) -> dict[str, Any]:
    return {
        "what": question.what,
        "how": question.how,
        "effect": question.effect,
        "answer_key": question.answer_key,
    }


def _step(step: PlanStep) -> dict[str, Any]:
    return {
        "id": step.id,
        "key": step.key,
        "wave": step.wave,
        "symbol": step.symbol,
        "title": step.title,
        "problem": step.problem,
        "detail": step.detail,
        "files": list(step.files),
        "places": [{"path": place.path, "line": place.line} for place in step.places],
        "commands": list(step.commands),
        "preconditions": list(step.preconditions),
        "verify": list(step.verify),
        "rollback": list(step.rollback),
        "reversible": step.reversible,
        "points": step.points,
        "depends_on": list(step.depends_on),
        "findings": list(step.findings),
        "also": list(step.also),
        "done": step.done,
    }


def _wave(wave: Wave) -> dict[str, Any]:
    return {
        "n": wave.n,
        "kind": wave.kind,
        "title": wave.title,
        "units": list(wave.units),
        "reason": wave.reason,
    }


def _artifact(artifact: Artifact) -> dict[str, Any]:
    validators = [
        {"tool": v.tool, "version": v.version, "status": v.status, "messages": list(v.messages)}
        for v in artifact.validations
    ]
    return {"path": artifact.path, "unit": artifact.unit, "validators": validators}


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
