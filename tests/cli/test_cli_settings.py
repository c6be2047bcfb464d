from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

import archlint.config
from archlint.cli.main import main

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Score:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      MemorySize: 512
      Timeout: 60
"""

SLOW_INIT = """\
from transformers import pipeline

model = pipeline("sentiment-analysis")

def handler(event, context):
    return model(event["text"])
"""


def run(*args: str | Path) -> Result:
    return CliRunner().invoke(main, ["scan", *map(str, args)])


def repository(folder: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        full = folder / path
        full.parent.mkdir(parents=True, exist_ok=True)
        full.write_bytes(text.encode())
    return folder


def told(*args: str | Path) -> Any:
    result = run(*args, "--show-settings", "--format", "json")
    assert result.exit_code == 0, result.output
    document = json.loads(result.stdout)
    schema = Path(archlint.config.__file__).parent / "settings.v1.schema.json"
    jsonschema.validate(document, json.loads(schema.read_text(encoding="utf-8")))
    return document["folders"]


def by_key(folder: Any) -> dict[str, Any]:
    return {".".join(setting["key"]): setting for setting in folder["settings"]}


def test_without_settings_all_are_defaults(tmp_path: Path) -> None:
    (folder,) = told(tmp_path)
    assert all(origin["kind"] == "default" for setting in folder["settings"] for origin in setting["origins"])
    assert by_key(folder)["limits.concurrency"]["value"] == 1000
    assert "timeout-near-limit" in folder["rules"]
    assert (folder["excluded"], folder["more_excluded"]) == ([], False)


def test_every_setting_says_where_it_comes_from(tmp_path: Path) -> None:
    text = """\
    # ours
    exclude = ["legacy/", "*.gen.yaml", "!keep.gen.yaml"]
    ignore = ["AL104"]
    persona = "pedantic"
    [severity]
    AL1 = "info"
    [per-file-ignores]
    "tests/**" = ["AL301"]
    [limits]
    waiting_s = 30
    """
    files = {"legacy/a.yaml": "", "x.gen.yaml": "", "keep.gen.yaml": "", "src/deep/y.gen.yaml": "", "src/a.py": ""}
    repository(tmp_path, {"archlint.toml": text, "node_modules/legacy/a.yaml": "", **files})
    (folder,) = told(tmp_path, "--ignore", "AL301", "--fail-on", "info")
    settings = by_key(folder)
    at = {key: [(o["kind"], o["text"], o["line"]) for o in setting["origins"]] for key, setting in settings.items()}
    assert at["select"] == [("default", None, None)]
    assert at["exclude"] == [("file", "archlint.toml", 2)]
    assert at["ignore"] == [("file", "archlint.toml", 3), ("option", "--ignore", None)]
    assert at["fail-on"] == [("option", "--fail-on", None)]
    assert at["persona"] == [("file", "archlint.toml", 4)]
    assert at["severity.AL1"] == [("file", "archlint.toml", 6)]
    assert at["per-file-ignores.tests/**"] == [("file", "archlint.toml", 8)]
    assert at["limits.waiting_s"] == [("file", "archlint.toml", 10)]
    assert (settings["limits.waiting_s"]["value"], settings["limits.waiting_s"]["unit"]) == (30, "s")
    assert settings["ignore"]["value"] == ["client-created-in-handler", "timeout-near-limit"]
    assert "timeout-near-limit" not in folder["rules"]
    assert [(entry["path"], entry["pattern"]) for entry in folder["excluded"]] == [
        ("legacy/", "legacy/"),
        ("src/deep/y.gen.yaml", "*.gen.yaml"),
        ("x.gen.yaml", "*.gen.yaml"),
    ]


def test_pyproject_and_several_folders(tmp_path: Path) -> None:
    repository(tmp_path, {"a/pyproject.toml": '[project]\nname = "x"\n\n[tool.archlint]\nfail-on = "info"\n'})
    repository(tmp_path, {"b/a.txt": ""})
    one, other = told(tmp_path / "a", tmp_path / "b", "--pedantic")
    assert by_key(one)["fail-on"]["origins"] == [{"kind": "file", "text": "pyproject.toml", "line": 5}]
    assert by_key(other)["fail-on"]["origins"][0]["kind"] == "default"
    assert by_key(other)["persona"]["origins"] == [{"kind": "option", "text": "--pedantic", "line": None}]
    text = run(tmp_path / "a", tmp_path / "b", "--show-settings").stdout
    assert f"{tmp_path / 'b'}\n" in text
    assert "info  (pyproject.toml line 5)" in text


def test_the_config_can_be_left_out(tmp_path: Path) -> None:
    repository(tmp_path, {"archlint.toml": "fail-on = 'info'"})
    (folder,) = told(tmp_path, "--no-config")
    assert by_key(folder)["fail-on"]["value"] == "error"


def test_hostile_text_is_escaped(tmp_path: Path) -> None:
    name = "a\x1b[31m\u202e"
    repository(tmp_path, {"archlint.toml": 'exclude = ["a*"]\n[per-file-ignores]\n"\\u001b[2J##[x]" = ["AL1"]\n'})
    repository(tmp_path, {f"{name}/t.yaml": ""})
    result = run(tmp_path, "--show-settings")
    assert "\x1b" not in result.stdout
    assert "\u202e" not in result.stdout
    assert "##[" not in result.stdout
    assert "\\x1b[31m\\u202e/  by" in result.stdout
    assert result.exit_code == 0


def test_it_needs_settings_that_can_be_used(tmp_path: Path) -> None:
    repository(tmp_path, {"archlint.toml": "\nfail-on = 'x'"})
    result = run(tmp_path, "--show-settings")
    assert result.exit_code == 2
    assert "archlint.toml:2: fail-on: must be one of" in result.stderr
    assert run(tmp_path, "--no-config", "--show-settings", "--format", "sarif").exit_code == 2


def test_nothing_is_scanned_and_a_file_can_be_written(tmp_path: Path) -> None:
    result = run(tmp_path, "--show-settings", "--output", tmp_path / "out.txt")
    assert (result.exit_code, result.stdout) == (0, "")
    assert "rules run." in (tmp_path / "out.txt").read_text()


@pytest.mark.parametrize("how", ["option", "file"])
def test_the_persona_keeps_back_what_is_less_sure(tmp_path: Path, how: str) -> None:
    folder = repository(tmp_path / "r", {"template.yaml": TEMPLATE, "src/app.py": SLOW_INIT})
    usual = run(folder)
    assert "slow-init" not in usual.stdout
    assert "1 less sure (--pedantic shows them)" in usual.stdout
    if how == "file":
        repository(folder, {"archlint.toml": "persona = 'pedantic'"})
    shown = run(folder, *(["--pedantic"] if how == "option" else []))
    assert "slow-init" in shown.stdout
    assert "less sure" not in shown.stdout


def test_what_is_withheld_does_not_fail(tmp_path: Path) -> None:
    folder = repository(tmp_path, {"template.yaml": TEMPLATE, "src/app.py": SLOW_INIT})
    assert run(folder, "--select", "slow-init", "--fail-on", "info").exit_code == 0
    assert run(folder, "--select", "slow-init", "--fail-on", "info", "--pedantic").exit_code == 1


def test_a_suppression_of_what_is_withheld_is_used(tmp_path: Path) -> None:
    code = SLOW_INIT.replace("\nmodel", "\n# archlint: ignore[slow-init] measured\nmodel")
    folder = repository(tmp_path, {"template.yaml": TEMPLATE, "src/app.py": code})
    assert "unused-suppression" not in run(folder, "--select", "AL0,slow-init").stdout
