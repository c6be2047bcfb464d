"""What `--online` changes in a scan, and that nothing asks a network without it."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from click.testing import CliRunner

from archlint.cli.main import main
from archlint.config import Config
from archlint.model.size import Size, SizePart
from archlint.online.measure import OnlineMeasurer, user_measurer
from archlint.packaging.sizes.files import file_estimate
from archlint.packaging.sizes.measurer import Failed, Measured, Measurement, Request, Unmeasured, WheelFile
from archlint.packaging.target import PackageTarget
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

TEMPLATE = """
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {CodeUri: src, Handler: app.handler, Runtime: python3.12, Timeout: 30, MemorySize: 512}
"""
CODE = "def handler(event, context):\n    return 1\n"


def exact(name: str, size: int) -> SizePart:
    return SizePart(name, size, size, size, "dependency")


@dataclass(eq=False)
class FakeMeasurer:
    answer: Callable[[Request], Measurement]
    asked: list[Request] = field(default_factory=list)
    wheels: list[WheelFile] = field(default_factory=list)

    def requirements(self, request: Request) -> Measurement:
        self.asked.append(request)
        return self.answer(request)

    def locked(self, wheels: tuple[WheelFile, ...]) -> Measurement:
        self.wheels.extend(wheels)
        return Measured(tuple(exact(one.name, 1_000) for one in wheels), ())


def sized(by: FakeMeasurer, files: dict[str, str], template: str = TEMPLATE) -> Size:
    found = scan_tree(MemoryTree({"template.yaml": template, "src/app.py": CODE, **files}), Config(), by)
    size = found.functions[0].size
    assert size is not None
    return size


def parts(size: Size) -> dict[str, int]:
    return {part.name: part.estimate_bytes for part in size.parts if part.kind == "dependency"}


def test_measured_bytes_take_the_place_of_estimated_ones() -> None:
    by = FakeMeasurer(lambda _: Measured((exact("pandas", 300_000_000), exact("numpy", 5)), ()))
    size = sized(by, {"src/requirements.txt": "pandas[excel]>2\n"})
    assert parts(size) == {"pandas": 300_000_000, "numpy": 5}
    assert size.low_bytes == size.estimate_bytes == size.high_bytes
    assert (size.method, size.verdict, size.as_of, size.unknown_packages) == ("online", "over", None, ())
    assert [request.lines for request in by.asked] == [("pandas[excel]>2",)]


def test_the_day_on_which_the_versions_were_chosen() -> None:
    by = FakeMeasurer(lambda _: Measured((exact("six", 5),), (), resolved_at="2026-11-22T08:00:00+00:00"))
    size = sized(by, {"src/requirements.txt": "six\n"})
    assert (size.method, size.as_of) == ("online", "2026-11-22")


IMAGE = """
Resources:
  F:
    Type: AWS::Serverless::Function
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
    Properties: {PackageType: Image, Architectures: [arm64]}
