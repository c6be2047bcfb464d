"""tools/refresh_wheels.py against an index on this machine."""

from __future__ import annotations

import importlib.util
import io
import json
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from serving import Server, serving

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    place = ROOT / "tools" / "refresh_wheels.py"
    spec = importlib.util.spec_from_file_location("refresh_wheels", place)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["refresh_wheels"] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as state:
        yield state


def built(version: str, size: int, *needs: str) -> bytes:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("thing/core.py", b"x" * size)
        lines = "".join(f"Requires-Dist: {need}\n" for need in needs)
        archive.writestr(f"thing-{version}.dist-info/METADATA", f"Name: thing\nVersion: {version}\n{lines}")
    return data.getvalue()


def table(folder: Path, packages: dict[str, Any]) -> Path:
    path = folder / "table.json"
    path.write_text(json.dumps({"as_of": "2026-01-01", "pyc_per_py_byte": 1.13, "packages": packages}))
    return path


def run(tool: ModuleType, server: Server, path: Path, *names: str) -> int:
    code = tool.main([*names, "--index", f"{server.base}/simple", "--table", str(path), "--pause", "0"])
    assert isinstance(code, int)
    return code


OLD = {
    "versions": [
        {"version": "1.0", "wheel": "thing-1.0-py3-none-any.whl", "kind": "pure", "platform": "any", "unzipped": 500}
    ],
    "requires": ["extra-one", "gone"],
}
NEEDS = ("Six>1", "extra-one; extra == 'more'", "extra-two; extra == 'more'", "winonly; sys_platform == 'win32'")


def test_a_newer_release_joins_the_older(
    tool: ModuleType, server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for version in ("1.0", "2.0", "3.0rc1"):
        server.publish("thing", f"thing-{version}-py3-none-any.whl", built(version, 1_000, *NEEDS))
    path = table(tmp_path, {"thing": OLD, "zebra": {"versions": [], "requires": []}})
    assert run(tool, server, path, "Thing") == 0
    found = json.loads(path.read_text())
    entry = found["packages"]["thing"]
    assert [one["version"] for one in entry["versions"]] == ["1.0", "2.0"]
    assert entry["versions"][1]["py_bytes"] == 1_000
    assert entry["requires"] == ["extra-one", "six"]
    assert "requires_aarch64" not in entry
    assert found["as_of"] == "2026-01-01"
    assert entry["as_of"] > "2026-01-01"
    assert server.base not in path.read_text()
    said = capsys.readouterr().out
    assert "thing: 1.0 500 -> 2.0 any" in said
    assert "no longer needs gone" in said
    assert "does not hold: extra-one, six" in said
    assert [one.name for one in tmp_path.iterdir()] == ["table.json"]


def test_machines_may_need_different_packages(tool: ModuleType, server: Server, tmp_path: Path) -> None:
    need = "cuda-thing; platform_machine == 'x86_64'"
    for machine, size in (("x86_64", 900), ("aarch64", 800)):
        file = f"thing-1.0-cp312-cp312-manylinux_2_28_{machine}.whl"
        server.publish("thing", file, built("1.0", size, need))
    server.publish("thing", "thing-1.0-cp312-cp312-win_amd64.whl", b"never read")
    path = table(tmp_path, {})
    assert run(tool, server, path, "thing") == 0
    entry = json.loads(path.read_text())["packages"]["thing"]
    assert [(one["platform"], one["py_bytes"]) for one in entry["versions"]] == [("aarch64", 800), ("x86_64", 900)]
    assert (entry["requires"], entry["requires_aarch64"]) == (["cuda-thing"], [])


def test_all_of_the_table_moves_its_date(tool: ModuleType, server: Server, tmp_path: Path) -> None:
    server.publish("thing", "thing-2.0-py3-none-any.whl", built("2.0", 9))
    path = table(tmp_path, {"thing": OLD})
    assert run(tool, server, path) == 0
    found = json.loads(path.read_text())
    assert found["as_of"] > "2026-01-01"
    assert "as_of" not in found["packages"]["thing"]
    before = path.read_bytes()
    assert run(tool, server, path) == 0
    assert path.read_bytes() == before


@pytest.mark.parametrize("mode", ["whole", "error", "cut off"])
def test_a_failure_changes_nothing(tool: ModuleType, server: Server, tmp_path: Path, mode: str) -> None:
    server.mode = mode
    data = built("2.0", 9) + b"\0" * 100_000 if mode == "whole" else built("2.0", 9)
    server.publish("thing", "thing-2.0-py3-none-any.whl", data)
    path = table(tmp_path, {"thing": OLD})
    assert run(tool, server, path, "thing", "absent") == 1
    found = json.loads(path.read_text())
    assert found["packages"] == {"thing": OLD}
    assert found["as_of"] == "2026-01-01"


def test_the_shipped_table_keeps_its_form(tool: ModuleType, tmp_path: Path) -> None:
    shipped = ROOT / "rules" / "data" / "wheel_sizes.json"
    copy = tmp_path / "copy.json"
    copy.write_bytes(b"")
    tool.write(copy, json.loads(shipped.read_bytes()))
    assert copy.read_bytes() == shipped.read_bytes()
