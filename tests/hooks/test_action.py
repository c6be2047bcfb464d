from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from github_steps import Runner, defaults, steps

from archlint.report.formats import FORMATS

ROOT = Path(__file__).parents[2]
ACTION = ROOT / "action.yml"
TEMPLATE = """\
Resources:
  One:
    Type: AWS::Serverless::Function
    Properties: {{CodeUri: src, Handler: app.handler, Runtime: python3.13, Timeout: 60, MemorySize: {memory}}}
"""
STEPS = {step["name"]: step for step in steps(ACTION)}
GH = """\
#!/bin/sh
printf '%s\\n' "$*" >> "$GH_LOG"
case "$*" in *--jq*) printf '%s' "$GH_FOUND" ;; esac
exit "$GH_CODE"
"""


@pytest.fixture(scope="module")
def tool(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What the step that installs puts out."""
    temp = tmp_path_factory.mktemp("runner")
    environment = {**os.environ, "GITHUB_ACTION_PATH": str(ROOT), "PIP_NO_COMPILE": "1"}
    runner = Runner(temp, temp, environment, defaults(ACTION))
    runner.context.update({"steps.python.outputs.python-path": sys.executable, "runner.temp": str(temp)})
    assert runner.run(STEPS["Install archlint"]) == 0, runner.log
    return {name: value for name, value in runner.context.items() if name.startswith("steps.install.")}


Make = Callable[..., Runner]


@pytest.fixture
def make(tmp_path: Path, tool: dict[str, str]) -> Make:
    """A runner in a workspace whose folder `service one` holds a function."""

    def runner(memory: int = 512, **inputs: str) -> Runner:
        service = tmp_path / "workspace/service one"
        service.joinpath("src").mkdir(parents=True)
        service.joinpath("template.yaml").write_text(TEMPLATE.format(memory=memory))
        service.joinpath("src/app.py").write_text("def handler(event, context):\n    return event\n")
        tmp_path.joinpath("temp").mkdir()
        given = {f"inputs.{name.replace('_', '-')}": value for name, value in inputs.items()}
        cache = {"steps.install.outputs.cache": str(tmp_path / "cache")}
        context = {**defaults(ACTION), "inputs.path": "service one", **tool, **cache, **given}
        return Runner(tmp_path / "workspace", tmp_path / "temp", dict(os.environ), context)

    return runner


def scan(runner: Runner) -> dict[str, str]:
    assert runner.run(STEPS["Scan"]) == 0, runner.log
    mark = "steps.scan.outputs."
    return {name.removeprefix(mark): value for name, value in runner.context.items() if name.startswith(mark)}


def verdict(runner: Runner) -> int:
    return runner.run(STEPS["Verdict"])


def test_it_installs_what_its_own_commit_holds(tool: dict[str, str]) -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+\S*", tool["steps.install.outputs.version"])
    assert tool["steps.install.outputs.cache"].endswith("archlint")


def test_a_clean_repository_is_green(make: Make) -> None:
    runner = make()
    found = scan(runner)
    assert (found["exit-code"], found["findings"]) == ("0", "0")
    assert verdict(runner) == 0


def test_findings_are_annotated_at_their_place_in_the_workspace_and_fail(make: Make) -> None:
    runner = make(memory=20480, sarif="true", comment="true")
    found = scan(runner)
    assert found["exit-code"] == "1"
    assert int(found["findings"]) > 0
    assert "file=service one/template.yaml" in runner.log
    (result, *_) = json.loads(Path(found["sarif-file"]).read_text())["runs"][0]["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "service%20one/template.yaml"
    assert Path(found["comment-file"]).read_text().startswith("<!-- archlint -->")
    assert runner.temp.joinpath("summary.md").read_text()
    assert verdict(runner) == 1


def test_inputs_are_no_shell_code(make: Make) -> None:
    hostile = "$(touch pwned) `touch pwned`; touch pwned"
    runner = make(args=f"--select={hostile}", path=f"service one\n{hostile}", baseline=hostile, fail_on=hostile)
    assert scan(runner)["exit-code"] == "2"
    assert verdict(runner) == 2
    assert not runner.workspace.joinpath("pwned").exists()
    runner.context["inputs.version"] = hostile
    runner.context["runner.temp"] = str(runner.workspace)
    assert runner.run(STEPS["Install archlint"]) == 2


def test_a_folder_named_like_an_option_is_a_folder(make: Make) -> None:
    runner = make(path="--output=x")
    assert scan(runner)["exit-code"] == "2"
    assert "does not exist" in runner.log


def test_further_options_are_one_a_line(make: Make) -> None:
    runner = make(memory=20480, args="--ignore=impossible-configuration\n--ignore=AL3\n", fail_on="warning")
    assert scan(runner)["findings"] == "0"


def test_nothing_to_scan_fails_unless_it_is_allowed(make: Make) -> None:
    runner = make(path="empty")
    runner.workspace.joinpath("empty").mkdir()
    assert scan(runner)["exit-code"] == "3"
    runner.context["inputs.allow-nothing"] = "true"
    assert scan(runner)["exit-code"] == "0"


@pytest.mark.parametrize(
    ("found", "findings", "code", "request_"),
    [
        ("", "2", 0, "--method POST"),
        ("", "0", 0, None),
        ("77\n78\n", "0", 0, "--method PATCH"),
        ("", "2", 1, None),
    ],
)
def test_one_comment_is_kept(tmp_path: Path, found: str, findings: str, code: int, request_: str | None) -> None:
    program = tmp_path / "bin/gh"
    program.parent.mkdir()
    program.write_text(GH)
    program.chmod(0o755)
    log = tmp_path / "gh.log"
    environment = {
        **os.environ,
        "PATH": f"{program.parent}:{os.environ['PATH']}",
        "GITHUB_REPOSITORY": "owner/name",
        "GH_LOG": str(log),
        "GH_FOUND": found,
        "GH_CODE": str(code),
    }
    context = {
        "github.event.pull_request.number": "5",
        "steps.scan.outputs.comment-file": "/tmp/comment $x.md",
        "steps.scan.outputs.findings": findings,
    }
    runner = Runner(tmp_path, tmp_path, environment, context)
    assert runner.run(STEPS["Comment on the pull request"]) == 0, runner.log
    read, *written = log.read_text().splitlines()
    assert "repos/owner/name/issues/5/comments" in read
    assert ("::warning" in runner.log) == (code != 0)
    assert len(written) == (request_ is not None)
    if request_ is not None:
        assert request_ in written[0]
        assert "body=@/tmp/comment $x.md" in written[0]
        assert ("issues/comments/77" in written[0]) == bool(found)


def test_its_formats_exist() -> None:
    named = set(re.findall(r"--also=(\w+)=", ACTION.read_text())) | {defaults(ACTION)["inputs.format"]}
    assert named <= set(FORMATS)


def test_actions_are_pinned_by_commit() -> None:
    used = re.findall(r"uses: (\S+)(.*)", ACTION.read_text())
    assert len(used) == 3
    assert all(
        re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", name) and re.match(r" # v\d+\.\d+\.\d+$", at) for name, at in used
    )


def test_zizmor_and_the_schema_have_nothing_against_it() -> None:
    done = subprocess.run(
        ["zizmor", "--offline", "--no-progress", "--persona", "pedantic", "--format", "json", str(ACTION)],
        env=with_scripts(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert json.loads(done.stdout) == [], done.stdout
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.github-actions", str(ACTION)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


@pytest.mark.parametrize("name", [name for name, step in STEPS.items() if "run" in step])
def test_shellcheck_has_nothing_against_its_scripts(name: str, tmp_path: Path) -> None:
    script = tmp_path / "step.sh"
    script.write_text("#!/bin/bash\n" + STEPS[name]["run"])
    command = ["shellcheck", "--norc", str(script)]
    done = subprocess.run(command, env=with_scripts(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def with_scripts() -> dict[str, str]:
    """The environment with this interpreter's own programs first."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
