"""The migration targets of rules/targets and the conditions that they are judged by, checked when they are loaded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

import yaml

from archlint.knowledge.facts import Fact
from archlint.knowledge.limits import limit
from archlint.knowledge.store import read_yaml, rules_folder

_YES_NO = ("yes", "no")

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gpu": ("none", "optional", "required"),
        "training": _YES_NO,
        "training_size": ("small", "large"),
        "model": ("none", "one", "many"),
        "caller": ("waits", "nobody"),
        "front": ("http", "none"),
        "contract": _YES_NO,
        "edge": _YES_NO,
        "queue": _YES_NO,
        "stream": _YES_NO,
        "schedule": _YES_NO,
        "object_events": _YES_NO,
        "ordered": _YES_NO,
        "state_machine": _YES_NO,
        "one_shot": _YES_NO,
        "package": ("zip", "image", "inline"),
        "zip_fit": ("fits", "mendable", "over", "outgrown"),
        "efs": ("none", "libraries", "models", "files"),
        "architecture": ("x86_64", "arm64"),
        "runtime": ("supported", "deprecated", "blocked", "image"),
        "snapstart_runtime": _YES_NO,
        "managed_runtime": _YES_NO,
        "private_data": _YES_NO,
        "wait": ("none", "short", "job", "long"),
        "loop": _YES_NO,
        "index": ("none", "fixed", "refreshed"),
        "bound_by": ("cpu", "waiting"),
        "init": ("light", "medium", "heavy"),
        "durable": _YES_NO,
        "provider": _YES_NO,
        "demand": ("sparse", "steady"),
        "traffic_known": _YES_NO,
        "second_cloud": _YES_NO,
        "publishes": _YES_NO,
        "python": _YES_NO,
    }
)
"""What a fact may be; one that is not known holds in no condition."""

NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "timeout_s": "s",
        "duration_s": "s",
        "memory_mb": "MB",
        "needed_memory_mb": "MB",
        "ephemeral_mb": "MB",
        "payload_mb": "MB",
        "image_mb": "MB",
        "models_mb": "MB",
        "gpu_memory_gb": "GB",
        "monthly_requests": "requests a month",
        "answer_within_s": "s",
        "reserved_concurrency": "environments",
        "peak_concurrency": "requests at once",
    }
)
"""Facts that are numbers, with their unit."""

PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "no-gpu": "the code needs a GPU and the function has none",
        "too-long": "one run takes longer than a function may run",
        "too-much-memory": "it needs more memory than a function can have",
        "too-large": "the package does not fit a zip",
        "hand-filled-libraries": "its libraries lie on a file system that was filled by hand, for a runtime that ends",
        "moving-state": "a large index in memory changes while users wait for answers from it",
        "cold-users": "people meet the long start of a function that is called rarely",
        "paid-waiting": "the function is paid to wait for people or long events",
        "heavy-training": "its training takes all the time that a function may have, or more",
        "cost": "another target does the same for clearly less",
    }
)
"""Why a function would have to leave what it is today, worst first."""


GROUPS = "target_groups.yaml"
SYMBOLS = ("+", "~", "-/+", ">", "-", "?", "!")
ADAPTERS = (
    "none",
    "image",
    "publish",
    "poller",
    "http-server",
    "one-shot",
    "inference-server",
    "state-machine",
    "remote",
)
POINTS = (0, 1, 3, 5, 7, 13)
PLACES = ("lambda", "aws", "elsewhere")
_KEYS = {
    *("title", "symbol", "rank", "place", "points", "adapter", "cost", "moves", "stays", "groups"),
    *("limits", "rejects", "solves", "notes"),
}
_NEEDED = ("title", "symbol", "rank", "place", "points", "adapter", "cost", "moves", "stays")


class TargetError(Exception):
    """A file of rules/targets that cannot be used; the message names the file and the key."""


@dataclass(frozen=True, slots=True)
class ConditionTest:
    """One comparison: a fact is one of `words`, or lies above or below `number`."""

    fact: str
    words: tuple[str, ...] = ()
    over: float | None = None
    under: float | None = None
    limit: Fact[float] | None = None


@dataclass(frozen=True, slots=True)
class Condition:
    """All tests hold, and one of `either` where there are any."""

    tests: tuple[ConditionTest, ...]
    either: tuple[Condition, ...] = ()

    def all_tests(self) -> Iterator[ConditionTest]:
        yield from self.tests
        for condition in self.either:
            yield from condition.all_tests()


@dataclass(frozen=True, slots=True)
class Rejection:
    """`kind` is hard or soft; `text` may name facts and limits in braces."""

    kind: str
    text: str
    when: Condition
    source: str = ""
    as_of: str = ""


@dataclass(frozen=True, slots=True)
class Solution:
    """The target removes `problem`; of several targets the lowest `order` is the better fit."""

    problem: str
    order: int
    text: str
    when: Condition


@dataclass(frozen=True, slots=True)
class Target:
    """One file of rules/targets. `rank` says how big a move it is; `points` is the effort on the plan's scale."""

    name: str
    title: str
    symbol: str
    rank: int
    place: str
    points: int
    adapter: str
    cost: str
    moves: tuple[str, ...]
    stays: tuple[str, ...]
    limits: Mapping[str, Fact[float]]
    rejects: tuple[Rejection, ...]
    solves: tuple[Solution, ...]
    notes: tuple[str, ...] = ()


