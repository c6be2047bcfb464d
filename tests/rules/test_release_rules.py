"""What the pages' examples do not show of the rules about releases: wording, severity, and where they stay silent."""

from __future__ import annotations

import pytest

from archlint.config import Config
from archlint.finding import Finding
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

RULES = ("dep-python-mismatch", "wheel-platform-mismatch", "removed-api")
ZIP = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: {runtime}
      Architectures: [{machine}]
"""
IMAGE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Metadata: {Dockerfile: Dockerfile, DockerContext: .}
    Properties: {PackageType: Image}
"""
HANDLER = "def handler(event, context):\n    return 1\n"


def found(files: dict[str, str]) -> list[Finding]:
    result = scan_tree(MemoryTree({"app.py": HANDLER, **files}), Config())
    return [finding for finding in result.findings if finding.rule in RULES]


def zipped(requirements: str, runtime: str = "python3.12", machine: str = "x86_64") -> list[Finding]:
    template = ZIP.format(runtime=runtime, machine=machine)
    return found({"template.yaml": template, "requirements.txt": requirements})


def built(dockerfile: str, requirements: str = "transformers==4.38.0\n") -> list[Finding]:
    return found({"template.yaml": IMAGE, "Dockerfile": dockerfile, "requirements.txt": requirements})


def image(base: str, before: str = "") -> str:
    rest = "COPY requirements.txt app.py ./\nRUN pip install -r requirements.txt\nCMD [app.handler]\n"
    return f"FROM {base}\n{before}{rest}"


def test_the_message_says_what_is_needed_and_what_fits() -> None:
    (finding,) = zipped("transformers==4.38.0", "python3.7")
    assert finding.message.startswith(
        "transformers==4.38.0 needs Python >=3.8.0; the runtime python3.7 has Python 3.7 ("
    )
    assert finding.help is not None
    assert finding.help.startswith("Take transformers==4.30.2, ")
    assert (finding.severity, finding.confidence, finding.place.line) == ("error", "high", 1)


def test_another_index_does_not_change_what_a_release_needs() -> None:
    (finding,) = zipped("--extra-index-url https://wheels.example.org/simple\ntransformers==4.38.0", "python3.7")
    assert " needs Python >=3.8.0" in finding.message
    (finding,) = zipped("--find-links https://download.pytorch.org/whl/torch_stable.html\ntensorflow==2.13.1")
    assert finding.rule == "dep-python-mismatch"


def test_no_wheel_and_no_source() -> None:
    (finding,) = zipped("tensorflow==2.13.1")
    assert " has wheels for Python 3.8 to 3.11 alone, and no source distribution; " in finding.message


@pytest.mark.parametrize(
    ("requirement", "runtime", "machine", "severity", "words"),
    [
        ("numpy==1.24.4", "python3.12", "x86_64", "warning", "its wheels are for Python 3.8 to 3.11"),
        ("scikit-learn==1.8.0", "python3.11", "x86_64", "warning", "its wheels need glibc 2.27, and there is 2.26"),
        ("numpy>=2.3.2", "python3.11", "x86_64", "warning", "its wheels need glibc 2.27, and there is 2.26"),
        ("tensorflow==2.9.1", "python3.9", "arm64", "error", "its wheels for Python 3.9 are for x86_64 alone"),
    ],
)
def test_why_there_is_no_wheel(requirement: str, runtime: str, machine: str, severity: str, words: str) -> None:
    (finding,) = zipped(requirement, runtime, machine)
    assert finding.rule == "wheel-platform-mismatch"
    assert words in finding.message
    assert finding.severity == severity


@pytest.mark.parametrize(
    ("requirement", "runtime"),
    [
        ("pyyaml==5.3.1", "python3.12"),  # its sdist installs without a compiler
        ("numpy>=2.0", "python3.11"),  # pip takes 2.2
        ("numpy<1.25", "python3.12"),
        ("torch==1.7.1+cpu", "python3.12"),  # from another index
        ("tensorflow @ https://example.org/tensorflow-2.13.1-cp312-cp312-linux_x86_64.whl", "python3.12"),
        ("--index-url https://wheels.example.org/simple\ntensorflow==2.13.1", "python3.12"),  # may have more wheels
        ("--find-links ./wheels\nnumpy==1.24.4", "python3.12"),
        ("--extra-index-url $INDEX\nscikit-learn==1.8.0", "python3.11"),
        ("transformers==4.38.0", "nodejs22.x"),
        ("transformers==4.38.0; python_version >= '3.8'", "python3.7"),
        ("transformers", "python3.7"),
    ],
)
def test_what_installs_or_cannot_be_told_is_silent(requirement: str, runtime: str) -> None:
    assert zipped(requirement, runtime) == []


