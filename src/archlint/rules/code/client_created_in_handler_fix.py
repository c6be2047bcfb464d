"""AL104: the client is made at module scope."""

from __future__ import annotations

import ast
import re

from archlint.edits.python import world as _world
from archlint.edits.python.hoist import Hoisted, assigned, hoisted
from archlint.edits.python.movable import Needs, holds_container, needs_of, read
from archlint.edits.python.place import binds_all, header, insertion
from archlint.edits.python.source import PythonSource, of_finding
from archlint.edits.text import Fix, Text
from archlint.finding import Finding
from archlint.knowledge.aws_calls import constructor, services, since
from archlint.knowledge.releases import bounds
from archlint.project import Project

_SDK = frozenset({"boto3", "botocore"})
_WITH_RESOURCES = frozenset("cloudformation cloudwatch dynamodb ec2 glacier iam s3 sns sqs".split())
"""The services with boto3 resources since 1.34 (folders of boto3/data)."""


def is_of_aws(path: str) -> bool:
    return path.partition(".")[0] in _SDK


def fails_never(call: ast.Call, path: str, source: PythonSource) -> bool:
    """Whether making it works in every environment of Lambda: a session, or a client for a service that all versions of
    boto3 know which the functions may have."""
    last = path.rpartition(".")[2]
    if not is_of_aws(path) or not _is_recent(source):
        return False
    if last in ("Session", "get_session"):
        return True
    given = [*call.args[:1], *(k.value for k in call.keywords if k.arg == "service_name")]
    if len(given) != 1 or not isinstance(given[0], ast.Constant):
        return False
    return given[0].value in (_WITH_RESOURCES if last == "resource" else services())


def _is_recent(source: PythonSource) -> bool:
    """Whether no function asks for a boto3 from before the list of services."""
    for view in source.views:
        for dependency in view.deployed.dependencies:
            asked = bounds(f"=={dependency.version}" if dependency.version else dependency.specifier)
            if dependency.name in _SDK and asked is not None and asked.high is not None and asked.high < since():
                return False
    return True


SAFE = True

_MAKERS = frozenset({"client", "resource"})
_NOT_SHARED = ("connection", "producer", "driver", "aio", "weaviate", "async")
"""What is connected when it is made, or belongs to an event loop; by its path and what the finding calls it."""

