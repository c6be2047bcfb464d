"""Which distributions a function is built with, and where they are named."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from archlint.model.deployed import Dependency, Mount
from archlint.model.function import FolderCode, Function, ImageCode, Layer, Setting, UnknownCode
from archlint.model.image import Image
from archlint.model.place import Place
from archlint.packaging.dependencies.declared import declared_dependencies, declared_problems, dependency_files
from archlint.packaging.image import read_image
from archlint.tree import MemoryTree
from archlint.values import Known

Files = dict[str, str | bytes]


def function(kind: str = "sam", builds: bool = True) -> Function:
    return Function(
        id="template.yaml#F",
        name="F",
        kind=kind,
        defined_at=Place("template.yaml"),
        package=Known("zip"),
        runtime=Setting(Known("python3.12")),
        handler=Setting(Known("app.handler")),
        architecture=Setting(Known("x86_64")),
        memory_mb=Setting(Known(128)),
        timeout_s=Setting(Known(3)),
        ephemeral_mb=Setting(Known(512)),
        code=FolderCode("src", builds),
    )


def declared(files: Files, of: Function | None = None) -> dict[str, Dependency]:
    tree = MemoryTree({"src/app.py": "", **files})
    found = declared_dependencies(of or function(), (Mount("", "src"),), None, tree)
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


def image_of(dockerfile: str, files: Files) -> tuple[Image, MemoryTree]:
    tree = MemoryTree({"Dockerfile": f"FROM public.ecr.aws/lambda/python:3.12\n{dockerfile}", **files})
    image = read_image(ImageCode("Dockerfile", "", Place("template.yaml")), tree)
    assert isinstance(image, Image)
    return image, tree


def in_image(dockerfile: str, files: Files) -> dict[str, Dependency]:
    image, tree = image_of(dockerfile, files)
    code = replace(function(), code=ImageCode("Dockerfile", "", Place("template.yaml")))
    return {one.name: one for one in declared_dependencies(code, (), image, tree)}


def places(found: dict[str, Dependency]) -> dict[str, tuple[str, int]]:
    return {name: (one.place.path, one.place.line) for name, one in found.items()}


def test_requirements_with_what_they_include() -> None:
    found = declared({"src/requirements.txt": "-r ../base.txt\nTorch==2.1.0+cpu\n", "base.txt": "\nsix[x]>=1\n"})
    assert places(found) == {"six": ("base.txt", 2), "torch": ("src/requirements.txt", 2)}
    assert (found["six"].specifier, found["six"].extras) == (">=1", ("x",))
    assert found["torch"].local == "cpu"


def test_nothing() -> None:
    assert declared({}) == {}
    assert declared({"requirements.txt": "six"}) == {}


POETRY = """[[package]]
name = "requests"
version = "2.32.0"
groups = ["main"]
[package.dependencies]
idna = "*"

[[package]]
name = "idna"
version = "3.20"
groups = ["main"]

[[package]]
name = "pytest"
version = "9"
groups = ["dev"]
"""
PROJECT = """[tool.poetry.dependencies]
python = "^3.12"
requests = "^2"
[tool.poetry.group.dev.dependencies]
pytest = "*"
"""


def test_a_lock_gives_versions_and_the_project_its_lines() -> None:
    found = declared({"src/poetry.lock": POETRY, "src/pyproject.toml": PROJECT}, function("cdk-python"))
    assert places(found) == {"requests": ("src/pyproject.toml", 3), "idna": ("src/poetry.lock", 9)}
    assert (found["requests"].version, found["requests"].specifier, found["requests"].direct) == (
        "2.32.0",
        "<3,>=2",
        True,
    )
    assert (found["idna"].version, found["idna"].direct) == ("3.20", False)


def test_a_lock_alone() -> None:
    found = declared({"src/poetry.lock": POETRY}, function("cdk-python"))
    assert {name: one.direct for name, one in found.items()} == {"requests": True, "idna": False}


def test_a_uv_lock() -> None:
    lock = """
