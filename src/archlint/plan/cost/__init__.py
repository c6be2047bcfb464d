"""What each target costs a month, as a function of traffic, and where it starts to pay."""

from __future__ import annotations

from archlint.plan.cost.monthly import as_traffic_grows, break_even, formula_text, missing, monthly_cost
from archlint.plan.cost.targets import TARGETS
from archlint.plan.cost.workload import Choices, ContainerSize, Workload

__all__ = [
    "TARGETS",
    "Choices",
    "ContainerSize",
    "Workload",
    "as_traffic_grows",
    "break_even",
    "formula_text",
    "missing",
    "monthly_cost",
]
