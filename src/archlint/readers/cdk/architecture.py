"""The resources of a CDK app and every reference between its declarations."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from archlint.knowledge.cdk import adds_statement, granted, holds_statements, is_role, short
from archlint.model.resource import Architecture
from archlint.readers.cdk.functions import Reading
from archlint.readers.cdk.links import MAX_USERS, Connections, Links
from archlint.readers.cdk.reading import entry, last, made_of, own_arguments, parts, text
from archlint.readers.cdk.references import References, owner_of
from archlint.readers.cdk.resources import Resources, names, stack_path
from archlint.readers.cdk.scopes import stack_of
from archlint.readers.cdk.values import CdkInstance, CdkReference, CdkValue, Made, Member
from archlint.values import Known

ROLES = ("role", "grant_principal", "task_role", "lambda_role", "job_role", "role_arn")
STATEMENT = "aws_iam.PolicyStatement"
MAX_HOLDERS = 50


class Grants:
    """Adds a link for each grant and each policy statement on a declared resource."""

    def __init__(self, links: Links) -> None:
        self.links = links
        self.references = links.references
        self.holders = self._holders()

    def read(self) -> None:
        for made in self.links.reading.made:
            if made.owner is not None and ".grant" in made.path:
                self._grant(made)
            elif short(made.path) in (STATEMENT, f"{STATEMENT}.from_json"):
                self._statement(made)

    def _holders(self) -> dict[int, list[str]]:
        """The functions and resources that act with each role that the app makes."""
        found: dict[int, list[str]] = {}
        for made in self.links.reading.made:
            if made.owner is not None:
                continue
            roles = [role for name in ROLES if (role := owner_of(made.keywords.get(name))) is not None]
            for role in roles if any(is_role(role.path) for role in roles) else ():
                own = [self.links.reading.ids[id(made)]] if id(made) in self.links.reading.ids else []
                found.setdefault(id(role), []).extend(own or self._own(made))
        return found

    def _own(self, made: Made) -> list[str]:
        resource = self.links.resources.by_made.get(id(made))
        return [resource.id] if resource is not None else []

    def principals(self, value: CdkValue) -> list[str]:
        """Who a grantee is: a function, what has a role, or a role that functions act with."""
        found: list[str] = []
        for item in parts(value):
            if isinstance(item, Member) and item.name.rpartition(".")[2] in ROLES:
                item = item.owner
            made = made_of(item)
            if made is not None and id(made) in self.holders:
                found += self.holders[id(made)][:MAX_USERS]
            elif made is not None:
                found += self.references.made(made)
        return found

    def _grant(self, call: Made) -> None:
        """`queue.grant_send_messages(function)`, `bucket.grants.read(function)`."""
        method = last(call.path)
        between = call.path.rpartition(".")[0].rpartition(".")[2]
        name = f"grant_{method}" if between == "grants" else method
        if not name.startswith("grant") or call.owner is None:
            return
        grantees = [*call.arguments[:1], *([v] if (v := entry(call, "grantee")) is not None else [])]
        given = call.arguments[1:] if name in ("grant", "grant_actions") else []
        listed = [
            str(item) for value in (*given, entry(call, "actions")) for item in parts(value) if isinstance(item, str)
        ]
        for target in self.references.made(call.owner):
            actions = listed if name in ("grant", "grant_actions") else granted(self._kind(target), name)
            for source in self.principals(grantees) if actions else ():
                self.links.add(source, target, "grant", call.place, detail=",".join(actions or ()))

    def _kind(self, target: str) -> str:
        resource = self.links.resources.by_id.get(target)
        return resource.kind if resource is not None else "function"

    def _statement(self, made: Made) -> None:
        """`PolicyStatement(actions=[…], resources=[…])` for whoever gets it."""
        effect = entry(made, "effect")
        if effect == "Deny" or (isinstance(effect, CdkReference) and last(effect.path) == "DENY"):
            return
        actions = _texts(made, "actions", ("add_actions",))
        targets = self.references.of(*_given(made, "resources", ("add_resources",)))
        if not actions or not targets:
            return
        for source in dict.fromkeys(self._receivers(made, set())):
            for target in targets:
                fitting = [action for action in actions if self._fits(action, target)]
                if source != target and fitting:
                    self.links.add(source, target, "grant", made.place, detail=",".join(fitting))

    def _fits(self, action: str, target: str) -> bool:
        """Functions are acted on by Lambda's own actions alone; others by any."""
        return action == "*" or target not in self.links.functions or action.startswith("lambda:")

    def _receivers(self, made: Made, seen: set[int]) -> Iterator[str]:
        """Who a statement, or what holds it, is given to."""
        if id(made) in seen or len(seen) > MAX_HOLDERS:
            return
        seen.add(id(made))
        for call in made.calls:
            if last(call.path).startswith("attach_to_"):
                yield from self.principals(call.arguments)
        if holds_statements(made.path):
            yield from self.principals(entry(made, "roles"))
        for user in self.links.connections.users.get(id(made), ())[:MAX_USERS]:
            yield from self._through(user, seen)

    def _through(self, user: Made, seen: set[int]) -> Iterator[str]:
        """Who gets what a call or construct is handed."""
        if user.owner is not None:
            if adds_statement(last(user.path)):
                yield from self.principals(user.owner)
            elif last(user.path) == "add_statements":
                yield from self._receivers(user.owner, seen)
        elif is_role(user.path):
            yield from self.principals(user)
        elif id(user) in self.links.reading.ids:
            yield self.links.reading.ids[id(user)]
        elif holds_statements(user.path):
            yield from self._receivers(user, seen)


def _given(made: Made, name: str, methods: tuple[str, ...]) -> list[CdkValue]:
    added = [value for call in made.calls if last(call.path) in methods for value in call.arguments]
    return [entry(made, name), *added]


def _texts(made: Made, name: str, methods: tuple[str, ...]) -> list[str]:
    return [str(item) for value in _given(made, name, methods) for item in parts(value) if isinstance(item, str)]


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


def _fields(instance: CdkInstance) -> list[CdkValue]:
    """What a state machine fragment of the app keeps, such as its start state."""
    return [value for value in instance.attributes.values() if isinstance(value, Made | CdkInstance | list)]


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
