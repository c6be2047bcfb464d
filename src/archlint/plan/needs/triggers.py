"""What a function's event sources and network ask of it: who waits, in which order, from where it cannot move."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from archlint.code.calls import ServiceCall, service_calls
from archlint.code.reach import Phase, Reach
from archlint.knowledge.contracts import Contract, of_event, of_trigger, private_resources, private_stores
from archlint.knowledge.triggers import trigger_type
from archlint.model.function import Function, Trigger
from archlint.model.resource import Link, Resource
from archlint.plan.needs.code import imports
from archlint.plan.needs.facts import FactCollector
from archlint.plan.usage.file import FunctionUsage
from archlint.project import Project
from archlint.values import Known


class Surroundings:
    """The resources of a repository and their links, by the function that they touch."""

    def __init__(self, project: Project) -> None:
        self.resources: dict[str, Resource] = {item.id: item for item in project.architecture.resources}
        self.project = project
        self.to: dict[str, list[Link]] = {}
        self.of: dict[str, list[Link]] = {}
        for link in project.architecture.links:
            self.to.setdefault(link.target, []).append(link)
            self.of.setdefault(link.source, []).append(link)

    def sources(self, function_id: str) -> Iterable[Resource]:
        """What invokes the function."""
        links = (link for link in self.to.get(function_id, ()) if link.kind == "event")
        return (self.resources[link.source] for link in links if link.source in self.resources)

    def invocations(self, function_id: str) -> list[ServiceCall]:
        """The calls by which other functions of the repository invoke it, named by an environment variable."""
        found = []
        for link in self.to.get(function_id, ()):
            reach = (
                self.project.reach(link.source) if link.kind == "env" and link.source in self.project.linked else None
            )
            calls = service_calls(reach) if reach is not None else ()
            found += [call for call in calls if call.service == "lambda" and call.variable == link.detail]
        return found

    def used(self, function_id: str) -> Iterable[tuple[Resource, Link]]:
        """What the function's variables and permissions name."""
        for link in self.of.get(function_id, ()):
            if link.kind in ("env", "grant") and link.target in self.resources:
                yield self.resources[link.target], link


def note_triggers(
    noted: FactCollector, function: Function, reach: Reach | None, around: Surroundings, said: FunctionUsage
) -> None:
    triggers = function.triggers
    if said.latency is not None:
        word = "waits" if said.latency == "interactive" else "nobody"
        noted.word("caller", word, f"the usage file says {said.latency}")
    _note_contract(noted, triggers, reach)
    _note_front(noted, function, around)
    kinds = {trigger.type for trigger in triggers}
    for name, types in (
        ("queue", {"sqs", "mq"}),
        ("stream", {kind for kind in kinds if trigger_type(kind).stream}),
        ("schedule", {"schedule"}),
        ("object_events", {"s3"}),
        ("state_machine", {"step-functions"}),
    ):
        found = next((trigger for trigger in triggers if trigger.type in types), None)
        noted.word(
            name, "yes" if found else "no", f"invoked by {found.type}" if found else "", found.place if found else None
        )
    fifo = next((item for item in around.sources(function.id) if _is_fifo(item)), None)
    stream = next((trigger for trigger in triggers if trigger_type(trigger.type).stream), None)
    if fifo is not None:
        noted.word("ordered", "yes", f"{fifo.name} keeps the order of its messages", fifo.place)
    elif stream is not None:
        noted.word("ordered", "yes", "the records of a stream come in order", stream.place)
    noted.word("ordered", "no")
    noted.word("one_shot", "yes" if function.is_one_shot else "no", "a custom resource", function.defined_at)
    noted.word("durable", "yes" if function.durable else "no", "DurableConfig", function.defined_at)
    noted.word("provider", "yes" if function.capacity_provider else "no", "CapacityProviderConfig", function.defined_at)
    topic = next((item for item, link in around.used(function.id) if item.kind == "topic"), None)
    noted.word("publishes", "yes" if topic or "sns" in kinds else "no", "", topic.place if topic else None)
    if isinstance(function.reserved_concurrency, Known):
        noted.number("reserved_concurrency", function.reserved_concurrency.value, "reserved", function.defined_at)


def _is_fifo(resource: Resource) -> bool:
    setting = resource.settings.get("fifo")
    return resource.kind == "queue" and setting is not None and setting.value == Known(True)


def _note_contract(noted: FactCollector, triggers: tuple[Trigger, ...], reach: Reach | None) -> None:
    for trigger in triggers:
        found = of_trigger(trigger.type)
        if found is not None:
            text = f"{found.title} calls a Lambda function"
            noted.word("contract", "yes", text, trigger.place, source=found.source, as_of=found.as_of)
            noted.word("edge", "yes" if found.edge else "no", found.title if found.edge else "", trigger.place)
            _note_within(noted, found)
            return
    found = of_event(event_keys(reach)) if reach is not None and not triggers else None
    if found is not None:
        text = f"the handler reads the event of {found.title}"
        place = next(iter(reach.best)).module.place(next(iter(reach.best)).node) if reach is not None else None
        noted.word("contract", "yes", text, place, confidence="medium", source=found.source, as_of=found.as_of)
        _note_within(noted, found)
    noted.word("contract", "no")
    noted.word("edge", "no")


def _note_within(noted: FactCollector, found: Contract) -> None:
    if found.batch:
        noted.word("caller", "nobody", f"{found.title} is a job; no person waits", confidence="medium")
    if found.within_s is not None:
        noted.number("answer_within_s", found.within_s, f"{found.title} waits for {found.within_s:g} s")


