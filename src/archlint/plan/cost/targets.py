"""The targets by name, each with its formula."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from archlint.knowledge.prices import Prices
from archlint.plan.cost import containers, gpus, lambdas
from archlint.plan.cost.corner import Corner, Side
from archlint.plan.cost.shape import Shape
from archlint.plan.cost.workload import Workload

Formula = Callable[[Corner], Shape]

_FORMULAS: Mapping[str, Formula] = MappingProxyType(
    {
        "lambda-stay": lambdas.stay,
        "lambda-image": lambdas.image,
        "lambda-efs": lambdas.efs,
        "lambda-snapstart": lambdas.snapstart,
        "lambda-provisioned": lambdas.provisioned,
        "lambda-managed-instances": lambdas.managed_instances,
        "lambda-managed-instances-gpu": gpus.managed_instances_gpu,
        "lambda-durable": lambdas.durable,
        "fargate-service": containers.fargate_service,
        "fargate-task": containers.fargate_task,
        "ecs-gpu": gpus.ecs_gpu,
        "batch-gpu": gpus.batch_gpu,
        "sagemaker-realtime": gpus.sagemaker_realtime,
        "sagemaker-async": gpus.sagemaker_async,
        "sagemaker-serverless": containers.sagemaker_serverless,
        "step-functions-map": lambdas.step_functions_map,
        "modal": gpus.modal,
    }
)
TARGETS = tuple(_FORMULAS)
_ON_GPU = frozenset({"lambda-managed-instances-gpu", "ecs-gpu", "batch-gpu", "sagemaker-realtime", "sagemaker-async"})
TODAY = "lambda-stay"


def on_gpu(target: str, workload: Workload) -> bool:
    """Whether the work would run on a GPU there."""
    target = workload.today if target == TODAY else target
    return target in _ON_GPU or (target == "modal" and workload.on_gpu)


def shape(target: str, workload: Workload, prices: Prices, side: Side) -> tuple[Shape, tuple[str, ...]]:
    """The cost as a function of requests, and what it takes for granted. Raises MissingError, and KeyError for a name
    that is no target."""
    corner = Corner(workload, prices, side)
    formula = _FORMULAS[workload.today if target == TODAY else target]
    return formula(corner), tuple(corner.assumed)
