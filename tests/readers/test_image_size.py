from __future__ import annotations

from dataclasses import replace
from textwrap import dedent

import pytest

from archlint.knowledge.base_images import base_image_size
from archlint.knowledge.store import read_yaml
from archlint.model.function import Function, ImageCode, Setting
from archlint.model.image import Image
from archlint.model.place import Place
from archlint.model.size import IMAGE_LIMIT_BYTES, Size
from archlint.packaging.dependencies.indexes import Served, served_by
from archlint.packaging.image import read_image
from archlint.packaging.needs import holds_cuda
from archlint.packaging.sizes.image import CACHE, estimate_image
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown
from samples import make_function

AWS = "FROM public.ecr.aws/lambda/python:3.13\n"
CODE = ImageCode("Dockerfile", "", Place("template.yaml", 7))
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 500000000\n"


def function(architecture: str | None = "x86_64") -> Function:
    value = Known(architecture) if architecture else Unknown("a parameter")
    return replace(make_function(), code=CODE, package=Known("image"), architecture=Setting(value))


def sized(dockerfile: str, files: dict[str, str] | None = None, architecture: str | None = "x86_64") -> Size:
    tree = MemoryTree({"Dockerfile": dedent(dockerfile), **(files or {})})
    image = read_image(CODE, tree)
    assert isinstance(image, Image), image
    size = estimate_image(function(architecture), image, tree)
    assert size is not None
    assert 0 <= size.low_bytes <= size.estimate_bytes <= size.high_bytes
    return size


def parts(size: Size) -> dict[str, int]:
    return {part.name: part.estimate_bytes for part in size.parts}


def test_base_code_and_dependencies_are_added_up() -> None:
    size = sized(AWS + "RUN pip install --no-cache-dir numpy==2.3.4\nCOPY app.py ./\n", {"app.py": "x" * 1000})
    assert size.limit_bytes == IMAGE_LIMIT_BYTES
    assert size.verdict == "under"
    assert {part.kind for part in size.parts} == {"base", "dependency", "code"}
    assert parts(size)["app.py"] == 1000
    assert sum(parts(size).values()) == size.estimate_bytes
    assert size.unknown_packages == ()
    assert CACHE not in parts(size)


def test_the_cache_counts_where_it_stays() -> None:
    kept = sized(AWS + "RUN pip install tensorflow==2.21.0\n")
    assert 0 < parts(kept)[CACHE] < parts(kept)["tensorflow"]


def test_the_cache_of_another_stage_does_not_stay() -> None:
    size = sized(
        "FROM python:3.13 AS b\nRUN pip install -t /x numpy==2.3.4\nFROM python:3.13-slim\nCOPY --from=b /x /x\n"
    )
    assert "numpy" in parts(size)
    assert CACHE not in parts(size)


@pytest.mark.parametrize(
    ("body", "files"),
    [
        ("RUN pip install --no-cache-dir torch --index-url https://download.pytorch.org/whl/cpu\n", {}),
        (
            "COPY r.txt ./\nRUN pip install --no-cache-dir -r r.txt\n",
            {"r.txt": "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch\n"},
        ),
    ],
)
def test_the_cpu_build_of_torch(body: str, files: dict[str, str]) -> None:
    assert sized(AWS + body, files).high_bytes < 3_000_000_000
    assert sized(AWS + "RUN pip install --no-cache-dir torch\n").estimate_bytes > 5_000_000_000


def test_old_torch_has_cuda_inside() -> None:
    size = sized(AWS + "RUN pip install --no-cache-dir torch==1.7.1\n")
    assert not [name for name in parts(size) if name.startswith("nvidia-")]
    assert size.verdict == "under"


def test_a_lock_decides() -> None:
    lock = 'version = 1\n[[package]]\nname = "ours"\nversion = "1"\nsource = { virtual = "." }\n'
    lock += 'dependencies = [{ name = "numpy" }]\n[[package]]\nname = "numpy"\nversion = "2.3.4"\n'
    lock += 'source = { registry = "https://example.org/simple" }\n'
    size = sized(AWS + "COPY . .\nRUN uv sync --frozen\n", {"uv.lock": lock, "pyproject.toml": "", "app.py": ""})
    assert "numpy" in parts(size)
    assert "uv.lock" in size.evidence


def test_models_and_pointers() -> None:
    size = sized(AWS + "COPY m/ /opt/ml/\nCOPY big.onnx /opt/\n", {"m/a.safetensors": POINTER, "big.onnx": "x" * 5000})
    assert [(m.path, m.lfs_stated_bytes) for m in size.models] == [("big.onnx", None), ("m/a.safetensors", 500_000_000)]
    pointer = next(part for part in size.parts if part.name == "m")
    assert pointer.low_bytes == len(POINTER)
    assert pointer.high_bytes == 500_000_000
    assert next(part for part in size.parts if part.name == "big.onnx").kind == "model"


def test_project_files_groups_and_wheels() -> None:
    project = '[project]\ndependencies = ["idna"]\n[project.optional-dependencies]\nweb = ["numpy"]\n'
    project += '[dependency-groups]\ndev = ["pandas"]\n'
    body = "COPY . .\nRUN uv sync --no-dev --extra web\n"
    assert {"idna", "numpy"} <= parts(sized(AWS + body, {"pyproject.toml": project})).keys()
    assert "pandas" not in parts(sized(AWS + body, {"pyproject.toml": project}))
    assert "pandas" in parts(sized(AWS + "COPY . .\nRUN uv sync\n", {"pyproject.toml": project}))
    assert "pandas" in parts(sized(AWS + "RUN conda install -y pandas=2.2\n"))


