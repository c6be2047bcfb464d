"""Published figures, reproduced through the public functions: those of two articles, some of which are wrong, and our
own. G1 to G12 are the numbers of the project's list of facts. They hold at the prices of tests/prices.yaml."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archlint.knowledge.prices import prices
from archlint.plan.cost import Choices, ContainerSize, Workload, break_even, monthly_cost
from archlint.plan.model import Cost, Figure

TABLE = prices("us-east-1")
MONTH_S = 730 * 3600


def exact(value: float) -> Figure:
    return Figure.exact(value, "declared")


def work(requests: float, seconds: float, memory_mb: float = 2048) -> Workload:
    return Workload(exact(memory_mb), exact(requests), exact(seconds), init_s=exact(0), cold_share=exact(0))


def cost(target: str, workload: Workload) -> Cost:
    found = monthly_cost(target, workload, TABLE)
    assert found is not None
    return found


def lines(target: str, workload: Workload) -> dict[str, float]:
    return dict(cost(target, workload).lines)


TWO_MILLION = work(2e6, 1, 10240)
FREE = replace(TWO_MILLION, free_tier=True)


def task(vcpu: float, gb: float, architecture: str = "x86_64") -> Workload:
    """One task around the clock, no load balancer."""
    return replace(work(0, 1), architecture=architecture, choices=Choices(container=ContainerSize(vcpu, gb), least=1))


def test_g1_two_million_requests_of_10_gb() -> None:
    assert cost("lambda-stay", FREE).estimate == pytest.approx(326.86732)
    assert cost("lambda-stay", TWO_MILLION).estimate == pytest.approx(333.734)
    assert cost("lambda-stay", replace(FREE, architecture="arm64")).estimate == pytest.approx(261.53464)


def test_g2_the_same_on_modal() -> None:
    still = Choices(tail=exact(0))
    rounded = replace(TWO_MILLION, choices=replace(still, cores=2.8))
    assert cost("modal", rounded).estimate == pytest.approx(117.76)
    assert cost("modal", replace(rounded, choices=replace(rounded.choices, credit=30))).estimate == pytest.approx(87.76)
    assert cost("modal", replace(TWO_MILLION, choices=still)).estimate == pytest.approx(120.230413)


def test_g3_the_guides_invoices() -> None:
    """The guide says $1.70, with a rounded price."""
    invoices = work(10_000, 5)
    assert cost("lambda-stay", invoices).estimate == pytest.approx(1.66867)
    free = replace(invoices, free_tier=True)
    assert cost("lambda-stay", free).estimate == pytest.approx(0.0)
    assert lines("lambda-stay", free)["free tier (compute)"] == pytest.approx(-100_000 * 0.0000166667)


def test_g4_the_guides_documents() -> None:
    """The guide's $8.34 takes the free GB-seconds and leaves the free requests."""
    documents = replace(work(15_000, 30), free_tier=True)
    with_both = cost("lambda-stay", documents)
    assert with_both.estimate == pytest.approx(8.33335)
    assert with_both.estimate - dict(with_both.lines)["free tier (requests)"] == pytest.approx(8.33635)
    assert cost("lambda-stay", replace(documents, free_tier=False)).estimate == pytest.approx(15.00303)
    fewer = replace(documents, monthly_requests=exact(6_000))
    assert cost("lambda-stay", fewer).estimate == pytest.approx(0.0)
    assert cost("lambda-stay", replace(fewer, free_tier=False)).estimate == pytest.approx(6.001212)


@pytest.mark.parametrize(
    ("workload", "dollars"),
    [
        (task(0.25, 0.5), 9.010025),
        (task(0.25, 1), 10.63245),
        (task(0.25, 2), 13.8773),
        (task(0.25, 0.5, "arm64"), 7.20875),
        (task(0.5, 1), 18.02005),
        (task(0.5, 2), 21.2649),
    ],
)
def test_g5_g6_a_small_fargate_task_around_the_clock(workload: Workload, dollars: float) -> None:
    assert cost("fargate-service", workload).estimate == pytest.approx(dollars)


def test_the_guides_three_scenarios() -> None:
    """The guide's Fargate figures ($90 and $180) are ten times too high, so its 53x and 22x are 5.4x and 2.2x."""
    invoices, documents = cost("lambda-stay", work(10_000, 5)).estimate, 8.33635
    small, medium = (cost("fargate-service", task(*size)).estimate for size in ((0.25, 0.5), (0.5, 1)))
    assert 90 / small == pytest.approx(10, rel=0.002)
    assert 180 / medium == pytest.approx(10, rel=0.002)
    assert small / invoices == pytest.approx(5.4, abs=0.05)
    assert medium / documents == pytest.approx(2.16, abs=0.01)
    tuning = replace(work(1, 4 * 3600), gpu="g6e.2xlarge", gpu_speedup=exact(1), choices=Choices(boot_s=exact(0)))
    assert cost("batch-gpu", tuning).estimate == pytest.approx(8.97, abs=0.01)


