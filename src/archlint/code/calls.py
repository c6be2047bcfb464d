"""The calls of AWS services in a handler's code, each with the name that it acts on."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from archlint.code.abstract import Constant, External, Parameter, TextValue, Variable
from archlint.code.call_path import way_to
from archlint.code.reach import Call, Phase, Reach
from archlint.code.units import Unit
from archlint.finding import Step
from archlint.knowledge.aws_calls import Meaning, client_operation, function_call, resource_operation
from archlint.model.place import Place
from archlint.values import Known, Unknown, Value, known_or_none

_SDK = re.compile(r"(?:boto3|aioboto3)\.(?:session\.)?(?:Session\(\)\.)?(client|resource)\(\)\.(.+)")


@dataclass(frozen=True, slots=True)
class ServiceCall:
    """`service` and `operation` are boto3's names, such as "lambda" and "invoke"; `kind` is that of the resource."""

    service: str
    operation: str
    kind: str
    access: str
    """invokes a function or a model; starts a state machine, a task or a job; sends a message or an event; reads,
    writes stored data."""
    sync: bool
    """Whether the code waits until the other side has done its work, not only until it is accepted."""
    target: Value[str]
    """Name, URL or ARN of what is called, where the code states it."""
    variable: str | None
    """The environment variable that holds the target, where it comes from one."""
    place: Place
    every_invocation: bool = True
    """False for calls at import, or behind a guard that lets them through once."""
    way: tuple[Step, ...] = ()
    """The steps that lead there from the handler."""
    key: str | None = None
    """An object's key, with `{}` where it is open."""


def service_calls(reach: Reach) -> tuple[ServiceCall, ...]:
    """In order of place; an operation that reads and writes is there twice."""
    found: dict[tuple[Place, str, str], ServiceCall] = {}
    for call in reach.calls():
        for meaning, operation, named in _meanings(call, reach):
            for access in meaning.accesses:
                one = _read(call, meaning, operation, named, reach)
                key = (one.place, operation, access)
                if key not in found or known_or_none(found[key].target) is None:
                    found[key] = replace(one, access=access)
    return tuple(sorted(found.values(), key=lambda one: (one.place, one.operation, one.access)))


@dataclass(frozen=True, slots=True)
class _Named:
    """The call whose arguments name the resource, and where it stands."""

    node: ast.Call
    unit: Unit


def _meanings(call: Call, reach: Reach) -> Iterator[tuple[Meaning, str, _Named]]:
    own = _Named(call.node, call.site.unit)
    other = function_call(call.path)
    if other is not None:
        yield other, call.path.rpartition(".")[2], own
        return
    sdk = _SDK.fullmatch(call.path)
    if sdk is None or not isinstance(call.node.func, ast.Attribute):
        return
    operation = call.node.func.attr
    for receiver in _externals(call.node.func.value, call.site.unit, reach):
        if receiver.call is None or receiver.unit is None:
            continue
        maker = _Named(receiver.call, receiver.unit)
        service = _service(maker, reach)
        if receiver.path.endswith((".client()", ".resource()")) and service is not None:
            meaning = client_operation(service, operation) if sdk[1] == "client" else None
            if meaning is not None:
                yield meaning, operation, own
        elif isinstance(maker.node.func, ast.Attribute):
            yield from _on_resource(maker, operation, reach)


def _on_resource(maker: _Named, operation: str, reach: Reach) -> Iterator[tuple[Meaning, str, _Named]]:
    """`boto3.resource("dynamodb").Table(name).put_item(…)`, and a paginator or waiter of a client."""
    function = maker.node.func
    if not isinstance(function, ast.Attribute):
        return
    for owner in _externals(function.value, maker.unit, reach):
        if owner.call is None or owner.unit is None:
            continue
        service = _service(_Named(owner.call, owner.unit), reach)
        if service is not None and owner.path.endswith(".resource()"):
            meaning = resource_operation(service, function.attr, operation)
            if meaning is not None:
                yield meaning, operation, maker


def _externals(node: ast.expr, unit: Unit, reach: Reach) -> Iterator[External]:
    for value in reach.evaluator.values(node, unit):
        if isinstance(value, External) and value.path.endswith("()"):
            yield value


def _service(made: _Named, reach: Reach) -> str | None:
    """The service that a client or resource is made for."""
    given = made.node.args[0] if made.node.args else _keyword(made.node, "service_name")
    return reach.evaluator.text(given, made.unit) if given is not None else None


def _read(call: Call, meaning: Meaning, operation: str, named: _Named, reach: Reach) -> ServiceCall:
    target, variable = _target(meaning, named, reach)
    inner = _given(meaning.key, meaning, call.node if named.node is call.node else named.node) if meaning.key else None
    access = meaning.accesses[0]
    return ServiceCall(
        meaning.service,
        operation,
        meaning.kind,
        access,
        access == "invokes" and _waits(call, meaning, reach),
        target,
        variable,
        call.site.unit.module.place(call.node),
        call.phase is Phase.INVOKE,
        way_to(call.reached),
        reach.evaluator.text(inner, named.unit) if inner is not None else None,
    )


def _waits(call: Call, meaning: Meaning, reach: Reach) -> bool:
    """Only where every value that the parameter can have makes the caller wait."""
    if meaning.waits_unless is None:
        return True
    name, values = meaning.waits_unless
    given = _keyword(call.node, name)
    if given is None:
        return all(keyword.arg is not None for keyword in call.node.keywords)
    text = reach.evaluator.text(given, call.site.unit)
    return text is not None and "{}" not in text and text not in values


def _target(meaning: Meaning, named: _Named, reach: Reach) -> tuple[Value[str], str | None]:
    given = next((e for name in meaning.names if (e := _given(name, meaning, named.node)) is not None), None)
    if given is None:
        return Unknown("the call does not name it in a way that archlint follows"), None
    values = reach.evaluator.values(given, named.unit)
    variables = {value.name for value in values if isinstance(value, Variable)}
    variables |= _inside(given, named.unit, reach)
    variable = variables.pop() if len(variables) == 1 else None
    texts = {str(value.value) for value in values if isinstance(value, Constant) and isinstance(value.value, str)}
    if variable is not None:
        return Unknown(f"the environment variable {variable} holds it"), variable
    if len(texts) == 1 and not any(isinstance(value, TextValue | Parameter) for value in values):
        return Known(texts.pop()), None
    if any(isinstance(value, Parameter) for value in values):
        return Unknown("it comes from the event or from a caller"), None
    return Unknown("the code works it out"), None


def _inside(node: ast.expr, unit: Unit, reach: Reach) -> set[str]:
    """The environment variables that an f-string is made of."""
    parts = node.values if isinstance(node, ast.JoinedStr) else []
    inner = [part.value for part in parts if isinstance(part, ast.FormattedValue)]
    found = (value for part in inner for value in reach.evaluator.values(part, unit))
    return {value.name for value in found if isinstance(value, Variable)} - {"AWS_REGION", "AWS_DEFAULT_REGION"}


def _given(name: str, meaning: Meaning, node: ast.Call) -> ast.expr | None:
    """What a call gives for a parameter, by keyword or by position."""
    found = _keyword(node, name)
    if found is None and name in meaning.positions:
        position = meaning.positions.index(name)
        before = node.args[: position + 1]
        if position < len(node.args) and not any(isinstance(argument, ast.Starred) for argument in before):
            return node.args[position]
    return found


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)
