"""Formulas of the targets that stay on Lambda."""

from __future__ import annotations

from dataclasses import replace

from archlint.knowledge.prices import assumption, lambda_tiers, managed_instance_vcpus
from archlint.plan.cost.corner import MB_PER_GB, MB_PER_GIB, Corner, MissingFigureError
from archlint.plan.cost.money import nat
from archlint.plan.cost.shape import COMPUTE, MILLION, REQUESTS, STORAGE, CostFunction, OnDemand, Rate, Units

FREE_TMP_MB = 512
GIB_PER_VCPU = 2


def requests(corner: Corner) -> Rate:
    return Rate(REQUESTS, per_request=corner.price("lambda_request") / MILLION)


def _tmp(corner: Corner, seconds: float) -> Rate:
    extra = max(0.0, corner.up(corner.workload.ephemeral_mb) - FREE_TMP_MB) / MB_PER_GB
    return Rate(STORAGE, per_request=extra * seconds * corner.price("lambda_ephemeral_gb_s") if extra else 0.0)


def _on_demand(corner: Corner, seconds: float) -> CostFunction:
    """`seconds` are billed for each request."""
    free = corner.workload.free_tier
    price = corner.price("lambda_request") / MILLION
    compute = OnDemand(
        gb_s=seconds * corner.gb,
        tiers=lambda_tiers(corner.architecture),
        free_gb_s=corner.price("lambda_free_gb_s") if free else 0,
        free_requests=corner.price("lambda_free_requests") if free else 0,
        request=price,
    )
    return CostFunction((requests(corner), _tmp(corner, seconds)), on_demand=compute)


def stay(corner: Corner) -> CostFunction:
    return _on_demand(corner, corner.duration + (corner.cold * corner.init if corner.workload.init_s else corner.init))


def _with(shape: CostFunction, *rates: Rate) -> CostFunction:
    return replace(shape, rates=(*shape.rates, *rates))


def image(corner: Corner) -> CostFunction:
    """As today, and the registry's storage where there is no image yet."""
    if corner.workload.package == "image":
        return stay(corner)
    if corner.workload.image_mb is None:
        corner.assume("the image's storage is not counted: its size is not known")
        return stay(corner)
    gb = corner.up(corner.workload.image_mb) / MB_PER_GB
    return _with(stay(corner), Rate(STORAGE, gb * corner.price("ecr_gb_month")))


def efs(corner: Corner) -> CostFunction:
    size = corner.up(corner.need(corner.workload.model_mb, "model_mb")) / MB_PER_GB
    reads = size * corner.cold * corner.price("efs_read_gb")
    return _with(stay(corner), Rate(STORAGE, size * corner.price("efs_gb_month"), reads), *nat(corner, 0.0))


def snapstart(corner: Corner) -> CostFunction:
    """The restore replaces the init; a snapshot is paid for as long as its version exists."""
    cache = corner.workload.choices.versions * corner.gb * corner.seconds * corner.price("snapstart_cache_gb_s")
    restore = corner.cold * corner.gb * corner.price("snapstart_restore_gb")
    corner.assume(f"{corner.workload.choices.versions} published version(s); older ones cost the same until deleted")
    return _with(_on_demand(corner, corner.duration), Rate(STORAGE, cache), Rate(COMPUTE, per_request=restore))


def provisioned(corner: Corner) -> CostFunction:
    """Enough environments for the peak, all month; so nothing spills over to on-demand prices."""
    arch = corner.arm
    peak = corner.workload.peak_factor
    if peak is None:
        corner.assume("the peak is not known: environments are counted for the mean concurrency")
    full = corner.seconds / corner.duration
    units = Units(
        "provisioned environment",
        corner.gb * corner.seconds * corner.price(f"lambda_{arch}_provisioned_idle"),
        corner.workload.choices.least or 1,
        full / (max(1.0, corner.up(peak)) if peak else 1.0),
        full,
    )
    busy = corner.duration * corner.gb * corner.price(f"lambda_{arch}_provisioned_busy")
    return CostFunction((requests(corner), Rate(COMPUTE, per_request=busy), _tmp(corner, corner.duration)), units)


def durable(corner: Corner) -> CostFunction:
    steps = corner.up(corner.need(corner.workload.steps, "steps"))
    corner.assume("data that durable steps write and keep is not counted")
    return _with(stay(corner), Rate(REQUESTS, per_request=steps * corner.price("durable_operations") / MILLION))


def step_functions_map(corner: Corner) -> CostFunction:
    """The same compute in smaller invocations, one an item, and the state machine's transitions."""
    items = corner.up(corner.need(corner.workload.items, "items"))
    each = corner.taken("map_transitions") * corner.price("step_functions") / MILLION
    more = max(0.0, items - 1) * corner.price("lambda_request") / MILLION
    return _with(stay(corner), Rate(REQUESTS, per_request=items * each + more))


def managed_instances(corner: Corner) -> CostFunction:
    """Instances of the c6a family, the smallest that holds the function's memory and CPU."""
    memory = max(corner.memory_mb, assumption("managed_memory_min_mb").estimate)
    vcpus = next(
        (
            n
            for n in managed_instance_vcpus()
            if n >= corner.vcpus_of_lambda and n * GIB_PER_VCPU * MB_PER_GIB >= memory
        ),
        None,
    )
    if vcpus is None:
        raise MissingFigureError("a c6a instance that holds the function's memory")
    if corner.architecture == "arm64":
        corner.assume("instances are priced as x86_64 (c6a): there is no arm64 price in the table")
    hour = vcpus * corner.price("c6a_vcpu_h") * (1 + corner.price("managed_instances_fee"))
    full = fleet(corner, vcpus / corner.vcpus_of_lambda) * corner.seconds / corner.duration
    least = corner.workload.choices.least
    units = Units(
        f"c6a instance with {vcpus} vCPU",
        hour * corner.hours,
        assumption("managed_instances").estimate if least is None else least,
        full * corner.fleet_utilisation,
        full,
    )
    return CostFunction((requests(corner), *nat(corner, corner.payload_gb)), units)


def fleet(corner: Corner, ratio: float) -> float:
    """Requests that one container or instance works on at once, given how many times a Lambda environment's CPU it
    has: for work that is bound by the CPU that ratio, at the dear end not more than one."""
    own = corner.workload.concurrency
    if own is not None:
        return max(corner.down(own), 1e-9)
    corner.assume("the work is bound by the CPU: a container's throughput follows its vCPU")
    return min(1.0, ratio) if corner.side == "high" else ratio
