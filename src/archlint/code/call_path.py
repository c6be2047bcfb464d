"""The way from a handler to a place in its code, as steps that a person can follow."""

from __future__ import annotations

from archlint.code.reach import Phase, Reached
from archlint.finding import Step
from archlint.model.place import Place


def way_to(reached: Reached) -> tuple[Step, ...]:
    """One step for the entry and one for each call on the way; a finding's own place comes after them."""
    steps: list[Step] = []
    for current in reached.way():
        if current.via is None:
            word = "Lambda calls" if current.phase is Phase.INVOKE else "Lambda imports"
            name = current.unit.module.name if current.unit.is_module else f"{current.unit.name}()"
            steps.append(Step(_start(current), f"{word} {name}"))
        else:
            caller = current.via.unit
            name = "the module" if caller.is_module else f"{caller.name}()"
            unit = current.unit
            does = f"imports {unit.module.name}" if unit.is_module else f"calls {unit.name}()"
            steps.append(Step(caller.module.place(current.via.node), f"{name} {does}"))
    return tuple(steps)


def _start(reached: Reached) -> Place:
    place = reached.unit.module.place(reached.unit.node)
    return Place(place.path, place.line, place.column)
