"""The table of releases, what it lets one say, and the tool that makes it."""

from __future__ import annotations

import importlib.util
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from packaging.version import Version

from archlint.knowledge import releases
from archlint.knowledge.releases import WheelMachine, bounds, rows, side
from archlint.knowledge.store import read_json

TOOL = Path(__file__).parents[2] / "tools" / "refresh_releases.py"
AL2 = WheelMachine("x86_64", (2, 26))


@pytest.fixture
def tool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    if not TOOL.is_file():
        pytest.skip("the tools are not part of a source distribution")
    spec = importlib.util.spec_from_file_location("refresh_releases", TOOL)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, spec.name, module)
    spec.loader.exec_module(module)
    monkeypatch.setattr(module, "DATA", tmp_path / "releases.json")
    monkeypatch.setattr(module, "PAUSE_S", 0.0)
    module.DATA.write_text(json.dumps({"as_of": "2020-01-01", "packages": {}}))
    return module


def judged(name: str, specifier: str, minor: int) -> str:
    wanted = bounds(specifier)
    assert wanted is not None
    return side(name, wanted, (3, minor))


@pytest.mark.parametrize(
    ("name", "specifier", "minor", "expected"),
    [
        ("transformers", "==4.38.0", 7, "old"),  # between two rows' ends, in a row
        ("transformers", "==4.30.2", 7, ""),
        ("transformers", "==4.38.0", 8, ""),
        ("scikit-learn", ">=1.5", 8, "old"),
        ("scikit-learn", ">1.4", 8, "old"),
        ("scikit-learn", "~=1.5.0", 8, "old"),
        ("scikit-learn", "==1.5.*", 8, "old"),
        ("scikit-learn", ">=1.3", 8, ""),
        ("scikit-learn", "", 8, ""),
        ("scikit-learn", "<1.5", 8, ""),
        ("scikit-learn", "!=1.2", 8, ""),
        ("tensorflow", "==2.5.0", 12, "new"),  # no wheel, no sdist
        ("tensorflow", "<2.14", 12, "new"),
        ("tensorflow", ">=2.5", 12, ""),
        ("tensorflow", "==1.99", 12, "new"),  # not in the table: both neighbours are too old
        ("tensorflow", "==99.0", 12, ""),
        ("numpy", "==1.26.0", 13, "new"),
        ("numpy", "==1.19.5", 12, ""),  # there is an sdist
        ("no-such-distribution", "==1.0", 8, ""),
    ],
)
def test_which_side_of_its_support_a_python_lies(name: str, specifier: str, minor: int, expected: str) -> None:
    assert judged(name, specifier, minor) == expected


@pytest.mark.parametrize("text", ["==1.0+cpu", "not a specifier", "===what", ">=2,<1", "==1." + "0" * 400])
def test_what_is_no_usable_specifier(text: str) -> None:
    assert bounds(text) is None


def test_bounds() -> None:
    assert bounds("==1.2") == releases.Bounds(Version("1.2"), Version("1.2"), True)
    assert bounds(">=1,<3,!=2") == releases.Bounds(Version("1"), Version("3"), False)
    assert bounds("~=1.4.2") == releases.Bounds(Version("1.4.2"), Version("1.5"), False)
    assert bounds("") == releases.Bounds(None, None, False)


def test_the_nearest_release() -> None:
    pin, low = bounds("==4.38.0"), bounds("==2.5.0")
    assert pin is not None
    assert low is not None
    assert releases.nearest("transformers", pin, (3, 7)) == Version("4.30.2")
    assert releases.nearest("tensorflow", low, (3, 12)) == Version("2.16.1")


def test_what_a_wheel_suits() -> None:
    (row,) = releases.around("scikit-learn", Version("1.8.0"))
    assert not row.has_wheel((3, 11), AL2)
    assert row.has_wheel((3, 12), WheelMachine("aarch64", (2, 34)))
    assert row.has_wheel((3, 11), WheelMachine("x86_64", None))
    assert not row.has_wheel((3, 11), WheelMachine("x86_64", (1, 2), musl=True))
    assert releases.around("scikit-learn", Version("99")) == ()


