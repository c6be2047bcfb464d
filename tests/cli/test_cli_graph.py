from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli.main import main

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Front:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13, Timeout: 900, Events: {Get: {Type: HttpApi}}}
  Back:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.13}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text("def handler(event, context):\n    return 1\n")
    return tmp_path


def run(*arguments: str) -> tuple[int, str, str]:
    result = CliRunner().invoke(main, ["graph", *arguments])
    return result.exit_code, result.stdout, result.stderr


def test_the_tree(repository: Path) -> None:
    code, text, _ = run(str(repository), "--no-findings")
    assert code == 0
    assert text.splitlines()[:4] == [
        "template.yaml",
        "  Back (function)",
        "  ServerlessHttpApi (api)",
        "  └──▶ Front (function)",
    ]


@pytest.mark.parametrize(("format_", "start"), [("mermaid", "flowchart"), ("dot", "digraph"), ("json", "{")])
def test_the_formats(repository: Path, format_: str, start: str) -> None:
    code, text, _ = run(str(repository), "--format", format_)
    assert code == 0
    assert text.startswith(start)


def test_findings_are_in_the_json_unless_nobody_looked(repository: Path) -> None:
    nodes = {n["name"]: n for n in json.loads(run(str(repository), "--format", "json")[1])["nodes"]}
    assert nodes["Front"]["findings"] > 0
    assert nodes["Front"]["severity"]
    quick = json.loads(run(str(repository), "--format", "json", "--no-findings")[1])["nodes"]
    assert {node["findings"] for node in quick} == {None}


def test_one_function(repository: Path) -> None:
    code, text, _ = run(str(repository), "--function", "Back", "--no-findings", "--format", "json", "--imports")
    assert code == 0
    assert {node["kind"] for node in json.loads(text)["nodes"]} == {"function", "module"}
    code, _, error = run(str(repository), "--function", "Nobody")
    assert code == 2
    assert "there are: Back, Front" in error


def test_collapsed(repository: Path) -> None:
    assert "template.yaml (2 functions)" in run(str(repository), "--collapse", "stack")[1]


def test_to_a_file(repository: Path, tmp_path: Path) -> None:
    target = tmp_path / "graph.dot"
    code, text, _ = run(str(repository), "--format", "dot", "--output", str(target))
    assert (code, text) == (0, "")
    assert target.read_text().startswith("digraph")


def test_wrong_usage_and_nothing_to_scan(tmp_path: Path) -> None:
    assert run(str(tmp_path / "missing"))[0] == 2
    code, text, error = run(str(tmp_path))
    assert (code, text) == (3, "")
    assert "nothing to scan" in error
