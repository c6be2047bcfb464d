"""What the functions and other parts of a CDK app are allowed to do with its resources."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.knowledge.cdk import adds_statement, granted, holds_statements, is_role, short
from archlint.readers.cdk.links import MAX_USERS, Links
from archlint.readers.cdk.reading import entry, last, made_of, parts
from archlint.readers.cdk.references import owner_of
from archlint.readers.cdk.values import CdkValue, Made, Member, Reference

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
        if effect == "Deny" or (isinstance(effect, Reference) and last(effect.path) == "DENY"):
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
