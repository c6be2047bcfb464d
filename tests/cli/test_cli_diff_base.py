"""`archlint scan --diff-base`: what a branch adds, from the repository's objects, without running git."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner, Result

import archlint
from archlint.cli.main import main
from repositories import APP, TEMPLATE, commit, git, repository, write

SCHEMA = json.loads(Path(archlint.__file__).with_name("report").joinpath("scan.v1.schema.json").read_text())
SQS = '    sqs = boto3.client("sqs")\n'


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["scan", *map(str, arguments)])


def report(folder: Path, base: str = "main", *options: str | Path) -> dict[str, Any]:
    done = run(folder, "--diff-base", base, "--format", "json", "--fail-on", "never", *options)
    assert done.exit_code == 0, done.stderr
    document: dict[str, Any] = json.loads(done.stdout)
    jsonschema.validate(document, SCHEMA)
    return document


def new(folder: Path, base: str = "main", *options: str | Path) -> list[str]:
    return [f"{f['path']}:{f['line']} {f['rule']}" for f in report(folder, base, *options)["findings"]]


@pytest.fixture
def branch(tmp_path: Path) -> Path:
    """A repository on a branch that has just left main."""
    folder = repository(tmp_path / "repo")
    git(folder, "checkout", "--quiet", "-b", "feature")
    return folder


def test_nothing_is_new_on_a_branch_without_changes(branch: Path) -> None:
    document = report(branch)
    assert document["findings"] == document["changes"] == []
    assert document["withheld"] == [{"reason": "diff base", "count": 2}]
    assert run(branch, "--diff-base", "main", "--fail-on", "info").exit_code == 0


@pytest.mark.parametrize("committed", [False, True])
def test_what_the_branch_adds_is_new(branch: Path, committed: bool) -> None:
    write(branch, {"src/app.py": APP.replace("    return", SQS + "    return")})
    if committed:
        commit(branch)
    assert new(branch) == ["src/app.py:6 client-created-in-handler"]
    assert run(branch, "--diff-base", "main", "--fail-on", "warning").exit_code == 1
    assert new(branch, "HEAD") == ([] if committed else ["src/app.py:6 client-created-in-handler"])


def test_what_the_other_branch_mends_is_not_new(branch: Path) -> None:
    git(branch, "checkout", "--quiet", "main")
    write(branch, {"src/app.py": "def handler(event, context):\n    return event\n"})
    commit(branch, "mended")
    git(branch, "checkout", "--quiet", "feature")
    assert new(branch) == []


def test_one_more_among_equal_ones(branch: Path) -> None:
    line = '    s3 = boto3.client("s3")\n'
    write(branch, {"src/app.py": APP.replace(line, line * 3)})
    commit(branch)
    assert len(new(branch)) == 2


def test_moved_and_formatted_files_are_not_new(branch: Path) -> None:
    git(branch, "mv", "src", "lib")
    git(branch, "mv", "template.yaml", "sam.yml")
    wrapped = APP.replace('("s3")', "(\n        's3',\n    )").replace("import boto3\n", "import boto3\nimport os\n")
    write(branch, {"sam.yml": TEMPLATE.replace("src/", "lib/").replace("  ", "    "), "lib/app.py": wrapped})
    commit(branch)
    document = report(branch)
    assert document["findings"] == document["changes"] == []


def test_a_folder_of_the_repository(branch: Path) -> None:
    git(branch, "checkout", "--quiet", "main")
    write(branch, {f"services/a/{path}": text for path, text in (("template.yaml", TEMPLATE), ("src/app.py", APP))})
    commit(branch)
    git(branch, "checkout", "--quiet", "-b", "other")
    write(branch, {"services/a/src/app.py": APP.replace("    return", SQS + "    return")})
    assert new(branch / "services" / "a") == ["src/app.py:6 client-created-in-handler"]
    assert new(branch) == ["services/a/src/app.py:6 client-created-in-handler"]
    both = report(branch / "services" / "a", "main", branch)
    assert len(both["findings"]) == 2
    assert both["withheld"] == [{"reason": "diff base", "count": 6}]


def test_packed_detached_and_in_a_worktree(branch: Path, tmp_path: Path) -> None:
    write(branch, {"src/app.py": APP.replace("    return", SQS + "    return")})
    commit(branch)
    expected = ["src/app.py:6 client-created-in-handler"]
    git(branch, "gc", "--quiet", "--prune=now")
    assert new(branch) == expected
    git(branch, "checkout", "--quiet", "--detach")
    assert new(branch) == expected
    git(branch, "worktree", "add", "--quiet", str(tmp_path / "other"), "feature")
    assert new(tmp_path / "other") == expected


def test_a_tracked_file_that_gitignore_names(branch: Path) -> None:
    """Tracked files are read though a pattern matches them, in the base as well as here."""
    git(branch, "checkout", "--quiet", "main")
    write(branch, {".gitignore": "*.yaml\n"})
    git(branch, "add", "--force", "template.yaml")
    commit(branch)
    git(branch, "checkout", "--quiet", "-b", "other")
    document = report(branch)
    assert document["findings"] == []
    assert document["withheld"] == [{"reason": "diff base", "count": 2}]


def test_with_a_baseline_nothing_is_excused_twice(branch: Path) -> None:
    baseline = branch.parent / "known.json"
    CliRunner().invoke(main, ["baseline", "write", str(branch), "--file", str(baseline)])
    line = '    s3 = boto3.client("s3")\n'
    write(branch, {"src/app.py": APP.replace(line, line * 2)})
    assert new(branch, "main", "--baseline", baseline) == ["src/app.py:6 client-created-in-handler"]


def test_cost_changes(branch: Path) -> None:
    settings = "      Timeout: 60\n      MemorySize: 1024\n      Architectures: [arm64]\n"
    other = TEMPLATE.replace("Resources:\n", "").replace("Hello", "Second").replace("900", "!Ref T")
    sized = other.replace("      Timeout", "      MemorySize: !ImportValue M\n      Timeout")
    write(branch, {"template.yaml": TEMPLATE.replace("      Timeout: 900\n", settings) + sized})
    rows = report(branch)["changes"]
    assert [(row["function"], row["new"]) for row in rows] == [
        ("template.yaml#Hello", False),
        ("template.yaml#Second", True),
    ]
    assert rows[0]["settings"] == [
        {"attribute": "memory_mb", "before": 128, "after": 1024},
        {"attribute": "timeout_s", "before": 900, "after": 60},
        {"attribute": "architecture", "before": "x86_64", "after": "arm64"},
    ]
    price = rows[0]["price"]
    assert price["before"]["usd_per_million_requests"] == price["after"]["usd_per_million_requests"] == 0.2
    assert price["before"]["usd_per_million_requests_and_second"] == pytest.approx(16.6667 / 8, abs=1e-4)
    assert price["after"]["usd_per_million_requests_and_second"] == pytest.approx(13.3334, abs=1e-4)
    assert rows[1]["price"]["before"] is rows[1]["price"]["after"] is None
    assert {"attribute": "memory_mb", "before": None, "after": None} in rows[1]["settings"]
    text = run(branch, "--diff-base", "main").stdout
    assert "Hello: memory 128 MB -> 1,024 MB, timeout 900 s -> 60 s, architecture x86_64 -> arm64\n" in text
    assert "    $0.20 + $2.08 per second -> $0.20 + $13.33 per second\n" in text
    assert "Second (new): memory ?, timeout ?, architecture x86_64, /tmp 512 MB\n    ?\n" in text


def test_a_shallow_clone_says_what_to_do(branch: Path, tmp_path: Path) -> None:
    commit(branch, "mine")
    git(branch, "checkout", "--quiet", "main")
    commit(branch, "theirs")
    arguments = ("--depth=1", "--branch=feature", "--no-single-branch", branch.as_uri(), "clone")
    git(tmp_path, "clone", "--quiet", *arguments)
    done = run(tmp_path / "clone", "--diff-base", "origin/main")
    assert done.exit_code == 2
    assert "fetch-depth: 0" in done.stderr


@pytest.mark.parametrize("revision", ["nothing", "main..HEAD", "--help", "\x1b[31m", "a" * 5_000, "main~999999999"])
def test_a_revision_that_is_none(branch: Path, revision: str) -> None:
    done = run(branch, f"--diff-base={revision}")
    assert done.exit_code == 2
    assert "--diff-base" in done.stderr
    assert "\x1b" not in done.stderr


def test_no_repository(tmp_path: Path) -> None:
    write(tmp_path, {"template.yaml": TEMPLATE})
    done = run(tmp_path, "--diff-base", "main")
    assert done.exit_code == 2
    assert "no git repository" in done.stderr


HOSTILE = """\
[core]
\trepositoryformatversion = 1
\tfsmonitor = touch TRAPPED
\tsshCommand = touch TRAPPED
\thooksPath = hooks
\tpager = touch TRAPPED
\tattributesFile = /etc/passwd
\tworktree = {outside}
[include]
\tpath = {outside}/config
[includeIf "gitdir:**"]
\tpath = {outside}/config
[remote "origin"]
\turl = ext::touch TRAPPED
\tuploadpack = touch TRAPPED
\tpromisor = true
[filter "lfs"]
\tsmudge = touch TRAPPED
\tprocess = touch TRAPPED
[diff]
\texternal = touch TRAPPED
[extensions]
\tpartialClone = origin
\tworktreeConfig = true
"""

WATCHED = """
import json, os, sys
events = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        events.append(("open", os.fsdecode(arguments[0])))
    elif event.split(".")[0] in ("subprocess", "socket", "urllib", "http") or event in (
        "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork"):
        events.append((event, *map(repr, arguments)))
