"""Whether a value comes from the event, and so differs from invocation to invocation."""

from __future__ import annotations

import ast

from archlint.code.abstract import Abstract, External, FunctionValue, Parameter
from archlint.code.evaluate import Evaluator
from archlint.code.reach import Phase, Reached
from archlint.code.units import Unit
from archlint.knowledge.aws_calls import per_request_results

MAX_STEPS = 12


def varies(node: ast.AST, unit: Unit, reached: Reached, evaluator: Evaluator) -> bool:
    """Whether any part of an expression comes from the event or from credentials made for this request; parameters are
    followed to their callers on the way that led here."""
    return _any_varies(node, unit, reached, evaluator, 0)


def is_event_data(node: ast.expr, unit: Unit, reached: Reached, evaluator: Evaluator, step: int = 0) -> bool:
    """Whether an expression is the event, or something taken out of it as it is; what is worked out from it is not."""
    if step > MAX_STEPS:
        return False
    for value in evaluator.values(node, unit):
        if not isinstance(value, Parameter):
            continue
        current = _holder(value, reached)
        if current is None:
            continue
        if current.parent is None or current.via is None:
            return current.phase is Phase.INVOKE
        given = _given(value, current, evaluator)
        if given is not None and is_event_data(given, current.via.unit, current.parent, evaluator, step + 1):
            return True
    return False


def _any_varies(node: ast.AST, unit: Unit, reached: Reached, evaluator: Evaluator, step: int) -> bool:
    if step > MAX_STEPS:
        return False
    for part in ast.walk(node):
        if isinstance(part, ast.Name | ast.Attribute | ast.Subscript | ast.Call):
            for value in evaluator.values(part, unit):
                if _value_varies(value, reached, evaluator, step):
                    return True
        if isinstance(part, ast.Name) and _bound_to_varying(part.id, unit, reached, evaluator, step):
            return True
    return False


def _value_varies(value: Abstract, reached: Reached, evaluator: Evaluator, step: int) -> bool:
    if isinstance(value, External):
        return any(f".{name}()" in value.path for name in per_request_results())
    if isinstance(value, Parameter):
        return _parameter_varies(value, reached, evaluator, step)
    return False


def _bound_to_varying(name: str, unit: Unit, reached: Reached, evaluator: Evaluator, step: int) -> bool:
    """A local that is worked out from something varying, such as `region = parse(event)`."""
    if not unit.is_local(name) or unit.is_module:
        return False
    return any(
        binding.value is not None
        and binding.kind in ("value", "element")
        and not (isinstance(binding.value, ast.Name) and binding.value.id == name)
        and _any_varies(binding.value, unit, reached, evaluator, step + 4)
        for binding in unit.bindings[name]
    )


def _parameter_varies(value: Parameter, reached: Reached, evaluator: Evaluator, step: int) -> bool:
    current = _holder(value, reached)
    if current is None:
        return False
    if current.parent is None or current.via is None:
        return current.phase is Phase.INVOKE
    given = _given(value, current, evaluator)
    return given is not None and _any_varies(given, current.via.unit, current.parent, evaluator, step + 1)


def text_of(node: ast.expr, unit: Unit, reached: Reached, evaluator: Evaluator, step: int = 0) -> str | None:
    """A text with `{}` where it is open; parameters are followed to their callers on the way that led here."""
    text = evaluator.text(node, unit)
    if text is not None or step > MAX_STEPS:
        return text
    for value in evaluator.values(node, unit):
        current = _holder(value, reached) if isinstance(value, Parameter) and not value.part else None
        if current is None or current.parent is None or current.via is None or not isinstance(value, Parameter):
            continue
        given = _given(value, current, evaluator)
        if given is not None:
            return text_of(given, current.via.unit, current.parent, evaluator, step + 1)
    return None


def _holder(parameter: Parameter, reached: Reached) -> Reached | None:
    """The step of the way that runs the parameter's function."""
    return next((step for step in reversed(reached.way()) if step.unit is parameter.unit), None)


def _given(parameter: Parameter, holder: Reached, evaluator: Evaluator) -> ast.expr | None:
    """What the call that leads to a function passes for a parameter."""
    via = holder.via
    return _argument(via.node, parameter, evaluator, via.unit) if via and isinstance(via.node, ast.Call) else None


def _argument(call: ast.Call, parameter: Parameter, evaluator: Evaluator, unit: Unit) -> ast.expr | None:
    """What a call passes for a parameter."""
    for keyword in call.keywords:
        if keyword.arg == parameter.name:
            return keyword.value
    names = [argument.arg for argument in parameter.unit.parameters]
    if parameter.name not in names:
        return None
    position = names.index(parameter.name)
    bound = any(isinstance(v, FunctionValue) and v.receiver is not None for v in evaluator.values(call.func, unit))
    if parameter.unit.cls is not None and (bound or parameter.unit.name.endswith("__init__")):
        position -= 1
    return call.args[position] if 0 <= position < len(call.args) else None
