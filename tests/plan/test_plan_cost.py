from __future__ import annotations

import math
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.knowledge.prices import UnknownRegionError, gpu, prices
from archlint.plan.cost import (
    TARGETS,
    Choices,
    ContainerSize,
    Workload,
    break_even,
    formula_text,
    missing,
    monthly_cost,
)
from archlint.plan.cost.containers import fargate_container
from archlint.plan.model import BreakEven, Cost, Figure

TABLE = prices()


def exact(value: float) -> Figure:
    return Figure.exact(value, "declared")


def work(requests: float | None, seconds: float, memory_mb: float) -> Workload:
    n = None if requests is None else exact(requests)
    return Workload(exact(memory_mb), n, exact(seconds), init_s=exact(0), cold_share=exact(0))


def even(target: str, workload: Workload) -> BreakEven:
    found = break_even(target, workload, TABLE)
    assert found is not None
    return found


def cost(target: str, workload: Workload) -> Cost:
    found = monthly_cost(target, workload, TABLE)
    assert found is not None
    return found


# --- the table -------------------------------------------------------------------------------------------------------


def test_a_region_without_prices() -> None:
    with pytest.raises(UnknownRegionError, match=r"'eu-west-9'; there are for: us-east-1"):
        prices("eu-west-9")


def test_the_age_of_the_table() -> None:
    assert TABLE.note(date(2026, 11, 22)) is None
    assert TABLE.note(date(2027, 2, 19)) is None
    assert "2026-11-21, 91 days old" in (TABLE.note(date(2027, 2, 20)) or "")


def test_a_gpu_has_the_names_of_two_providers() -> None:
    assert gpu("a10") == gpu("A10G")
    assert gpu("Voodoo2") is None


def test_estimates_are_named_in_the_cost() -> None:
    found = cost("fargate-service", replace(work(1e6, 1, 1769), http=True))
    assert any(text.startswith("the price alb_h (0.0225 USD/h) is an estimate") for text in found.assumptions)
    assert not any("estimate" in text for text in cost("lambda-stay", work(1e6, 1, 1769)).assumptions)


# --- sizes -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("memory_mb", "size"),
    [
        (128, (0.25, 0.5)),
        (512, (0.5, 1)),
        (1024, (1, 2)),
        (1769, (1, 2)),
        (2048, (2, 4)),
        (3008, (2, 4)),
        (7076, (4, 8)),
        (10240, (8, 16)),
        (250_000, None),
    ],
)
def test_the_task_that_holds_a_function(memory_mb: float, size: tuple[float, float] | None) -> None:
    assert fargate_container(memory_mb) == (ContainerSize(*size) if size else None)


# --- known figures ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("seconds", "memory_mb", "container", "bare", "behind_alb"),
    [
        (0.2, 512, ContainerSize(0.25, 0.5), 4.8e6, 13.6e6),
        (2, 3008, ContainerSize(2, 4), 0.73e6, 0.90e6),
        (5, 7076, ContainerSize(4, 8), 250e3, 279e3),
        (30, 10240, ContainerSize(4, 10), 30e3, 33e3),
    ],
)
def test_where_one_task_starts_to_pay(
    seconds: float, memory_mb: float, container: ContainerSize, bare: float, behind_alb: float
) -> None:
    """Published figures of one task. Where the second is more than a task busy 60 % of its time can do, more tasks are
    needed, and the real crossing lies further up."""
    one = replace(work(None, seconds, memory_mb), concurrency=exact(1), choices=Choices(container=container, least=1))
    assert even("fargate-service", one).monthly_requests == pytest.approx(bare, rel=0.02)
    with_alb = even("fargate-service", replace(one, http=True)).monthly_requests
    assert with_alb
    if behind_alb <= 0.6 * TABLE.seconds_per_month / seconds:
        assert with_alb == pytest.approx(behind_alb, rel=0.02)
    else:
        assert with_alb > behind_alb


