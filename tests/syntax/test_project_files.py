from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archlint.syntax.project_files import ProjectError, ProjectFile, is_project_file, parse_project
from archlint.syntax.project_files.conda import conda_line
from archlint.syntax.project_files.poetry import specifier

NAMES = ("pyproject.toml", "Pipfile", "setup.cfg", "setup.py", "environment.yml")


def lines(project: ProjectFile) -> list[tuple[str, str, int]]:
    return [(line.name, line.specifier, line.line) for line in project.lines]


def test_pep_621_with_lines() -> None:
    text = """
[project]
name = "numpy"
dependencies = [
    "requests>=2",  # why
    'torch[opt]>=2; python_version >= "3.10"',
    "numpy",
]
[project.optional-dependencies]
web = ["fastapi"]
"""
    found = parse_project("pyproject.toml", text)
    assert lines(found) == [("requests", ">=2", 5), ("torch", ">=2", 6), ("numpy", "", 7)]
    assert found.lines[1].extras == ("opt",)
    assert [(line.name, line.line) for line in found.extras["web"]] == [("fastapi", 10)]


def test_groups_include_groups_and_end() -> None:
    text = """
[dependency-groups]
dev = ["pytest", {include-group = "lint"}]
lint = ["ruff", {include-group = "dev"}]
"""
    found = parse_project("pyproject.toml", text)
    assert {name: {line.name for line in group} for name, group in found.groups.items()} == {
        "dev": {"pytest", "ruff"},
        "lint": {"pytest", "ruff"},
    }
    assert found.lines == ()


def test_groups_that_include_each_other_many_times_end_soon() -> None:
    names = [f"g{n}" for n in range(90)]
    every = ", ".join(f'{{include-group = "{name}"}}' for name in names)
    text = "[dependency-groups]\n" + "\n".join(f'{name} = ["a{name}", {every}]' for name in names)
    start = time.process_time()
    assert len(parse_project("pyproject.toml", text).groups["g0"]) == 90
    assert time.process_time() - start < 1


POETRY = """
[tool.poetry.dependencies]
python = "^3.12"
requests = "^2.31"
torch = {version = "~2.3", source = "cpu", extras = ["opt"]}
mylib = {path = "../mylib", develop = true}
secret = {git = "https://user:hunter2@host/o/r.git"}
redis = {version = "*", optional = true}
windows = {version = "1.0", markers = "sys_platform == 'win32'"}
older = [{version = "1.*", python = "<3.10"}, {version = "2.0", python = ">=3.10"}]
[tool.poetry.dependencies.deep]
version = ">=1,<2"
[tool.poetry.group.dev.dependencies]
pytest = "*"
[tool.poetry.group.docs]
optional = true
[tool.poetry.group.docs.dependencies]
sphinx = "*"
[tool.poetry.extras]
cache = ["redis"]
[[tool.poetry.source]]
name = "cpu"
url = "https://user:hunter2@download.pytorch.org/whl/cpu"
"""


def test_poetry() -> None:
    found = parse_project("pyproject.toml", POETRY)
    assert lines(found) == [
        ("requests", "<3,>=2.31", 4),
        ("torch", "<2.4,>=2.3", 5),
        ("mylib", "", 6),
        ("secret", "", 7),
        ("windows", "==1.0", 9),
        ("older", "==1.*", 10),
        ("older", "==2.0", 10),
        ("deep", "<2,>=1", 11),
    ]
    by_name = {line.name: line for line in found.lines}
    assert by_name["torch"].index == "https://download.pytorch.org/whl/cpu"
    assert by_name["mylib"].url == "../mylib"
    assert str(by_name["older"].marker) == 'python_version >= "3.10"'
    assert (list(found.groups), found.optional_groups) == (["dev", "docs"], {"docs"})
    assert [line.name for line in found.extras["cache"]] == ["redis"]
    assert "hunter2" not in repr(found)


