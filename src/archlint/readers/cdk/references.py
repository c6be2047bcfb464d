"""Which declaration of an app a value stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from archlint.knowledge.cdk import arn_target, is_beside_target, is_other_attribute, makes_text, pointer, resource_type
from archlint.knowledge.resources import resource_type as known_type
from archlint.readers.cdk.evaluator.names import snake
from archlint.readers.cdk.overrides import of
from archlint.readers.cdk.reading import MAX_PARTS, STRUCTS, argument, last, made_of
from archlint.readers.cdk.values import CdkInstance, CdkValue, Made, Member, Woven

MAX_LEVELS = 12
MAX_WORK = 500_000
"""Values that are looked at for one app."""

MIN_NAME = 3
"""Characters of a literal that is taken for a declared name."""


class References:
    """`declared` has the ids of functions and resources by their object; `pointed` finds the function behind an alias
    or a version; `imported` gives the id of something that is declared elsewhere."""

    def __init__(
        self,
        declared: dict[int, str],
        names: Mapping[str, tuple[tuple[str, str], ...]],
        pointed: Callable[[CdkValue], Made | None],
        imported: Callable[[Made], str | None],
    ) -> None:
        self.declared = declared
        self.names = names
        self.pointed = pointed
        self.imported = imported
        self.work = 0
        """Values that were looked at."""
        self._known: dict[int, tuple[str, ...]] = {}

    def of(self, *values: CdkValue) -> tuple[str, ...]:
        """The ids that values and everything inside them stand for, each once."""
        found: dict[str, None] = {}
        for value in values if self.work < MAX_WORK else ():
            for item in inner(value):
                self.work += 1
                found.update(dict.fromkeys(self._of(item, 0)))
        return tuple(found)

    def only(self, value: CdkValue) -> str | None:
        """The one declaration that a value stands for."""
        found = self.of(value)
        return found[0] if len(found) == 1 else None

    def made(self, made: Made) -> tuple[str, ...]:
        """What an object itself stands for."""
        return self._made(made, 0)

    def _of(self, value: CdkValue, level: int) -> tuple[str, ...]:
        if level > MAX_LEVELS:
            return ()
        if isinstance(value, str):
            return self._named(value)
        if isinstance(value, Woven):
            found = [name for item in value.references for name in self._of(item, level + 1)]
            return tuple(dict.fromkeys(found)) or self._named(value.pattern)
        if isinstance(value, Member):
            return () if is_other_attribute(value.name) else self._made(value.owner, level)
        made = made_of(value)
        return self._made(made, level) if made is not None else ()

    def _made(self, made: Made, level: int) -> tuple[str, ...]:
        found = self._known.get(id(made))
        if found is None and level <= MAX_LEVELS:
            found = tuple(dict.fromkeys(self._look(made, level + 1)))
            self._known[id(made)] = found
        return found or ()

    def _look(self, made: Made, level: int) -> Iterator[str]:
        own = self.declared.get(id(made))
        function = self.pointed(made) if own is None else None
        if function is not None:
            own = self.declared.get(id(function))
        if own is not None:
            yield own
            return
        if makes_text(made.path):
            for item in inner([*made.arguments, made.keywords]):
                yield from self._of(item, level)
            return
        row, above = pointer(made.path), _whole(made)
        if row is not None or above is not None:
            values = of(made, (above,)) if above is not None else [argument(made, *row)] if row is not None else []
            for item in inner(values):
                yield from self._of(item, level)
        elif made.owner is not None:
            name = made.path.removeprefix(f"{made.owner.path}.")
            yield from () if is_other_attribute(name) else self._made(made.owner, level)
        elif is_import(made):
            yield from self._imported(made, level)

    def _imported(self, made: Made, level: int) -> Iterator[str]:
        """`Queue.from_queue_arn(scope, id, arn)`: the declaration that the ARN is of, or one elsewhere."""
        given = imported_by(made)
        found = [name for item in inner(given) for name in self._of(item, level)]
        if found:
            yield found[0]
        elif (elsewhere := self.imported(made)) is not None:
            yield elsewhere

    def _named(self, text: str) -> tuple[str, ...]:
        """The declaration that a literal name or ARN is of, where only one has that name."""
        target = arn_target(text) if text.startswith("arn:") else None
        name = text if target is None else target[1]
        if len(name) < MIN_NAME or "*" in name:
            return ()
        found = [found for kind, found in self.names.get(name, ()) if target is None or kind == target[0]]
        return tuple(found) if len(found) == 1 else ()


def inner(value: CdkValue) -> Iterator[CdkValue]:
    """A value with everything inside its lists, dicts and structs, without what stands beside a target."""
    pending, count = [value], 0
    while pending and count < MAX_PARTS:
        item = pending.pop()
        count += 1
        if isinstance(item, list | tuple):
            pending.extend(reversed(item))
        elif isinstance(item, dict):
            pending.extend(reversed([held for key, held in item.items() if not _is_beside(key)]))
        elif isinstance(item, Made) and is_struct(item):
            pending.extend(reversed([held for key, held in item.keywords.items() if not _is_beside(key)]))
        else:
            yield item


def is_struct(made: Made) -> bool:
    """Whether an object only holds properties."""
    name = last(made.path)
    return made.owner is None and name.endswith(STRUCTS) and not name.startswith("Cfn")


def _whole(made: Made) -> str | None:
    """The property of an L1 construct that refers to what it is a part of."""
    kind = resource_type(made.path) if made.owner is None else None
    row = known_type(kind) if kind is not None and last(made.path).startswith("Cfn") else None
    return row.belongs or None if row is not None else None


def is_import(made: Made) -> bool:
    """Whether a call names something that may be declared elsewhere."""
    cls, _, method = made.path.rpartition(".")
    return made.owner is None and method.startswith(("from_", "value_f")) and resource_type(cls) is not None


def imported_by(made: Made) -> list[CdkValue]:
    """The arguments that say what is imported, without the scope and the id."""
    first = 1 if last(made.path).startswith("value_f") else 2
    named = [value for key, value in made.keywords.items() if key not in ("scope", "id")]
    return [*made.arguments[first:], *named]


def _is_beside(key: CdkValue) -> bool:
    return isinstance(key, str) and is_beside_target(snake(key))


def owner_of(value: CdkValue) -> Made | None:
    """The library's object that a value is, or is an attribute of."""
    if isinstance(value, Member):
        return value.owner
    return value.made if isinstance(value, CdkInstance) else value if isinstance(value, Made) else None
