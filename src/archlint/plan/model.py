"""A migration plan as frozen values: what the planner decides and the reports print."""

from __future__ import annotations

from dataclasses import dataclass

from archlint.model.place import Place

POINTS = (0, 1, 3, 5, 7, 13)
"""Effort of a step, on the scale of the Migration Toolkit for Applications."""

SYMBOLS = ("+", "~", "-/+", ">", "-", "?", "!")
"""create, change, replace, shift traffic, remove, your decision, blocked: as `terraform plan` writes them."""


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as a range with where it comes from; `low <= estimate <= high`, the unit is in the attribute's name."""

    low: float
    estimate: float
    high: float
    provenance: str
    """Best first: measured (from logs or a profiler), declared (usage file), derived (templates), default (ours)."""
    note: str = ""
    """How it was had, such as "the timeout bounds it"."""

    @classmethod
    def exact(cls, value: float, provenance: str, note: str = "") -> Figure:
        return cls(value, value, value, provenance, note)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a statement rests on: a rule's finding, a place of the repository, or a fact with its source and date."""

    text: str
    rule: str | None = None
    place: Place | None = None
    source: str | None = None
    as_of: str | None = None


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement of a function, such as gpu=none. `confidence` is high, medium or low."""

    name: str
    value: str
    confidence: str
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a target is chosen, viable or rejected. `kind` is "hard" (it cannot work) or "soft" (a judgement)."""

    kind: str
    text: str
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class BreakEven:
    """Where the target costs what Lambda costs. `exists` is False where no traffic makes it cheaper; then `text` says
    what does decide."""

    exists: bool
    text: str
    monthly_requests: float | None = None
    utilisation: float | None = None
    """The share of its time that a container or GPU must be busy."""
    speedup: float | None = None
    """How many times as fast a GPU must be for it to be the cheaper one, where that decides."""


@dataclass(frozen=True, slots=True)
class Cost:
    """US dollars a month at the plan's traffic, without free tier unless the usage asks for it."""

    low: float
    estimate: float
    high: float
    lines: tuple[tuple[str, float], ...] = ()
    """(what, dollars) of the estimate: compute, requests, idle floor, network, storage."""
    at_3x: float | None = None
    at_10x: float | None = None
    """The estimate at three and at ten times the traffic."""
    assumptions: tuple[str, ...] = ()
    """What the figures take for granted, and which prices were not read in a source."""


@dataclass(frozen=True, slots=True)
class Candidate:
    target: str
    verdict: str
    reasons: tuple[Reason, ...]
    cost: Cost | None = None
    """None where traffic is not known and the cost depends on it, or the target was rejected for good."""
    cost_formula: str = ""
    """The cost as a function of traffic, for people, such as "$2.40 + $33.33 per million requests"."""
    break_even: BreakEven | None = None


@dataclass(frozen=True, slots=True)
class Flip:
    """A change of circumstances and the target that it would make the better one."""

    condition: str
    target: str


@dataclass(frozen=True, slots=True)
class Question:
    """What is not known, how to measure it, and what it would change. With `answer_key`, only people can say:
    the answers file settles it under that key."""

    what: str
    how: str
    effect: str
    answer_key: str | None = None


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One thing to do. `id` is stable between runs; `wave` 0 is what all units share."""

    id: str
    wave: int
    unit: str | None
    symbol: str
    title: str
    files: tuple[str, ...] = ()
    commands: tuple[str, ...] = ()
    preconditions: tuple[str, ...] = ()
    """Quotas, permissions and networks, each with its lead time."""
    verify: tuple[str, ...] = ()
    rollback: tuple[str, ...] = ()
    reversible: bool = True
    """False for a point of no return."""
    points: int = 0
    depends_on: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    """Fingerprints of the findings that it resolves."""
    done: bool = False
    """Set by `plan --check`: the repository already shows its result."""
    key: str = ""
    """The kind of step: "fix", "shift", or its key in the data file of steps."""
    problem: str = ""
    """What is wrong, in the words of the finding that it mends."""
    detail: str = ""
    """What to mind, or the advice of the rule."""
    places: tuple[Place, ...] = ()
    """Where the repository has to change."""
    also: tuple[str, ...] = ()
    """Ids of further units that the same work serves; its points count once."""


@dataclass(frozen=True, slots=True)
class Traffic:
    """What drives a function's bill; a part that is None is not known."""

    monthly_requests: Figure | None = None
    duration_s: Figure | None = None
    init_s: Figure | None = None
    cold_share: Figure | None = None
    peak_factor: Figure | None = None


@dataclass(frozen=True, slots=True)
class FunctionPlan:
    """One function's part of the plan. `id` and `name` are the function's."""

    id: str
    name: str
    place: Place
    target: str
    today: str
    """Today's package, memory, timeout and triggers in one line."""
    traffic: Traffic
    needs: tuple[Need, ...]
    candidates: tuple[Candidate, ...]
    """All 17, the chosen one first, then viable, then rejected."""
    fixes: tuple[str, ...] = ()
    """Fingerprints of the findings to mend, whatever the target."""
    ties: tuple[str, ...] = ()
    """Targets that are as good as the chosen one by every criterion that is known."""
    flips: tuple[Flip, ...] = ()
    questions: tuple[Question, ...] = ()
    blockers: tuple[Reason, ...] = ()
    """Why the target cannot work, where people insisted on it."""
    risk: int = 1
    """1 to 5: fan-in, callers that wait, no failure path, quotas that are not known."""


@dataclass(frozen=True, slots=True)
class Wave:
    """Units that move together; wave 0 prepares what they share, the last one cleans up."""

    n: int
    title: str
    units: tuple[str, ...]
    reason: str
    kind: str = "move"
    """base, mend, pilot, move or clean-up."""


@dataclass(frozen=True, slots=True)
class Validation:
    """What a tool said of a generated file; `status` is pass, fail or not_run."""

    tool: str
    version: str | None
    status: str
    messages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Artifact:
    """A file that the plan generates; `content` is its text."""

    path: str
    content: str
    validations: tuple[Validation, ...] = ()
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was asked for beside the repository; a plan can be compared with one that had the same inputs."""

    usage: bool = False
    answers: bool = False
    target: str | None = None
    functions: tuple[str, ...] = ()
    avoid: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """The whole plan, in the order in which it is printed."""

    units: tuple[FunctionPlan, ...]
    waves: tuple[Wave, ...] = ()
    steps: tuple[PlanStep, ...] = ()
    artifacts: tuple[Artifact, ...] = ()
    region: str = "us-east-1"
    prices_as_of: str = ""
    notes: tuple[str, ...] = ()
    """What was not analysed, what the usage file lacks, how old the prices are."""
    inputs: Inputs = Inputs()
