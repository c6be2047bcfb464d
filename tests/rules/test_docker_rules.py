"""What the pages of the Dockerfile rules do not show: traps, severities, and values that nobody knows."""

from __future__ import annotations

from textwrap import dedent

import pytest

from archlint.config import Config
from archlint.finding import Finding
from archlint.packaging.image.pins import floats
from archlint.results.result import ScanResult
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

TEMPLATE = """\
Resources:
  Caption:
    Type: AWS::Serverless::Function
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: .
    Properties:
      PackageType: Image
      MemorySize: 3008
"""
AWS = "FROM public.ecr.aws/lambda/python:3.13\n"
CODE = {"app.py": "def handler(event, context):\n    return 1\n"}


def scanned(dockerfile: str, template: str = TEMPLATE, **files: str) -> ScanResult:
    named = {name.replace("__", "/").replace("_txt", ".txt"): text for name, text in files.items()}
    return scan_tree(
        MemoryTree({"template.yaml": template, "Dockerfile": dedent(dockerfile), **CODE, **named}), Config()
    )


def findings(rule: str, dockerfile: str, template: str = TEMPLATE, **files: str) -> list[Finding]:
    return [found for found in scanned(dockerfile, template, **files).findings if found.rule == rule]


def lines(rule: str, dockerfile: str, **files: str) -> list[int]:
    return [found.place.line for found in findings(rule, dockerfile, **files)]


# docker-layer-order


@pytest.mark.parametrize(
    "body",
    [
        "COPY . .\nRUN pip install .",
        "COPY . .\nRUN pip install -e .",
        "COPY . .\nRUN pip install -r local.txt",
        "COPY . .\nRUN pip install -r $WHICH",
        "COPY . .\nRUN pip install --upgrade pip",
        "COPY . .\nRUN python -m compileall .",
        "COPY setup.py requirements.txt ./\nRUN pip install -r requirements.txt",
        "COPY requirements.txt poetry.lock ./\nRUN pip install -r requirements.txt\nCOPY . .",
        "COPY requirements.txt ./\nRUN pip install -r requirements.txt\nCOPY . .\nRUN pip install -r requirements.txt",
        "COPY train.py ./\nRUN python train.py\nRUN pip install numpy==2.3.4",
        "COPY app.py ./\nCOPY --link big.onnx ./",
        "COPY app.py ./\nCOPY small.onnx ./",
        "COPY big.onnx ./\nRUN pip install numpy==2.3.4\nCOPY app.py ./",
    ],
)
def test_order_is_right(body: str) -> None:
    files = {
        "local.txt": "-e ./lib\n",
        "requirements.txt": "numpy==2.3.4\n",
        "setup.py": "",
        "train.py": "",
        "poetry.lock": "",
        "big.onnx": "",
        "small.onnx": "x" * 5_000,
    }
    assert lines("docker-layer-order", AWS + body + "\n", **files) == []


@pytest.mark.parametrize(
    "body",
    [
        "COPY . .\nRUN dnf install -y tar",
        "COPY . .\nRUN --mount=type=cache,target=/root/.cache/pip pip install numpy==2.3.4",
        "COPY . .\nRUN wget https://example.org/weights/net.onnx",
        "COPY . .\nRUN git clone https://huggingface.co/org/net",
        "COPY . .\nRUN aws s3 cp s3://bucket/model/net.bin /opt/",
        "COPY . .\nRUN python -c \"from transformers import AutoModel; AutoModel.from_pretrained('a/b')\"",
        "COPY . .\nRUN python -m spacy download en_core_web_sm",
        "COPY . .\nADD https://example.org/net.safetensors /opt/net.safetensors",
        "COPY . .\nRUN poetry install",
        "COPY app.py missing.py ./\nCOPY weights/*.onnx /opt/",
    ],
)
def test_order_is_wrong(body: str) -> None:
    files = {"poetry.lock": "", "pyproject.toml": ""}
    assert lines("docker-layer-order", AWS + body + "\n", **files) == [2]


def test_order_names_every_later_step() -> None:
    dockerfile = AWS + "COPY . .\nRUN pip install numpy==2.3.4\nRUN pip install scipy==1.16.3\n"
    found = findings("docker-layer-order", dockerfile)[0]
    assert "(lines 3 and 4)" in found.message
    assert [step.place.line for step in found.trace] == [3, 4]
    assert found.help is not None
    assert "below line 4" in found.help


