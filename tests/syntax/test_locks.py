from __future__ import annotations

import contextlib
import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.syntax.locks import LockError, is_lock, parse_lock, project_file

LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock", "pylock.toml")


def test_names() -> None:
    assert all(is_lock(name) for name in (*LOCKS, "pylock.dev.toml"))
    assert not any(is_lock(name) for name in ("package-lock.json", "requirements.lock", "pylock.a.b.toml"))
    assert (project_file("Pipfile.lock"), project_file("uv.lock")) == ("Pipfile", "pyproject.toml")


def test_lines_are_those_of_the_file_as_written() -> None:
    text = """# made by poetry

[[package]]
name = "a"
version = "1"
files = [
    {file = "a-1-py3-none-any.whl", hash = "sha256:00"},
    {file = "a-1.tar.gz", hash = "sha256:00"},
]

[[package]]
# a comment
name = "b"
version = "2"
"""
    assert [(one.name, one.line) for one in parse_lock("poetry.lock", text).packages] == [("a", 4), ("b", 13)]


def test_pipfile_lock_lines_and_groups() -> None:
    data = {
        "_meta": {"requires": {"python_version": "3"}},
        "default": {"six": {"version": "==1"}, "both": {"version": "==1"}},
        "develop": {"both": {"version": "==1"}, "pytest": {"version": "==9"}},
    }
    found = parse_lock("Pipfile.lock", json.dumps(data, indent=4), '[packages]\nsix = "*"\n')
    assert {(one.name, one.line): sorted(one.groups) for one in found.packages} == {
        ("six", 8): ["main"],
        ("both", 11): ["dev", "main"],
        ("pytest", 19): ["dev"],
    }
    assert found.named == {"six"}


def test_poetry_groups_and_defaults() -> None:
    text = """
[[package]]
name = "a"
version = "1"
groups = ["main"]
[[package]]
name = "t"
version = "1"
groups = ["dev"]
[[package]]
name = "d"
version = "1"
groups = ["docs"]
[extras]
cache = ["a"]
"""
    project = """
[tool.poetry.dependencies]
a = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
d = "*"
"""
    found = parse_lock("poetry.lock", text, project)
    assert (found.default_groups, found.named) == ({"dev"}, {"a", "d"})
    assert [edge.name for edge in found.extras["cache"]] == ["a"]
    assert parse_lock("poetry.lock", text).default_groups == {"dev", "docs"}


def test_poetry_without_a_project_file_tells_what_nothing_else_needs() -> None:
    text = '[[package]]\nname = "a"\n[package.dependencies]\nb = "*"\n[[package]]\nname = "b"\nversion = "1"\n'
    assert parse_lock("poetry.lock", text).named == {"a"}


def test_pdm() -> None:
    text = """
[[package]]
name = "a"
version = "1"
groups = ["default", "dev"]
dependencies = ["b>=1"]
[[package]]
name = "t"
version = "1"
groups = ["test"]
[[package]]
name = "mine"
version = "0"
path = "./mine"
"""
    found = parse_lock("pdm.lock", text)
    assert [sorted(one.groups) for one in found.packages] == [["dev", "main"], ["test"], ["main"]]
    assert (found.packages[2].indexed, found.packages[2].path) == (False, "./mine")


def test_uv_workspaces_without_a_project_start_at_the_members() -> None:
    text = """
[[package]]
name = "member"
version = "0"
source = { editable = "packages/member" }
dependencies = [{ name = "six" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "six"
version = "1"
source = { registry = "https://host/simple" }
"""
    found = parse_lock("uv.lock", text)
    assert [edge.name for edge in found.roots or ()] == ["member"]
    assert found.named == {"six", "pytest"}
    assert found.packages[0].path == "packages/member"


def test_entries_for_other_systems_are_left_out_before_parsing() -> None:
    text = """
[[package]]
name = "a"
version = "1"
source = { registry = "https://host/simple" }
wheels = [
    { url = "https://host/a-1-cp312-cp312-macosx_14_0_arm64.whl", hash = "sha256:00", size = 1 },
    { url = "https://host/a-1-cp312-cp312-manylinux_2_28_x86_64.whl", hash = "sha256:00", size = 2 },
    { url = "https://host/a-1-cp312-cp312-win_amd64.whl", hash = "sha256:00", size = 3 },
]
"""
    assert [wheel.size for wheel in parse_lock("uv.lock", text).packages[0].wheels] == [2]


@pytest.mark.parametrize("name", LOCKS)
def test_broken_locks_say_so(name: str) -> None:
    with pytest.raises(LockError) as error:
        parse_lock(name, "a\n= 1")
    assert str(error.value).startswith("it is not valid")


def test_too_many_packages_are_refused_at_once() -> None:
    text = "\n".join(f'[[packages]]\nname = "p{n}"\nversion = "1"' for n in range(100_000))
    start = time.process_time()
    with pytest.raises(LockError):
        parse_lock("pylock.toml", text)
    assert time.process_time() - start < 0.5


@pytest.mark.parametrize("name", LOCKS)
@given(text=st.text(max_size=200))
def test_any_text(name: str, text: str) -> None:
    with contextlib.suppress(LockError):
        parse_lock(name, text, text)
