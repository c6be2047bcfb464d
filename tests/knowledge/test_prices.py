"""The shipped price table. What is reckoned with prices is tried with those of tests/prices.yaml, so that no test
expects a figure that AWS may change."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from archlint.knowledge.prices import gpu, gpus, prices
from archlint.knowledge.store import read_yaml
from archlint.plan.cost import TARGETS, Workload, monthly_cost
from archlint.plan.model import Figure

SHIPPED = read_yaml("prices.yaml")
OWN = yaml.safe_load((Path(__file__).parents[1] / "prices.yaml").read_bytes())
GROUPS = {"everywhere": SHIPPED["everywhere"], **SHIPPED["regions"]}
REGIONS = list(SHIPPED["regions"])
pytestmark = pytest.mark.usefixtures("shipped_prices")


def rates(table: Any) -> dict[str, Any]:
    return {**table["everywhere"], **table["regions"]["us-east-1"]}


@pytest.mark.parametrize("group", GROUPS)
def test_a_price_has_a_unit_a_source_and_a_date(group: str) -> None:
    for key, row in GROUPS[group].items():
        assert row["value"] > 0, key
        assert row["unit"], key
        assert row["source"] in SHIPPED["sources"], key
        assert re.fullmatch(r"20\d\d(-\d\d){0,2}", str(row["as_of"])), key


@pytest.mark.parametrize("key", rates(OWN))
def test_it_means_what_the_tests_reckon_with(key: str) -> None:
    """Another unit makes the formulas wrong, and a price that triples is a slip of the pen."""
    own, shipped = rates(OWN)[key], rates(SHIPPED)[key]
    assert shipped["unit"] == own["unit"]
    assert 1 / 3 < shipped["value"] / own["value"] < 3


def test_it_is_of_a_day() -> None:
    assert prices().as_of == SHIPPED["as_of"]
    assert date.fromisoformat(prices().as_of)
    known = prices().get("alb_h")
    assert known is not None
    assert known.title == SHIPPED["sources"][SHIPPED["regions"]["us-east-1"]["alb_h"]["source"]]["title"]


@pytest.mark.parametrize("region", REGIONS)
def test_every_gpu_is_sold_somewhere_at_a_price(region: str) -> None:
    for name in gpus():
        found = gpu(name)
        assert found
        keys = [found.ec2, found.managed, found.sagemaker, found.modal and f"modal_{found.modal}"]
        assert any(keys)
        assert all(prices(region).get(key) for key in keys if key), name


@pytest.mark.parametrize("region", REGIONS)
@pytest.mark.parametrize("target", TARGETS)
def test_every_target_has_a_cost(target: str, region: str) -> None:
    one = Figure.exact(1, "declared")
    memory = Figure.exact(1024, "declared")
    workload = Workload(memory, one, one, gpu_speedup=one, payload_mb=one, model_mb=one, steps=one, items=one)
    assert monthly_cost(target, workload, prices(region))
