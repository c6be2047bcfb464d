"""tools/mutate.py on a module of which one branch is tested: it names the other one, and leaves the source alone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

MUTATE = Path(__file__).resolve().parents[1] / "tools" / "mutate.py"
SOURCE = """\
def size(count: int) -> str:
    if count > 10:
        return "large"
    if count < 0:
        raise ValueError(count)
    return "small"
"""
TESTS = """\
import pytest

from tiny.sizes import size


@pytest.mark.parametrize(("count", "found"), [(0, "small"), (10, "small"), (11, "large")])
def test_size(count, found):
    assert size(count) == found
"""
pytestmark = pytest.mark.skipif(os.name != "posix", reason="mutmut forks")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name, text in {
        "pyproject.toml": '[tool.pytest.ini_options]\ntestpaths = ["tests"]\n',
        "src/tiny/__init__.py": "",
        "src/tiny/sizes.py": SOURCE,
        "tests/test_sizes.py": TESTS,
        "tests/test_others.py": "def test_nothing():\n    pass\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def run(top: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(MUTATE), *arguments]
    return subprocess.run(command, cwd=top, capture_output=True, text=True, check=False)


def test_what_no_test_notices_is_named(checkout: Path) -> None:
    before = {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()}
    done = run(checkout, "tiny.sizes")
    assert done.returncode == 1, done.stderr
    *changes, score = done.stdout.splitlines()
    places = {line.partition(" ")[0] for line in changes if not line.startswith("    ")}
    assert places == {"src/tiny/sizes.py:4:", "src/tiny/sizes.py:5:"}
    assert "    - if count < 0:\n    + if (count < 0) and False:\n" in done.stdout
    assert score.startswith("src/tiny/sizes.py: ")
    assert score.endswith("%)")
    assert {path: path.read_bytes() for path in checkout.rglob("*") if path.is_file()} == before


def test_a_sample_is_as_large_as_asked_for_and_can_be_clean(checkout: Path) -> None:
    tests = checkout / "tests" / "test_sizes.py"
    tests.write_text(
        TESTS + "\n\ndef test_error():\n    with pytest.raises(ValueError, match='^-1$'):\n        size(-1)\n"
    )
    done = run(checkout, "tiny.sizes", "--tests", "tests/test_sizes.py", "--most", "5", "--seed", "3")
    assert (done.returncode, done.stdout) == (0, "src/tiny/sizes.py: 5 of 5 changes noticed (100%)\n"), done.stderr


def test_a_name_that_means_nothing_and_tests_that_fail_anyway(checkout: Path) -> None:
    assert run(checkout, "tiny.none").stderr == "there is no module tiny.none below src\n"
    assert run(checkout, "tiny").stderr == "no test imports these modules: name some with --tests\n"
    (checkout / "src" / "tiny" / "sizes.py").write_text(SOURCE.replace("small", "tiny"))
    done = run(checkout, "tiny.sizes")
    assert done.returncode == 1
    assert done.stderr.startswith("mutmut failed:\n")
    assert "failed to collect stats" in done.stderr