G7 = {
    "g4dn.xlarge": ("T4", 2.104),
    "g6.xlarge": ("L4", 3.2192),
    "g5.xlarge": ("A10G", 4.024),
    "g6e.xlarge": ("L40S", 7.444),
    "g6e.2xlarge": ("g6e.2xlarge", 8.96832),
    "g5.12xlarge": ("g5.12xlarge", 22.688),
    "p5.4xlarge": ("H100", 27.52),
    "p4d.24xlarge": ("A100-40GB", 87.830568),
}
FOUR_HOURS = replace(work(1, 4 * 3600), gpu_speedup=exact(1))


@pytest.mark.parametrize(("gpu", "dollars"), G7.values(), ids=G7)
def test_g7_four_hours_of_fine_tuning(gpu: str, dollars: float) -> None:
    booted = replace(FOUR_HOURS, gpu=gpu, choices=Choices(boot_s=exact(0)))
    assert cost("batch-gpu", booted).estimate == pytest.approx(dollars)


@pytest.mark.parametrize(("gpu", "dollars"), [("L40S", 7.8048), ("A100-80GB", 9.9936), ("H100", 15.7968)])
def test_g7_the_same_on_modal(gpu: str, dollars: float) -> None:
    bare = replace(FOUR_HOURS, gpu=gpu, choices=Choices(tail=exact(0), cores=0, gib=0))
    assert cost("modal", bare).estimate == pytest.approx(dollars)


def test_g8_managed_instances_with_a_gpu() -> None:
    found = replace(work(1e6, 0.1), gpu="L4", gpu_speedup=exact(1))
    assert cost("lambda-managed-instances-gpu", found).estimate == pytest.approx(2027.0888)


def test_g9_a_busy_function_against_one_task() -> None:
    busy = replace(work(MONTH_S / 900, 900, 1769), choices=Choices(container=ContainerSize(1, 2), least=1))
    assert lines("lambda-stay", busy)["compute"] == pytest.approx(75.6664, abs=1e-4)
    idle = replace(busy, monthly_requests=exact(0))
    assert cost("fargate-service", idle).estimate == pytest.approx(36.0401)
    found = break_even("fargate-service", busy, TABLE)
    assert found is not None
    assert found.utilisation == pytest.approx(0.4763, abs=1e-4)


def test_g10_a_gpu_around_the_clock() -> None:
    always = replace(work(0, 1), gpu="A10G", gpu_speedup=exact(1), choices=Choices(least=1, managed=False))
    instance = cost("ecs-gpu", always).estimate
    endpoint = cost("sagemaker-realtime", always).estimate
    busy = replace(always, monthly_requests=exact(MONTH_S), choices=Choices(tail=exact(0), cores=2, gib=16))
    modal = cost("modal", busy).estimate
    assert instance == pytest.approx(734.38)
    assert endpoint == pytest.approx(1027.84)
    assert modal == pytest.approx(966.3682, abs=1e-4)
    assert instance / modal == pytest.approx(0.7599, abs=1e-4)
    assert endpoint / modal == pytest.approx(1.0636, abs=1e-4)


def test_g11_one_cold_start() -> None:
    cold = replace(work(1, 2, 10240), init_s=exact(10), cold_share=exact(1))
    assert cost("lambda-stay", cold).estimate == pytest.approx(0.0020002, abs=1e-7)


def test_g12_one_provisioned_environment() -> None:
    assert cost("lambda-provisioned", work(0, 1, 10240)).estimate == pytest.approx(109.5009, abs=1e-4)


def test_two_million_captions_on_every_target() -> None:
    """3 s each at 10 GB on Lambda, and a GPU that is ten times as fast."""
    captions = replace(work(2e6, 3, 10240), gpu_speedup=exact(10))
    assert cost("lambda-stay", captions).estimate == pytest.approx(1000, abs=1)
    assert cost("ecs-gpu", captions).estimate == pytest.approx(430, abs=1)
    assert cost("lambda-managed-instances-gpu", captions).estimate == pytest.approx(1325, abs=1)
    assert cost("lambda-managed-instances-gpu", captions).low == pytest.approx(442, abs=1)
    assert cost("sagemaker-async", captions).estimate == pytest.approx(538, abs=1)
    assert cost("modal", captions).estimate == pytest.approx(152, abs=1)
    assert cost("lambda-managed-instances", replace(captions, gpu_speedup=None)).estimate == pytest.approx(771, abs=1)
