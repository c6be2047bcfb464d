from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli.main import main
from archlint.config import read_config
from archlint.rulebook import registry
from archlint.tree import MemoryTree

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Score:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      # archlint: ignore[{name}] {reason}
      MemorySize: 99999
"""


@pytest.mark.parametrize(
    ("name", "reason", "expected"),
    [
        ("E3034", "a quota of ours", []),
        ("cfn-lint-E3034", "a quota of ours", []),
        ("E3034", "", ["cfn-lint-E3034", "unused-suppression"]),
        ("E3012", "another one", ["cfn-lint-E3034"]),
    ],
)
def test_a_comment_suppresses(tmp_path: Path, name: str, reason: str, expected: list[str]) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE.format(name=name, reason=reason))
    options = ["--with", "cfn-lint", "--select", "cfn-lint,unused-suppression", "--format", "json"]
    report = json.loads(CliRunner().invoke(main, ["scan", str(tmp_path), *options]).stdout)
    assert sorted(finding["rule"] for finding in report["findings"]) == expected


def test_without_the_option_such_a_comment_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE.format(name="E3034", reason="a quota of ours"))
    options = ["--select", "unused-suppression", "--format", "json"]
    report = json.loads(CliRunner().invoke(main, ["scan", str(tmp_path), *options]).stdout)
    assert report["findings"] == []


def test_settings_may_name_its_rules() -> None:
    text = 'ignore = ["W2531"]\n[severity]\nE3034 = "info"\n[per-file-ignores]\n"a.yaml" = ["cfn-lint"]\n'
    config = read_config(MemoryTree({"archlint.toml": text}))
    assert config.ignore == {"cfn-lint-W2531"}
    assert config.severity == {"cfn-lint-E3034": "info"}
    assert config.ignored_in("a.yaml") == {"cfn-lint"}


def test_settings_count(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(TEMPLATE.format(name="E3012", reason="x"))
    for settings, expected in (('[severity]\nE3034 = "info"', ["info"]), ('ignore = ["cfn-lint"]', [])):
        (tmp_path / "archlint.toml").write_text(settings)
        options = ["--with", "cfn-lint", "--select", "cfn-lint", "--format", "json"]
        report = json.loads(CliRunner().invoke(main, ["scan", str(tmp_path), *options]).stdout)
        assert [finding["severity"] for finding in report["findings"]] == expected


def test_its_rules_have_no_pages() -> None:
    assert not [name for name in registry.pages() if name.startswith("cfn-lint")]
    found = registry.rule("E3034")
    assert (found.name, found.text) == ("cfn-lint-E3034", "")
    done = CliRunner().invoke(main, ["rule", "E3034"])
    assert "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md#E3034" in done.stdout
