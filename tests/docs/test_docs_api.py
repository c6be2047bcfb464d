"""The library's face: what `import archlint` offers, what it raises, and what a type checker sees of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import archlint
from archlint import api

TOP = Path(__file__).resolve().parents[2]
WRONG = TOP / "fixtures" / "captioning-wrong"

CONSUMER = """\
import archlint
from archlint import Config, Known, ScanResult, Unknown, known_or_none, scan


def memory(result: ScanResult) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    for deployed in result.functions:
        value = deployed.function.memory_mb.value
        match value:
            case Known():
                found[deployed.function.name] = value.value
            case Unknown():
                found[deployed.function.name] = value.reason
    return found


result: archlint.ScanResult = scan(".", config=Config(fail_on="never"), select=["AL1"], ignore=("AL104",))
lines: list[int] = [finding.place.line for finding in result.findings]
text: str = archlint.to_json(result)
names: list[str] = [page.name for page in archlint.rule_pages()]
sizes: list[int | None] = [known_or_none(d.function.memory_mb.value) for d in result.functions]
"""

MISTAKES = """\
import archlint

archlint.scan(1)
archlint.scan(".", archlint.Config())
archlint.no_such_name
number: int = archlint.to_json(archlint.scan("."))
"""


def test_the_names_are_those_of_the_api() -> None:
    assert set(archlint.__all__) == {*api.__all__, "__version__"}
    assert set(archlint.__all__) <= set(dir(archlint))
    for name in api.__all__:
        assert getattr(archlint, name) is getattr(api, name)


def test_every_name_is_on_its_page() -> None:
    page = (TOP / "docs" / "guide" / "library.md").read_text(encoding="utf-8").split("## What there is")[1]
    assert not [name for name in api.__all__ if f"`{name}`" not in page and f"`{name}(" not in page]


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nope'"):
        getattr(archlint, "no" + "pe")


def test_importing_it_imports_nothing_else() -> None:
    code = "import sys, archlint; print(*[name for name in sys.modules if name.startswith('archlint')])"
    done = subprocess.run([sys.executable, "-c", code], env=environment(), capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["archlint"]


def test_a_folder_is_scanned_with_its_own_settings(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text((WRONG / "template.yaml").read_text(encoding="utf-8"))
    (tmp_path / "archlint.toml").write_text('ignore = ["timeout-near-limit"]\n')
    assert "timeout-near-limit" not in names(archlint.scan(tmp_path))
    assert "timeout-near-limit" in names(archlint.scan(str(tmp_path), config=archlint.Config()))
    assert names(archlint.scan(tmp_path, select=["AL315", "api-sync-timeout-mismatch"])) <= {
        "api-sync-timeout-mismatch"
    }
    assert not archlint.scan(tmp_path, select=["AL302"], ignore=["AL3"]).findings


def names(result: archlint.ScanResult) -> set[str]:
    return {finding.rule for finding in result.findings}


def test_what_it_raises(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileNotFoundError):
        archlint.scan(tmp_path / "nothing")
    with pytest.raises(NotADirectoryError):
        archlint.scan(tmp_path / "file")
    with pytest.raises(archlint.UnknownRuleError, match="did you mean"):
        archlint.scan(tmp_path, select=["model-load-in-handlers"])
    (tmp_path / "archlint.toml").write_text("nothing = 1\n")
    with pytest.raises(archlint.ConfigError, match="unknown key"):
        archlint.scan(tmp_path)


def test_a_broken_file_is_a_finding() -> None:
    result = archlint.scan(TOP / "fixtures" / "broken" / "broken-yaml")
    assert names(result) == {"unreadable-file"}


def test_the_json_is_that_of_the_command() -> None:
    command = [sys.executable, "-m", "archlint", "scan", str(WRONG), "--format", "json", "--fail-on", "never"]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    assert json.loads(archlint.to_json(archlint.scan(WRONG))) == json.loads(done.stdout)


def test_every_rule_has_its_page() -> None:
    codes = [page.code for page in archlint.rule_pages()]
    assert codes == sorted(codes)
    assert "AL101" in codes


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mypy")


def mypy(text: str, folder: Path, cache: Path) -> subprocess.CompletedProcess[str]:
    (folder / "consumer.py").write_text(text)
    check = [sys.executable, "-m", "mypy", "--strict", "--config-file=", f"--cache-dir={cache}", "consumer.py"]
    return subprocess.run(
        check,
        cwd=folder,
        env={**environment(), "MYPYPATH": str(TOP / "src")},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_consumer_passes_the_type_checker(tmp_path: Path, cache: Path) -> None:
    done = mypy(CONSUMER, tmp_path, cache)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_type_checker_sees_a_consumers_mistakes(tmp_path: Path, cache: Path) -> None:
    done = mypy(MISTAKES, tmp_path, cache)
    lines = [line for line in done.stdout.splitlines() if "consumer.py" in line and "error" in line]
    assert [line.split(":")[1] for line in lines] == ["3", "4", "5", "6"], done.stdout


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(TOP / "src")}
