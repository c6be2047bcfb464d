"""AL315: what template checkers let pass and AWS refuses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from archlint.finding import Hit, Step
from archlint.knowledge.facts import Fact
from archlint.knowledge.limits import limit, statement
from archlint.model.function import Function, Setting
from archlint.model.place import Place
from archlint.model.resource import Link, Resource, Scalar
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.values import Known

AWSVPC = (["awsvpc"], ["aws_vpc"])
"""As CloudFormation and the CDK spell it."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """None of these is reported by cfn-lint 1.58 or SAM's translator 1.115; a value that is not known fires nothing."""
    for deployed in project.functions:
        yield from _function(project, page, deployed.function)
    resources = {resource.id: resource for resource in project.architecture.resources}
    for resource in resources.values():
        if resource.kind == "task":
            yield from _fargate_gpu(resource, "task definition")
        elif resource.kind == "job" and resource.type == "AWS::Batch::JobDefinition":
            yield from _fargate_gpu(resource, "job definition")
            yield from _job(resource)
        elif resource.kind == "endpoint":
            yield from _endpoint(resource)
    yield from _targets(resources, project.architecture.links)


def _function(project: Project, page: Page, function: Function) -> Iterator[Hit]:
    managed, gpu = function.capacity_provider, function.accelerator
    memory = project.known(page.name, function, "memory_mb", function.memory_mb.value)
    most = limit("memory_managed_max" if managed else "memory_max")
    if memory is not None and memory > most.value:
        where = "on Managed Instances" if managed else "without Managed Instances"
        yield _over(function, f"{memory} MB of memory", f"{most.value} MB {where}", most, function.memory_mb.place)
    ephemeral = project.known(page.name, function, "ephemeral_mb", function.ephemeral_mb.value)
    room = limit("ephemeral_accelerator_max" if gpu else "ephemeral_max")
    if ephemeral is not None and ephemeral > room.value:
        yield _over(function, f"{ephemeral} MB of /tmp", f"{room.value} MB", room, function.ephemeral_mb.place)
    if not gpu:
        return
    wrong = [] if managed or function.completed_by else ["the function is not on Managed Instances"]
    if isinstance(function.package, Known) and function.package.value != "image":
        wrong.append("it is a zip package")
    if function.architecture.value == Known("arm64"):
        wrong.append("its architecture is arm64")
    if wrong:
        yield Hit(
            message=_refused(f"AcceleratorConfig asks for a GPU, but {' and '.join(wrong)}", statement("accelerator")),
            place=function.places.get("accelerator", function.defined_at),
            function=function.id,
        )


def _over(function: Function, what: str, most: str, known: Fact[int], place: Place | None) -> Hit:
    return Hit(
        message=f"{what} is more than Lambda gives a function: {most} at most (limit as of {known.as_of})",
        place=place or function.defined_at,
        function=function.id,
    )


def _refused(what: str, known: Fact[str]) -> str:
    return f"{what}: {known.value} (as of {known.as_of})"


def _fargate_gpu(resource: Resource, what: str) -> Iterator[Hit]:
    gpus, platforms = _integer(resource.settings, "gpu"), _words(resource.settings, "compatibilities")
    if gpus and "FARGATE" in platforms:
        yield Hit(
            message=_refused(
                f"the {what} is for Fargate and asks for {gpus} GPU{'s' if gpus > 1 else ''}", statement("fargate_gpu")
            ),
            place=_place(resource, "gpu"),
            help="Run it on ECS with GPU instances, on AWS Batch with an EC2 compute environment, or on SageMaker.",
        )


def _job(resource: Resource) -> Iterator[Hit]:
    least, most = limit("batch_timeout_min"), limit("batch_attempts_max")
    seconds, attempts = _integer(resource.settings, "timeout_s"), _integer(resource.settings, "attempts")
    if seconds is not None and seconds < least.value:
        yield Hit(
            message=f"a Batch job's timeout of {seconds} s is below the least of {least.value} s (as of {least.as_of})",
            place=_place(resource, "timeout_s"),
        )
    if attempts is not None and not 1 <= attempts <= most.value:
        yield Hit(
            message=f"{attempts} attempts: a Batch job has from 1 to {most.value} (as of {most.as_of})",
            place=_place(resource, "attempts"),
        )


def _endpoint(resource: Resource) -> Iterator[Hit]:
    serverless, instances = resource.settings.get("serverless"), _words(resource.settings, "instance_type")
    if serverless is not None and serverless.value == Known(True) and instances:
        yield Hit(
            message=_refused(
                f"the variant has ServerlessConfig and InstanceType {instances[0]}", statement("serverless_variant")
            ),
            place=_place(resource, "instance_type"),
        )


def _targets(resources: Mapping[str, Resource], links: tuple[Link, ...]) -> Iterator[Hit]:
    """Target groups of type instance before a service whose tasks have addresses of their own."""
    tasks = {
        link.source: task
        for link in links
        if (task := resources.get(link.target)) is not None and task.kind == "task" and link.kind == "uses"
    }
    for link in links:
        group, service = resources.get(link.source), resources.get(link.target)
        if group is None or service is None or group.kind != "target-group" or service.kind != "service":
            continue
        task = tasks.get(service.id)
        if task is None or _words(task.settings, "network_mode") not in AWSVPC:
            continue
        if _words(group.settings, "target_type") == ["instance"]:
            yield Hit(
                message=_refused(
                    f"the target group of {service.name} has the type instance", statement("awsvpc_target")
                ),
                place=_place(group, "target_type"),
                trace=(
                    Step(_place(task, "network_mode"), "the tasks have the network mode awsvpc"),
                    Step(link.place, "the service registers them with the group"),
                ),
                help="Set TargetType: ip.",
            )


def _place(resource: Resource, name: str) -> Place:
    setting = resource.settings.get(name)
    return resource.place if setting is None or setting.place is None else setting.place


def _integer(settings: Mapping[str, Setting[Scalar]], name: str) -> int | None:
    setting = settings.get(name)
    value = setting.value if setting is not None else None
    return value.value if isinstance(value, Known) and isinstance(value.value, int) else None


def _words(settings: Mapping[str, Setting[Scalar]], name: str) -> list[str]:
    setting = settings.get(name)
    value = setting.value if setting is not None else None
    return [word for word in str(value.value).split(",") if word] if isinstance(value, Known) else []
