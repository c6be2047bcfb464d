from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from archlint.cli.main import main
from archlint.setup import proposals
from archlint.setup.proposals import NotWrittenError, create, mentions_archlint, replace, with_hook
from archlint.setup.texts import gitlab, hook

FAILING = """\
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.13, Timeout: 60, MemorySize: 20480}
"""
WORKFLOW = ".github/workflows/archlint.yml"
HOOKS = ".pre-commit-config.yaml"
BASELINE = "archlint-baseline.json"
EXISTING = """\
# Ours
default_language_version: {python: python3.13}
repos:
  - repo: https://example.org/hooks   # pinned
    rev: v1.2.3
    hooks:
      - id: tidy
        exclude: |
          (?x)^(
            a/.*  # not ours
          )$

# the end
ci:
  skip: [tidy]
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.joinpath("src").mkdir(parents=True)
    folder.joinpath(".git").mkdir()
    folder.joinpath("template.yaml").write_text(FAILING.replace("20480", "512"))
    folder.joinpath("src/app.py").write_text(
        "import torch\n\n\ndef handler(event, context):\n    return torch.rand(1)\n"
    )
    folder.joinpath("src/requirements.txt").write_text("scikit-learn==1.7.0\nrequests\n")
    return folder


def run(repository: Path, *options: str, answers: str = "") -> Result:
    return CliRunner().invoke(main, ["init", str(repository), *options], input=answers)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Questions are asked; the answers come from the runner."""
    from archlint.cli import init

    monkeypatch.setattr(init, "is_terminal", lambda: True)


def test_it_writes_what_is_missing_and_then_nothing(repository: Path) -> None:
    result = run(repository, "--yes")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "1 (SAM 1)" in result.stdout
    assert "scikit-learn" in result.stdout
    assert "requests" not in result.stdout
    tomllib.loads(repository.joinpath("archlint.toml").read_text())
    assert yaml.safe_load(repository.joinpath(HOOKS).read_text())["repos"][0]["hooks"][0]["id"] == "archlint"
    assert "jobs" in yaml.safe_load(repository.joinpath(WORKFLOW).read_text())
    before = contents(repository)
    again = run(repository, "--yes")
    assert again.stdout.endswith("Everything is in place.\n")
    assert contents(repository) == before


def test_the_written_settings_are_accepted_also_with_every_key_in_use(repository: Path) -> None:
    run(repository, "--yes")
    path = repository / "archlint.toml"
    text = path.read_text()
    lines = [line.removeprefix("# ") if " = " in line or line.startswith("# [") else line for line in text.splitlines()]
    path.write_text("\n".join(lines))
    assert CliRunner().invoke(main, ["baseline", "write", str(repository)]).exit_code == 0
    result = CliRunner().invoke(main, ["scan", str(repository), "--format", "json"])
    assert (result.exit_code, result.stderr) == (0, "")


def test_findings_that_fail_bring_a_baseline(repository: Path) -> None:
    repository.joinpath("template.yaml").write_text(FAILING)
    assert CliRunner().invoke(main, ["scan", str(repository)]).exit_code == 1
    assert run(repository, "--yes").exit_code == 0
    assert json.loads(repository.joinpath(BASELINE).read_text())["schema"] == "archlint/baseline/v1"
    assert tomllib.loads(repository.joinpath("archlint.toml").read_text())["baseline"] == BASELINE
    assert "--baseline" not in repository.joinpath(WORKFLOW).read_text()
    assert "--baseline" not in repository.joinpath(HOOKS).read_text()
    CliRunner().invoke(main, ["baseline", "write", str(repository), "--file", str(repository / "other.json")])
    assert repository.joinpath("other.json").read_bytes() == repository.joinpath(BASELINE).read_bytes()
    after = CliRunner().invoke(main, ["scan", str(repository)])
    assert after.exit_code == 0, after.output


def test_without_such_findings_there_is_none(repository: Path) -> None:
    run(repository, "--yes")
    assert not repository.joinpath(BASELINE).exists()
    assert "baseline" not in tomllib.loads(repository.joinpath("archlint.toml").read_text())
    assert "--baseline" not in repository.joinpath(WORKFLOW).read_text()


@pytest.mark.parametrize(("options", "reason"), [((), "there is no terminal"), (("--dry-run", "--yes"), "--dry-run")])
def test_nothing_is_written_without_leave(repository: Path, options: tuple[str, ...], reason: str) -> None:
    repository.joinpath("template.yaml").write_text(FAILING)
    before = contents(repository)
    result = run(repository, *options, answers="y\ny\ny\ny\n")
    assert result.exit_code == 0
    assert contents(repository) == before
    assert "Nothing was written" in result.stdout
    assert reason in result.stdout
    assert "runs-on: ubuntu-latest" in result.stdout