@cache
def targets() -> tuple[Target, ...]:
    """All of them, the smallest move first."""
    folder = rules_folder() / "targets"
    groups = read_yaml(GROUPS)["groups"]
    found = []
    for path in sorted(folder.glob("*.yaml")):
        with path.open("rb") as file:
            found.append(parse_target(path.stem, yaml.load(file, Loader=yaml.CSafeLoader), groups))
    return tuple(sorted(found, key=lambda target: (target.rank, target.name)))


@cache
def target(name: str) -> Target:
    """Raises KeyError for a name that is no target."""
    return {found.name: found for found in targets()}[name]


def parse_target(name: str, data: Any, groups: Mapping[str, Any]) -> Target:
    """A target's file as read; raises TargetError."""
    reader = _Reader(name)
    row = reader.mapping(data, "the file")
    for key in row:
        if key not in _KEYS:
            reader.fail(f"unknown key {key!r}; there are: {', '.join(sorted(_KEYS))}")
    for key in _NEEDED:
        if key not in row:
            reader.fail(f"{key} is missing")
    reader.limits.update(reader.own_limits(row.get("limits", {})))
    rejects = []
    for group in reader.texts(row.get("groups", []), "groups"):
        if group not in groups:
            reader.fail(f"groups: there is no group {group!r}; there are: {', '.join(sorted(groups))}")
        rejects += [reader.rejection(item, f"group {group}") for item in groups[group]]
    rejects += [reader.rejection(item, "rejects") for item in reader.rows(row.get("rejects", []), "rejects")]
    return Target(
        name=name,
        title=reader.text(row["title"], "title"),
        symbol=reader.one_of(row["symbol"], SYMBOLS, "symbol"),
        rank=reader.integer(row["rank"], "rank"),
        place=reader.one_of(row["place"], PLACES, "place"),
        points=reader.points(row["points"]),
        adapter=reader.one_of(row["adapter"], ADAPTERS, "adapter"),
        cost=reader.text(row["cost"], "cost"),
        moves=reader.texts(row["moves"], "moves"),
        stays=reader.texts(row["stays"], "stays"),
        limits=dict(reader.limits),
        rejects=tuple(rejects),
        solves=tuple(reader.solution(item) for item in reader.rows(row.get("solves", []), "solves")),
        notes=reader.texts(row.get("notes", []), "notes"),
    )


