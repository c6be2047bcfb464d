"""What several tests use: a small catalogue of rules, and results of scans that never took place."""

from __future__ import annotations

from archlint.finding import Finding, Step, fingerprint
from archlint.model.coverage import Coverage, NotEvaluated
from archlint.model.deployed import Deployed, HandlerSource
from archlint.model.function import FolderCode, Function, Ignore, Layer, Setting, Trigger
from archlint.model.place import Place, Problem
from archlint.model.size import Size
from archlint.results.result import ScanResult
from archlint.rulebook.page import Page, parse_page
from archlint.values import Known, Unknown

PAGE = """---
code: {code}
severity: {severity}
confidence: high
summary: {summary}
since: 0.1.0
module: {module}
---

## What it does

It looks.

## Why it matters

Every request pays for it again. That is **slow**, see [the guide](https://example.org/guide).

It is also dear.

## Bad

```python
## not a heading
```

## Good

```python
pass
```

## What to do

Do it once at module scope.

## When to allow it

Never say never.
"""

CATALOGUE = (
    ("unreadable-file", "AL001", "warning", "false"),
    ("unused-suppression", "AL002", "warning", "false"),
    ("model-load-in-handler", "AL101", "error", "true", "code"),
    ("client-created-in-handler", "AL104", "warning", "true", "code"),
    ("timeout-near-limit", "AL301", "warning", "true", "configuration"),
)


def make_page(name: str, code: str, severity: str = "warning", module: str = "true", family: str = "") -> Page:
    text = PAGE.format(code=code, severity=severity, summary=f"About {name}", module=module)
    return parse_page(name, text, family=family)


def make_function(
    name: str = "CaptionFunction", *, template: str = "template.yaml", line: int = 12, ignores: tuple[Ignore, ...] = ()
) -> Function:
    place = Place(template, line, 3)
    return Function(
        id=f"{template}#{name}",
        name=name,
        kind="sam",
        defined_at=place,
        package=Known("zip"),
        runtime=Setting(Known("python3.12"), place),
        handler=Setting(Known("app.handler"), place),
        architecture=Setting(Known("x86_64")),
        memory_mb=Setting(Unknown("parameter MemorySize has no default"), place),
        timeout_s=Setting(Known(3)),
        ephemeral_mb=Setting(Known(512)),
        code=FolderCode("src"),
        layers=(Layer("Tools", folder="layer"), Layer("Theirs", arn="arn:aws:lambda:eu-west-1:1:layer:Theirs:3")),
        triggers=(Trigger("api", True, place), Trigger("sqs", False, place)),
        ignores=ignores,
    )


def make_deployed(function: Function | None = None, *, size: bool = True) -> Deployed:
    function = function or make_function()
    mib = 1_048_576
    return Deployed(
        function,
        function.handler,
        Known(HandlerSource("src/app.py", "handler", 30)),
        size=Size(312 * mib, 300 * mib, 340 * mib, 250 * mib, "table", "over", unknown_packages=("ours",))
        if size
        else None,
    )


def make_finding(
    rule: str = "model-load-in-handler",
    code: str = "AL101",
    severity: str = "error",
    *,
    path: str = "src/app.py",
    line: int = 5,
    column: int = 13,
    end: tuple[int, int] | None = (5, 34),
    functions: tuple[str, ...] = ("template.yaml#CaptionFunction",),
    message: str = "The model is loaded on every invocation",
    trace: tuple[Step, ...] = (),
    advice: str | None = None,
) -> Finding:
    end_line, end_column = end or (None, None)
    return Finding(
        rule=rule,
        code=code,
        severity=severity,
        confidence="high",
        message=message,
        place=Place(path, line, column, end_line, end_column),
        fingerprint=fingerprint(rule, path, message, line),
        functions=functions,
        trace=trace,
        help=advice,
    )


APP = """\
import torch

def predict(text):
    # once too often
    model = torch.load("model.pt")
    return model(text)

def handler(event, context):
    return predict(event["text"])
"""

TRACE = (
    Step(Place("src/app.py", 8), "handler()"),
    Step(Place("src/app.py", 9), "calls predict()"),
)


def make_result(*findings: Finding, functions: tuple[Deployed, ...] | None = None) -> ScanResult:
    return ScanResult(
        functions=(make_deployed(),) if functions is None else functions,
        findings=findings,
        coverage=Coverage(
            files_read=3,
            not_evaluated=(
                NotEvaluated("timeout-near-limit", "template.yaml#CaptionFunction", "timeout_s", "parameter T"),
            ),
            not_read=(Problem(Place("java/cdk.json", 2), "its app is no Python or TypeScript"),),
            left_out=(("built or vendored", 2), ("ignored", 1)),
        ),
        sources={"src/app.py": APP},
    )


EMPTY = ScanResult((), (), Coverage(), {})