def test_a_folder_that_nobody_builds_is_silent() -> None:
    template = ZIP.format(runtime="python3.7", machine="x86_64").replace("::Serverless::Function", "::Lambda::Function")
    template = template.replace("CodeUri: .", "Code: .")
    assert found({"template.yaml": template, "requirements.txt": "transformers==4.38.0"}) == []


def test_an_image_without_a_python_of_its_own_is_counted() -> None:
    files = {"template.yaml": IMAGE, "Dockerfile": image("mine/base"), "requirements.txt": "transformers==4.38.0"}
    result = scan_tree(MemoryTree({"app.py": HANDLER, **files}), Config())
    reasons = {x.reason for x in result.coverage.not_evaluated if x.rule == "dep-python-mismatch"}
    assert reasons == {"the reference of the base image mine/base does not say which Python it has"}


@pytest.mark.parametrize(
    ("dockerfile", "count"),
    [
        (image("public.ecr.aws/lambda/python:3.7"), 1),
        (image("public.ecr.aws/lambda/python:3.12"), 0),
        (image("public.ecr.aws/lambda/python:3.7", "RUN yum install -y python3.11\n"), 0),
        (image("public.ecr.aws/lambda/python:3.7", "RUN conda create -n x\n"), 0),
        (image("public.ecr.aws/lambda/python:3.7").replace("install", "install --python-version 3.11"), 0),
        (image("python:3.7-slim").replace("FROM", "FROM python:3.11 AS other\nFROM"), 1),
    ],
)
def test_images(dockerfile: str, count: int) -> None:
    assert len(built(dockerfile)) == count


@pytest.mark.parametrize(
    ("base", "before", "count"),
    [
        ("public.ecr.aws/lambda/python:3.12", "", 1),
        ("public.ecr.aws/lambda/python:3.12", "RUN dnf install -y gcc\n", 0),
        ("python:3.12-slim", "", 1),
        ("python:3.12", "", 0),
        ("python:3.11-slim", "", 0),
    ],
)
def test_whether_there_is_a_compiler(base: str, before: str, count: int) -> None:
    assert len(built(image(base, before), "numpy==1.24.4")) == count


VIT = "from transformers import ViTFeatureExtractor\nX = ViTFeatureExtractor.from_pretrained('/opt/m')\n"
VERSIONED = """\
import transformers
X = None
if transformers.__version__ < "5":
    X = transformers.ViTFeatureExtractor.from_pretrained("m")
"""


@pytest.mark.parametrize(
    ("requirement", "code", "confidence"),
    [
        ("transformers==5.23.0", VIT, "medium"),
        ("transformers>=5.0,<6", VIT, "medium"),
        ("transformers==5.23.0", VIT.replace("ViTFeatureExtractor", "TFAutoModel"), "high"),
        ("transformers>=5.0", VIT.replace("ViTFeatureExtractor", "TFAutoModel"), "medium"),
        ("transformers==4.57.0", VIT, None),
        ("transformers", VIT, None),
        ("transformers<6", VIT, None),
        ("torch==2.6.0", VIT, None),
        ("transformers==5.23.0", VERSIONED, None),
    ],
)
def test_removed_calls(requirement: str, code: str, confidence: str | None) -> None:
    template = ZIP.format(runtime="python3.12", machine="x86_64")
    files = {"template.yaml": template, "requirements.txt": requirement, "app.py": code + HANDLER}
    confidences = [finding.confidence for finding in found(files) if finding.rule == "removed-api"]
    assert confidences == ([confidence] if confidence else [])


def test_a_removed_call_names_its_successor_and_the_line() -> None:
    template = ZIP.format(runtime="python3.12", machine="x86_64")
    (finding,) = found({"template.yaml": template, "requirements.txt": "transformers==5.23.0", "app.py": VIT + HANDLER})
    assert finding.message == (
        "transformers.ViTFeatureExtractor.from_pretrained() is not in transformers 5.23.0 any more,"
        " and requirements.txt:1 asks for transformers==5.23.0"
    )
    assert finding.help == "Call transformers.ViTImageProcessor instead."


@pytest.mark.parametrize(
    "text", ["numpy==" + "9" * 300, "numpy==1!2.0", "numpy===??", "numpy>=" + "1." * 200 + "1", "==1"]
)
def test_hostile_requirements(text: str) -> None:
    assert zipped(text) == []