"""


def test_an_image_is_measured_for_its_own_c_library() -> None:
    by = FakeMeasurer(lambda _: Measured((exact("six", 7),), (), resolved_at="2026-11-22T08:00:00+00:00"))
    docker = "FROM python:3.12-bookworm\nCOPY r.txt .\nRUN pip install -r r.txt idna==3.10\n"
    size = sized(by, {"Dockerfile": docker, "r.txt": "six\n"}, IMAGE)
    assert parts(size) == {"six": 7}
    assert [(one.lines, one.target) for one in by.asked] == [
        (("six", "idna==3.10"), PackageTarget("aarch64", (3, 12), (2, 36)))
    ]
    assert (size.method, size.as_of) == ("online", "2026-11-22")


def test_where_nothing_is_measured_the_estimate_stays() -> None:
    files = {"src/requirements.txt": "pandas\n"}
    size = sized(FakeMeasurer(lambda _: Failed("no uv")), files)
    assert size == sized(FakeMeasurer(lambda _: Failed("other")), files)
    assert (size.method, size.low_bytes < size.high_bytes) == ("table", True)


def test_a_package_without_a_wheel_comes_from_the_table_with_what_it_needs() -> None:
    by = FakeMeasurer(lambda _: Measured((exact("numpy", 5),), (), (Unmeasured("pandas", "no wheel"),)))
    size = sized(by, {"src/requirements.txt": "pandas\nnumpy\n"})
    assert parts(size)["numpy"] == 5
    assert parts(size)["pandas"] > 1_000_000
    assert "python-dateutil" in parts(size)
    assert size.method == "table"


def test_unknown_packages_stay_named() -> None:
    by = FakeMeasurer(lambda _: Measured((exact("six", 5),), (), (Unmeasured("private-thing", "not there"),)))
    size = sized(by, {"src/requirements.txt": "six\nprivate-thing\ngit+https://h/x#egg=other\n"})
    assert set(size.unknown_packages) == {"private-thing", "other"}
    assert (size.method, size.low_bytes < size.high_bytes) == ("online", True)


def test_indexes_of_the_repository_are_told_without_credentials() -> None:
    by = FakeMeasurer(lambda _: Failed("x"))
    text = (
        "--index-url https://me:pw@corp.example/simple\n--extra-index-url https://download.pytorch.org/whl/cpu\ntorch\n"
    )
    sized(by, {"src/requirements.txt": text})
    assert by.asked[0].index == "https://corp.example/simple"
    assert by.asked[0].extra_indexes == ("https://download.pytorch.org/whl/cpu",)


def test_a_lock_is_measured_by_its_files() -> None:
    lock = '[[packages]]\nname = "six"\nversion = "1.17.0"\n'
    lock += 'wheels = [{ url = "https://h/six-1.17.0-py2.py3-none-any.whl", size = 11050 }]\n'
    by = FakeMeasurer(lambda _: Failed("not asked"))
    tree = MemoryTree({"src/pylock.toml": lock})
    found = file_estimate(tree, "src/pylock.toml", PackageTarget("x86_64"), frozenset(), measurer=by)
    assert (found.method, found.parts, found.unknown) == ("online", (exact("six", 1_000),), ())
    assert by.wheels == [WheelFile("six", "1.17.0", "six-1.17.0-py2.py3-none-any.whl", size=11050)]
    pipfile = MemoryTree({"src/Pipfile.lock": json.dumps({"default": {"six": {"version": "==1.17.0"}}})})
    by = FakeMeasurer(lambda request: Measured((exact("six", 7),), ()))
    found = file_estimate(pipfile, "src/Pipfile.lock", PackageTarget("x86_64"), frozenset(), measurer=by)
    assert (found.method, found.parts, by.asked[0].lines) == ("online", (exact("six", 7),), ("six==1.17.0",))


def test_nothing_is_asked_for_what_no_build_installs() -> None:
    by = FakeMeasurer(lambda _: Failed("x"))
    plain = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Code: src, Handler: app.handler,"
    sized(by, {"src/requirements.txt": "pandas\n"}, plain + " Runtime: python3.12}\n")
    assert by.asked == []


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "src").mkdir(parents=True)
    (folder / "template.yaml").write_text(TEMPLATE)
    (folder / "src" / "app.py").write_text(CODE)
    (folder / "src" / "requirements.txt").write_text("requests\n")
    return folder


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What tried to open a connection or to look up a name."""
    tried: list[str] = []

    def refuse(*args: object, **kwargs: object) -> None:
        tried.append(repr(args))
        raise OSError("no network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    return tried


@pytest.mark.parametrize("name", ["scan", "size"])
def test_no_socket_without_the_option(
    name: str, repository: Path, no_network: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("the measurer was made")

    monkeypatch.setattr("archlint.online.measure.user_measurer", refuse)
    done = CliRunner().invoke(main, [name, str(repository), "--format", "json"])
    assert done.exit_code == 0
    assert no_network == []


@pytest.mark.parametrize("name", ["scan", "size"])
def test_the_option_without_uv_says_so_and_goes_on(
    name: str, repository: Path, tmp_path: Path, no_network: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_uv() -> OnlineMeasurer:
        made = user_measurer({}, tmp_path / "cache")
        made.resolver = None
        return made

    monkeypatch.setattr("archlint.online.measure.user_measurer", without_uv)
    done = CliRunner().invoke(main, [name, str(repository), "--format", "json", "--online"])
    assert done.exit_code == 0
    assert "archlint-aws[online]" in done.stderr
    assert "table" in done.stdout
    assert no_network == []