def test_poetry_beside_pep_621_only_enriches() -> None:
    text = """
[project]
dependencies = ["torch>=2"]
[tool.poetry.dependencies]
torch = {source = "cpu"}
[[tool.poetry.source]]
name = "cpu"
url = "https://host/whl/cpu"
"""
    (line,) = parse_project("pyproject.toml", text).lines
    assert (line.specifier, line.line, line.index) == (">=2", 3, "https://host/whl/cpu")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("*", ""),
        ("^1.2.3", "<2,>=1.2.3"),
        ("^0.2.3", "<0.3,>=0.2.3"),
        ("^0.0.3", "<0.0.4,>=0.0.3"),
        ("^0", "<1,>=0"),
        ("^0.0", "<0.1,>=0.0"),
        ("~1.2.3", "<1.3,>=1.2.3"),
        ("~1", "<2,>=1"),
        ("~=1.4.2", "~=1.4.2"),
        ("1.2.3", "==1.2.3"),
        ("=1.2", "==1.2"),
        ("1.2.*", "==1.2.*"),
        (">=1 <2", "<2,>=1"),
        (">=1.0,!=1.5,<2", "!=1.5,<2,>=1.0"),
        ("^1.0 || ^2.0", ""),
        ("latest!", ""),
        ("^2.1.0a1", "<3,>=2.1.0a1"),
    ],
)
def test_poetrys_constraints(text: str, expected: str) -> None:
    assert specifier(text) == expected


def test_uv_sources() -> None:
    text = """
[project]
dependencies = ["torch", "mine", "theirs", "member"]
[tool.uv.sources]
torch = [{index = "cpu", marker = "sys_platform == 'linux'"}, {index = "other", marker = "sys_platform == 'darwin'"}]
mine = {path = "../mine"}
theirs = {git = "https://t:hunter2@host/o/r"}
member = {workspace = true}
[[tool.uv.index]]
name = "cpu"
url = "https://host/whl/cpu"
"""
    found = {line.name: line for line in parse_project("pyproject.toml", text).lines}
    assert found["torch"].index == "https://host/whl/cpu"
    assert found["mine"].url == "../mine"
    assert found["theirs"].url == "https://host/o/r"
    assert found["member"].url is not None


def test_dynamic_dependencies() -> None:
    text = '[project]\nname = "x"\ndynamic = ["dependencies"]\n'
    assert [line.kind for line in parse_project("pyproject.toml", text).lines] == ["invalid"]
    text += '[tool.setuptools.dynamic]\ndependencies = {file = ["requirements.txt"]}\n'
    (line,) = parse_project("pyproject.toml", text).lines
    assert (line.kind, line.name, line.line) == ("include", "requirements.txt", 5)


def test_pipfile() -> None:
    text = """
[[source]]
name = "pypi"
url = "https://user:hunter2@host/simple"
[packages]
requests = "*"
numpy = {version = "==1.26.4", sys_platform = "== 'linux'"}
mine = {path = "./mine", editable = true}
[dev-packages]
pytest = "*"
"""
    found = parse_project("Pipfile", text)
    assert lines(found) == [("requests", "", 6), ("numpy", "==1.26.4", 7), ("mine", "", 8)]
    assert str(found.lines[1].marker) == 'sys_platform == "linux"'
    assert [line.line for line in found.groups["dev"]] == [10]
    assert "hunter2" not in repr(found)


def test_setup_cfg() -> None:
    text = """
[metadata]
name = x
[options]
install_requires =
    requests>=2
    numpy; python_version > "3.8"
[options.extras_require]
web = fastapi
"""
    found = parse_project("setup.cfg", text)
    assert lines(found) == [("requests", ">=2", 6), ("numpy", "", 7)]
    assert [line.name for line in found.extras["web"]] == ["fastapi"]
    (include,) = parse_project("setup.cfg", "[options]\ninstall_requires = file: requirements.txt\n").lines
    assert (include.kind, include.name) == ("include", "requirements.txt")


