"""The resources that a CDK app makes beside its functions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from archlint.knowledge.cdk import (
    arn_target,
    function_construct,
    makes_targets,
    name_properties,
    pointer,
    resource_type,
)
from archlint.knowledge.resources import batch_size, kind_of
from archlint.knowledge.resources import resource_type as known_type
from archlint.model.function import Setting
from archlint.model.place import Place
from archlint.model.resource import Resource
from archlint.readers.cdk.overrides import of
from archlint.readers.cdk.reading import argument, entry, is_given, last, text
from archlint.readers.cdk.references import imported_by
from archlint.readers.cdk.scopes import OPEN, construct_id, construct_path, place_of, stack_of
from archlint.readers.cdk.settings import settings
from archlint.readers.cdk.values import Made, Woven
from archlint.values import Known

MAPPING = "AWS::Lambda::EventSourceMapping"
MAX_PARTS = 20
TARGETS = "AWS::ElasticLoadBalancingV2::TargetGroup"


class Resources:
    """`folder` is that of cdk.json; `taken` counts the ids that are in use."""

    def __init__(self, folder: str, taken: dict[str, int]) -> None:
        self.folder = folder
        self.taken = taken
        self.by_made: dict[int, Resource] = {}
        self.by_id: dict[str, Resource] = {}
        self.elsewhere: dict[tuple[str, str], Resource] = {}
        self.types: dict[str, str] = {}
        """CloudFormation types by id, of what is declared elsewhere too."""

    def read(self, made: Iterable[Made]) -> None:
        """Declares what the app makes."""
        for item in made:
            kind = resource_type(item.path)
            if item.owner is not None and makes_targets(item.path):
                kind = TARGETS
            elif kind is None or item.owner is not None or not _is_own(item, kind):
                continue
            self._keep(item, self._resource(item, kind))

    def _keep(self, made: Made, resource: Resource) -> None:
        self.by_made[id(made)] = resource
        self.by_id[resource.id] = resource
        self.types[resource.id] = resource.type

    def _id(self, path: str) -> str:
        found = f"{self.folder or '.'}#{path}"
        self.taken[found] = count = self.taken.get(found, 0) + 1
        return found if count == 1 else f"{found}~{count}"

    def _resource(self, made: Made, kind: str) -> Resource:
        return Resource(
            id=self._id(construct_path(made) if made.owner is None else path_of_call(made)),
            name=construct_id(made) if made.owner is None else construct_id_of_call(made),
            kind=kind_of(kind),
            type=kind,
            place=place_of(made),
            stack=stack_path(made if made.owner is None else root_of(made)),
            settings=settings(made, kind),
            physical_name=physical_name(made, kind),
            conditional=made.conditional,
        )

    def is_function(self, resource: str) -> bool:
        """Whether an id is that of a function that is declared elsewhere."""
        return resource in self.by_id and self.by_id[resource].kind == "function"

    def dead_letters(self, function: Made) -> Resource | None:
        """The queue that `dead_letter_queue_enabled` makes."""
        if entry(function, "dead_letter_queue_enabled") is not True or is_given(entry(function, "dead_letter_queue")):
            return None
        place = place_of(function)
        made = Made("aws_cdk.aws_sqs.Queue", [function, "DeadLetterQueue"], {}, place, conditional=function.conditional)
        found = Resource(
            id=self._id(f"{construct_path(function)}/DeadLetterQueue"),
            name="DeadLetterQueue",
            kind="queue",
            type="AWS::SQS::Queue",
            place=place,
            stack=stack_path(function),
            settings=settings(made, "AWS::SQS::Queue"),
            conditional=function.conditional,
        )
        self.by_id[found.id] = found
        return found

    def mapping(self, source: Made, function: Made, place: Place, polled: Sequence[str]) -> str:
        """The id of the mapping through which Lambda polls a source for a function."""
        name = last(source.path)
        path = construct_path(source if name == "EventSourceMapping" else function)
        added = "" if name == "EventSourceMapping" else f"/{name}"
        if name == "add_event_source_mapping":
            added = f"/{construct_id_of_call(source)}"
        stated = settings(source, MAPPING)
        size = batch_size(self._service(polled[0])) if polled else None
        if "batch_size" not in stated and size is not None:
            stated = {**stated, "batch_size": Setting(Known(size))}
        found = Resource(
            id=self._id(path + added),
            name=construct_id(source) if not added else added[1:],
            kind=kind_of(MAPPING),
            type=MAPPING,
            place=place,
            stack=stack_path(function),
            settings=MappingProxyType(dict(stated)),
            conditional=source.conditional,
        )
        self.by_id[found.id] = found
        return found.id

    def _service(self, resource: str) -> str:
        row = known_type(self.types.get(resource, ""))
        return row.service if row is not None else ""

    def imported(self, made: Made) -> str | None:
        """The id of something that is declared elsewhere; one name is one resource."""
        cls, _, method = made.path.rpartition(".")
        kind = resource_type(cls)
        if kind is None:
            return None
        name = _imported_name(made)
        known = self.elsewhere.get((kind, name)) if name else None
        if known is None:
            path = construct_path(made) if method.startswith("from_") else f"{stack_path(made)}/{name or OPEN}"
            known = Resource(
                id=self._id(path),
                name=name or construct_id(made),
                kind=kind_of(kind),
                type="",
                place=made.place,
                stack=stack_path(made),
                physical_name=name or None,
                conditional=made.conditional,
            )
            self.by_id[known.id] = known
            self.types[known.id] = kind
            if name:
                self.elsewhere[kind, name] = known
        return known.id


def _is_own(made: Made, kind: str) -> bool:
    """Whether a construct is a resource of its own, and neither a function nor a part or pointer of something else."""
    if pointer(made.path) or function_construct(made.path):
        return False
    row = known_type(kind)
    if row is None:
        return not kind.startswith("AWS::Lambda::")
    return not row.belongs and row.kind != "function"


def stack_path(made: Made) -> str:
    """The construct path of the stack around; empty where there is none."""
    stack = stack_of(made)
    return construct_path(stack) if stack is not None else ""


def physical_name(made: Made, kind: str) -> str | None:
    """The name in AWS where it is a literal."""
    row = known_type(kind)
    own = last(made.path).startswith("Cfn") and row is not None and row.name
    given = of(made, (row.name,)) if own and row is not None else [entry(made, key) for key in name_properties(kind)]
    found = (text(value) for value in given)
    return next((name.value for name in found if isinstance(name, Known)), None)


def names(resources: Iterable[Resource], functions: Mapping[str, str]) -> dict[str, tuple[tuple[str, str], ...]]:
    """(kind, id) by physical name; `functions` are names by id."""
    found: dict[str, list[tuple[str, str]]] = {}
    for resource in resources:
        if resource.physical_name:
            found.setdefault(resource.physical_name, []).append((resource.kind, resource.id))
    for function, name in functions.items():
        found.setdefault(name, []).append(("function", function))
    return {name: tuple(rows) for name, rows in found.items()}


def root_of(call: Made) -> Made:
    """The construct at the beginning of a chain of methods."""
    while call.owner is not None:
        call = call.owner
    return call


def path_of_call(call: Made) -> str:
    """The construct path of what a method makes, by the ids that the methods before it are handed."""
    parts: list[str] = []
    current = call
    while current.owner is not None:
        if len(parts) < MAX_PARTS:
            parts.append(construct_id_of_call(current))
        current = current.owner
    return "/".join((construct_path(current), *reversed(parts)))


def construct_id_of_call(call: Made) -> str:
    """The id that a method such as add_event_source_mapping is handed first."""
    found = text(argument(call, 0, "id"))
    return found.value if isinstance(found, Known) else OPEN


def _imported_name(made: Made) -> str:
    """The name that an import gives, as such or in an ARN; empty where the source leaves it open."""
    for value in imported_by(made):
        pattern = value.pattern if isinstance(value, Woven) else value
        if isinstance(pattern, str):
            target = arn_target(pattern)
            name = target[1] if target is not None else pattern
            return "" if "*" in name or (target is None and name.startswith("arn:")) else name
    return ""
