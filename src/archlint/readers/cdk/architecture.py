"""The resources of a CDK app and every reference between its declarations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from archlint.knowledge.cdk import short
from archlint.model.resource import Architecture
from archlint.readers.cdk.functions import Reading
from archlint.readers.cdk.grants import Grants
from archlint.readers.cdk.links import Connections, Links
from archlint.readers.cdk.reading import entry, made_of, own_arguments, parts, text
from archlint.readers.cdk.references import References
from archlint.readers.cdk.resources import Resources, names, stack_path
from archlint.readers.cdk.scopes import stack_of
from archlint.readers.cdk.values import CdkValue, Instance, Made
from archlint.values import Known

STATES = "aws_stepfunctions."
TASKS = "aws_stepfunctions_tasks."
MACHINES = ("AWS::StepFunctions::StateMachine", "AWS::Serverless::StateMachine")
MAX_STATES = 5_000
"""Of one state machine."""

MAX_ALL_STATES = 50_000
"""That are looked at for one app, each once for every machine that reaches it."""


def read_tasks(links: Links) -> None:
    """Adds a link for everything that a task of a state machine names."""
    machines = [
        (made, resource.id)
        for made in links.reading.made
        if (resource := links.resources.by_made.get(id(made))) is not None and resource.type in MACHINES
    ]
    if not machines:
        return
    reached: set[int] = set()
    runs = ((machine, source, state) for machine, source in machines for state in _states(machine))
    for machine, source, state in islice(runs, MAX_ALL_STATES):
        reached.add(id(state))
        _link(links, source, state, machine)
    for state in links.reading.made:
        if id(state) not in reached and short(state.path).startswith(TASKS) and state.owner is None:
            alone = [source for machine, source in machines if stack_of(machine) is stack_of(state)]
            if len(alone) == 1 and stack_path(state):
                _link(links, alone[0], state, None)


def _link(links: Links, source: str, state: Made, machine: Made | None) -> None:
    given = list(own_arguments(state))
    if state is machine:
        given = [state.keywords.get("definition_substitutions"), state.keywords.get("definition_string")]
    for target in links.references.of(*given):
        if target != source or state is not machine:
            links.add(source, target, "invokes", state.place)


def _states(machine: Made) -> Iterator[Made]:
    """The machine and every state that its definition reaches: arguments, what `next` was called on and with."""
    pending: list[CdkValue] = [machine]
    seen: set[int] = set()
    while pending and len(seen) < MAX_STATES:
        value = pending.pop()
        for item in parts(value):
            made = made_of(item)
            if made is None or id(made) in seen or not short(made.path).startswith((STATES, TASKS)):
                continue
            if (made is not machine and short(made.path).startswith(f"{STATES}StateMachine.")) or _is_machine(
                made, machine
            ):
                continue
            seen.add(id(made))
            yield made
            pending.extend(own_arguments(made))
            pending.extend(made.calls if made is not machine else ())
            pending.append(made.owner)
            if made.instance is not None:
                pending.extend(_fields(made.instance))


def _is_machine(made: Made, machine: Made) -> bool:
    """Another state machine, which a task only starts."""
    return made is not machine and short(made.path) in (f"{STATES}StateMachine", f"{STATES}CfnStateMachine")


def _fields(instance: Instance) -> list[CdkValue]:
    """What a state machine fragment of the app keeps, such as its start state."""
    return [value for value in instance.attributes.values() if isinstance(value, Made | Instance | list)]


def read_architecture(reading: Reading, folder: str) -> Architecture:
    """What the app declares beside its functions; resources of unknown kind only where something refers to them."""
    resources = Resources(folder, reading.taken)
    resources.read(reading.made)
    declared = {**reading.ids, **{key: resource.id for key, resource in resources.by_made.items()}}
    named = {
        reading.ids[key]: name.value
        for key, function in reading.wiring.functions.items()
        if isinstance(name := text(entry(function, "function_name")), Known)
    }
    references = References(
        declared,
        names(resources.by_id.values(), named),
        reading.wiring.function,
        resources.imported,
    )
    functions = frozenset(reading.ids.values())
    links = Links(reading, resources, references, Connections(reading.made, references, functions))
    links.read()
    read_tasks(links)
    Grants(links).read()
    return _whole(resources, links)


def _whole(resources: Resources, links: Links) -> Architecture:
    mentioned = {end for link in links.found for end in (link.source, link.target)}
    elsewhere = set(resources.by_id) - {resource.id for resource in resources.by_made.values()}
    return Architecture(
        tuple(
            resource
            for resource in resources.by_id.values()
            if resource.id in mentioned
            or resource.kind == "mapping"
            or (resource.kind != "other" and resource.id not in elsewhere)
        ),
        tuple(links.found),
    )