def event_keys(reach: Reach) -> frozenset[str]:
    """The texts by which the units that Lambda calls look something up, at any depth."""
    found: set[str] = set()
    for reached in reach.best.values():
        if reached.phase is Phase.INVOKE and len(reached.way()) <= 2:
            for node in ast.walk(reached.unit.node):
                key: ast.expr | None = None
                if isinstance(node, ast.Subscript):
                    key = node.slice
                elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
                    key = node.args[0] if node.args else None
                if isinstance(key, ast.Constant) and isinstance(key.value, str):
                    found.add(key.value)
    return frozenset(found)


def _note_front(noted: FactCollector, function: Function, around: Surroundings) -> None:
    """Whether somebody waits. The usage file decides where it speaks; a direct call tells nothing."""
    front = next((trigger for trigger in function.triggers if trigger_type(trigger.type).http and trigger.sync), None)
    if front is not None:
        noted.word("front", "http", f"callers wait at {front.type}", front.place)
    noted.word("front", "none")
    sync = next((trigger for trigger in function.triggers if trigger.sync), None)
    if sync is not None:
        noted.word("caller", "waits", f"invoked by {sync.type}, which waits for the answer", sync.place)
    elif function.triggers:
        first = function.triggers[0]
        stays = "a state machine waits for it, and no person is known to"
        text = stays if first.type == "step-functions" else f"invoked by {first.type}, which does not wait"
        noted.word("caller", "nobody", text, first.place)
    calls = around.invocations(function.id)
    if calls and all(call.sync for call in calls):
        noted.word("caller", "waits", "another function invokes it and waits for the answer", calls[0].place)
    elif calls and not any(call.sync for call in calls):
        noted.word("caller", "nobody", "another function invokes it and does not wait", calls[0].place)
    noted.unknown("caller", "nothing in the repository shows what invokes it")


def note_network(
    noted: FactCollector, function: Function, reach: Reach | None, around: Surroundings, said: FunctionUsage
) -> None:
    """A VPC that exists for a file system alone leads to no private data."""
    if said.private_network is not None:
        noted.word("private_data", "yes" if said.private_network else "no", "the usage file says so")
        return
    if not function.vpc:
        noted.word("private_data", "no", "the function is in no VPC")
        return
    for resource, link in around.used(function.id):
        if resource.kind in private_resources():
            noted.word("private_data", "yes", f"it uses {resource.name} from inside the VPC", link.place)
    for name, place in imports(reach) if reach is not None else ():
        if private_stores(name):
            noted.word("private_data", "yes", f"it uses {name.split('.')[0]} from inside the VPC", place)
    if not function.efs_mounts:
        text = "it is in a VPC, and there is no file system that it would be there for"
        noted.word("private_data", "yes", text, function.defined_at, confidence="medium")
    noted.word("private_data", "no", "its VPC serves the file system", function.defined_at, confidence="medium")


_RATE = re.compile(r"rate\(\s*(\d{1,6})\s+(minute|hour|day)s?\s*\)\Z")
_MINUTES = {"minute": 1, "hour": 60, "day": 1440}
MINUTES_A_MONTH = 730 * 60


def scheduled_requests(function: Function, around: Surroundings) -> float | None:
    """Runs a month where schedules alone invoke the function and all of them can be counted."""
    if not function.triggers or any(trigger.type != "schedule" for trigger in function.triggers):
        return None
    total: float = 0
    sources = list(around.sources(function.id))
    for source in sources:
        setting = source.settings.get("schedule_expression")
        value = setting.value if setting is not None else None
        runs = runs_a_month(value.value) if isinstance(value, Known) and isinstance(value.value, str) else None
        if runs is None:
            return None
        total += runs
    return total if len(sources) == len(function.triggers) else None


def runs_a_month(expression: str) -> float | None:
    """Of `rate(…)`, and of `cron(…)` with plain minutes and hours on every day, weekday or day of a month."""
    rate = _RATE.match(expression.strip())
    if rate is not None and int(rate[1]) > 0:
        return MINUTES_A_MONTH / (int(rate[1]) * _MINUTES[rate[2]])
    fields = expression.strip().removeprefix("cron(").removesuffix(")").split()
    if not expression.strip().startswith("cron(") or len(fields) != 6:
        return None
    minutes, hours = _count(fields[0], 60), _count(fields[1], 24)
    days = _days(fields[2], fields[4])
    if minutes is None or hours is None or days is None or fields[3] not in ("*", "?") or fields[5] not in ("*", "?"):
        return None
    return minutes * hours * days


def _count(text: str, size: int) -> int | None:
    if text == "*":
        return size
    if re.fullmatch(r"(?:\*|\d{1,2})/\d{1,2}", text):
        start, step = text.split("/")
        first = 0 if start == "*" else int(start)
        return len(range(first, size, int(step))) if int(step) else None
    return len(text.split(",")) if re.fullmatch(r"\d{1,2}(?:,\d{1,2})*", text) else None


def _days(of_month: str, of_week: str) -> float | None:
    """Days of a mean month, of 730 hours."""
    month = 730 / 24
    if of_month in ("*", "?") and of_week in ("*", "?"):
        return month
    if of_week in ("*", "?"):
        return float(len(of_month.split(","))) if re.fullmatch(r"(?:L|\d{1,2})(?:,\d{1,2})*", of_month) else None
    if of_month not in ("*", "?"):
        return None
    if of_week in ("MON-FRI", "2-6"):
        return month * 5 / 7
    return month * len(of_week.split(",")) / 7 if re.fullmatch(r"[A-Z0-9]{1,3}(?:,[A-Z0-9]{1,3})*", of_week) else None