_EVENT_HOOKS = re.compile(r"\.(?:meta\.events|events\.register)\b")
_DEFAULT_SESSION = re.compile(r"setup_default_session|DEFAULT_SESSION")


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Safe for clients of the AWS SDK whose making cannot fail and depends on nothing that an invocation may change."""
    source = of_finding(finding, project, text)
    call = source.node(finding, ast.Call) if source is not None else None
    if source is None or call is None or _world.is_star_imported(source):
        return None
    call = _whole(source, call)
    above = header(source, call)
    needs = needs_of(call, source)
    if needs is None or not above or not binds_all(above, needs.names) or not _can_be_kept(source, call):
        return None
    if _world.writes_environment(source, frozenset(needs.variables), above[-1]) or _mentions(source, _DEFAULT_SESSION):
        return None
    moves = _moves(source, call, above)
    lines = [line for move in moves for line in move.lines]
    inserted = insertion(source, above, lines) if lines else None
    if not moves or (lines and inserted is None):
        return None
    edits = tuple(edit for move in moves for edit in move.edits) + ((inserted,) if inserted is not None else ())
    name = moves[0].name
    title = f"make {name} at module scope" if lines else f"use {name} of the module"
    return Fix(finding.rule, finding.fingerprint, title, _is_safe(source, call, needs, project), edits)


def _whole(source: PythonSource, call: ast.Call) -> ast.Call:
    """The client that is made from a session on the spot: `boto3.Session(…).client("s3")`."""
    attribute = source.parents.get(call)
    outer = source.parents.get(attribute) if isinstance(attribute, ast.Attribute) else None
    if isinstance(attribute, ast.Attribute) and attribute.attr in _MAKERS and isinstance(outer, ast.Call):
        return outer
    return call


def _moves(source: PythonSource, call: ast.Call, above: list[ast.stmt]) -> list[Hoisted]:
    """The client, or a session with the clients that the function makes from it; empty where one of them has to
    stay."""
    move = hoisted(source, call, above, _name(source, call))
    if move is None:
        return []
    moves = [move]
    if _is_session(source.path_of(call)) and isinstance(source.parents.get(call), ast.stmt):
        name = assigned(source.parents.get(call))
        if name is None or name != move.name or not move.lines:
            return []
        for one in _clients_of(source, call, name):
            inner = hoisted(source, one, above, _name(source, one)) if _has_constants_only(one) else None
            if inner is None:
                return []
            moves.append(inner)
    return moves


def _clients_of(source: PythonSource, call: ast.Call, session: str) -> list[ast.Call]:
    return [
        node
        for node in ast.walk(source.function(call) or call)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in _MAKERS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id == session
    ]


def _has_constants_only(call: ast.Call) -> bool:
    given = [*call.args, *(k.value if k.arg else call for k in call.keywords)]
    return all(isinstance(value, ast.Constant) for value in given)


def _can_be_kept(source: PythonSource, call: ast.Call) -> bool:
    """Whether one such object can serve many invocations."""
    path = source.path_of(call.func) or ""
    made = constructor(path)
    if made is None or any(word in f"{path} {made.what}".lower() for word in _NOT_SHARED):
        return False
    if isinstance(source.parents.get(call), ast.Await | ast.withitem):
        return False
    if not is_of_aws(path) and any(view.deployed.function.snapstart for view in source.views):
        return False
    name = assigned(source.parents.get(call))
    function = source.function(call)
    return name is None or function is None or not _closes(function, name)


def _closes(function: ast.AST, name: str) -> bool:
    for node in ast.walk(function):
        if isinstance(node, ast.withitem) and name in read(node.context_expr):
            return True
        if isinstance(node, ast.Attribute) and node.attr in ("close", "shutdown") and name in read(node.value):
            return True
    return False


def _is_session(path: str | None) -> bool:
    return path in ("boto3.Session()", "boto3.session.Session()", "botocore.session.get_session()")


def _name(source: PythonSource, call: ast.Call) -> str:
    """Such as `s3_client`, from what is made."""
    function = call.func
    maker = function.attr if isinstance(function, ast.Attribute) else ""
    path = source.path_of(function) or maker
    last = path.rpartition(".")[2]
    named = [a.value for a in (*call.args[:1], *_named(call, "service_name")) if isinstance(a, ast.Constant)]
    service = named[0] if named else ""
    if last in _MAKERS and isinstance(service, str) and service:
        return re.sub(r"\W+", "_", f"{service}_{last}").lower()
    if last in ("Session", "get_session"):
        return f"{path.partition('.')[0]}_session"
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", last).lower()
    return snake.replace("open_ai", "openai") + ("" if "client" in snake else "_client")


def _named(call: ast.Call, name: str) -> list[ast.expr]:
    return [keyword.value for keyword in call.keywords if keyword.arg == name]


def _is_safe(source: PythonSource, call: ast.Call, needs: Needs, project: Project) -> bool:
    path = source.path_of(call.func) or ""
    shared_by_threads = path.rpartition(".")[2] != "client" and _world.runs_threads(source)
    return (
        fails_never(call, path, source)
        and not needs.doubts
        and not shared_by_threads
        and not holds_container(needs.names, source)
        and all(_world.has_variable(source, name) for name in needs.variables)
        and _is_unconditional(source, call)
        and not _world.runs_processes(source)
        and not _mentions(source, _EVENT_HOOKS)
        and not _world.used_elsewhere(source, project)
    )


def _mentions(source: PythonSource, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(module.text) for view in source.views for module in view.reach.imported)


def _is_unconditional(source: PythonSource, call: ast.Call) -> bool:
    """Whether no condition decides that the client is made."""
    unit = source.unit(call)
    contexts = [site.context for site in source.reach.sites_in(unit) if site.node is call]
    return bool(contexts) and not any(c.conditions or c.guards or c.in_handler for c in contexts)
