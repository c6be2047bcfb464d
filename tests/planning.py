"""Units, functions and findings by hand, for the tests of what follows a decision."""

from __future__ import annotations

from dataclasses import replace

from archlint.finding import Finding
from archlint.model.deployed import Deployed
from archlint.model.function import Function, Trigger
from archlint.model.place import Place
from archlint.plan.model import Candidate, Evidence, FunctionPlan, Need, Reason, Traffic
from samples import make_deployed, make_function


def unit(name: str, target: str = "lambda-stay", *, fixes: tuple[str, ...] = (), risk: int = 1) -> FunctionPlan:
    names = list(dict.fromkeys([target, "lambda-stay", "lambda-image", "ecs-gpu"]))
    why = Reason("soft", "it fits", Evidence("it fits", "slow-init", Place("src/app.py", 4)))
    never = Reason("hard", "no GPU there", Evidence("", source="https://example.org/x", as_of="2026-11-01"))
    candidates = [Candidate(target, "chosen", (why,))]
    candidates += [Candidate(other, "rejected" if other == "ecs-gpu" else "viable", (never,)) for other in names[1:]]
    return FunctionPlan(
        id=f"template.yaml#{name}",
        name=name,
        place=Place("template.yaml", 12, 3),
        target=target,
        today="zip, 512 MB, 30 s, s3",
        traffic=Traffic(),
        needs=(Need("gpu", "none", "high"),),
        candidates=tuple(candidates),
        fixes=fixes,
        risk=risk,
    )


def function(name: str, *triggers: str, kind: str = "sam", sync: bool = False) -> Function:
    place = Place("template.yaml", 12, 3)
    found = tuple(Trigger(trigger, sync, place) for trigger in triggers)
    return replace(make_function(name), triggers=found, kind=kind)


def deployed(name: str, *triggers: str, kind: str = "sam") -> Deployed:
    return make_deployed(function(name, *triggers, kind=kind))


def finding(
    fingerprint: str,
    *,
    rule: str = "model-load-in-handler",
    code: str = "AL101",
    path: str = "src/app.py",
    line: int = 4,
    functions: tuple[str, ...] = ("template.yaml#A",),
    advice: str | None = "Load it once.",
) -> Finding:
    return Finding(
        rule=rule,
        code=code,
        severity="error",
        confidence="high",
        message="it loads on every request",
        place=Place(path, line),
        fingerprint=fingerprint,
        functions=functions,
        help=advice,
    )
