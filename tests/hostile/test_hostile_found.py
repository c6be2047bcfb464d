"""What tools/fuzz.py found, made small."""

from __future__ import annotations

import json
from importlib.resources import files

import jsonschema
import pytest

from archlint.config import Config, read_config
from archlint.fix.run import run as fix
from archlint.report.formats import FORMATS, Screen
from archlint.report.json import render_json
from archlint.scanner.pipeline import scan_tree
from archlint.syntax.dockerfile import DockerfileError, parse_dockerfile
from archlint.syntax.project_files import ProjectError, parse_project
from archlint.tree import MemoryTree
from expectations import TEMPLATE

SCHEMA = json.loads(files("archlint.report").joinpath("scan.v1.schema.json").read_text(encoding="utf-8"))
SECRET = "hunter2-s3cr3t"
IMAGE = """\
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
    Properties: {PackageType: Image}
"""
OWN = """\
---
code: ORG001
severity: warning
confidence: high
summary: Functions stay small
check:
  property: {type: 'AWS::Lambda::Function', property: memory_mb, within: {max: 64}}
---
## What it does

It looks.

## What to do

Ask.
"""


@pytest.mark.parametrize("sizes", ["Timeout: -60", "MemorySize: -1", "EphemeralStorage: {Size: -512}"])
def test_a_size_that_cannot_be_is_shown_as_it_is_written(sizes: str) -> None:
    template = TEMPLATE.replace("      MemorySize: 2048\n", "") + f"      {sizes}\n"
    result = scan_tree(MemoryTree({"template.yaml": template, "app.py": "def handler(e, c): ...\n"}), Config())
    document = json.loads(render_json(result))
    jsonschema.validate(document, SCHEMA)
    assert any(value in sizes for value in map(str, document["functions"][0].values()) if value.startswith("-"))


def test_the_code_of_an_own_rule_is_in_the_schema() -> None:
    tree = MemoryTree({"template.yaml": TEMPLATE, "app.py": "", ".archlint/rules/small.md": OWN})
    document = json.loads(render_json(scan_tree(tree, read_config(tree))))
    assert "ORG001" in {finding["code"] for finding in document["findings"]}
    jsonschema.validate(document, SCHEMA)


BROKEN = """\
import joblib


def handler(event, context):
    model = joblib.load("model.joblib")  # archlint: ignore[model-load-in-handler] runs nightly
    return model.predict([event["features"])
"""


def test_a_suppression_in_a_file_that_cannot_be_read_is_not_called_unused() -> None:
    """Once the bracket is closed it is needed."""
    tree = MemoryTree({"template.yaml": TEMPLATE, "app.py": BROKEN})
    assert [finding.rule for finding in scan_tree(tree, Config()).findings] == ["unreadable-file"]
    few = Config(select=frozenset({"model-load-in-handler", "unused-suppression"}))
    assert scan_tree(tree, few).findings == ()
    assert not fix(tree, Config()).changed
    mended = MemoryTree({"template.yaml": TEMPLATE, "app.py": BROKEN.replace("])", "]])")})
    assert scan_tree(mended, Config()).suppressed == 1


def test_what_is_wrong_with_a_suppression_is_said_all_the_same() -> None:
    tree = MemoryTree({"template.yaml": TEMPLATE, "app.py": BROKEN.replace(" runs nightly", "")})
    assert {finding.rule for finding in scan_tree(tree, Config()).findings} == {"unreadable-file", "unused-suppression"}


@pytest.mark.parametrize("format_", FORMATS)
def test_the_first_word_of_a_wrong_line_of_a_dockerfile(format_: str) -> None:
    """A frame shows the line itself, as it does for every finding."""
    dockerfile = f"FROM public.ecr.aws/lambda/python:3.12\n\n\n\n{SECRET} x\n"
    result = scan_tree(MemoryTree({"template.yaml": IMAGE, "Dockerfile": dockerfile}), Config())
    assert "unreadable-file" in {finding.rule for finding in result.findings}
    shown = FORMATS[format_](result, Screen()).splitlines()
    assert not [line for line in shown if SECRET in line and " | " not in line]


@pytest.mark.parametrize(
    ("word", "message"),
    [("form", "unknown instruction 'form'"), ("A" * 21, "unknown instruction"), ("t0ken", "unknown instruction")],
)
def test_a_word_is_repeated_where_it_can_only_be_a_word(word: str, message: str) -> None:
    with pytest.raises(DockerfileError) as caught:
        parse_dockerfile(f"FROM a\n{word} b\n")
    assert str(caught.value) == message


@pytest.mark.parametrize("text", ["[options]\ninstall_requires\n  numpy\n", "[a]\nb\n\tc\n"])
def test_setup_cfg_that_configparser_fails_on(text: str) -> None:
    with pytest.raises(ProjectError, match="not a valid INI file"):
        parse_project("setup.cfg", text)
