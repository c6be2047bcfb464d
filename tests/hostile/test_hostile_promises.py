"""What the README promises about a scanned repository, each as a test."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from hostile_bombs import BOMBS, SOUND
from hostile_commands import invocations, run, write

import archlint
from archlint.config import Config
from archlint.report.json import render_json
from archlint.scanner.pipeline import scan, scan_tree
from archlint.tree import MAX_FILE_BYTES, MemoryTree
from expectations import TEMPLATE

INVOCATIONS = invocations()

WATCHED = """
import sys
events = []
def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], (str, bytes)):
        events.append(("open", os.fsdecode(arguments[0]), str(arguments[1]), arguments[2]))
    elif event.split(".")[0] in ("subprocess", "socket", "urllib", "ctypes", "ftplib", "http", "smtplib") or event in (
        "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork", "os.startfile", "pty.spawn", "os.remove",
        "os.rename", "os.mkdir", "os.rmdir", "os.chmod", "os.link", "os.symlink", "os.truncate", "shutil.move"):
        events.append((event, *map(repr, arguments)))
import os
import json
from click.testing import CliRunner
from archlint.cli.main import main
sys.addaudithook(hook)
codes = [CliRunner().invoke(main, [*arguments, "."]).exit_code for arguments in json.loads(sys.argv[1])]
there = [str(getattr(m, "__file__", "")) for m in list(sys.modules.values())]
print("\\n" + json.dumps({"events": events, "modules": there, "codes": codes}))
"""
"""Runs commands and reports what Python's audit events say that it did."""

TRAP = "import os\nos.system('touch TRAPPED')\nopen('TRAPPED', 'w').close()\nraise SystemExit(99)\n"
GIT_CONFIG = "[core]\n\tfsmonitor = touch TRAPPED\n\tpager = touch TRAPPED\n[alias]\n\tls-files = !touch TRAPPED\n"


def trapped(root: Path) -> None:
    """A repository in which everything that could be run or imported leaves a trace."""
    names = ("yaml", "click", "libcst", "json", "sitecustomize", "usercustomize", "conftest", "setup", "app", "rich")
    write(root, {f"{name}.py": TRAP for name in names})
    write(root, {"template.yaml": TEMPLATE, "archlint/__init__.py": TRAP, "archlint/rules/x.py": TRAP, **SOUND})
    write(
        root, {"cdk.json": '{"app": "python3 app.py"}', "package.json": '{"scripts": {"preinstall": "touch TRAPPED"}}'}
    )
    write(
        root, {".git/config": GIT_CONFIG, ".git/HEAD": "ref: refs/heads/main\n", "Makefile": "all:\n\ttouch TRAPPED\n"}
    )
    write(root, {"node_modules/aws-cdk/bin/cdk": "#!/bin/sh\ntouch TRAPPED\n", "rules/data/limits.yaml": "x: 1\n"})


def test_nothing_runs_and_nothing_outside_is_opened(tmp_path: Path) -> None:
    root = tmp_path / "root"
    trapped(root)
    write(tmp_path, {"outside/secret.py": "def handler(e, c): pass\n", "outside/template.yaml": TEMPLATE})
    (root / "link").symlink_to(tmp_path / "outside")
    (root / "link.yaml").symlink_to(tmp_path / "outside" / "template.yaml")
    (root / "passwd.yaml").symlink_to("/etc/passwd")
    cache = str(tmp_path / "cache")
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(archlint.__file__).parents[1]),
        "ARCHLINT_CACHE_DIR": cache,
        "GITHUB_STEP_SUMMARY": "",
    }
    environment.pop("ARCHLINT_DEBUG", None)
    done = subprocess.run(
        [sys.executable, "-P", "-c", WATCHED, json.dumps(INVOCATIONS)],
        cwd=root, env=environment, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout.rsplit("\n", 2)[1])
    assert 4 not in report["codes"], report["codes"]
    assert not list(tmp_path.rglob("TRAPPED"))
    others = [event for event in report["events"] if event[0] != "open"]
    assert {event[0] for event in others} <= {"os.mkdir", "os.rename"}
    assert [event for event in others if not event[1].startswith(repr(cache)[:-1])] == []
    assert [module for module in report["modules"] if module.startswith(str(tmp_path))] == []
    library = tuple(
        os.path.realpath(p) for p in (*sys.path, sys.prefix, sys.base_prefix, Path(archlint.__file__).parents[2]) if p
    )
    system = ("/dev/null", "/usr/share/zoneinfo", "/etc/localtime", "/proc/self")
    for _, path, _mode, flags in (event for event in report["events"] if event[0] == "open"):
        real = os.path.realpath(os.path.join(root, path))
        assert real.startswith((str(root), cache, *library, *system)), path
        writes = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
        assert not (isinstance(flags, int) and flags & writes) or "__pycache__" in path or real.startswith(cache)