# docker-unpinned


@pytest.mark.parametrize(
    ("specifier", "expected"),
    [
        ("", True),
        (">=1.0", True),
        ("<2", True),
        (">=1,<2", True),
        ("~=1.4", True),
        ("==2.*", True),
        ("!=1.5", True),
        ("==1.4", False),
        ("===1.4", False),
        ("==1.4.*", False),
        ("~=1.4.2", False),
        (">=1.4,<1.5", False),
        (">=1.4.2,<=1.4.9", False),
        ("==1.13.1+cpu", False),
        ("nonsense", False),
    ],
)
def test_what_floats(specifier: str, expected: bool) -> None:
    assert floats(specifier) is expected


@pytest.mark.parametrize(
    "base",
    [
        "python:3.13-slim",
        "public.ecr.aws/lambda/python:3.12",
        "python@sha256:" + "0" * 64,
        "ubuntu:24.04",
        "public.ecr.aws/lambda/provided:al2023",
        "scratch",
    ],
)
def test_base_is_pinned(base: str) -> None:
    assert lines("docker-unpinned", f"FROM {base}\nCOPY app.py ./\n") == []


@pytest.mark.parametrize(
    "base", ["python", "python:3", "python:slim", "amazon/aws-lambda-python:latest", "registry.example:5000/ours"]
)
def test_base_floats(base: str) -> None:
    assert lines("docker-unpinned", f"FROM {base}\nCOPY app.py ./\n") == [1]


def test_base_of_a_stage_that_lends_files() -> None:
    dockerfile = (
        "FROM python AS build\nCOPY app.py /x/\nFROM python AS idle\nFROM python:3.13-slim\nCOPY --from=build /x /x\n"
    )
    assert lines("docker-unpinned", dockerfile) == [1]


def test_base_that_is_not_known() -> None:
    result = scanned("ARG BASE\nFROM ${BASE}\nCOPY app.py ./\n")
    assert not [found for found in result.findings if found.rule == "docker-unpinned"]
    assert any(gap.rule == "docker-unpinned" for gap in result.coverage.not_evaluated)


def test_copied_from_an_image_that_floats() -> None:
    body = (
        "COPY --from=public.ecr.aws/awsguru/aws-lambda-adapter:latest /lambda-adapter /opt/extensions/lambda-adapter\n"
    )
    found = findings("docker-unpinned", AWS + body + "COPY --from=ghcr.io/astral-sh/uv:latest /uv /bin/\n")
    assert [(one.place.line, one.severity) for one in found] == [(2, "info")]


def test_one_finding_a_file_with_counts() -> None:
    requirements = "numpy==2.3.4\n# why\npandas\nscipy>=1\nawslambdaric\n"
    found = findings(
        "docker-unpinned", AWS + "COPY . .\nRUN pip install -r requirements.txt\n", requirements_txt=requirements
    )
    assert [(one.place.path, one.place.line) for one in found] == [("requirements.txt", 3)]
    assert found[0].message.startswith("3 of 4 packages have no fixed version (pandas, scipy, awslambdaric)")
    assert found[0].help is not None
    assert found[0].help.startswith("Pin them with ==")


def test_one_package_is_not_many() -> None:
    (found,) = findings("docker-unpinned", AWS + "RUN pip install numpy==2.3.4 pandas\n")
    assert found.help is not None
    assert found.help.startswith("Pin it with ==")


@pytest.mark.parametrize(
    "requirements",
    [
        "torch==1.7.1+cpu\ntorchvision==0.8.2+cpu\n",
        "--find-links https://download.pytorch.org/whl/torch_stable.html\ntorch==1.7.1+cpu\n",
        "https://example.org/torch-2.0.0-cp313-cp313-linux_x86_64.whl\n",
        "ours @ git+https://github.com/example/ours@v1.2.0\n",
        'pywin32; sys_platform == "win32"\n',
        "pip\nsetuptools\nwheel\n",
        "./lib\n-e .\n",
        "-c constraints.txt\nnumpy\n",
        "",
        "this is no requirement\n",
    ],
)
def test_requirements_are_pinned(requirements: str) -> None:
    files = {"requirements.txt": requirements, "constraints.txt": "numpy==2.3.4\n"}
    assert lines("docker-unpinned", AWS + "RUN pip install -r requirements.txt\n", **files) == []
    copied = AWS + "COPY . .\nRUN pip install -r requirements.txt\n"
    assert lines("docker-unpinned", copied, **files) == []


