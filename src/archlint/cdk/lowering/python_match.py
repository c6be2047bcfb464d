"""The patterns of Python's `match` as tests and assignments."""

from __future__ import annotations

import ast
from dataclasses import dataclass

from archlint.cdk import program as ir
from archlint.cdk.lowering.python_expressions import Expressions


@dataclass(frozen=True)
class Arm:
    """`test` is None where a pattern takes everything; `binds` are the names that it gives."""

    test: ir.Expression | None
    binds: tuple[ir.Statement, ...] = ()


def arm_of(reader: Expressions, pattern: ast.pattern, subject: ir.Expression) -> Arm:
    place = reader.place(pattern)
    match pattern:
        case ast.MatchValue():
            return Arm(ir.Operation("==", (subject, reader.expression(pattern.value)), place))
        case ast.MatchSingleton():
            return Arm(ir.Operation("is", (subject, ir.Literal(pattern.value, place)), place))
        case ast.MatchAs():
            inner = Arm(None) if pattern.pattern is None else arm_of(reader, pattern.pattern, subject)
            if pattern.name is None:
                return inner
            name = ir.Assign(ir.Name(pattern.name, place), subject, place)
            return Arm(inner.test, (*inner.binds, name))
        case ast.MatchOr() if all(isinstance(p, ast.MatchValue | ast.MatchSingleton) for p in pattern.patterns):
            return Arm(_any_of([arm_of(reader, inner, subject).test for inner in pattern.patterns], pattern, reader))
        case _:
            return _unknown(reader, pattern)


def _any_of(tests: list[ir.Expression | None], pattern: ast.pattern, reader: Expressions) -> ir.Expression | None:
    place, result = reader.place(pattern), tests[0]
    for test in tests[1:]:
        if result is not None and test is not None:
            result = ir.Operation("or", (result, test), place)
    return result


def _unknown(reader: Expressions, pattern: ast.pattern) -> Arm:
    reason = "whether a pattern of match applies"
    binds: list[ir.Statement] = []
    for inner in ast.walk(pattern):
        name = inner.rest if isinstance(inner, ast.MatchMapping) else getattr(inner, "name", None)
        if isinstance(inner, ast.pattern) and isinstance(name, str):
            place = reader.place(inner)
            binds.append(
                ir.Assign(ir.Name(name, place), ir.Opaque("a part that a pattern of match took", place), place)
            )
    return Arm(ir.Opaque(reason, reader.place(pattern)), tuple(binds))