def test_only_regular_files_up_to_a_size(tmp_path: Path) -> None:
    write(tmp_path, {"template.yaml": TEMPLATE, "app.py": "\ndef handler(e, c): import big, pipe, dev\n", **SOUND})
    os.mkfifo(tmp_path / "pipe.py")
    os.mkfifo(tmp_path / "pipe.yaml")
    os.mkfifo(tmp_path / "requirements.txt")
    (tmp_path / "dev.py").symlink_to("/dev/zero")
    (tmp_path / "zero.yaml").symlink_to("/dev/zero")
    for name in ("big.py", "big.yaml", "Dockerfile", ".gitignore", "uv.lock", "pyproject.toml", "cdk.json"):
        with open(tmp_path / name, "wb") as file:
            file.truncate(MAX_FILE_BYTES * 1_000)
    (tmp_path / ".git").mkdir()
    with open(tmp_path / ".git" / "index", "wb") as file:
        file.truncate(10**12)
    started = time.monotonic()
    for invocation in INVOCATIONS:
        run(invocation, tmp_path)
    assert time.monotonic() - started < 60


def test_links_are_counted_and_those_that_leave_are_named(tmp_path: Path) -> None:
    write(tmp_path, {"root/template.yaml": TEMPLATE, "root/app.py": "", "outside/template.yaml": TEMPLATE})
    for name, target in (
        ("out", "../outside"),
        ("out.yaml", "../outside/template.yaml"),
        ("none", "nothing"),
        ("in", "."),
    ):
        (tmp_path / "root" / name).symlink_to(target)
    (tmp_path / "root" / "self").symlink_to("self")
    result = scan(tmp_path / "root", Config())
    assert dict(result.coverage.left_out)["link"] == 5
    assert result.coverage.outside == ("none", "out", "out.yaml", "self")
    assert [deployed.function.id for deployed in result.functions] == ["template.yaml#Function"]


def test_folders_in_folders(tmp_path: Path) -> None:
    deep = tmp_path / Path(*["d"] * 500)
    deep.mkdir(parents=True)
    write(deep, {"template.yaml": TEMPLATE})
    write(tmp_path, {**SOUND})
    result = scan(tmp_path, Config())
    assert dict(result.coverage.left_out) == {"nested too deeply": 1}
    assert len(result.functions) == 1