def test_whether_python_writes_its_cache() -> None:
    run = "RUN pip install --no-cache-dir numpy\n"
    assert sized(AWS + run).compiles
    assert not sized(AWS + "ENV PYTHONDONTWRITEBYTECODE=1\n" + run).compiles


def test_what_is_copied_twice_counts_twice() -> None:
    assert parts(sized(AWS + "COPY a.py /x/\nCOPY a.py /y/\n", {"a.py": "x" * 700}))["a.py"] == 1400


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("RUN wget https://example.org/net.onnx\n", "a model downloaded in line 2"),
        ("COPY net.onnx ./\n", "net.onnx of line 2, which is not in the repository"),
        ("RUN dnf install -y tar\n", "the system packages of line 2"),
        ("RUN conda install -y numpy=2\n", "what conda installs in line 2"),
        ("COPY --from=example.org/tools:1 /bin/x /bin/x\n", "the files of example.org/tools:1 in line 2"),
        ("RUN pip install -r absent.txt\n", "absent.txt (line 2)"),
        ("RUN pip install nobody-knows-this\n", "nobody-knows-this"),
    ],
)
def test_what_is_not_known_is_named(body: str, expected: str) -> None:
    assert expected in sized(AWS + body).unknown_packages


def test_a_base_that_is_not_known() -> None:
    size = sized("FROM registry.example/ours-python3.13:1\nRUN pip install numpy==2.3.4\n")
    assert "the base image registry.example/ours-python3.13:1" in size.unknown_packages
    assert any(
        name.startswith("the base image") for name in sized("ARG B\nFROM $B\nRUN pip install numpy\n").unknown_packages
    )


def test_no_python_no_size() -> None:
    tree = MemoryTree({"Dockerfile": "FROM public.ecr.aws/lambda/java:21\nCOPY . .\n"})
    image = read_image(CODE, tree)
    assert isinstance(image, Image)
    assert estimate_image(function(), image, tree) is None


def test_an_open_architecture_widens_the_range() -> None:
    body = AWS + "RUN pip install --no-cache-dir torch==2.9.1\n"
    both, one, other = (sized(body, architecture=a) for a in (None, "x86_64", "arm64"))
    assert both.low_bytes == min(one.low_bytes, other.low_bytes)
    assert both.high_bytes == max(one.high_bytes, other.high_bytes)


def test_over_only_if_the_low_end_is_over() -> None:
    size = sized("FROM pytorch/pytorch:2.9.1-cuda12.8-cudnn9-devel\nRUN pip install torch==2.9.1\n")
    assert size.high_bytes > IMAGE_LIMIT_BYTES > size.low_bytes
    assert size.verdict == "near"


@pytest.mark.parametrize(
    "files",
    [
        {"requirements.txt": "-r requirements.txt\n-r ../../etc/passwd\n-c requirements.txt\n"},
        {"requirements.txt": "\0" * 1000 + "(" * 5000},
        {"requirements.txt": "numpy" * 2000},
        {"poetry.lock": "{{{{", "pyproject.toml": "["},
        {"uv.lock": "version = 1\n[[package]]\nname = 3\n"},
    ],
)
def test_hostile_files(files: dict[str, str]) -> None:
    body = "COPY . .\nRUN pip install -r requirements.txt -c constraints.txt\nRUN poetry install\nRUN uv sync\n"
    assert sized(AWS + body, files).verdict in ("under", "unknown")


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ("1.12.1", True),
        ("==1.7.1", True),
        ("==1.7.1+cu110", True),
        ("1.13.0", False),
        ("2.9.1", False),
        (">=1.7", False),
        ("", False),
    ],
)
def test_torch_with_cuda_inside(version: str, expected: bool) -> None:
    assert holds_cuda("torch", version) is expected


@pytest.mark.parametrize(
    ("address", "cpu", "other"),
    [
        ("https://download.pytorch.org/whl/cpu", True, False),
        ("https://download.pytorch.org/whl/cpu/", True, False),
        ("https://download.pytorch.org/whl/cu128", False, False),
        ("https://pypi.org/simple", False, False),
        ("https://cpu.example.org/simple", False, True),
        ("https://[broken/simple", False, True),
        ("/wheels", False, True),
        ("", False, False),
    ],
)
def test_what_an_index_serves(address: str, cpu: bool, other: bool) -> None:
    assert served_by([address]) == Served(cpu, other)


@pytest.mark.parametrize(
    ("name", "tag", "kind"),
    [
        ("public.ecr.aws/lambda/python", "3.13", "lambda"),
        ("amazon/aws-lambda-python", "3.8", "lambda"),
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/lambda/python", "3.13", "lambda"),
        ("docker.io/library/python", "3.13-slim", "slim"),
        ("public.ecr.aws/docker/library/python", "3.13", "full"),
        ("nvidia/cuda", "12.9.1-devel-ubuntu24.04", "cuda"),
        ("mambaorg/micromamba", "2", None),
        ("x" * 400, "", None),
    ],
)
def test_base_images(name: str, tag: str, kind: str | None) -> None:
    found = base_image_size(name, tag)
    assert (found.kind if found else None) == kind


def test_every_row_has_a_range_and_a_source() -> None:
    data = read_yaml("base_images.yaml")
    for row in data["images"]:
        assert 0 <= row["low_mb"] <= row["high_mb"], row
        assert row["source"] in data["sources"], row
        assert row["kind"] in ("lambda", "slim", "full", "conda", "cuda", "empty", "other"), row
