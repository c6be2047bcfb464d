"""Repositories made of strings, fixed in memory, and programs run with a make-believe AWS SDK."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import ModuleType

from archlint.config import Config
from archlint.edits.apply import changes, compatible, is_change
from archlint.edits.text import Fix, Text
from archlint.finding import Finding
from archlint.fix import registry
from archlint.scanner.pipeline import examine
from archlint.tree import MemoryTree
from expectations import TEMPLATE

Files = dict[str, str]


def is_python(module: str) -> bool:
    """Whether a fixer changes Python code."""
    return module.startswith("archlint.rules.code.") or module.endswith(".unsafe_model_format_fix")


def repository(files: Mapping[str, str] | str, template: str = TEMPLATE) -> Files:
    given = {"app.py": files} if isinstance(files, str) else dict(files)
    return given if any(path.endswith(".yaml") for path in given) else {"template.yaml": template, **given}


def findings(files: Mapping[str, str], rule: str) -> list[Finding]:
    result = examine(MemoryTree(dict(files)), Config())[1]
    return [finding for finding in result.findings if finding.rule == rule]


def offers(files: Mapping[str, str], rule: str) -> list[Fix | None]:
    """What the rule's fixer says to each of its findings."""
    tree = MemoryTree(dict(files))
    project, result = examine(tree, Config())
    fixer = registry.fixer(rule)
    assert fixer is not None
    found = [fixer(finding, project, Text(tree)) for finding in result.findings if finding.rule == rule]
    assert all(fix is None or is_change(fix, Text(tree)) for fix in found)
    return found


def fixed(files: Mapping[str, str] | str, rule: str, *, rounds: int = 8) -> Files:
    """The repository after all the rule's fixes, safe or not; each round takes at least one finding away."""
    now = repository(files)
    for _ in range(rounds):
        chosen = compatible((fix for fix in offers(now, rule) if fix is not None), Text(MemoryTree(dict(now))))
        if not chosen:
            return now
        before = len(findings(now, rule))
        made = changes(chosen, Text(MemoryTree(dict(now))))
        now = {**now, **{path: data.decode() for path, data in made.items()}}
        assert len(findings(now, rule)) <= before - len(chosen), now
    raise AssertionError("the fixes do not come to an end")


def only(files: Mapping[str, str] | str, rule: str) -> Fix | None:
    """What is offered for the one finding of a repository."""
    found = offers(repository(files), rule)
    assert len(found) == 1, f"{len(found)} findings"
    return found[0]


class _Thing:
    """A client: what its calls return says which client it was and what it was asked."""

    def __init__(self, *made: object) -> None:
        self.made = made

    def __getattr__(self, name: str) -> _Thing:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Thing(*self.made, name)

    def __call__(self, *given: object, **named: object) -> _Thing:
        return _Thing(*self.made, tuple(map(repr, given)), tuple(sorted((k, repr(v)) for k, v in named.items())))

    def __repr__(self) -> str:
        return f"Thing{self.made}"

    def __eq__(self, other: object) -> bool:
        return repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))

    def __enter__(self) -> _Thing:
        return self

    def __exit__(self, *error: object) -> None:
        return None


def _module(name: str, **content: object) -> ModuleType:
    module = ModuleType(name)
    module.__dict__.update(content)
    return module


@contextmanager
def _modules(given: Mapping[str, ModuleType]) -> Iterator[None]:
    kept = {name: sys.modules.get(name) for name in given}
    sys.modules.update(given)
    try:
        yield
    finally:
        for name, module in kept.items():
            if module is None:
                del sys.modules[name]
            else:
                sys.modules[name] = module


def outcomes(files: Mapping[str, str], events: list[object], handler: str = "handler") -> list[object]:
    """What app.py's handler returns or raises for each event, with make-believe libraries; app.py is imported once, as
    in one execution environment."""
    root = _Thing("boto3")
    session = _module("boto3.session", Session=root.Session)
    libraries = {
        "boto3": _module("boto3", client=root.client, resource=root.resource, Session=root.Session, session=session),
        "boto3.session": session,
        "joblib": _module("joblib", load=_Thing("joblib").load),
    }
    own = {path.removesuffix(".py"): text for path, text in files.items() if path.endswith(".py") and path != "app.py"}
    with _modules(libraries | {name: _module(name) for name in own}):
        for name, text in own.items():
            exec(compile(text, f"{name}.py", "exec"), sys.modules[name].__dict__)
        app: dict[str, object] = {"__name__": "app"}
        exec(compile(files["app.py"], "app.py", "exec"), app)
        return [_outcome(app[handler], event) for event in events]


def _outcome(handler: object, event: object) -> object:
    assert callable(handler)
    try:
        found: object = handler(event, None)
    except Exception as error:
        return type(error), _without_addresses(str(error))
    return _without_addresses(repr(found))


def _without_addresses(text: str) -> str:
    return re.sub(r" at 0x[0-9a-f]+", "", text)
