"""What a stack declares beside its functions, and how the declarations refer to each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from archlint.model.function import Setting
from archlint.model.place import Place

Scalar = str | int | float | bool | None

KINDS = (
    "api", "queue", "topic", "bus", "rule", "schedule", "stream", "table", "bucket", "database", "state-machine",
    "file-system", "layer", "image", "secret", "parameter", "endpoint", "cluster", "service", "task", "job",
    "target-group", "user-pool", "distribution", "model", "mapping", "function", "other",
)  # fmt: skip
"""`function` stands for a Lambda function that is declared elsewhere, known by its name or ARN alone; `mapping` is an
event source mapping, whose id is the detail of the event link that it makes."""

LINKS = (
    "event",  # source invokes target: a queue, an API, a bucket, a rule … and a function
    "invokes",  # a state machine's task and what it runs
    "delivers",  # a topic and a queue, a rule and a bus: no function between them
    "env",  # a function's environment variable holds the name or ARN of target; detail is the variable
    "grant",  # a policy or a grant lets source act on target; detail holds the actions, such as "s3:GetObject"
    "failure",  # where source's failed events go: a dead-letter queue, an OnFailure destination
    "success",  # an OnSuccess destination
    "mounts",  # a file system
    "uses",  # a layer, a secret or a parameter that the declaration itself names
)


@dataclass(frozen=True, slots=True)
class Resource:
    """One declared resource. `id` is made like a function's (`template.yaml#Queue`), `name` is the logical id, or the
    construct's id in CDK."""

    id: str
    name: str
    kind: str
    type: str
    """The CloudFormation type, such as "AWS::SQS::Queue"; "" for what is declared elsewhere and only referred to."""
    place: Place
    stack: str
    """What the resource is deployed with: the template's path, or the CDK stack's construct path."""
    settings: Mapping[str, Setting[Scalar]] = field(default_factory=lambda: MappingProxyType({}))
    """What rules ask for, by snake_case name with its unit, such as `visibility_timeout_s`."""
    physical_name: str | None = None
    """The name in AWS where the declaration fixes it as a literal, such as a QueueName."""
    conditional: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """One declaration that refers to another; `source` and `target` are ids of functions or resources."""

    source: str
    target: str
    kind: str
    place: Place
    sync: bool = False
    """Whether the source waits for the answer."""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Architecture:
    """The resources of a repository and every reference between declarations."""

    resources: tuple[Resource, ...] = ()
    links: tuple[Link, ...] = ()

    def __add__(self, other: Architecture) -> Architecture:
        return Architecture(self.resources + other.resources, self.links + other.links)
