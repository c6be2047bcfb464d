"""How much can go wrong with a move, from 1 to 5."""

from __future__ import annotations

from archlint.knowledge.targets import target
from archlint.plan.needs.requirements import Circumstances


def risk(case: Circumstances, name: str) -> int:
    """One point each for leaving Lambda, callers that wait, order, private data, a quota, and a caller that nobody
    knows."""
    chosen = target(name)
    if chosen.rank == 0:
        return 1
    drivers = (
        chosen.place != "lambda",
        case.says("caller", "waits"),
        case.says("ordered", "yes"),
        case.says("private_data", "yes"),
        name.endswith("-gpu"),
        not case.deployed.function.triggers,
    )
    return min(5, 1 + sum(drivers))