@pytest.mark.usefixtures("terminal")
def test_each_file_is_asked_for(repository: Path) -> None:
    result = run(repository, answers="y\nn\n\n")
    assert result.exit_code == 0
    assert result.stdout.count("[y/N]") == 3
    assert repository.joinpath("archlint.toml").exists()
    assert not repository.joinpath(HOOKS).exists()
    assert not repository.joinpath(".github").exists()
    assert run(repository, answers="n\nn\n").stdout.endswith("Nothing was written.\n")


@pytest.mark.usefixtures("terminal")
def test_a_baseline_that_is_declined_is_not_used(repository: Path) -> None:
    repository.joinpath("template.yaml").write_text(FAILING)
    run(repository, answers="n\ny\ny\ny\n")
    assert not repository.joinpath(BASELINE).exists()
    assert "--baseline" not in repository.joinpath(WORKFLOW).read_text()


@pytest.mark.usefixtures("terminal")
def test_where_the_settings_are_declined_the_commands_name_the_baseline(repository: Path) -> None:
    repository.joinpath("template.yaml").write_text(FAILING)
    run(repository, answers="y\nn\ny\ny\n")
    assert repository.joinpath(BASELINE).exists()
    assert not repository.joinpath("archlint.toml").exists()
    assert f"--baseline {BASELINE}" in repository.joinpath(WORKFLOW).read_text()
    assert f"--baseline {BASELINE}" in repository.joinpath(HOOKS).read_text()


def test_what_is_there_stays(repository: Path) -> None:
    repository.joinpath("pyproject.toml").write_text('[tool.archlint]\nfail-on = "error"\n')
    repository.joinpath(WORKFLOW).parent.mkdir(parents=True)
    repository.joinpath(WORKFLOW).parent.joinpath("checks.yaml").write_text("# archlint runs here\n")
    repository.joinpath(HOOKS).write_text("repos:\n- repo: local\n  hooks: [{id: archlint-scan}]\n")
    before = contents(repository)
    assert run(repository, "--yes").stdout.endswith("Everything is in place.\n")
    assert contents(repository) == before


def test_a_hook_goes_into_an_existing_file_and_no_line_changes(repository: Path) -> None:
    repository.joinpath(HOOKS).write_bytes(EXISTING.replace("\n", "\r\n").encode())
    repository.joinpath(HOOKS).chmod(0o640)
    assert run(repository, "--yes").exit_code == 0
    after = repository.joinpath(HOOKS).read_bytes()
    assert after.count(b"\r\n") == after.count(b"\n")
    assert repository.joinpath(HOOKS).stat().st_mode & 0o777 == 0o640
    head, _, tail = EXISTING.partition("\n# the end")
    text = after.decode().replace("\r\n", "\n")
    assert text.startswith(head + "  - repo: local\n")
    assert text.endswith("\n# the end" + tail)
    assert [repo["hooks"][0]["id"] for repo in yaml.safe_load(text)["repos"]] == ["tidy", "archlint"]


@pytest.mark.parametrize(
    "text",
    [
        "repos: []\n",
        "repos: [{repo: local, hooks: []}]\n",
        "ci: {}\n",
        "- a\n",
        "repos: [\n",
        "",
        "repos:\n- repo: local\n  hooks:\n  - id: a\n    args: |\n      one\n      # two\n",
        "x: &a\n- repo: local\n  hooks: []\nrepos: *a\n",
    ],
)
def test_an_uncertain_place_is_left_to_people(repository: Path, text: str) -> None:
    repository.joinpath(HOOKS).write_text(text)
    result = run(repository, "--yes")
    assert result.exit_code == 0
    assert repository.joinpath(HOOKS).read_text() == text
    assert "to be added by hand" in result.stdout


@pytest.mark.parametrize(
    "text",
    [
        "repos:\n- repo: local\n  hooks: []",
        "repos:\n- repo: local\n  hooks: []\n- repo: meta\n  hooks:\n  - {id: a}\n\n\n# end\n",
        "repos:\n    -   repo: local\n        hooks: []\nci: {}\n",
        "\ufeffrepos:\n- repo: local\n  hooks: []\n",
        "repos:\n- repo: local\n  hooks:\n  - id: a\n    args: |\n      one\n...\n",
        "repos: # these\n# first\n- repo: ä\n  hooks: []\n# last\nfail_fast: true\n",
    ],
)
def test_where_an_item_goes(text: str) -> None:
    changed = with_hook(text, hook(baseline=False))
    assert changed is not None
    document, before = yaml.safe_load(changed), yaml.safe_load(text)
    assert document.pop("repos")[:-1] == before.pop("repos")
    assert document == before
    lines = iter(changed.splitlines())
    assert all(line in lines for line in text.splitlines()), "every line is still there, in order"
    assert mentions_archlint(changed)
    assert not mentions_archlint(text)