@pytest.mark.parametrize(
    ("memory_mb", "container", "share"),
    [
        (1769, ContainerSize(1, 2), 0.476),
        (3008, ContainerSize(2, 4), 0.56),
        (10240, ContainerSize(8, 20), 0.69),
        (10240, ContainerSize(4, 10), 0.34),
    ],
)
def test_how_busy_a_task_has_to_be(memory_mb: float, container: ContainerSize, share: float) -> None:
    one = replace(work(None, 900, memory_mb), concurrency=exact(1), choices=Choices(container=container, least=1))
    found = even("fargate-service", one)
    assert found.utilisation == pytest.approx(share, abs=0.005)
    assert found.exists is (share < 0.6)
    if not found.exists:
        assert found.text.startswith(
            "No break-even at any traffic: it would have to be busy 69% of its time, above 60%"
        )


@pytest.mark.parametrize(
    ("memory_mb", "multiplier", "speedup"), [(10240, 1, 1.5), (10240, 3.75, 5.7), (3008, 1, 5.2), (3008, 3.75, 19.4)]
)
def test_how_fast_a_gpu_has_to_be(memory_mb: float, multiplier: float, speedup: float) -> None:
    choices = Choices(multiplier=multiplier)
    found = even("modal", replace(work(None, 900, memory_mb), gpu="T4", choices=choices))
    assert found.speedup == pytest.approx(speedup, abs=0.05)
    assert not found.exists
    assert found.text.startswith("Memory size and speed-up decide, not the request count")
    faster = replace(work(None, 900, memory_mb), gpu="T4", gpu_speedup=exact(speedup + 0.2), choices=choices)
    assert even("modal", faster).monthly_requests == 0


@pytest.mark.parametrize(
    ("target", "workload", "dollars"),
    [
        ("fargate-service", replace(work(1e8, 0.4, 2048), http=True), 1109),
        ("lambda-managed-instances", work(1e8, 0.4, 2048), 983),
        ("fargate-service", replace(work(78.84e6, 0.25, 1750), http=True), 497),
        ("lambda-managed-instances", work(78.84e6, 0.25, 1750), 465),
        ("fargate-service", replace(work(5e6, 2.5, 3008), http=True), 527),
        ("fargate-task", work(1000, 1500, 1024), 21.4),
        ("lambda-managed-instances", work(1000, 1500, 1024), 193),
        ("lambda-managed-instances", replace(work(3e6, 15, 1024), concurrency=exact(16)), 193),
        ("fargate-service", replace(work(3e6, 15, 1024), concurrency=exact(16)), 72),
        ("lambda-provisioned", work(20_000, 0.4, 2048), 22),
        ("lambda-provisioned", work(10_000, 0.25, 1750), 19),
    ],
)
def test_figures_that_were_worked_out_by_hand(target: str, workload: Workload, dollars: float) -> None:
    """By hand whole tasks were counted; a service that scales by the minute runs a fraction of one less."""
    assert cost(target, workload).estimate == pytest.approx(dollars, rel=0.06)


def test_a_gpu_that_nobody_has_measured() -> None:
    some = replace(work(10_000, 2, 10240), gpu="T4")
    always = cost("ecs-gpu", some)
    assert always.estimate == pytest.approx(0.526 * 1.12 * 730)
    assert (always.at_3x, always.at_10x) == (always.estimate, always.estimate)
    assert cost("ecs-gpu", replace(some, monthly_requests=exact(200_000))).at_10x is None
    assert monthly_cost("ecs-gpu", replace(some, monthly_requests=exact(1e7)), TABLE) is None
    assert missing("ecs-gpu", replace(some, monthly_requests=exact(1e7)), TABLE) == ("gpu_speedup",)
    assert missing("batch-gpu", some, TABLE) == ("gpu_speedup",)
    found = even("ecs-gpu", some)
    assert found.monthly_requests == pytest.approx(430.04 / (1.0002 * 2 / 6000), rel=0.01)
    assert "requests a month on, if the GPU is" in found.text
    assert found.speedup == pytest.approx(1, abs=0.7)
    assert even("batch-gpu", some).exists
    assert not even("modal", some).exists


