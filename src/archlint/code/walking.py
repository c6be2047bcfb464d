"""Ways through a syntax tree, more than twice as fast as those of `ast`: a scan takes millions of steps."""

from __future__ import annotations

import ast

_PLAIN = frozenset(
    "arg asname attr conversion ctx id is_async kind kwd_attrs level lineno module op ops rest simple str tag "
    "type_comment type_ignores".split()
)
"""Fields that hold texts, numbers and nodes without a place: operators and contexts (`Load`, `Store`)."""

_PLAIN_IN = {
    **dict.fromkeys(("Constant", "MatchSingleton"), "value"),
    **dict.fromkeys(("Global", "Nonlocal"), "names"),
    **dict.fromkeys(
        "FunctionDef AsyncFunctionDef ClassDef ExceptHandler MatchAs MatchStar ParamSpec TypeVar TypeVarTuple "
        "alias".split(),
        "name",
    ),
}
_WITH_GAPS = frozenset(("keys", "kw_defaults"))
"""Lists that hold None where a key or a default is missing."""

_fields: dict[type[ast.AST], tuple[str, ...]] = {}


def children(node: ast.AST) -> list[ast.AST]:
    """The nodes right below that have a place, in order; and the `arguments` and `comprehension`s, which have none."""
    kind = type(node)
    names = _fields.get(kind)
    if names is None:
        plain = (*_PLAIN, _PLAIN_IN.get(kind.__name__))
        names = _fields[kind] = tuple(name for name in kind._fields if name not in plain)
    found: list[ast.AST] = []
    for name in names:
        value = getattr(node, name, None)
        if value is None:
            continue
        if type(value) is not list:
            found.append(value)
        elif name in _WITH_GAPS:
            found += [item for item in value if item is not None]
        else:
            found += value
    return found


def walk(node: ast.AST) -> list[ast.AST]:
    """The node and those below it that `children` tells of, in the order of `ast.walk`."""
    found = [node]
    for current in found:
        found += children(current)
    return found