@pytest.mark.parametrize(
    "requirements",
    [
        "git+https://github.com/example/ours.git\n",
        "ours @ git+https://github.com/example/ours@main\n",
        "-r requirements.txt\nnumpy\n",
    ],
)
def test_requirements_float(requirements: str) -> None:
    copied = AWS + "COPY . .\nRUN pip install -r requirements.txt\n"
    assert len(lines("docker-unpinned", copied, **{"requirements.txt": requirements})) == 1


def test_constraints_elsewhere_are_not_judged() -> None:
    copied = AWS + "COPY . .\nRUN pip install -r requirements.txt -c https://example.org/c.txt\n"
    result = scanned(copied, **{"requirements.txt": "numpy\n"})
    assert not [found for found in result.findings if found.rule == "docker-unpinned"]
    assert any(gap.rule == "docker-unpinned" for gap in result.coverage.not_evaluated)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("pip install joblib", ["warning"]),
        ("pip install awslambdaric", ["info"]),
        ("pip install -U pip setuptools", []),
        ("pip install poetry && poetry install", []),
        ("pip install 'numpy==2.3.4'", []),
        ("pip install --no-index --find-links=/wheels numpy", []),
        ("uv pip install --system --exclude-newer 2026-01-01 numpy", []),
        ("conda install -y numpy=2.3 pandas", ["warning"]),
    ],
)
def test_packages_on_a_line(command: str, expected: list[str]) -> None:
    found = findings("docker-unpinned", AWS + f"RUN {command}\nCOPY app.py ./\n")
    assert [one.severity for one in found] == expected


# docker-fat-image


def torch(requirements: str, dockerfile: str = "", template: str = TEMPLATE) -> list[Finding]:
    body = dockerfile or AWS + "COPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\n"
    return findings("docker-fat-image", body, template, requirements_txt=requirements)


@pytest.mark.parametrize(
    "requirements",
    [
        "torch\n",
        "torch==2.9.1\n",
        "torch==1.7.1\n",
        "-f https://download.pytorch.org/whl/torch_stable.html\ntorch==1.7.1\n",
        "torch==2.9.1+cu128\n",
        "onnxruntime-gpu==1.23.2\n",
        "sentence-transformers\n",
    ],
)
def test_cuda_wheels(requirements: str) -> None:
    found = torch(requirements)
    assert [one.severity for one in found] == ["warning"]
    assert "GPU" in found[0].message


@pytest.mark.parametrize(
    "requirements",
    [
        "torch==2.9.1+cpu\n",
        "--extra-index-url https://download.pytorch.org/whl/cpu\ntorch\n",
        "--index-url https://wheels.example.org/simple\ntorch\n",
        "--index-url https://[broken/simple\ntorch\n",
        "torch @ https://download.pytorch.org/whl/cpu/torch-2.9.1%2Bcpu-cp313-cp313-linux_x86_64.whl\n",
        "onnxruntime\nnumpy\n",
    ],
)
def test_no_cuda_wheels(requirements: str) -> None:
    assert torch(requirements) == []


@pytest.mark.parametrize(
    "setting",
    [
        "ENV PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu\n",
        "ARG INDEX\nENV PIP_INDEX_URL=$INDEX\n",
        "RUN pip install --no-cache-dir torch==2.9.1 --index-url https://download.pytorch.org/whl/cpu\n",
        "RUN pip install --no-cache-dir --find-links=/wheels torch==2.9.1\n",
    ],
)
def test_an_index_of_its_own(setting: str) -> None:
    body = AWS + setting + "COPY requirements.txt ./\nRUN pip install --no-cache-dir -r requirements.txt\n"
    assert torch("torch==2.9.1\n", body) == []


LOCKED = """\
[[package]]
name = "torch"
version = "{version}"
description = ""
optional = false
python-versions = "*"

[metadata]
lock-version = "2.0"
python-versions = "^3.13"
content-hash = "0"
"""


