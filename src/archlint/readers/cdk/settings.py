"""The settings of a resource from the properties of its construct."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from archlint.knowledge.cdk import ConstructSetting, construct_settings
from archlint.knowledge.resources import SettingRow, resource_type
from archlint.model.function import Setting
from archlint.model.resource import Scalar
from archlint.readers.cdk.overrides import at, of, overrides
from archlint.readers.cdk.reading import argument, entry, is_given, last, made_of, number, reason, seconds, text, whole
from archlint.readers.cdk.scopes import place_of
from archlint.readers.cdk.values import CdkReference, CdkValue, Made, Open
from archlint.values import Known, Unknown, Value


def settings(made: Made, kind: str) -> Mapping[str, Setting[Scalar]]:
    """By the names of resources.yaml; a setting that nobody states and that has no default is left out."""
    row = resource_type(kind)
    rows = {} if row is None else {setting.name: setting for setting in row.settings}
    if last(made.path).startswith("Cfn"):
        found = {name: _resource_setting(made, setting) for name, setting in rows.items()}
    else:
        found = {one.name: _construct_setting(made, one, rows.get(one.name)) for one in construct_settings(made.path)}
        if kind == "AWS::ECS::TaskDefinition":
            found["gpu"] = _containers_gpu(made)
    return MappingProxyType({name: setting for name, setting in found.items() if setting is not None})


def _resource_setting(made: Made, row: SettingRow) -> Setting[Scalar] | None:
    values = of(made, row.path)
    if row.form == "present":
        return Setting(_present(values), place_of(made) if values else None)
    if not values:
        return None if row.default is None else Setting(Known(row.default))
    several = len(values) > 1 or row.form == "gpus"
    return Setting(_FORMS[row.form](values if several else values[0]), place_of(made))


def _construct_setting(made: Made, one: ConstructSetting, row: SettingRow | None) -> Setting[Scalar] | None:
    changed = list(at(overrides(made), row.path)) if row is not None else []
    if changed and row is not None:
        return Setting(_FORMS[row.form](changed[0]), place_of(made))
    if one.fixed is not None:
        return Setting(Known(one.fixed))
    given = next((value for path in one.paths if (value := entry(made, path)) is not None), None)
    if one.form in ("present", "fifo", "fargate", "ec2"):
        return Setting(_SPECIAL[one.form](made, given), None if given is None else place_of(made))
    if given is not None:
        return Setting(_FORMS[one.form](given), place_of(made))
    if one.undecided is not None:
        return Setting(Unknown(one.undecided))
    return None if row is None or row.default is None else Setting(Known(row.default))


def _present(values: list[CdkValue]) -> Value[Scalar]:
    unknown = next((value for value in values if isinstance(value, Open)), None)
    if unknown is not None:
        return Unknown(unknown.reason)
    return Known(any(is_given(value) for value in values))


def _fifo(made: Made, given: CdkValue) -> Value[Scalar]:
    """A name with .fifo or the deduplication of a FIFO queue says it too."""
    if given is not None:
        return _boolean(given)
    name = text(entry(made, "queue_name")) if entry(made, "queue_name") is not None else Known("")
    if is_given(entry(made, "content_based_deduplication")):
        return Known(True)
    return (
        Known(name.value.endswith(".fifo")) if isinstance(name, Known) else Unknown(f"the queue's name: {name.reason}")
    )


def _spot(with_spot: str, without: str) -> Callable[[Made, CdkValue], Value[Scalar]]:
    def read(_: Made, given: CdkValue) -> Value[Scalar]:
        found = Known(False) if given is None else _boolean(given)
        if isinstance(found, Unknown):
            return found
        return Known(with_spot if found.value else without)

    return read


def _integer(value: CdkValue) -> Value[Scalar]:
    return whole(number(value))


def _whole_seconds(value: CdkValue) -> Value[Scalar]:
    return whole(seconds(value))


def _boolean(value: CdkValue) -> Value[Scalar]:
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return Known(value.lower() == "true")
    return Known(value) if isinstance(value, bool) else Unknown(reason(value, "it is neither true nor false"))


def _text(value: CdkValue) -> Value[Scalar]:
    """A text, a number, or a member of one of the library's enumerations by its name."""
    if isinstance(value, CdkReference):
        return Known(last(value.path))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Known(str(value))
    return text(value)