def test_what_may_not_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The system's refusal is played: root, as whom a CI job may run, is refused nothing."""
    write(tmp_path, {"template.yaml": TEMPLATE, "app.py": "", "closed/template.yaml": TEMPLATE, **SOUND})
    scandir = os.scandir

    def refused(path: str, *mode: str) -> Any:
        if path.endswith("app.py"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return open(path, *mode)

    def listed(path: Any) -> Any:
        if str(path).endswith("closed"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return scandir(path)

    monkeypatch.setattr("archlint.tree.open", refused, raising=False)
    monkeypatch.setattr(os, "scandir", listed)
    result = scan(tmp_path, Config())
    assert {"app.py", "closed"} <= set(result.coverage.files_failed)
    (closed,) = (finding for finding in result.findings if finding.place.path == "closed")
    assert closed.message == "the folder cannot be listed: Permission denied"
    for invocation in INVOCATIONS:
        run(invocation, tmp_path)


BAD: dict[str, dict[str, str | bytes]] = {
    "template": {"bad/template.yaml": TEMPLATE + "  G: [\n"},
    "bytes": {"bad/template.yaml": TEMPLATE.encode() + b"# \xff\xfe\n"},
    "json": {"bad/template.json": '{"Resources": {"F": {"Type": "AWS::Lambda::Function"}}'},
    "code": {"bad/template.yaml": TEMPLATE, "bad/app.py": "def handler(:\n"},
    "utf-16 code": {"bad/template.yaml": TEMPLATE, "bad/app.py": "def handler(e, c): pass\n".encode("utf-16")},
    "null byte": {"bad/template.yaml": TEMPLATE, "bad/app.py": b"\0"},
    "bomb": {f"bad/{name}": text for name, text in BOMBS["broken python: nested brackets"]().items()},
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_costs_one_finding_and_changes_no_other_result(name: str) -> None:
    alone = json.loads(render_json(scan_tree(MemoryTree(dict(SOUND)), Config())))
    both = json.loads(render_json(scan_tree(MemoryTree({**SOUND, **BAD[name]}), Config())))
    extra = [finding for finding in both["findings"] if finding not in alone["findings"]]
    assert [finding for finding in both["findings"] if finding["path"].startswith("sound/")] == alone["findings"]
    assert [f for f in both["functions"] if f["id"].startswith("sound/")] == alone["functions"]
    assert [finding["rule"] for finding in extra if finding["rule"] == "unreadable-file"] == ["unreadable-file"]
    assert len(both["coverage"]["files_failed"]) == 1


REPEATED = """
import json, sys
from click.testing import CliRunner
from archlint.cli.main import main
results = [CliRunner().invoke(main, [*arguments, sys.argv[2]]) for arguments in json.loads(sys.argv[1])]
print(json.dumps([[result.exit_code, result.output] for result in results]))
"""


def test_same_input_same_bytes(tmp_path: Path) -> None:
    trapped(tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(Path(archlint.__file__).parents[1])}
    found = [
        subprocess.run(
            [sys.executable, "-P", "-c", REPEATED, json.dumps(INVOCATIONS), str(tmp_path)],
            env={**environment, "PYTHONHASHSEED": seed}, capture_output=True, text=True, timeout=120, check=True,
        ).stdout
        for seed in ("1", "2")
    ]  # fmt: skip
    for invocation, one, two in zip(INVOCATIONS, *map(json.loads, found), strict=True):
        assert one == two, invocation


SETTINGS = {
    "unknown key": 'plugins = ["evil"]\n',
    "a path": 'exclude = ["../../etc"]\n',
    "a command": 'command = "touch TRAPPED"\n',
    "deep key": BOMBS["toml: configuration"]()["archlint.toml"],
    "brackets": "a = " + "[" * 50_000,
    "pattern": '[per-file-ignores]\n"/' + "*a*/" * 30 + 'b" = ["model-load-in-handler"]\n',
    "exclude": 'exclude = ["' + "*a" * 40 + 'b"]\n',
    "online": "online = true\n",
    "output": 'output = "/tmp/x"\n',
    "secret": 'select = "hunter2-s3cr3t',
    "everything off": 'ignore = ["AL"]\nselect = []\n',
    "bytes": "\udcff",
}


@pytest.mark.parametrize("name", SETTINGS)
def test_settings_of_the_repository_only_narrow(tmp_path: Path, name: str) -> None:
    write(
        tmp_path, {"a" * 200 + "/template.yaml": TEMPLATE, "a" * 200 + "/app.py": "def handler(e, c): pass\n", **SOUND}
    )
    long = "/".join(["aaaaaa"] * 30)
    write(tmp_path, {f"{long}/template.yaml": TEMPLATE, f"{long}/app.py": "def handler(e, c): x = = 1\n"})
    write(tmp_path, {"archlint.toml": SETTINGS[name].encode("utf-8", "surrogateescape")})
    free = run(("scan", "--no-config", "--format", "json"), tmp_path)
    every = {(f["rule"], f["path"], f["line"]) for f in json.loads(free.stdout)["findings"]}
    started = time.process_time()
    for invocation in INVOCATIONS:
        result = run(invocation, tmp_path)
        assert "hunter2" not in result.output
        if invocation == ("scan", "--format", "json") and result.exit_code != 2:
            assert {(f["rule"], f["path"], f["line"]) for f in json.loads(result.stdout)["findings"]} <= every
    assert time.process_time() - started < 60
