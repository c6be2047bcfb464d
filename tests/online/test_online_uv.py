"""uv as a subprocess, with a script in its place."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from archlint.online.index import UserIndexes, user_indexes
from archlint.online.uv import ResolveQuestion, Uv, UvError

USER = UserIndexes()

FAKE_UV = """#!{python}
import json, os, sys
told = dict(argv=sys.argv[1:], env=dict(os.environ), cwd=os.getcwd(), here=os.listdir("."), input=sys.stdin.read())
open({record!r}, "w").write(json.dumps(told))
{action}
"""


def fake_uv(folder: Path, action: str) -> str:
    program = folder / "uv"
    program.write_text(FAKE_UV.format(python=sys.executable, record=str(folder / "told.json"), action=action))
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    return str(program)


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
def test_uv_sees_nothing_of_the_scanned_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repository = tmp_path / "repository"
    repository.mkdir()
    (repository / "uv.toml").write_text("index-url = 'https://evil.example'\n")
    monkeypatch.chdir(repository)
    own = {"HOME": "/home/me", "AWS_SECRET_ACCESS_KEY": "x", "UV_CONFIG_FILE": "uv.toml", "PIP_INDEX_URL": ""}
    own |= {"PYTHONPATH": "x", "UV_FIND_LINKS": "/wheels", "HTTPS_PROXY": "http://proxy", "UV_BUILD_CONSTRAINT": "x"}
    uv = Uv(fake_uv(tmp_path, "print('packages = []')"), tmp_path / "cache", user_indexes(own), own)
    question = ResolveQuestion(("six",), "x86_64-manylinux_2_34", "3.12", excluded=("docopt",))
    assert uv.lock(question) == "packages = []\n"
    told = json.loads((tmp_path / "told.json").read_text())
    assert not told["cwd"].startswith(str(tmp_path))
    assert (told["here"], told["input"]) == ([], "six\n")
    assert told["env"].keys() - {"LC_CTYPE"} == {"HOME", "HTTPS_PROXY", "UV_CACHE_DIR", "UV_DEFAULT_INDEX", "NO_COLOR"}
    assert told["env"]["UV_DEFAULT_INDEX"] == "https://pypi.org/simple"
    arguments = " ".join(told["argv"])
    for part in ("--only-binary :all:", "--no-config", "--no-python-downloads", "--find-links /wheels", "--excludes"):
        assert part in arguments


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a script")
@pytest.mark.parametrize(
    ("action", "message"),
    [
        ("sys.exit(3)", "code 3"),
        ("sys.stderr.write('no way'); sys.exit(1)", "no way"),
        ("import time; time.sleep(20)", "no answer within"),
        ("print('x' * 2000)", "too long"),
    ],
)
def test_uv_fails(tmp_path: Path, action: str, message: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archlint.online.uv.MAX_OUTPUT_BYTES", 1_000)
    uv = Uv(fake_uv(tmp_path, action), tmp_path, USER, {}, timeout=1.0)
    with pytest.raises(UvError, match=message):
        uv.lock(ResolveQuestion((), "x86_64-manylinux_2_34", "3.12"))


def test_uv_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UvError, match="could not be started"):
        Uv(str(tmp_path / "uv"), tmp_path, USER, {}).lock(ResolveQuestion((), "x86_64-manylinux_2_34", "3.12"))