def _lower(value: CdkValue) -> Value[Scalar]:
    found = _text(value)
    if isinstance(found, Known) and isinstance(found.value, str):
        return Known(found.value.lower() if isinstance(value, CdkReference) else found.value)
    return found


def _words(value: CdkValue) -> Value[Scalar]:
    found = [_text(item) for item in (value if isinstance(value, list) else [value])]
    unknown = next((item for item in found if isinstance(item, Unknown)), None)
    return unknown or Known(",".join(str(item.value) for item in found if isinstance(item, Known)))


def _compatibility(value: CdkValue) -> Value[Scalar]:
    """`Compatibility.EC2_AND_FARGATE`."""
    found = _text(value)
    if isinstance(found, Known) and isinstance(found.value, str):
        return Known(found.value.replace("_AND_", ","))
    return found


def _platform(value: CdkValue) -> Value[Scalar]:
    """What a job's container definition runs on."""
    made = made_of(value)
    name = last(made.path) if made is not None else ""
    known = {"EcsFargateContainerDefinition": "FARGATE", "EcsEc2ContainerDefinition": "EC2"}
    return Known(known[name]) if name in known else Unknown(reason(value, "the container is not followed"))


def _schedule(value: CdkValue) -> Value[Scalar]:
    """`Schedule.rate(…)`, `Schedule.cron(…)` and `Schedule.expression(…)` as their texts."""
    made = made_of(value)
    name = last(made.path) if made is not None else ""
    if made is None or name not in ("rate", "cron", "expression"):
        return Unknown(reason(value, "the schedule is not followed"))
    if name == "expression":
        return text(argument(made, 0, "expression"))
    if name == "cron":
        return _cron(made)
    every = seconds(argument(made, 0, "duration"))
    if isinstance(every, Unknown):
        return every
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if every.value >= size and every.value % size == 0:
            count = round(every.value / size)
            return Known(f"rate({count} {unit}{'s' if count > 1 else ''})")
    return Unknown("it is no whole number of minutes")


def _cron(made: Made) -> Value[Scalar]:
    weekly = entry(made, "week_day") is not None
    fields = {"minute": "*", "hour": "*", "day": "?" if weekly else "*", "month": "*", "week_day": "?", "year": "*"}
    found = [Known(other) if (v := entry(made, name)) is None else _text(v) for name, other in fields.items()]
    unknown = next((item for item in found if isinstance(item, Unknown)), None)
    return unknown or Known(f"cron({' '.join(str(item.value) for item in found if isinstance(item, Known))})")


def _gpus(values: list[CdkValue]) -> Value[Scalar]:
    """GPUs that resource requirements ask for together."""
    total = 0
    for requirement in _flat(values):
        if isinstance(requirement, Open):
            return Unknown(requirement.reason)
        if entry(requirement, "type") == "GPU":
            count = whole(number(entry(requirement, "value")))
            if isinstance(count, Unknown):
                return count
            total += count.value
    return Known(total)


def _flat(values: list[CdkValue]) -> Iterator[CdkValue]:
    for value in values:
        yield from value if isinstance(value, list) else [value]


def _containers_gpu(made: Made) -> Setting[Scalar] | None:
    """GPUs that the containers of a task definition ask for together."""
    given = [entry(call, "gpu_count") for call in made.calls if last(call.path) == "add_container"]
    counts = [whole(number(value)) for value in given if value is not None]
    unknown = next((count for count in counts if isinstance(count, Unknown)), None)
    total: Value[Scalar] = unknown or Known(sum(count.value for count in counts if isinstance(count, Known)))
    return Setting(total, place_of(made)) if counts else None


_FORMS: Mapping[str, Callable[[CdkValue], Value[Scalar]]] = {
    "integer": _integer,
    "seconds": _whole_seconds,
    "boolean": _boolean,
    "text": _text,
    "lower": _lower,
    "words": _words,
    "compatibility": _compatibility,
    "platform": _platform,
    "schedule": _schedule,
    "present": lambda value: _present([value]),
    "gpus": lambda value: _gpus(value if isinstance(value, list) else [value]),
}
_SPECIAL: Mapping[str, Callable[[Made, CdkValue], Value[Scalar]]] = {
    "present": lambda _, given: _present([] if given is None else [given]),
    "fifo": _fifo,
    "fargate": _spot("FARGATE_SPOT", "FARGATE"),
    "ec2": _spot("SPOT", "EC2"),
}
