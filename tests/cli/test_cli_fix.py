"""`archlint fix`: what it writes, prints and returns."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archlint.cli.main import main

QUEUE = """Transform: AWS::Serverless-2016-10-31
Resources:
  Jobs:
    Type: AWS::SQS::Queue
    Properties:
      VisibilityTimeout: {visible}
  Work:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: "def handler(event, context): return 1"
      Handler: index.handler
      Runtime: python3.13
      Timeout: 60
      Events:
        Job:
          Type: SQS
          Properties:
            Queue: !GetAtt Jobs.Arn
"""


def fix(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["fix", *arguments])


@pytest.fixture
def template(tmp_path: Path) -> Path:
    file = tmp_path / "template.yaml"
    file.write_text(QUEUE.format(visible=30))
    return file


def test_it_writes_and_tells(template: Path) -> None:
    result = fix(str(template.parent))
    assert result.exit_code == 0, result.output
    assert template.read_text() == QUEUE.format(visible=360)
    assert result.stdout == (
        "fixed template.yaml:6 AL309 queue-visibility-below-timeout: set the visibility timeout to 360 s\n"
        "1 finding fixed in 1 file.\n"
    )
    again = fix(str(template.parent))
    assert (again.exit_code, again.stdout) == (0, "0 findings fixed in 0 files.\n")


def test_a_diff_writes_nothing(template: Path) -> None:
    before = template.read_bytes()
    result = fix(str(template.parent), "--diff")
    assert result.exit_code == 1
    assert template.read_bytes() == before
    assert result.stdout.startswith("--- a/template.yaml\n+++ b/template.yaml\n@@ ")
    assert "-      VisibilityTimeout: 30\n+      VisibilityTimeout: 360\n" in result.stdout
    assert "1 finding would be fixed in 1 file." in result.stderr


def test_unsafe_fixes_are_mentioned_and_made_on_request(template: Path) -> None:
    template.write_text(QUEUE.format(visible=100))
    result = fix(str(template.parent))
    assert "1 more finding can be fixed with --unsafe" in result.stdout
    assert "1 finding left:\n  1 queue-visibility-below-timeout\n" in result.stdout
    assert template.read_text() == QUEUE.format(visible=100)
    assert fix(str(template.parent), "--unsafe").exit_code == 0
    assert template.read_text() == QUEUE.format(visible=360)


@pytest.mark.parametrize("arguments", [["--select", "AL1"], ["--ignore", "AL309"]])
def test_rules_that_are_not_asked_for(template: Path, arguments: list[str]) -> None:
    fix(str(template.parent), *arguments)
    assert template.read_text() == QUEUE.format(visible=30)


def test_what_is_left_decides_the_exit_code(template: Path) -> None:
    template.write_text(QUEUE.format(visible="30 "))
    (template.parent / "generated").mkdir()
    other = template.parent / "generated" / "template.yaml"
    other.write_text("# @generated\n" + QUEUE.format(visible=30))
    result = fix(str(template.parent))
    assert result.exit_code == 1
    assert other.read_text().endswith(QUEUE.format(visible=30))
    assert template.read_text() == QUEUE.format(visible="360 ")


def test_usage_errors(tmp_path: Path) -> None:
    assert fix(str(tmp_path / "missing")).exit_code == 2
    assert fix(str(tmp_path), "--select", "nonsense").exit_code == 2
    assert fix(str(tmp_path)).exit_code == 3


def test_a_link_is_not_written_through(template: Path, tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "template.yaml").symlink_to(template)
    fix(str(root), "--unsafe")
    assert template.read_text() == QUEUE.format(visible=30)