from click.testing import CliRunner
from archlint.cli.main import main
sys.addaudithook(hook)
done = CliRunner().invoke(main, ["scan", ".", "--diff-base", "main", "--format", "json"])
print(json.dumps({"events": events, "code": done.exit_code, "out": done.stdout, "err": done.stderr}))
"""


def test_a_hostile_repository_runs_nothing_and_leads_nowhere(branch: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    write(outside, {"config": "[core]\n\tfsmonitor = touch TRAPPED\n", "secret": "x"})
    write(branch, {".gitattributes": "* filter=lfs diff=lfs merge=lfs -text\n", ".lfsconfig": HOSTILE})
    commit(branch)
    git(branch, "gc", "--quiet")
    trap = "#!/bin/sh\ntouch TRAPPED\n"
    write(branch, {".git/config": HOSTILE.format(outside=outside), ".git/config.worktree": HOSTILE})
    write(
        branch, {f".git/hooks/{name}": trap for name in ("post-checkout", "reference-transaction", "post-index-change")}
    )
    for hook in (branch / ".git" / "hooks").iterdir():
        hook.chmod(0o755)
    environment = {**os.environ, "PYTHONPATH": str(Path(archlint.__file__).parents[1]), "GIT_DIR": str(outside)}
    before = sorted(branch.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-P", "-c", WATCHED], cwd=branch, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert (seen["code"], seen["err"]) == (0, "")
    assert json.loads(seen["out"])["withheld"] == [{"reason": "diff base", "count": 2}]
    assert sorted(branch.rglob("*")) == before
    assert not list(tmp_path.rglob("TRAPPED"))
    assert [event for event in seen["events"] if event[0] != "open"] == []
    opened = [os.path.realpath(branch / event[1]) for event in seen["events"]]
    assert any(path.endswith(".pack") for path in opened)
    assert [path for path in opened if path.startswith(str(tmp_path)) and not path.startswith(str(branch))] == []
    assert [path for path in opened if ".git/config" in path or "/etc/" in path or ".gitconfig" in path] == []
