"""Suppressions that match nothing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archlint.config import Config
from archlint.fix.run import run
from archlint.rulebook.rulebook import all_rules
from archlint.tree import MemoryTree

TEMPLATE = """Transform: AWS::Serverless-2016-10-31
Resources:
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      Timeout: 30
"""
HANDLER = "def handler(event, context):\n{body}    return 1\n"


def fixed(body: str) -> str:
    source = HANDLER.format(body=body)
    outcome = run(MemoryTree({"template.yaml": TEMPLATE, "app.py": source}), Config())
    return outcome.changed["app.py"][1].decode() if outcome.changed else source


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("    x = 1  # archlint: ignore[model-load-in-handler] nightly\n", "    x = 1\n"),
        ("    x = 1  # archlint: ignore[AL101] nightly  # noqa: F841\n", "    x = 1  # noqa: F841\n"),
        ("    # archlint: ignore[AL101] nightly\n    x = 1\n", "    x = 1\n"),
        ("    x = 'é😀'  # archlint: ignore[AL101] nightly\n", "    x = 'é😀'\n"),
        ("    # keep\n    # archlint: ignore[AL101, AL104] nightly\n    # keep\n", "    # keep\n    # keep\n"),
    ],
)
def test_it_is_removed(before: str, after: str) -> None:
    assert fixed(before) == HANDLER.format(body=after)


@pytest.mark.parametrize(
    "body",
    [
        "    x = 1  # archlint: ignore[model-load-in-handler]\n",
        "    x = 1  # archlint: ignore[model-loaded] nightly\n",
        "    x = 1  # archlint: ignore nightly\n",
        "    x = '# archlint: ignore[AL101] nightly'\n",
    ],
)
def test_what_was_meant_to_work_stays(body: str) -> None:
    assert fixed(body) == HANDLER.format(body=body)


def test_one_of_two_rules_goes() -> None:
    body = "    import boto3\n    c = boto3.client('s3')  # archlint: ignore[AL101, AL104] the tests replace it\n"
    assert fixed(body) == HANDLER.format(body=body.replace("AL101, AL104", "AL104"))


OWN = """---
code: ORG7
severity: warning
confidence: high
summary: No debugger
check: {call: {call: pdb.set_trace}}
---
## What it does

It looks for debuggers.

## What to do

Remove it.
"""


def test_a_rule_of_the_repository_can_be_meant() -> None:
    body = "    x = 1  # archlint: ignore[ORG7] nightly\n    y = 1  # archlint: ignore[no-debugger, AL101] nightly\n"
    source = HANDLER.format(body=body)
    files = {"template.yaml": TEMPLATE, "app.py": source, ".archlint/rules/no-debugger.md": OWN}
    tree = MemoryTree(files)
    outcome = run(tree, Config(rulebook=all_rules(tree)))
    assert outcome.changed["app.py"][1].decode() == HANDLER.format(body="    x = 1\n    y = 1\n")
    assert not run(MemoryTree(files), Config()).findings[0].message.startswith("This suppression of")


def test_two_suppressions_that_read_alike() -> None:
    body = "    x = 1  # archlint: ignore[AL101] nightly\n" * 2
    assert fixed(body) == HANDLER.format(body="    x = 1\n" * 2)


def test_the_words_of_a_message_do_not_matter() -> None:
    from archlint.edits.text import Text
    from archlint.rules.files.unused_suppression_fix import fix
    from archlint.scanner import pipeline

    body = "    x = 1  # archlint: ignore[AL101] nightly\n    y = 1  # archlint: ignore[AL101]\n"
    tree = MemoryTree({"template.yaml": TEMPLATE, "app.py": HANDLER.format(body=body)})
    project, result = pipeline.examine(tree, Config())
    said = [fix(replace(finding, message="?"), project, Text(tree)) for finding in result.findings]
    assert [one is not None for one in said] == [True, False]