def test_what_is_missing() -> None:
    assert missing("lambda-stay", Workload(), TABLE) == ("monthly_requests", "request_duration_ms", "memory_mb")
    assert missing("lambda-efs", work(1, 1, 128), TABLE) == ("model_mb",)
    assert missing("lambda-durable", work(1, 1, 128), TABLE) == ("steps",)
    assert missing("step-functions-map", work(1, 1, 128), TABLE) == ("items",)
    assert missing("sagemaker-serverless", work(1, 1, 6145), TABLE)[0].startswith("a size: serverless inference")
    assert missing("lambda-managed-instances", work(1, 1, 32769), TABLE) == (
        "a c6a instance that holds the function's memory",
    )
    fast = replace(work(1, 1, 128), gpu="H100", gpu_speedup=exact(2))
    assert missing("sagemaker-async", fast, TABLE) == ("a price for a SageMaker instance with a H100 in us-east-1",)
    assert missing("ecs-gpu", replace(fast, gpu="Voodoo2"), TABLE) == ("a price for the GPU 'Voodoo2' in us-east-1",)
    assert missing("lambda-stay", work(1, 1, 128), TABLE) == ()


def test_the_rest_of_lambda() -> None:
    full = replace(work(1e6, 1, 1024), model_mb=exact(2048), steps=exact(3), items=exact(10), ephemeral_mb=exact(1536))
    base = cost("lambda-stay", full)
    assert dict(base.lines) == pytest.approx({"requests": 0.2, "compute": 16.6667, "storage": 0.0309})
    assert cost("lambda-efs", full).estimate == pytest.approx(base.estimate + 0.6)
    assert cost("lambda-efs", replace(full, network="nat")).estimate == pytest.approx(base.estimate + 0.6 + 32.85)
    assert cost("lambda-durable", full).estimate == pytest.approx(base.estimate + 24)
    assert cost("step-functions-map", full).estimate == pytest.approx(base.estimate + 500 + 1.8)
    snapshot = cost("lambda-snapstart", replace(full, cold_share=exact(0.1), init_s=exact(5)))
    assert snapshot.estimate == pytest.approx(base.estimate + 2628000 * 1.5046e-6 + 1e5 * 1.397998e-4)
    image = replace(full, image_mb=exact(2048))
    assert cost("lambda-image", image).estimate == pytest.approx(base.estimate + 0.2)
    assert cost("lambda-image", replace(image, package="image")).estimate == pytest.approx(base.estimate)


def test_provisioned_pays_above_sixty_percent() -> None:
    found = even("lambda-provisioned", work(None, 60, 2048))
    assert found.utilisation == pytest.approx(0.6, abs=0.001)
    assert found.exists


def test_what_is_dearer_at_every_traffic_has_no_break_even() -> None:
    found = even("step-functions-map", replace(work(None, 1, 128), items=exact(2)))
    assert not found.exists
    assert found.text.startswith("No traffic makes it cheaper: a million requests cost $")
    assert break_even("lambda-stay", work(None, 1, 128), TABLE) is None
    assert break_even("fargate-service", Workload(exact(128)), TABLE) is None


# --- formulas --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "text"),
    [
        ("lambda-stay", "$0.20 + $16.67 per million requests of 1 s"),
        ("lambda-snapstart", "$3.95 a month + $0.20 + $1.40 + $16.67 per million requests of 1 s"),
        (
            "fargate-service",
            (
                "$72.08 a month for 2 × task of 1 vCPU and 2 GB, enough for 5.4 million requests of 1 s, "
                "then $13.23 per million more"
            ),
        ),
        (
            "lambda-managed-instances",
            (
                "$192.67 a month for 3 × c6a instance with 2 vCPU, enough for 16.3 million requests of 1 s, then "
                "$11.79 per million more + $0.20 per million requests of 1 s"
            ),
        ),
        (
            "lambda-managed-instances-gpu",
            (
                "$1,325 a month for 3 × g4dn.xlarge instance (with 1: $441.58), enough for 4.7 million requests of 1 s "
                "on the GPU, then $280.05 per million more + $0.20 per million requests of 1 s on the GPU"
            ),
        ),
        (
            "batch-gpu",
            (
                "$39,596 per million requests of 1 s on the GPU, and at most $383.98 for each g4dn.xlarge "
                "instance running"
            ),
        ),
        ("lambda-efs", ""),
    ],
)
def test_the_formula_for_people(target: str, text: str) -> None:
    cold = exact(0.01)
    assert formula_text(target, Workload(exact(1024), cold_share=cold), TABLE) == text


