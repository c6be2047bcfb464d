from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from archlint.config import Config
from archlint.model.coverage import Coverage
from archlint.model.function import Setting
from archlint.report.json import render_json
from archlint.results.result import ScanResult
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown
from samples import EMPTY, TRACE, make_deployed, make_finding, make_function, make_result

SCHEMA: dict[str, Any] = json.loads(files("archlint.report").joinpath("scan.v1.schema.json").read_text())


def strict(schema: Any) -> Any:
    """The schema lets later versions add keys; in these tests every key has to be described."""
    if isinstance(schema, dict):
        more = {"additionalProperties": False} if "properties" in schema else {}
        return {key: strict(value) for key, value in schema.items()} | more
    return [strict(item) for item in schema] if isinstance(schema, list) else schema


def rendered(result: ScanResult) -> dict[str, Any]:
    text = render_json(result)
    assert text.isascii()
    assert text == render_json(result)
    report: dict[str, Any] = json.loads(text)
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    jsonschema.validate(report, strict(SCHEMA), cls=jsonschema.Draft202012Validator)
    return report


def test_no_function_and_no_finding() -> None:
    assert rendered(EMPTY) == {
        "schema": "archlint/scan/v1",
        "functions": [],
        "findings": [],
        "coverage": {
            "files_read": 0,
            "files_failed": [],
            "not_evaluated": [],
            "not_read": [],
            "left_out": [],
            "outside": [],
        },
        "withheld": [],
        "changes": [],
    }


def test_a_function_with_every_key_of_the_contract() -> None:
    assert rendered(make_result())["functions"] == [
        {
            "id": "template.yaml#CaptionFunction",
            "name": "CaptionFunction",
            "construct_path": None,
            "kind": "sam",
            "defined_at": {"path": "template.yaml", "line": 12},
            "conditional": False,
            "package": "zip",
            "runtime": "python3.12",
            "handler": "app.handler",
            "architecture": "x86_64",
            "memory_mb": None,
            "timeout_s": 3,
            "ephemeral_mb": 512,
            "handler_source": {"path": "src/app.py", "function": "handler", "line": 30},
            "layers": ["Tools", "arn:aws:lambda:eu-west-1:1:layer:Theirs:3"],
            "events": [{"type": "api", "sync": True}, {"type": "sqs", "sync": False}],
            "size": {
                "estimate_bytes": 327155712,
                "low_bytes": 314572800,
                "high_bytes": 356515840,
                "method": "table",
                "verdict": "over",
                "unknown_packages": ["ours"],
            },
            "unknown": [{"attribute": "memory_mb", "reason": "parameter MemorySize has no default"}],
        }
    ]


def test_nothing_known_is_null_with_its_reasons() -> None:
    function = replace(
        make_function(), package=Unknown("p"), runtime=Setting(Unknown("r")), handler=Setting(Unknown("h"))
    )
    deployed = replace(make_deployed(function, size=False), source=Unknown("no handler"))
    (found,) = rendered(make_result(functions=(deployed,)))["functions"]
    assert [found[key] for key in ("package", "runtime", "handler", "handler_source", "size")] == [None] * 5
    assert {entry["attribute"]: entry["reason"] for entry in found["unknown"]}["handler_source"] == "no handler"


def test_the_runtime_of_an_image_is_null_and_not_unknown() -> None:
    function = replace(make_function(), package=Known("image"), runtime=Setting(Known(None)))
    (found,) = rendered(make_result(functions=(make_deployed(function),)))["functions"]
    assert found["runtime"] is None
    assert [entry["attribute"] for entry in found["unknown"]] == ["memory_mb"]


def test_one_finding() -> None:
    finding = make_finding(trace=TRACE, functions=("template.yaml#A", "template.yaml#B"), advice="Load it once.")
    (found,) = rendered(make_result(finding))["findings"]
    assert found == {
        "rule": "model-load-in-handler",
        "code": "AL101",
        "severity": "error",
        "confidence": "high",
        "message": "The model is loaded on every invocation",
        "path": "src/app.py",
        "line": 5,
        "column": 13,
        "end_line": 5,
        "end_column": 34,
        "function": "template.yaml#A",
        "functions": ["template.yaml#A", "template.yaml#B"],
        "trace": [
            {"path": "src/app.py", "line": 8, "message": "handler()"},
            {"path": "src/app.py", "line": 9, "message": "calls predict()"},
        ],
        "help": "Load it once.",
        "fingerprint": finding.fingerprint,
    }


def test_many_findings_and_coverage() -> None:
    findings = [make_finding(line=line, end=None, functions=()) for line in (1, 2, 9)]
    report = rendered(make_result(*findings))
    assert [(f["line"], f["function"], f["end_line"]) for f in report["findings"]] == [
        (1, None, None),
        (2, None, None),
        (9, None, None),
    ]
    assert report["coverage"] == {
        "files_read": 3,
        "files_failed": [],
        "not_evaluated": [
            {
                "rule": "timeout-near-limit",
                "function": "template.yaml#CaptionFunction",
                "attribute": "timeout_s",
                "reason": "parameter T",
            }
        ],
        "not_read": [{"path": "java/cdk.json", "line": 2, "reason": "its app is no Python or TypeScript"}],
        "left_out": [{"reason": "built or vendored", "count": 2}, {"reason": "ignored", "count": 1}],
        "outside": [],
    }


@pytest.mark.parametrize("name", ["\udc80", "x\ud83dy", "a\x00\x1b[31m\n", "é\u2028", "\ufffe"])
def test_hostile_text_stays_valid(name: str) -> None:
    finding = make_finding(path=f"{name}.py", message=f"{name}!")
    result = replace(
        make_result(finding), coverage=Coverage(files_failed=(f"{name}.py",)), sources={f"{name}.py": name}
    )
    report = rendered(result)
    json.dumps(report, ensure_ascii=False).encode("utf-8")
    assert report["findings"][0]["path"] == report["coverage"]["files_failed"][0]


def test_lone_surrogates_stay_apart() -> None:
    result = make_result(make_finding(path="\udc80.py"), make_finding(path="\udc81.py"))
    assert [found["path"] for found in rendered(result)["findings"]] == ["\\udc80.py", "\\udc81.py"]


def test_an_id_that_only_a_synth_knows_is_no_name() -> None:
    app = """\
import os
import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
app = cdk.App()
stack = cdk.Stack(app, "Stack")
lambda_.Function(stack, os.environ["NAME"], runtime=lambda_.Runtime.PYTHON_3_13, handler="app.handler",
                 code=lambda_.Code.from_asset("."))
"""
    tree = MemoryTree({"cdk.json": '{"app": "python3 app.py"}', "app.py": app})
    (function,) = json.loads(render_json(scan_tree(tree, Config())))["functions"]
    assert (function["id"], function["name"], function["construct_path"]) == (".#Stack/?", None, None)
    assert [gap["attribute"] for gap in function["unknown"]][:2] == ["name", "construct_path"]
