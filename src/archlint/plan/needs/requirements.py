"""The facts of one function, and the needs that a plan prints of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from types import MappingProxyType

from archlint.code.ml import libraries_in_use
from archlint.finding import Finding
from archlint.knowledge.limits import limit
from archlint.model.deployed import Deployed
from archlint.plan.cost.workload import Workload, workload
from archlint.plan.model import Figure, Need
from archlint.plan.needs.code import note_code
from archlint.plan.needs.facts import FactCollector, Facts, FunctionFact, shown
from archlint.plan.needs.package import note_package
from archlint.plan.needs.triggers import Surroundings, note_network, note_triggers, scheduled_requests
from archlint.plan.usage.file import Usage
from archlint.project import Project
from archlint.values import Unknown

SPARSE_GAP_S = 60
"""Seconds between requests on average from which on idle environments expire between users (a judgement; the service
keeps them for some minutes)."""

SECONDS_A_MONTH = 730 * 3600

NEEDS: Mapping[str, str] = MappingProxyType(
    {
        "gpu": "GPU", "training": "training", "training_size": "training data", "model": "models in memory",
        "duration_s": "time of one run",
        "timeout_s": "timeout", "needed_memory_mb": "memory in use", "memory_mb": "memory", "zip_fit": "zip package",
        "package": "package", "efs": "file system", "runtime": "runtime", "caller": "caller",
        "contract": "bound to Lambda",
        "index": "index in memory", "ordered": "order", "private_data": "private network", "payload_mb": "payload",
        "reserved_concurrency": "reserved concurrency", "loop": "loop over records", "wait": "paid waiting",
        "init": "start", "bound_by": "bound by", "monthly_requests": "traffic", "demand": "demand",
        "ephemeral_mb": "/tmp", "snapstart_runtime": "SnapStart possible on the runtime",
    }
)  # fmt: skip
"""The facts that a plan shows, in this order, with their titles."""

_QUIET = {
    "training": "no",
    "ordered": "no",
    "loop": "no",
    "wait": "none",
    "index": "none",
    "efs": "none",
    "contract": "no",
}


@dataclass(frozen=True, slots=True)
class Options:
    """What people decided: `answers` by answer key, as `second_provider: yes`; `today` dates the runtimes."""

    today: date = field(default_factory=lambda: datetime.now(UTC).date())
    answers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


@dataclass(frozen=True, slots=True)
class Profile:
    """One function with everything that its decision rests on."""

    deployed: Deployed
    facts: Facts
    workload: Workload
    findings: tuple[Finding, ...]

    def fact(self, name: str) -> FunctionFact:
        return self.facts.get(name, _NOTHING)

    def says(self, name: str, *words: str) -> bool:
        return self.fact(name).is_word(*words)

    def number(self, name: str) -> float | None:
        return self.fact(name).number


_NOTHING = FunctionFact(Unknown("nothing is said of it"))


def circumstances(
    project: Project, findings: tuple[Finding, ...], usage: Usage | None, options: Options
) -> Iterator[Profile]:
    """Of every function, in the order of the project."""
    around = Surroundings(project)
    by_function: dict[str, list[Finding]] = {}
    for finding in findings:
        for function_id in finding.functions:
            by_function.setdefault(function_id, []).append(finding)
    for deployed in project.functions:
        own = tuple(by_function.get(deployed.function.id, ()))
        yield _circumstances(project, deployed, own, usage or Usage(), options, around)


def _circumstances(
    project: Project, deployed: Deployed, findings: tuple[Finding, ...], usage: Usage, options: Options,
    around: Surroundings,
) -> Profile:  # fmt: skip
    function = deployed.function
    said = usage.of(function.id)
    reach = project.reach(function.id) if function.is_python else None
    uses = libraries_in_use(reach, deployed.distributions) if reach is not None else ()
    noted = FactCollector()
    load = _with_schedule(workload(deployed, usage), scheduled_requests(function, around))
    _note_usage(noted, load, usage, function.id)
    _note_speedup(noted, load, findings)
    note_code(noted, deployed, reach, findings)
    note_package(noted, project, deployed, uses, findings, options.today)
    note_triggers(noted, function, reach, around, said)
    note_network(noted, function, reach, around, said)
    _note_answers(noted, options)
    return Profile(deployed, MappingProxyType(noted.facts), load, findings)


def _with_schedule(load: Workload, requests: float | None) -> Workload:
    if load.monthly_requests is not None or requests is None:
        return load
    return replace(load, monthly_requests=Figure.exact(requests, "derived", "counted from its schedules"))


def _note_usage(noted: FactCollector, load: Workload, usage: Usage, function_id: str) -> None:
    said = usage.of(function_id)
    for name, figure in (
        ("duration_s", load.duration_s),
        ("payload_mb", load.payload_mb),
        ("models_mb", load.model_mb),
        ("image_mb", load.image_mb),
        ("monthly_requests", load.monthly_requests),
        ("needed_memory_mb", said.get("working_set_mb") or said.get("max_memory_mb")),
        ("gpu_memory_gb", said.get("gpu_memory_gb")),
        ("peak_concurrency", said.get("peak_concurrency")),
    ):
        if figure is not None:
            noted.figure(name, figure)
    if load.init_s is not None:
        longest = limit("init_max").value
        word = "light" if load.init_s.estimate < 2 else "medium" if load.init_s.estimate < longest / 2 else "heavy"
        noted.word("init", word, f"{load.init_s.provenance} in the usage file: {load.init_s.estimate:g} s")
    if said.training_size is not None:
        noted.word("training_size", said.training_size, f"the usage or answers file says {said.training_size}")
    noted.word("traffic_known", "no" if load.monthly_requests is None else "yes")
    if load.monthly_requests is not None:
        gap = SECONDS_A_MONTH / max(load.monthly_requests.estimate, 1e-9)
        text = f"one request in {gap:,.3g} s on average"
        noted.word("demand", "sparse" if gap >= SPARSE_GAP_S else "steady", text)


def _note_speedup(noted: FactCollector, load: Workload, findings: tuple[Finding, ...]) -> None:
    """A function that runs without a GPU may earn one where people say how much faster it would be."""
    speedup = load.gpu_speedup
    if speedup is not None and speedup.estimate > 1 and not any(f.rule == "gpu-use-on-lambda" for f in findings):
        noted.word("gpu", "optional", f"the usage file says that a GPU is {speedup.estimate:g} times as fast")


def _note_answers(noted: FactCollector, options: Options) -> None:
    answer = options.answers.get("second_provider")
    if answer is not None:
        noted.word("second_cloud", "yes" if answer.lower() in ("yes", "true") else "no", "the answers file says so")


def needs(case: Profile) -> tuple[Need, ...]:
    """What is known, and what is not where it matters; a fact that says nothing special is left out."""
    found = []
    for name in NEEDS:
        fact = case.facts.get(name)
        if fact is None or fact.is_word(_QUIET.get(name, "")):
            continue
        found.append(Need(name, shown(name, fact), fact.confidence, fact.evidence))
    return tuple(found)
