"""From a connecting object back to the resource that it belongs to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice

from archlint.cdk.reading import made_of, own_arguments, parts
from archlint.cdk.references import References
from archlint.cdk.values import CdkValue, Made

MAX_LEVELS = 5
MAX_USERS = 500
"""Objects that are looked at on the way from one connection."""

MAX_USES = 300_000
"""Of one app."""


class Connections:
    """Who is handed what in an app. `functions` are the ids of functions."""

    def __init__(self, made: Sequence[Made], references: References, functions: frozenset[str]) -> None:
        self.references = references
        self.functions = functions
        self.users: dict[int, list[Made]] = {}
        for user, item in islice(_uses(made), MAX_USES):
            used = made_of(item)
            if used is not None and used is not user:
                self.users.setdefault(id(used), []).append(user)

    def origins(self, connection: Made) -> tuple[str, ...]:
        """The resources that use a target, an integration or a destination, or whose method makes the connection."""
        found: list[str] = []
        pending = [(connection, 0)]
        seen = {id(connection)}
        while pending:
            made, level = pending.pop(0)
            own = [name for name in self.references.made(made) if name not in self.functions]
            found += own
            for user in self.users.get(id(made), ()) if not own and level < MAX_LEVELS else ():
                if id(user) not in seen and len(seen) < MAX_USERS:
                    seen.add(id(user))
                    pending.append((user, level + 1))
        return tuple(dict.fromkeys(found))


def _uses(made: Sequence[Made]) -> Iterator[tuple[Made, CdkValue]]:
    for user in made:
        for value in own_arguments(user):
            yield from ((user, item) for item in parts(value))