def test_gitlab_gets_a_job_to_add(repository: Path) -> None:
    repository.joinpath(".gitlab-ci.yml").write_text("test:\n  script: [make]\n")
    result = run(repository, "--yes")
    assert "codequality: archlint.json" in result.stdout
    assert not repository.joinpath(".github").exists()
    repository.joinpath(".gitlab-ci.yml").write_text("archlint:\n  script: [archlint scan]\n")
    assert run(repository, "--yes").stdout.endswith("Everything is in place.\n")


def test_the_job_for_gitlab_works(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    repository.joinpath("template.yaml").write_text(FAILING)
    job = yaml.safe_load(gitlab(baseline=False))["archlint"]
    assert CliRunner().invoke(main, shlex.split(job["script"][-1])[1:]).exit_code == 1
    assert json.loads(repository.joinpath(job["artifacts"]["reports"]["codequality"]).read_text())
    repository.joinpath("job.yml").write_text(gitlab(baseline=True))
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.gitlab-ci", "job.yml"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_written_hook_works(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository)
    repository.joinpath("template.yaml").write_text(FAILING)
    repository.joinpath("notes.py").touch()
    entry = yaml.safe_load(hook(baseline=False))[0]["hooks"][0]
    command = [*shlex.split(entry["entry"])[1:], *entry["args"]]
    assert CliRunner().invoke(main, [*command, "template.yaml"]).exit_code == 1
    assert CliRunner().invoke(main, [*command, "notes.py"]).exit_code == 0
    asked = [
        name for name in ("a/template.yaml", "Dockerfile.gpu", "README.md", "-x.py") if re.search(entry["files"], name)
    ]
    assert asked == ["a/template.yaml", "Dockerfile.gpu"]


def test_links_are_not_followed(repository: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    repository.joinpath(".github").symlink_to(outside)
    outside.joinpath("hooks.yaml").write_text("repos:\n- repo: local\n  hooks: []\n")
    repository.joinpath(HOOKS).symlink_to(outside / "hooks.yaml")
    repository.joinpath("archlint.toml").symlink_to(outside / "none.toml")
    before = contents(outside)
    result = run(repository, "--yes")
    assert result.exit_code == 1
    assert "a link is in its way" in result.stderr
    assert contents(outside) == before


def test_hooks_and_ci_belong_to_the_root(repository: Path) -> None:
    inner = repository / "service"
    inner.mkdir()
    inner.joinpath("template.yaml").write_text(FAILING.replace("20480", "512"))
    result = run(inner, "--yes")
    assert result.exit_code == 0
    assert "archlint init " in result.stdout
    assert sorted(contents(inner)) == ["archlint.toml", "template.yaml"]


def test_wrong_usage(repository: Path, tmp_path: Path) -> None:
    assert "does not exist" in run(tmp_path / "none").stderr
    assert run(repository / "template.yaml").exit_code == 2
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run(empty, "--yes").exit_code == 3
    assert contents(empty) == {}
    repository.joinpath("archlint.toml").write_text("nope = 1\n")
    assert run(repository, "--yes").exit_code == 2


def test_a_file_that_appears_in_between_stays(tmp_path: Path) -> None:
    tmp_path.joinpath("a").write_text("theirs")
    with pytest.raises(NotWrittenError, match="a is there already"):
        create(tmp_path, "a", "ours")
    with pytest.raises(NotWrittenError, match="has changed"):
        replace(tmp_path, "a", b"before", b"after")
    assert contents(tmp_path) == {"a": b"theirs"}


def test_a_file_system_without_hard_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(proposals.os, "link", link)
    create(tmp_path, "folder/a", "ours")
    with pytest.raises(NotWrittenError, match="there already"):
        create(tmp_path, "folder/a", "ours again")
    assert contents(tmp_path) == {"folder/a": b"ours"}


def test_a_folder_that_cannot_hold_a_file(tmp_path: Path) -> None:
    tmp_path.joinpath("folder").write_text("a file")
    with pytest.raises(NotWrittenError, match="folder/a"):
        create(tmp_path, "folder/a", "ours")