def test_setup_py_is_read_and_never_run() -> None:
    text = """
import setuptools
raise SystemExit
NEEDS = ["requests>=2", "numpy"]
setuptools.setup(install_requires=NEEDS, extras_require={"web": ["fastapi"]})
"""
    found = parse_project("setup.py", text)
    assert lines(found) == [("requests", ">=2", 4), ("numpy", "", 4)]
    assert [line.name for line in found.extras["web"]] == ["fastapi"]


@pytest.mark.parametrize(
    "call",
    [
        "setup(install_requires=open('requirements.txt').read().split())",
        "setup(install_requires=[x for x in y])",
        "setup(install_requires=[f'boto3=={v}'])",
        "setup(**config)",
    ],
)
def test_what_setup_py_computes_is_not_guessed(call: str) -> None:
    assert [(line.kind, line.name) for line in parse_project("setup.py", call).lines] == [
        ("invalid", "what setup.py computes")
    ]


def test_environment_yml() -> None:
    text = """
name: ml
channels: [pytorch]
dependencies:
  - python=3.11
  - pytorch::pytorch=2.3=cpu_py311
  - numpy>=1.26
  - cudatoolkit
  - pip
  - pip:
      - fastapi==0.111.0
      - git+https://u:hunter2@host/o/r
"""
    found = parse_project("environment.yml", text)
    assert lines(found)[:3] == [("torch", "==2.3.*", 6), ("numpy", ">=1.26", 7), ("fastapi", "==0.111.0", 11)]
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("numpy", ("numpy", "")),
        ("numpy 1.26", ("numpy", "==1.26")),
        ("scikit-learn==1.5=h1", ("scikit-learn", "==1.5")),
    ],
)
def test_conda_names(text: str, expected: tuple[str, str]) -> None:
    line = conda_line(text, 1)
    assert line is not None
    assert (line.name, line.specifier) == expected


@pytest.mark.parametrize("name", NAMES)
def test_names(name: str) -> None:
    assert is_project_file(name)
    assert not is_project_file(f"{name}.bak")


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [("pyproject.toml", "[project\n", 1), ("Pipfile", "a = \n", 1), ("setup.cfg", "x\n", 1), ("setup.py", "\n(", 2)],
)
def test_broken_files(name: str, text: str, line: int) -> None:
    with pytest.raises(ProjectError) as error:
        parse_project(name, text)
    assert error.value.line >= 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "x = " + "[" * 5000,
        "project = 3\ntool = []\ndependencies = 4\npackages = 1",
        "[project]\ndependencies = [3, {}, '((', 'a' ]\ndynamic = 3",
        "[tool.poetry]\ndependencies = {a = 3, b = [1, {}], c = {version = 1}}\nextras = {x = 3}\ngroup = {y = 1}",
        "setup(install_requires=1, extras_require={**x, 'a': 3})",
        "dependencies: [1, {pip: {a: b}}, [x]]",
        "\0",
    ],
)
def test_odd_files(name: str, text: str) -> None:
    with contextlib.suppress(ProjectError):
        assert isinstance(parse_project(name, text), ProjectFile)


@pytest.mark.parametrize("name", NAMES)
@given(text=st.text(max_size=200))
def test_any_text(name: str, text: str) -> None:
    with contextlib.suppress(ProjectError):
        parse_project(name, text)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project]\ndependencies = [" + '"abc>=1",' * 200_000 + "]"),
        ("pyproject.toml", "[tool.poetry.dependencies]\n" + "\n".join(f'a{n} = "^1"' for n in range(60_000))),
        ("setup.py", "setup(install_requires=[" + '"abc>=1",' * 100_000 + "])"),
        ("setup.cfg", "[options]\ninstall_requires =\n" + "".join(f"    a{n}>=1\n" for n in range(60_000))),
        ("environment.yml", "dependencies:\n" + "".join(f"  - a{n}=1\n" for n in range(60_000))),
    ],
)
def test_huge_files_are_read_in_bounded_time(name: str, text: str) -> None:
    start = time.process_time()
    parse_project(name, text)
    assert time.process_time() - start < 4
