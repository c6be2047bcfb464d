"""Scans that only look at what changed, and the part of a repository that fixers see."""

from __future__ import annotations

from pathlib import Path

import pytest

from archlint.config import Config
from archlint.edits.overlay import StampedOverlay
from archlint.fix.run import project_of, run
from archlint.model.declared import Declared
from archlint.scanner import pipeline
from archlint.scanner.evaluate import ScanContext
from archlint.scanner.evaluate import declare as whole
from archlint.scanner.scheduler import homes_reading
from archlint.scanner.unit import ScanUnit
from archlint.tree import DiskTree, MemoryTree

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
APP = "import boto3\n\n\ndef handler(event, context):\n    return boto3.client('s3').list_buckets()\n"
FILES = {f"{name}/{file}": text for name in "ab" for file, text in (("template.yaml", TEMPLATE), ("app.py", APP))}


def test_a_scan_after_a_change_says_what_a_new_one_says() -> None:
    tree = StampedOverlay(MemoryTree(FILES))
    first, kept = pipeline.rescan(tree, Config())
    assert first.findings == pipeline.scan_tree(tree, Config()).findings
    changed = tree.with_changes({"a/app.py": b"def handler(event, context):\n    return 1\n"})
    second, later = pipeline.rescan(changed, Config(), kept)
    assert second.findings == pipeline.scan_tree(changed, Config()).findings
    assert len(second.findings) == len(first.findings) - 1
    assert pipeline.rescan(changed, Config(), later)[1] is later


def test_a_changed_file_has_no_stamp(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    disk = DiskTree(tmp_path)
    tree = StampedOverlay(disk).with_changes({"a": b"new"})
    assert (tree.stamp("a"), tree.read("a"), tree.listing("")) == ("", b"new", disk.listing(""))
    assert StampedOverlay(disk).stamp("a") == disk.stamp("a")


def test_fixers_see_the_homes_of_a_finding_alone() -> None:
    tree = MemoryTree(FILES)
    _, kept = pipeline.rescan(tree, Config())
    homes = homes_reading(kept, {"a/app.py", "b/template.yaml", "missing"})
    assert homes == {
        "a/app.py": frozenset({"a/template.yaml"}),
        "b/template.yaml": frozenset({"b/template.yaml"}),
        "missing": frozenset(),
    }
    project = project_of(tree, Config(), kept, homes["a/app.py"])
    assert list(project.linked) == ["a/template.yaml#Work"]


def test_a_home_that_cannot_be_built_costs_no_other_its_fixes(monkeypatch: pytest.MonkeyPatch) -> None:
    def declare(homes: tuple[ScanUnit, ...], bench: ScanContext) -> Declared:
        if any(home.path.startswith("a/") for home in homes):
            raise ValueError
        return whole(homes, bench)

    monkeypatch.setattr("archlint.fix.run.declare", declare)
    assert set(run(MemoryTree(FILES), Config()).changed) == {"b/app.py"}


MODELS = """Transform: AWS::Serverless-2016-10-31
Resources:
  Chat:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      MemorySize: 8192
      Timeout: 300
"""
CHAT = """import os

os.environ["HF_HOME"] = "/tmp/hf"

from transformers import AutoModelForCausalLM

MODEL = AutoModelForCausalLM.from_pretrained("facebook/opt-350m")
{more}

def handler(event, context):
    return MODEL.config.model_type
"""
SIZE = "      EphemeralStorage:\n        Size: {}\n"


@pytest.mark.parametrize(
    ("storage", "more", "then"),
    [
        ("", "", SIZE.format(1024)),
        (SIZE.format("512  # the default"), "", SIZE.format("1024  # the default")),
        (SIZE.format(512), 'B = AutoModelForCausalLM.from_pretrained("facebook/opt-1.3b")\n', SIZE.format(4096)),
        (SIZE.format(512), 'B = AutoModelForCausalLM.from_pretrained("facebook/opt-6.7b")\n', SIZE.format(512)),
        (SIZE.format("!Ref Size"), "", SIZE.format("!Ref Size")),
    ],
)
def test_room_for_all_models(storage: str, more: str, then: str) -> None:
    text = MODELS.replace("      Timeout", storage + "      Timeout")
    tree = MemoryTree({"template.yaml": text, "app.py": CHAT.format(more=more)})
    outcome = run(tree, Config(select=frozenset({"ephemeral-storage-too-small"})), unsafe=True)
    new = outcome.changed["template.yaml"][1].decode() if outcome.changed else text
    assert new == MODELS.replace("      Timeout", then + "      Timeout")