class _Reader:
    """Turns what YAML gives into values, and says where it cannot."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.limits: dict[str, Fact[float]] = {}

    def fail(self, message: str) -> None:
        raise TargetError(f"{self.name}.yaml: {message}")

    def mapping(self, data: Any, where: str) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail(f"{where} must be a mapping")
        return dict(data)

    def rows(self, data: Any, where: str) -> list[dict[str, Any]]:
        if not isinstance(data, list):
            self.fail(f"{where} must be a list")
        return [self.mapping(item, where) for item in data]

    def text(self, data: Any, where: str) -> str:
        if not isinstance(data, str) or not data.strip():
            self.fail(f"{where} must be a text")
        return str(data)

    def texts(self, data: Any, where: str) -> tuple[str, ...]:
        if not isinstance(data, list):
            self.fail(f"{where} must be a list of texts")
        return tuple(self.text(item, where) for item in data)

    def integer(self, data: Any, where: str) -> int:
        if isinstance(data, bool) or not isinstance(data, int):
            self.fail(f"{where} must be a whole number")
        return int(data)

    def points(self, data: Any) -> int:
        found = self.integer(data, "points")
        if found not in POINTS:
            self.fail(f"points must be one of {', '.join(map(str, POINTS))}")
        return found

    def one_of(self, data: Any, allowed: tuple[str, ...], where: str) -> str:
        found = self.text(data, where)
        if found not in allowed:
            self.fail(f"{where} must be one of {', '.join(allowed)}, not {found!r}")
        return found

    def own_limits(self, data: Any) -> dict[str, Fact[float]]:
        found = {}
        for key, row in self.mapping(data, "limits").items():
            where = f"limits.{key}"
            value = self.mapping(row, where).get("value")
            if isinstance(value, bool) or not isinstance(value, int | float):
                self.fail(f"{where}.value must be a number")
            unit, source, as_of = (self.text(row.get(part), f"{where}.{part}") for part in ("unit", "source", "as_of"))
            found[key] = Fact(key, float(row["value"]), unit, source, "", as_of)
        return found

    def rejection(self, row: Any, where: str) -> Rejection:
        row = self.known(row, where, ("if", "kind", "text", "source", "as_of"))
        return Rejection(
            self.one_of(row.get("kind"), ("hard", "soft"), f"{where}.kind"),
            self.text(row.get("text"), f"{where}.text"),
            self.condition(row.get("if"), f"{where}.if"),
            str(row.get("source", "")),
            str(row.get("as_of", "")),
        )

    def solution(self, row: Any) -> Solution:
        row = self.known(row, "solves", ("problem", "order", "text", "if"))
        return Solution(
            self.one_of(row.get("problem"), tuple(PROBLEMS), "solves.problem"),
            self.integer(row.get("order"), "solves.order"),
            self.text(row.get("text"), "solves.text"),
            self.condition(row.get("if", {}), "solves.if", empty=True),
        )

    def known(self, row: Any, where: str, keys: tuple[str, ...]) -> dict[str, Any]:
        for key in self.mapping(row, where):
            if key not in keys:
                self.fail(f"{where}: unknown key {key!r}; there are: {', '.join(keys)}")
        return dict(row)

    def condition(self, data: Any, where: str, *, empty: bool = False) -> Condition:
        """A mapping of facts; `any` holds a list of further mappings."""
        row = self.mapping(data, where)
        either = tuple(self.condition(item, f"{where}.any") for item in self.rows(row.pop("any", []), f"{where}.any"))
        if not row and not either and not empty:
            self.fail(f"{where} names no fact")
        return Condition(tuple(self.test(fact, wanted, where) for fact, wanted in row.items()), either)

    def test(self, fact: str, wanted: Any, where: str) -> ConditionTest:
        if fact in NUMBERS:
            return self.comparison(fact, wanted, f"{where}.{fact}")
        if fact not in WORDS:
            self.fail(f"{where}: there is no fact {fact!r}")
        words = self.texts(wanted if isinstance(wanted, list) else [wanted], f"{where}.{fact}")
        for word in words:
            self.one_of(word, WORDS[fact], f"{where}.{fact}")
        return ConditionTest(fact, words)

    def comparison(self, fact: str, wanted: Any, where: str) -> ConditionTest:
        row = self.known(wanted, where, ("over", "under"))
        if len(row) != 1:
            self.fail(f"{where} must be {{over: …}} or {{under: …}}")
        ((word, bound),) = row.items()
        rests = self.reference(bound, where) if isinstance(bound, str) else None
        if rests is None and (isinstance(bound, bool) or not isinstance(bound, int | float)):
            self.fail(f"{where}.{word} must be a number or the name of a limit")
        number = rests.value if rests is not None else float(bound)
        return ConditionTest(fact, (), number if word == "over" else None, number if word == "under" else None, rests)

    def reference(self, name: str, where: str) -> Fact[float]:
        """One of the file's own limits, or else one of rules/data/limits.yaml."""
        if name not in self.limits:
            try:
                found = limit(name)
            except KeyError:
                self.fail(f"{where}: there is no limit {name!r} in the file or in limits.yaml")
            self.limits[name] = found
        return self.limits[name]
