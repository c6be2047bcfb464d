"""From how many requests on another target is cheaper: what a plan says of it, and that the costs agree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archlint.knowledge.prices import prices
from archlint.plan.cost import Choices, Workload, break_even, monthly_cost
from archlint.plan.model import BreakEven, Figure

TABLE = prices()
STAY = "lambda-stay"
SPEED = "Memory size and speed-up decide, not the request count: "
START_UP = " (at low traffic the start-up of instances makes it dearer)"
ONE_GPU = ("modal", "batch-gpu", "sagemaker-async")
"""Targets on a GPU that cost nothing while nothing runs."""


def exact(value: float) -> Figure:
    return Figure.exact(value, "declared")


def work(seconds: float, memory_mb: float, *, speedup: float | None = None, **more: object) -> Workload:
    load = Workload(exact(memory_mb), None, exact(seconds), init_s=exact(0), cold_share=exact(0))
    return replace(load, gpu_speedup=None if speedup is None else exact(speedup), **more)


def even(target: str, workload: Workload) -> BreakEven:
    found = break_even(target, workload, TABLE)
    assert found is not None
    return found


def dollars(target: str, workload: Workload, requests: float) -> float:
    found = monthly_cost(target, replace(workload, monthly_requests=exact(requests)), TABLE)
    assert found is not None
    return found.estimate


UPLOADS = work(0.01, 128, network="nat", payload_mb=exact(6))
"""A short run that moves more than it computes."""


@pytest.mark.parametrize(
    ("target", "workload", "text"),
    [
        (
            "step-functions-map",
            work(2, 1024, items=exact(1)),
            "No traffic makes it cheaper: a million requests cost $83.53 there and $33.53 on Lambda",
        ),
        (
            "sagemaker-realtime",
            work(2, 3008, speedup=3),
            "No break-even at any traffic: it would have to be busy 139% of its time, above 60%",
        ),
        (
            "sagemaker-async",
            work(900, 3008, speedup=3),
            f"No break-even at any traffic: it would have to be busy 139% of its time, above 60%{START_UP}",
        ),
        (
            "ecs-gpu",
            replace(UPLOADS, gpu_speedup=exact(4)),
            (
                "No traffic makes it cheaper: a request costs $0.00026 there before any g4dn.xlarge instance, "
                "and $2.2e-07 on Lambda"
            ),
        ),
        ("ecs-gpu", UPLOADS, "No traffic makes it cheaper: each request alone costs as much as on Lambda"),
        ("modal", work(900, 3008, gpu="T4"), f"{SPEED}it is cheaper if the GPU is 5.2 times as fast"),
        ("modal", work(1, 512, speedup=2), f"{SPEED}from 29.7 times as fast on a GPU it is cheaper"),
    ],
)
def test_no_traffic_makes_it_cheaper(target: str, workload: Workload, text: str) -> None:
    found = even(target, workload)
    assert (found.exists, found.text, found.monthly_requests) == (False, text, None)
    slow = replace(workload, gpu_speedup=workload.gpu_speedup or exact(1))
    for requests in (1, 1e4, 1e8):
        assert dollars(target, slow, requests) > dollars(STAY, slow, requests)


@pytest.mark.parametrize(
    ("target", "workload", "text"),
    [
        ("fargate-task", work(900, 3008), "Cheaper from the first request on"),
        ("modal", work(1, 128), "Cheaper from the first request on"),
        ("modal", work(900, 10240, speedup=20), f"{SPEED}from 1.5 times as fast on a GPU it is cheaper"),
        ("batch-gpu", work(900, 10240, speedup=1.5), f"{SPEED}cheaper from the first request on"),
    ],
)
def test_it_is_cheaper_from_the_first_request_on(target: str, workload: Workload, text: str) -> None:
    found = even(target, workload)
    assert (found.exists, found.text, found.monthly_requests, found.utilisation) == (True, text, 0, None)
    for requests in (1, 1e2, 1e4):
        assert dollars(target, workload, requests) < dollars(STAY, workload, requests)


@pytest.mark.parametrize(
    ("target", "workload", "text"),
    [
        ("fargate-task", work(900, 3008, network="nat"), "1,853 requests a month on"),
        ("batch-gpu", work(900, 10240, speedup=10, network="nat"), "337 requests a month on"),
        ("batch-gpu", work(3600, 3008, speedup=4.5, network="nat"), "1,650 requests a month on"),
        (
            "fargate-service",
            work(0.5, 1024, network="nat", http=True),
            "26.9 million requests a month on, where it is busy 47% of its time",
        ),
        ("lambda-provisioned", work(1, 1024), "1.6 million requests a month on, where it is busy 60% of its time"),
        (
            "batch-gpu",
            work(900, 3008, speedup=30, network="nat"),
            f"9,460 requests a month on, where it is busy 10% of its time{START_UP}",
        ),
    ],
)
def test_it_is_cheaper_from_where_the_costs_cross(target: str, workload: Workload, text: str) -> None:
    found = even(target, workload)
    assert (found.exists, found.text) == (True, f"Cheaper from about {text}")
    requests = found.monthly_requests or 0
    assert dollars(target, workload, requests) == pytest.approx(dollars(STAY, workload, requests))
    assert dollars(target, workload, requests * 0.9) > dollars(STAY, workload, requests * 0.9)
    assert dollars(target, workload, requests * 1.1) < dollars(STAY, workload, requests * 1.1)


def test_whole_instances_first_pay_where_so_many_are_full() -> None:
    load = work(2, 3008, speedup=5.6, network="nat")
    found = even("ecs-gpu", load)
    assert found.text == "Cheaper from about 48.5 million requests a month on, where it is busy 60% of its time"
    requests = found.monthly_requests or 0
    assert dollars("ecs-gpu", load, requests) == pytest.approx(dollars(STAY, load, requests))
    for fewer in (0.5, 0.9, 0.99):
        assert dollars("ecs-gpu", load, requests * fewer) > dollars(STAY, load, requests * fewer)


@pytest.mark.parametrize(
    ("target", "workload", "text"),
    [
        ("ecs-gpu", work(2, 10240), "1.3 million requests a month on, if the GPU is 1.6 times as fast"),
        ("ecs-gpu", work(2, 10240, network="nat"), "1.4 million requests a month on, if the GPU is 1.8 times as fast"),
        ("batch-gpu", work(1, 3008), "7.8 million requests a month on, if the GPU is 5.0 times as fast"),
        (
            "batch-gpu",
            work(900, 3008),
            "8,714 requests a month on, if the GPU is 5.0 times as fast (28.5 times: from the first request on)",
        ),
    ],
)
def test_it_is_cheaper_where_the_gpu_is_so_fast(target: str, workload: Workload, text: str) -> None:
    """So fast that the least number of instances works off all requests."""
    found = even(target, workload)
    assert (found.exists, found.text) == (True, f"Cheaper from about {text}")
    requests, fast = found.monthly_requests or 0, replace(workload, gpu_speedup=exact(found.speedup or 0))
    assert dollars(target, fast, requests) == pytest.approx(dollars(STAY, fast, requests))
    slower = replace(workload, gpu_speedup=exact((found.speedup or 0) * 0.8))
    assert dollars(target, slower, requests * 1.1) > dollars(STAY, slower, requests * 1.1)


@pytest.mark.parametrize("memory_mb", [3008, 10240])
@pytest.mark.parametrize("target", ONE_GPU)
def test_the_speed_up_that_makes_one_request_as_dear_as_on_lambda(target: str, memory_mb: int) -> None:
    """It is the same whether a speed-up is stated or not, and it is the one at which the costs cross."""
    load = work(3600, memory_mb, gpu="T4")
    needed = even(target, replace(load, gpu_speedup=exact(2))).speedup
    assert needed is not None
    if target == "modal":
        assert even(target, load).speedup == needed
    assert even(target, replace(load, gpu_speedup=exact(needed * 2), network="nat")).speedup == needed
    for factor, cheaper in ((1.01, True), (0.99, False)):
        near = replace(load, gpu_speedup=exact(needed * factor))
        assert (dollars(target, near, 1) < dollars(STAY, near, 1)) is cheaper
        assert (even(target, near).monthly_requests == 0) is cheaper


def test_a_speed_up_that_no_gpu_has_is_not_named() -> None:
    """Booting for a request of a second alone costs more than the request does on Lambda."""
    assert even("batch-gpu", work(1, 3008, speedup=10)).speedup is None
    assert even("fargate-service", work(900, 3008)).speedup is None


@pytest.mark.parametrize(("target", "seconds"), [("ecs-gpu", 2), ("sagemaker-realtime", 900), ("batch-gpu", 1)])
def test_how_busy_a_gpu_would_be_as_fast_as_the_function(target: str, seconds: float) -> None:
    """More than all of its time: so much faster it has to be."""
    found = even(target, work(seconds, 3008))
    month_s = TABLE.seconds_per_month
    assert found.utilisation == pytest.approx((found.monthly_requests or 0) * seconds / month_s)
    assert (found.speedup or 0) == pytest.approx((found.utilisation or 0) / 0.6)


def test_it_compares_paid_bills() -> None:
    load = work(900, 1769, concurrency=exact(1))
    expected = even("fargate-service", load)
    assert even("fargate-service", replace(load, free_tier=True)) == expected
    bare = work(900, 3008, gpu="T4")
    assert even("modal", replace(bare, choices=Choices(credit=30))) == even("modal", bare)
    assert break_even(STAY, replace(load, free_tier=True), TABLE) is None


@pytest.mark.parametrize(
    "workload",
    [
        work(0, 1769),
        replace(work(1, 1769), duration_s=None),
        replace(work(1, 1769), memory_mb=None),
        work(1, 1769, today="lambda-provisioned"),
        work(1, 250_000),
    ],
)
def test_there_is_none_without_a_bill_on_demand(workload: Workload) -> None:
    assert break_even("fargate-service", workload, TABLE) is None