def test_libraries_of_images() -> None:
    assert releases.lambda_libc((3, 11)) == (2, 26)
    assert releases.lambda_libc((3, 99)) is None
    assert releases.tag_libc("3.11-slim-bookworm") == ((2, 36), False)
    assert releases.tag_libc("3.11-alpine3.19") == ((1, 2), True)
    assert releases.tag_libc("3.11") == (None, False)


def test_every_row_is_sound() -> None:
    table = read_json(releases.TABLE)
    assert table["source"]
    for name in table["packages"]:
        found = rows(name)
        assert found, name
        assert all(row.first <= row.last for row in found), name
        assert all(one.last < other.first for one, other in pairwise(found)), name
        assert all(row.wheels or row.sdist or row.native for row in found), name


FILES = [
    ("demo-1.0.tar.gz", ">=3.8"),
    ("demo-1.0-cp38-cp38-manylinux_2_17_x86_64.manylinux2014_x86_64.whl", ">=3.8"),
    ("demo-1.0-cp39-cp39-musllinux_1_1_aarch64.whl", ">=3.8"),
    ("demo-1.0-cp39-cp39-win_amd64.whl", ">=3.8"),
    ("demo-1.1-cp39-abi3-manylinux_2_28_x86_64.whl", ">=3.9"),
    ("demo-1.2-cp39-abi3-manylinux_2_28_x86_64.whl", ">=3.9"),
    ("demo-2.0rc1-py3-none-any.whl", None),
    ("not a wheel.exe", None),
]


class Index(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = self.path == "/simple/demo/"
        self.send_response(200 if found else 404)
        self.end_headers()
        files = [{"filename": name, "requires-python": requires} for name, requires in FILES]
        self.wfile.write(json.dumps({"files": files}).encode())

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Quiet."""

    def log_error(self, *args: object) -> None:
        """Quiet."""


def test_an_index_is_read(
    tool: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    server = HTTPServer(("127.0.0.1", 0), Index)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/simple"
        monkeypatch.setattr(sys, "argv", ["refresh", "--index", address, "demo", "absent"])
        assert tool.main() == 1
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    said = capsys.readouterr()
    assert said.out == "demo: new, up to 1.2, 2 rows\n"
    assert said.err.startswith("absent: ")
    assert json.loads(tool.DATA.read_text())["packages"]["demo"] == [
        ["1.0", "1.0", ">=3.8", "cp38 x86_64:2.17; cp39 aarch64:musl1.1", "ns"],
        ["1.1", "1.2", ">=3.9", "cp39+ x86_64:2.28", "n"],
    ]


LOCK = """
[[package]]
name = "Demo"
version = "1.0"
python-versions = ">=3.8"
files = [{file = "demo-1.0-py3-none-any.whl"}, {file = "demo_other-1.0.tar.gz"}]

[[package]]
name = "private"
version = "1.0"
python-versions = "*"
files = [{file = "private-1.0.tar.gz"}]
[package.source]
type = "legacy"
"""


def test_locks_are_read(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "poetry.lock").write_text(LOCK)
    (tmp_path / "poetry.lock").write_text("no lock =")
    monkeypatch.setattr(sys, "argv", ["refresh", "--locks", str(tmp_path), "demo", "private"])
    assert tool.main() == 0
    assert json.loads(tool.DATA.read_text())["packages"] == {"demo": [["1.0", "1.0", ">=3.8", "py3 any", ""]]}


def test_sources_that_disagree_say_nothing(tool: ModuleType) -> None:
    assert tool.requirement({"*", ">=3.8"}) == ">=3.8"
    assert tool.requirement({"*"}) == ""
    assert tool.requirement({">=3.7", ">=3.8"}) is None
    assert tool.requirement({"nonsense"}) is None


def test_of_a_row_that_is_cut_the_ends_remain(tool: ModuleType) -> None:
    old = [["1.0", "1.9", ">=3.8", "py3 any", "s"]]
    new = [["1.5", "1.6", ">=3.9", "py3 any", "s"]]
    assert tool.merged(new, old) == [
        ["1.0", "1.0", ">=3.8", "py3 any", "s"],
        ["1.5", "1.6", ">=3.9", "py3 any", "s"],
        ["1.9", "1.9", ">=3.8", "py3 any", "s"],
    ]
    assert tool.merged(old, [["2.0", "2.0", *old[0][2:]]]) == [["1.0", "2.0", *old[0][2:]]]