@pytest.mark.parametrize(("version", "expected"), [("1.12.1", 1), ("2.9.1", 0), ("2.9.1+cpu", 0)])
def test_torch_of_a_lock(version: str, expected: int) -> None:
    """A newer torch that brings CUDA has nvidia-* wheels beside it in the lock."""
    body = "COPY . .\nRUN poetry export -f requirements.txt -o r.txt\nRUN pip install --no-cache-dir -r r.txt\n"
    project = '[tool.poetry.dependencies]\npython = "^3.13"\ntorch = "*"\n'
    files = {"poetry.lock": LOCKED.format(version=version), "pyproject.toml": project}
    assert len(findings("docker-fat-image", AWS + body, **files)) == expected


def test_torch_on_arm64() -> None:
    assert torch("torch==2.9.1\n", template=TEMPLATE + "      Architectures: [arm64]\n") == []


def test_torch_says_what_it_costs() -> None:
    assert "about 4,602 MB (measured with torch 2.15.0)" in torch("torch==2.15.0\n")[0].message
    assert "MB" not in torch("torch==1.7.1\n")[0].message


def test_a_base_with_torch_inside_says_nothing_of_wheels() -> None:
    body = "FROM huggingface/transformers-pytorch-cpu:4.40\nCOPY requirements.txt ./\n"
    assert torch("torch\n", body + "RUN pip install --no-cache-dir -r requirements.txt\n") == []


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ("python:3.13", 1),
        ("public.ecr.aws/docker/library/python:3.13-bookworm", 1),
        ("continuumio/miniconda3:25.1.1-2", 1),
        ("pytorch/pytorch:2.9.1-cuda12.8-cudnn9-runtime", 1),
        ("python:3.13-slim", 0),
        ("python:3.13-alpine", 0),
        ("ubuntu:24.04", 0),
        ("public.ecr.aws/lambda/python:3.13", 0),
        ("registry.example/ours:1", 0),
    ],
)
def test_bases(base: str, expected: int) -> None:
    assert len(findings("docker-fat-image", f"FROM {base}\nCOPY app.py ./\n")) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("RUN yum groupinstall -y 'Development Tools'\n", [2]),
        ("RUN apk add --no-cache build-base\n", [2]),
        ("RUN apk add --virtual .b gcc && pip install --no-cache-dir numpy==2.3.4 && apk del .b\n", []),
        ("RUN dnf install -y tar gzip git\n", []),
        ("RUN echo install gcc\n", []),
    ],
)
def test_compilers(body: str, expected: list[int]) -> None:
    assert lines("docker-fat-image", AWS + body + "COPY app.py ./\n") == expected


@pytest.mark.parametrize(
    ("run", "expected"),
    [
        ("RUN pip install tensorflow==2.21.0", ["info"]),
        ("RUN pip install --no-cache-dir tensorflow==2.21.0", []),
        ("RUN pip install tensorflow==2.21.0 && rm -rf /root/.cache", []),
        ("RUN --mount=type=cache,target=/root/.cache/pip pip install tensorflow==2.21.0", []),
        ("ENV PIP_NO_CACHE_DIR=1\nRUN pip install tensorflow==2.21.0", []),
        ("RUN pip install numpy==2.3.4", []),
    ],
)
def test_cache(run: str, expected: list[str]) -> None:
    assert [one.severity for one in findings("docker-fat-image", AWS + run + "\nCOPY app.py ./\n")] == expected


# image-over-limit, and what is no Lambda's image


def test_over_the_limit() -> None:
    class Heavy(MemoryTree):
        def size(self, path: str) -> int:
            return 11 * 1024**3 if path.endswith(".gguf") else super().size(path)

    files = {
        "template.yaml": TEMPLATE,
        "Dockerfile": AWS + "COPY net.gguf ./\nCOPY app.py ./\n",
        "net.gguf": "",
        **CODE,
    }
    found = [one for one in scan_tree(Heavy(files), Config()).findings if one.rule == "image-over-limit"]
    assert [(one.severity, one.place.path, one.place.line) for one in found] == [("error", "template.yaml", 2)]
    assert "net.gguf 11.0 GB" in found[0].message


def test_other_dockerfiles_are_not_judged() -> None:
    files = {"train/Dockerfile": "FROM python\nCOPY . .\nRUN pip install torch\n"}
    assert findings("docker-unpinned", AWS + "COPY app.py ./\n", **files) == []
    assert findings("docker-layer-order", AWS + "COPY app.py ./\n", **files) == []
