"""Formulas of the targets without a GPU that are not Lambda, and of Modal."""

from __future__ import annotations

import math

from archlint.knowledge.prices import assumption, fargate_sizes
from archlint.plan.cost.corner import MB_PER_GB, MB_PER_GIB, Corner, MissingFigureError
from archlint.plan.cost.lambdas import fleet
from archlint.plan.cost.money import address, load_balancer, nat
from archlint.plan.cost.shape import COMPUTE, CostFunction, Rate, Units
from archlint.plan.cost.workload import ContainerSize

HOUR = 3600
SERVERLESS_MAX_GB = 6


def fargate_container(memory_mb: float) -> ContainerSize | None:
    """The smallest valid task with as much memory and CPU as the function has; None where there is none."""
    vcpus, gb = memory_mb / assumption("mb_per_vcpu").estimate, memory_mb / MB_PER_GB
    for size, memories in fargate_sizes():
        fitting = next((memory for memory in memories if memory >= gb), None)
        if size >= vcpus and fitting is not None:
            return ContainerSize(size, fitting)
    return None


def _container(corner: Corner) -> ContainerSize:
    found = corner.workload.choices.container or fargate_container(corner.memory_mb)
    if found is None:
        raise MissingFigureError("a Fargate size that holds the function's memory")
    return found


def _hour(corner: Corner, container: ContainerSize) -> float:
    arch = corner.arm
    hour = container.vcpu * corner.price(f"fargate_{arch}_vcpu_h") + container.gb * corner.price(f"fargate_{arch}_gb_h")
    return hour * corner.price("fargate_spot") if corner.workload.choices.spot else hour


def _size(container: ContainerSize) -> str:
    return f"{container.vcpu:g} vCPU and {container.gb:g} GB"


def fargate_service(corner: Corner) -> CostFunction:
    """A service follows its load by the minute: on average a fraction of a task runs above the least number."""
    container = _container(corner)
    full = fleet(corner, container.vcpu / corner.vcpus_of_lambda) * corner.seconds / corner.duration
    least = corner.workload.choices.least
    units = Units(
        f"task of {_size(container)}",
        _hour(corner, container) * corner.hours + address(corner),
        assumption("service_tasks").estimate if least is None else least,
        full * corner.utilisation,
        full,
        whole=False,
    )
    corner.assume(f"tasks are busy {corner.utilisation:.0%} of their time")
    return CostFunction((*load_balancer(corner), *nat(corner, corner.payload_gb)), units)


def fargate_task(corner: Corner) -> CostFunction:
    """One task an event, billed while it pulls its image too."""
    container = _container(corner)
    corner.assume("one run takes as long as on Lambda")
    billed = corner.duration + corner.taken("task_start_s", corner.workload.choices.start_s)
    seconds = max(assumption("fargate_least_s").estimate, billed)
    hour = _hour(corner, container) + address(corner) / corner.hours
    return CostFunction((Rate(COMPUTE, per_request=seconds * hour / HOUR), *nat(corner, corner.payload_gb)))


def sagemaker_serverless(corner: Corner) -> CostFunction:
    """Memory is sold by the whole GB, up to six."""
    gb = math.ceil(corner.memory_mb / MB_PER_GB)
    if gb > SERVERLESS_MAX_GB:
        raise MissingFigureError(f"a size: serverless inference ends at {SERVERLESS_MAX_GB} GB of memory")
    return CostFunction((Rate(COMPUTE, per_request=corner.duration * gb * corner.price("sagemaker_serverless_gb_s")),))


def modal(corner: Corner, accelerator: str | None) -> CostFunction:
    """Billed by the second of a container; `accelerator` is Modal's price key of a GPU."""
    choices = corner.workload.choices
    if accelerator is None:
        cores = corner.vcpus_of_lambda / 2 if choices.cores is None else choices.cores
        gib = corner.memory_mb / MB_PER_GIB if choices.gib is None else choices.gib
    else:
        cores = assumption("modal_gpu_cores").estimate if choices.cores is None else choices.cores
        gib = assumption("modal_gpu_gib").estimate if choices.gib is None else choices.gib
    rate = cores * corner.price("modal_core_s") + gib * corner.price("modal_gib_s")
    speedup = 1.0
    if accelerator is not None:
        rate += corner.price(accelerator)
        speedup = corner.speedup
    tail = corner.taken("modal_tail", choices.tail)
    if choices.tail is None:
        corner.assume("Modal: a second of idle time for every three that are busy; the scaledown window decides")
    if choices.multiplier == 1:
        corner.assume("Modal: no region is chosen and containers may be preempted (1.5 to 3.75 times as dear else)")
    corner.assume("Modal: the small Lambda that hands events over is not counted")
    per_request = choices.multiplier * corner.duration / speedup * (1 + tail) * rate
    return CostFunction((Rate(COMPUTE, per_request=per_request),), credit=choices.credit)