[[package]]
name = "app"
version = "0"
source = { virtual = "." }
dependencies = [{ name = "torch" }]
[[package]]
name = "torch"
version = "2.3.0+cpu"
source = { registry = "https://u:hunter2@host/whl/cpu" }
dependencies = [{ name = "sympy" }]
[[package]]
name = "sympy"
version = "1.13"
source = { registry = "https://host/simple" }
"""
    project = '[project]\ndependencies = [\n  "torch>=2",\n]\n'
    found = declared({"src/uv.lock": lock, "src/pyproject.toml": project}, function("cdk-typescript"))
    assert places(found) == {"torch": ("src/pyproject.toml", 3), "sympy": ("src/uv.lock", 13)}
    assert (found["torch"].version, found["torch"].local, found["sympy"].direct) == ("2.3.0+cpu", "cpu", False)
    assert "hunter2" not in repr(found)


def test_a_pipfile_lock() -> None:
    lock = json.dumps({"default": {"six": {"version": "==1.17.0"}, "idna": {"version": "==3"}}}, indent=4)
    found = declared({"src/Pipfile.lock": lock, "src/Pipfile": '[packages]\nsix = "*"\n'}, function("cdk-python"))
    assert places(found) == {"six": ("src/Pipfile", 2), "idna": ("src/Pipfile.lock", 6)}
    assert (found["six"].version, found["six"].direct, found["idna"].direct) == ("1.17.0", True, False)


def test_vendored_packages() -> None:
    files: Files = {
        "src/numpy-1.26.4.dist-info/METADATA": "Metadata-Version: 2.1\nName: numpy\n\nText",
        "src/numpy-1.26.4.dist-info/REQUESTED": "",
        "src/six-1.17.0.dist-info/METADATA": "Name: six\n",
        "src/odd.dist-info/METADATA": "",
    }
    found = declared(files, function(builds=False))
    assert places(found) == {
        "numpy": ("src/numpy-1.26.4.dist-info/METADATA", 2),
        "six": ("src/six-1.17.0.dist-info/METADATA", 1),
    }
    assert {name: (one.version, one.direct) for name, one in found.items()} == {
        "numpy": ("1.26.4", True),
        "six": ("1.17.0", False),
    }
    named = declared({**files, "src/requirements.txt": "numpy>=1\n"}, function(builds=False))["numpy"]
    assert (named.place, named.version, named.specifier) == (Place("src/requirements.txt", 1), "1.26.4", ">=1")
    assert declared({**files, "src/requirements.txt": "numpy>=1\n"})["numpy"].version is None


def test_layers_of_the_repository() -> None:
    of = replace(function(), layers=(Layer("Deps", folder="layer", builds=True),))
    files: Files = {"layer/requirements.txt": "six\n", "layer/python/idna-3.20.dist-info/METADATA": "Name: idna\n"}
    assert set(declared(files, of)) == {"six", "idna"}


def test_code_in_a_bucket_whose_source_is_here() -> None:
    found = declared({"src/requirements.txt": "six\n"}, replace(function(), code=UnknownCode("in S3", uploaded=True)))
    assert set(found) == {"six"}


def test_an_image_with_requirements_and_packages_by_name() -> None:
    found = in_image(
        "COPY requirements.txt ./\nRUN pip install -r requirements.txt && \\\n    pip install \\\n      'torch>=2' \\\n"
        "      --extra-index-url https://download.pytorch.org/whl/cpu\n",
        {"requirements.txt": "numpy==1.26.4\n"},
    )
    assert places(found) == {"numpy": ("requirements.txt", 1), "torch": ("Dockerfile", 5)}
    assert (found["torch"].local, found["numpy"].local) == ("cpu", "")


def test_an_index_of_the_command_serves_its_files() -> None:
    found = in_image(
        "COPY requirements.txt ./\nRUN pip install -r requirements.txt --index-url https://download.pytorch.org/whl/cpu\n",
        {"requirements.txt": "torch\n"},
    )
    assert found["torch"].local == "cpu"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("poetry install", {"requests", "idna", "pytest"}),
        ("poetry install --only main", {"requests", "idna"}),
        ("poetry install --only=dev", {"pytest"}),
        ("poetry install --without dev", {"requests", "idna"}),
        ("poetry install --no-dev", {"requests", "idna"}),
        ("poetry export --without-hashes -o r.txt && pip install -r r.txt", {"requests", "idna"}),
    ],
)
def test_poetry_in_an_image(command: str, expected: set[str]) -> None:
    files: Files = {"pyproject.toml": PROJECT, "poetry.lock": POETRY}
    found = in_image(f"COPY pyproject.toml poetry.lock ./\nRUN {command}\n", files)
    assert set(found) == expected


UV = """
[[package]]
name = "app"
version = "0"
source = { virtual = "." }
dependencies = [{ name = "six" }]
[package.optional-dependencies]
web = [{ name = "idna" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "six"
version = "1"
source = { registry = "x" }
[[package]]
name = "idna"
version = "1"
source = { registry = "x" }
[[package]]
name = "pytest"
version = "1"
source = { registry = "x" }
"""


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("uv sync", {"six", "pytest"}),
        ("uv sync --no-dev", {"six"}),
        ("uv sync --frozen --no-dev --extra web", {"six", "idna"}),
        ("uv sync --all-extras --no-group dev", {"six", "idna"}),
        ("uv sync --only-group dev", {"pytest"}),
    ],
)
def test_uv_in_an_image(command: str, expected: set[str]) -> None:
    files: Files = {"pyproject.toml": '[project]\ndependencies = ["six"]\n', "uv.lock": UV}
    assert set(in_image(f"COPY pyproject.toml uv.lock ./\nRUN {command}\n", files)) == expected


@pytest.mark.parametrize(
    ("command", "files", "expected"),
    [
        ("pip install .", {"pyproject.toml": '[project]\ndependencies = ["six"]\n'}, {"six"}),
        (
            "pip install .",
            {"pyproject.toml": "[build-system]\n", "setup.cfg": "[options]\ninstall_requires = six"},
            {"six"},
        ),
        ("uv pip install --system six idna", {}, {"six", "idna"}),
        ("pipenv install --system", {"Pipfile": '[packages]\nsix = "*"\n[dev-packages]\npytest = "*"\n'}, {"six"}),
        (
            "pipenv install --dev",
            {"Pipfile": '[packages]\nsix = "*"\n[dev-packages]\npytest = "*"\n'},
            {"six", "pytest"},
        ),
        ("conda env create -f environment.yml", {"environment.yml": "dependencies: [pytorch=2.1]\n"}, {"torch"}),
        ("conda install -y pytorch=2.1 numpy", {}, {"torch", "numpy"}),
        ("pip install ./six-1.17.0-py2.py3-none-any.whl", {"six-1.17.0-py2.py3-none-any.whl": b"PK"}, {"six"}),
    ],
)
def test_other_installers_in_an_image(command: str, files: Files, expected: set[str]) -> None:
    assert set(in_image(f"COPY . ./\nRUN {command}\n", files)) == expected


def test_extras_of_a_project_that_a_command_installs() -> None:
    project = '[project]\nname = "ours"\ndependencies = ["six"]\n[project.optional-dependencies]\n'
    files: Files = {"pyproject.toml": project + 'web = ["idna"]\ndocs = ["sphinx"]\n'}
    assert set(in_image("COPY . .\nRUN pip install '.[web]'\n", files)) == {"six", "idna"}
    assert set(in_image("COPY . .\nRUN pip install .\n", files)) == {"six"}


def test_constraints_of_a_command_and_of_a_file() -> None:
    files: Files = {"requirements.txt": "six\nidna>3\n", "c.txt": "six==1.16.0\nidna==3.10\nurllib3==2.0.0\n"}
    found = in_image("COPY . .\nRUN pip install -r requirements.txt urllib3 -c c.txt\n", files)
    assert {name: one.specifier for name, one in found.items()} == {
        "six": "==1.16.0",
        "idna": ">3,==3.10",
        "urllib3": "==2.0.0",
    }
    inside = declared({"src/requirements.txt": "-c c.txt\nsix\n", "src/c.txt": "six==1.16.0\n"})
    assert inside["six"].specifier == "==1.16.0"


@pytest.mark.parametrize(
    ("files", "name", "index"),
    [
        ({"requirements.txt": "-f https://download.pytorch.org/whl/torch_stable.html\nsix\n"}, "six", ""),
        ({"requirements.txt": "--extra-index-url https://download.pytorch.org/whl/cpu\nsix\n"}, "six", "cpu"),
        ({"requirements.txt": "--extra-index-url https://u:p@wheels.example.org/simple\nsix\n"}, "six", "other"),
        ({"requirements.txt": "-f wheels\nsix\n"}, "six", "other"),
        (
            {
                "uv.lock": 'version = 1\n[[package]]\nname = "six"\nversion = "1"\n'
                'source = { registry = "https://wheels.example.org/simple" }\n'
            },
            "six",
            "other",
        ),
        (
            {
                "poetry.lock": '[[package]]\nname = "six"\nversion = "1"\nfiles = []\n[package.source]\n'
                'type = "legacy"\nurl = "https://wheels.example.org/simple"\nreference = "ours"\n'
            },
            "six",
            "other",
        ),
        (
            {
                "Pipfile.lock": '{"_meta": {"sources": [{"name": "ours", "url": "https://wheels.example.org/simple"}]},'
                ' "default": {"six": {"version": "==1", "index": "ours"}}}'
            },
            "six",
            "other",
        ),
    ],
)
def test_indexes(files: Files, name: str, index: str) -> None:
    found = declared({f"src/{path}": text for path, text in files.items()}, function("cdk-python"))
    assert (found[name].index, found[name].by_address) == (index, False)


def test_indexes_of_a_project_file() -> None:
    uv = '[project]\ndependencies = ["six"]\n[[tool.uv.index]]\nname = "ours"\nurl = "https://wheels.example.org/s"\n'
    assert declared({"src/pyproject.toml": uv})["six"].index == "other"
    assert declared({"src/pyproject.toml": uv + "explicit = true\n"})["six"].index == ""


def test_credentials_stay_where_they_are() -> None:
    found = in_image(
        "COPY . ./\nRUN pip install --index-url https://u:hunter2@host/simple -r requirements.txt six==1\n"
        "RUN pip install git+https://u:hunter2@host/o/r.git 'p @ https://u:hunter2@host/p-1-py3-none-any.whl'\n",
        {"requirements.txt": "idna\npkg @ git+https://u:hunter2@host/o/r\n"},
    )
    assert set(found) == {"six", "idna", "p"}
    assert (found["p"].by_address, found["p"].index) == (True, "")
    assert (found["six"].by_address, found["six"].index) == (False, "other")
    assert "hunter2" not in repr(found)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("poetry.lock", "[[package"),
        ("uv.lock", "a = "),
        ("Pipfile.lock", "{"),
        ("pyproject.toml", "[project\n"),
        ("Pipfile", "= 3"),
        ("setup.cfg", "broken"),
        ("setup.py", "def"),
    ],
)
def test_files_that_cannot_be_read_are_problems(name: str, text: str) -> None:
    tree = MemoryTree({"src/app.py": "", f"src/{name}": text})
    files = dependency_files(function("cdk-python"), (), None, tree)
    (problem,) = declared_problems(tree, files)
    assert problem.place.path == f"src/{name}"
    assert problem.message.startswith("cannot be read: it is not")
    assert declared_dependencies(function("cdk-python"), (), None, tree) == ()


def test_a_requirements_file_that_is_too_large() -> None:
    tree = MemoryTree({"src/app.py": "", "src/requirements.txt": "#" * 6_000_000})
    (problem,) = declared_problems(tree, ["src/requirements.txt"])
    assert "reads files up to" in problem.message
    assert declared_problems(tree, ["src/missing.txt"]) == ()


def test_the_project_beside_a_lock_is_a_problem_too() -> None:
    tree = MemoryTree({"src/app.py": "", "src/poetry.lock": POETRY, "src/pyproject.toml": "["})
    files = dependency_files(function("cdk-python"), (), None, tree)
    assert [problem.place.path for problem in declared_problems(tree, files)] == ["src/pyproject.toml"]


def test_markers_are_those_of_the_image() -> None:
    found = in_image(
        "COPY requirements.txt ./\nRUN pip install -r requirements.txt\n",
        {"requirements.txt": 'six; sys_platform == "win32"\nidna; python_version >= "3.12"\n'},
    )
    assert set(found) == {"idna"}