def test_every_target_has_a_formula() -> None:
    whole = replace(work(None, 1, 1024), model_mb=exact(1), steps=exact(1), items=exact(1))
    for target in TARGETS:
        assert formula_text(target, whole, TABLE).startswith("$"), target
    assert len(TARGETS) == 17


# --- properties ------------------------------------------------------------------------------------------------------


def figures(low: float, high: float) -> st.SearchStrategy[Figure]:
    number = st.floats(low, high, allow_nan=False)
    return st.tuples(number, number, number).map(lambda found: Figure(*sorted(found), "declared"))


WORKLOADS = st.builds(
    Workload,
    memory_mb=st.integers(128, 6144).map(exact),
    monthly_requests=figures(0, 1e8),
    duration_s=figures(0.01, 900),
    init_s=st.none() | figures(0, 60),
    cold_share=st.none() | figures(0, 1),
    peak_factor=st.none() | figures(1, 50),
    concurrency=st.none() | figures(0.5, 64),
    gpu_speedup=figures(0.2, 100),
    payload_mb=st.none() | figures(0, 6),
    ephemeral_mb=figures(512, 10240),
    model_mb=figures(0, 10240),
    image_mb=st.none() | figures(0, 10240),
    steps=figures(1, 100),
    items=figures(1, 1000),
    architecture=st.sampled_from(["x86_64", "arm64"]),
    package=st.sampled_from(["zip", "image"]),
    http=st.booleans(),
    network=st.sampled_from(["none", "nat", "public"]),
    free_tier=st.booleans(),
)


@settings(max_examples=60, deadline=None)
@given(WORKLOADS, st.floats(1, 10))
def test_a_range_holds_its_estimate_and_more_requests_cost_more(workload: Workload, factor: float) -> None:
    n = workload.monthly_requests
    assert n is not None
    # The default share of cold starts falls with traffic, so it is kept while requests alone grow.
    fixed = replace(workload, cold_share=workload.cold_share or exact(0.1))
    more = replace(fixed, monthly_requests=Figure(n.low * factor, n.estimate * factor, n.high * factor, "declared"))
    for target in TARGETS:
        found = cost(target, workload)
        slack = 1e-9 * (1 + found.high)
        assert 0 <= found.low <= found.estimate + slack, target
        assert found.estimate <= found.high + slack, target
        assert math.fsum(dollars for _, dollars in found.lines) == pytest.approx(found.estimate)
        assert found.at_3x is not None
        assert found.at_10x is not None
        assert found.estimate <= found.at_3x + slack, target
        assert found.at_3x <= found.at_10x + slack, target
        assert cost(target, more).estimate >= cost(target, fixed).estimate - slack, target


@settings(max_examples=80, deadline=None)
@given(WORKLOADS)
def test_a_break_even_really_equalises(workload: Workload) -> None:
    plain = replace(workload, free_tier=False, cold_share=workload.cold_share or exact(0.1))
    for target in TARGETS:
        found = break_even(target, plain, TABLE)
        if found is None or not found.monthly_requests or found.monthly_requests > 1e12:
            continue
        there = replace(plain, monthly_requests=exact(found.monthly_requests))
        today = cost("lambda-stay", there)
        compute = dict(today.lines)["compute"]
        if compute > 6e9 * 0.0000133334:  # above this volume Lambda's own price falls
            continue
        assert cost(target, there).estimate == pytest.approx(today.estimate, rel=1e-6), target


@settings(max_examples=60, deadline=None)
@given(WORKLOADS)
def test_where_none_exists_no_traffic_is_cheaper(workload: Workload) -> None:
    plain = replace(workload, free_tier=False, cold_share=workload.cold_share or exact(0.1))
    for target in TARGETS:
        found = break_even(target, plain, TABLE)
        if found is None or found.exists:
            continue
        for requests in (1, 1e3, 1e5, 1e6):
            there = replace(plain, monthly_requests=exact(requests))
            today = cost("lambda-stay", there).estimate
            assert cost(target, there).estimate >= today * (1 - 1e-9), (target, requests)
