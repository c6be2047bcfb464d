"""The targets by name, each with its formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType

from archlint.knowledge.prices import Gpu, Prices, assumption, gpu
from archlint.knowledge.targets import Target, TargetError, targets
from archlint.plan.cost import containers, lambdas
from archlint.plan.cost.corner import Corner, MissingFigureError, Side
from archlint.plan.cost.lambdas import requests
from archlint.plan.cost.money import load_balancer, nat
from archlint.plan.cost.shape import CostFunction, Units
from archlint.plan.cost.workload import Workload

DEFAULT_GPU = "T4"


def _gpu(corner: Corner) -> Gpu:
    name = corner.workload.gpu
    if name is None:
        corner.assume(f"a {DEFAULT_GPU} is enough (16 GB of GPU memory)")
    found = gpu(name or DEFAULT_GPU)
    if found is None:
        raise MissingFigureError(f"a price for the GPU {name!a} in {corner.prices.region}")
    return found


def _units(
    corner: Corner, instance: str, hour: float, least: float, gpus: int = 1, awake: float | None = None
) -> Units:
    """Each GPU works on `concurrency` requests at once, one where nothing is said."""
    own = corner.workload.concurrency
    together = corner.down(own) if own is not None else 1.0
    full = gpus * together * corner.speedup * corner.seconds / corner.duration
    month = hour * corner.hours
    return Units(f"{instance} instance", month, least, full * corner.fleet_utilisation, full, awake=awake)


def _least(corner: Corner, default: float) -> float:
    chosen = corner.workload.choices.least
    return default if chosen is None else chosen


def ecs_gpu(corner: Corner) -> CostFunction:
    """The cheap end has instances of its own instead of Managed Instances with their fee."""
    found = _gpu(corner)
    hour = corner.price(found.ec2, f"an EC2 instance with a {found.name}")
    choices = corner.workload.choices
    if choices.spot:
        hour *= corner.price("ec2_spot")
    if choices.managed and corner.side != "low":
        hour *= 1 + corner.price("ecs_managed_fee")
    least = _least(corner, assumption("gpu_instances").estimate)
    units = _units(corner, found.ec2 or "", hour, least, found.count)
    return CostFunction((*load_balancer(corner), *nat(corner, corner.payload_gb)), units)


def managed_instances_gpu(corner: Corner) -> CostFunction:
    """Three instances by default; the cheap end asks for one."""
    found = _gpu(corner)
    hour = corner.price(found.managed, f"a Managed Instance with a {found.name}")
    hour *= 1 + corner.price("managed_instances_fee")
    default = assumption("gpu_instances" if corner.side == "low" else "managed_instances").estimate
    corner.assume("Lambda chooses the instance by GPU memory: that it is this type is inferred")
    units = _units(corner, found.managed or "", hour, _least(corner, default))
    return CostFunction((requests(corner), *nat(corner, corner.payload_gb)), units)


def batch_gpu(corner: Corner) -> CostFunction:
    """Every job boots an instance, but never more instances than run when they never stop."""
    found = _gpu(corner)
    hour = corner.price(found.ec2, f"an EC2 instance with a {found.name}")
    choices = corner.workload.choices
    if choices.spot:
        hour *= corner.price("ec2_spot")
    boot = corner.taken("batch_boot_s", choices.boot_s) / choices.jobs_of
    if choices.jobs_of == 1:
        corner.assume("one request a job, each with its own boot until instances never stop")
    awake = (boot + corner.duration / corner.speedup) / corner.seconds
    units = _units(corner, found.ec2 or "", hour, 1, found.count, awake)
    return CostFunction(nat(corner, corner.payload_gb), units)


def sagemaker_realtime(corner: Corner) -> CostFunction:
    found = _gpu(corner)
    hour = corner.price(found.sagemaker, f"a SageMaker instance with a {found.name}")
    least = _least(corner, assumption("gpu_instances").estimate)
    return CostFunction(units=_units(corner, found.sagemaker or "", hour, least))


def sagemaker_async(corner: Corner) -> CostFunction:
    """Scales to zero; requests that come so often that it never does pay for instances all month."""
    found = _gpu(corner)
    hour = corner.price(found.sagemaker, f"a SageMaker instance with a {found.name}")
    awake = (
        corner.taken("async_wake_s", corner.workload.choices.boot_s) + corner.duration / corner.speedup
    ) / corner.seconds
    return CostFunction(units=_units(corner, found.sagemaker or "", hour, 1, awake=awake))


def modal(corner: Corner) -> CostFunction:
    """On a GPU where the workload needs or names one or states a speed-up, else on the CPU."""
    if not corner.workload.on_gpu:
        return containers.modal(corner, None)
    found = _gpu(corner)
    if found.modal is None:
        raise MissingFigureError(f"a price for a {found.name} on Modal")
    return containers.modal(corner, f"modal_{found.modal}")


Formula = Callable[[Corner], CostFunction]

_FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        "lambda-stay": lambdas.stay,
        "lambda-image": lambdas.image,
        "lambda-efs": lambdas.efs,
        "lambda-snapstart": lambdas.snapstart,
        "lambda-provisioned": lambdas.provisioned,
        "lambda-managed-instances": lambdas.managed_instances,
        "lambda-managed-instances-gpu": managed_instances_gpu,
        "lambda-durable": lambdas.durable,
        "fargate-service": containers.fargate_service,
        "fargate-task": containers.fargate_task,
        "ecs-gpu": ecs_gpu,
        "batch-gpu": batch_gpu,
        "sagemaker-realtime": sagemaker_realtime,
        "sagemaker-async": sagemaker_async,
        "sagemaker-serverless": containers.sagemaker_serverless,
        "step-functions-map": lambdas.step_functions_map,
        "modal": modal,
    }
)
TARGETS = tuple(_FORMULAS)
_ON_GPU = frozenset({"lambda-managed-instances-gpu", "ecs-gpu", "batch-gpu", "sagemaker-realtime", "sagemaker-async"})
TODAY = "lambda-stay"


@cache
def priced_targets() -> tuple[Target, ...]:
    """All targets, the smallest move first; raises TargetError for one whose cost has no formula."""
    for target in targets():
        if target.cost not in _FORMULAS:
            known = ", ".join(_FORMULAS)
            raise TargetError(f"{target.name}.yaml: cost: there is no formula {target.cost!r}; there are: {known}")
    return targets()


def on_gpu(target: str, workload: Workload) -> bool:
    """Whether the work would run on a GPU there."""
    target = workload.today if target == TODAY else target
    return target in _ON_GPU or (target == "modal" and workload.on_gpu)


def shape(target: str, workload: Workload, prices: Prices, side: Side) -> tuple[CostFunction, tuple[str, ...]]:
    """The cost as a function of requests, and what it takes for granted. Raises MissingError, and KeyError for a name
    that is no target."""
    corner = Corner(workload, prices, side)
    formula = _FORMULAS[workload.today if target == TODAY else target]
    return formula(corner), tuple(corner.assumed)
