"""The small tree as one line of text a statement, for tests."""

from __future__ import annotations

import dataclasses
import json

from archlint.readers.cdk import program as ir


def lines(source: ir.Source) -> list[str]:
    return [shown(statement) for statement in source.body]


def reasons(source: ir.Source) -> set[str]:
    """Why parts are Opaque, at any depth."""
    found: set[str] = set()
    waiting: list[object] = [source.body]
    while waiting:
        node = waiting.pop()
        if isinstance(node, tuple):
            waiting.extend(node)
        elif dataclasses.is_dataclass(node):
            if isinstance(node, ir.Opaque):
                found.add(node.reason)
            waiting.extend(getattr(node, field.name) for field in dataclasses.fields(node))
    return found


def shown(node: object) -> str:
    """An s-expression; a name is itself, a literal is JSON."""
    match node:
        case None:
            return "-"
        case ir.Literal():
            return json.dumps(node.value, ensure_ascii=False)
        case ir.Name():
            return node.name
        case ir.Template() | ir.ListOf():
            inner = node.parts if isinstance(node, ir.Template) else node.items
            return _form("template" if isinstance(node, ir.Template) else "list", *inner)
        case ir.DictOf():
            return _form("dict", *node.items)
        case ir.Item():
            return f"**{shown(node.value)}" if node.key is None else f"{shown(node.key)}:{shown(node.value)}"
        case ir.Spread():
            return f"*{shown(node.value)}"
        case ir.Attribute():
            return f"{shown(node.owner)}{'?.' if node.optional else '.'}{node.name}"
        case ir.Index():
            return _form("index", node.owner, node.key)
        case ir.Call():
            return _form("call", node.function, *node.arguments, *node.keywords)
        case ir.Operation():
            return _form(node.operator, *node.operands)
        case ir.Choice():
            return _form("choice", node.test, node.then, node.otherwise)
        case ir.Comprehension():
            loops = [_form("for", target, iterable, *tests) for target, iterable, tests in node.loops]
            return _form(f"{node.kind}-of", node.element, *loops)
        case ir.Sequence():
            return _form("do", node.body, node.value)
        case ir.Function():
            return _function(node)
        case ir.Opaque():
            return f"<{node.reason}>"
        case str():
            return node
        case tuple():
            return "[" + " ".join(map(shown, node)) + "]"
        case _:
            return _target(node)


def _form(head: str, *parts: object) -> str:
    return "(" + " ".join([head, *map(shown, parts)]) + ")"


def _function(node: ir.Function) -> str:
    marks = [mark for mark, is_set in (("this", node.binds_this), (node.kind, node.kind != "function")) if is_set]
    marks += [f"@{shown(decorator)}" for decorator in node.decorators] + [f"outer:{name}" for name in node.outer]
    return _form(" ".join([*marks, "fn"]), node.name, node.parameters, node.body)


def _target(node: object) -> str:
    match node:
        case ir.Parameter():
            mark = {"plain": "", "rest": "*", "keywords": "**"}[node.kind] + ("." if node.field else "")
            default = "" if node.default is None else f"={shown(node.default)}"
            return ("kw:" if node.keyword_only else "") + mark + shown(node.target) + default
        case ir.ListTarget():
            return _form("targets*" if node.rest else "targets", *node.targets)
        case ir.ObjectTarget():
            entries = [
                f"{key}:{shown(target)}" + ("" if default is None else f"={shown(default)}")
                for key, target, default in node.entries
            ]
            return _form("object", *entries, *([] if node.rest is None else [f"*{node.rest}"]))
        case _:
            return _statement(node)


def _statement(node: object) -> str:
    match node:
        case ir.Assign():
            return _form(("let" if node.declares else "set") + (node.operator or ""), node.target, node.value)
        case ir.Do():
            return _form("eval", node.value)
        case ir.If():
            return _form("if", node.test, node.then, *([node.otherwise] if node.otherwise else []))
        case ir.For():
            return _form("for-keys" if node.keys else "for", node.target, node.iterable, node.body)
        case ir.While():
            return _form("while", node.test, node.body)
        case ir.Try():
            return _form("try", node.body, *node.handlers, *([("finally", *node.final)] if node.final else []))
        case ir.Return():
            return _form("return", *([] if node.value is None else [node.value]))
        case ir.Leave():
            return f"({node.kind})"
        case ir.Class():
            marks = "".join(f"@{shown(decorator)} " for decorator in node.decorators)
            return _form(f"{marks}class", node.name, node.bases, node.body, *([node.fields] if node.fields else []))
        case ir.Define():
            return shown(node.function)
        case ir.Import():
            names = [name if name == local else f"{name}>{local}" for name, local in node.names]
            return _form("import", "." * node.level + node.module, *names)
        case ir.Export():
            names = [local if name == local else f"{local}>{name}" for local, name in node.names]
            return _form("export", *names, *([] if node.module is None else [f"from:{node.module}"]))
    raise AssertionError(type(node).__name__)
