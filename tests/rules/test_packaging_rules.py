"""What the pages' examples do not show of the rules for packages: wording, severity, and when they stay silent."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from archlint.config import Config
from archlint.finding import Finding
from archlint.model.size import Size, SizePart
from archlint.results.result import ScanResult
from archlint.rules.packaging.package_near_limit import _against, _passes_compiled
from archlint.rules.shared.package_words import advice, largest, megabytes, span, with_compiled
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree
from expectations import TEMPLATE

MB = 1_048_576
Files = dict[str, str | bytes]
PLAIN = "def handler(event, context):\n    return 1\n"
HEAVY = "scikit-learn\npandas\n"
USES_HEAVY = "import pandas\nimport sklearn\n\n\n" + PLAIN
IMAGE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Metadata:
      Dockerfile: Dockerfile
      DockerContext: .
    Properties:
      PackageType: Image
      MemorySize: 2048
"""
DOCKERFILE = """\
FROM public.ecr.aws/lambda/python:3.13
COPY requirements.txt ./
RUN pip install --no-cache-dir -r requirements.txt
COPY app.py ./
CMD ["app.handler"]
"""


def scan(requirements: str = "", app: str = PLAIN, template: str = TEMPLATE, more: Files | None = None) -> ScanResult:
    files: Files = {"template.yaml": template, "app.py": app, **(more or {})}
    return scan_tree(MemoryTree({**files, "requirements.txt": requirements} if requirements else files), Config())


def of(code: str, result: ScanResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.code == code]


def only(code: str, result: ScanResult) -> Finding:
    (finding,) = of(code, result)
    return finding


def test_too_large_says_how_much_and_what_is_left() -> None:
    finding = only("AL201", scan("torch\n", "import torch\n\n\n" + PLAIN))
    assert finding.message.startswith("the zip package takes ~5,")
    assert "MB (3,7" in finding.message
    assert "more than the 250 MB that Lambda takes (as of 2026-" in finding.message
    assert finding.message.count("MB,") >= 4, "the five largest"
    assert finding.help is not None
    assert finding.help.startswith("Even if you install torch from https://download.pytorch.org/whl/cpu (-4,6")
    assert finding.help.endswith("are left: deploy it as a container image (PackageType: Image), which may have 10 GB.")
    whole = re.search(r"takes ~([\d,]+) MB", finding.message)
    sums = re.search(r"\(-([\d,]+) MB\), ~([\d,]+) MB", finding.help)
    assert whole is not None
    assert sums is not None
    saved, left = (int(number.replace(",", "")) for number in sums.groups())
    assert abs(int(whole[1].replace(",", "")) - saved - left) <= 1, "what is left adds up with what is named"


def test_near_names_the_cheapest_change() -> None:
    finding = only("AL202", scan(HEAVY + "boto3\n", USES_HEAVY))
    assert finding.help is not None
    assert re.fullmatch(
        r"Leave boto3 and botocore to the Python runtime \(-22 MB\): ~23\d MB \(16\d-32\d\) are left then, of 250 MB;"
        " only a measurement can say whether that is enough.",
        finding.help,
    )


def test_a_change_that_surely_is_enough() -> None:
    finding = only("AL202", scan(HEAVY + "matplotlib\n", "import pandas\n\n\n" + PLAIN))
    assert finding.help is not None
    assert finding.help.startswith("Drop scikit-learn, which the code does not import (-139 MB): ")
    assert finding.help.endswith(" are left then, of 250 MB.")


def sized(estimate: int, low: int, high: int, compiled: int = 0, compiles: bool = False) -> Size:
    part = SizePart("code", low * MB, estimate * MB, high * MB, compiled_bytes=compiled * MB)
    ends = (estimate * MB, low * MB, high * MB)
    return Size(*ends, 250 * MB, "folder", "under", (part,), compiles=compiles)


def test_compiled_files_count_where_the_build_writes_them() -> None:
    size = sized(200, 190, 210, compiled=70, compiles=True)
    assert _passes_compiled(size)
    assert with_compiled(size) == ", ~270 MB with the __pycache__ that the build leaves"
    assert not _passes_compiled(replace(size, compiles=False))
    assert with_compiled(replace(size, compiles=False)) == ""


def test_near_says_on_which_side() -> None:
    assert [_against(sized(n, 90, 300)) for n in (200, 260)] == ["close to", "probably beyond"]
    assert _against(sized(200, 190, 210, compiled=70, compiles=True)) == "beyond"


def test_words() -> None:
    assert (megabytes(0), megabytes(MB // 2), megabytes(5206 * MB)) == ("<1 MB", "0 MB", "5,206 MB")
    assert span(sized(9, 9, 9)) == "9 MB (folder)"
    maybe = replace(sized(9, 9, 9), parts=(SizePart("perhaps", 0, 0, 9 * MB), SizePart("tiny", 1, 1, 1)))
    assert largest(maybe) == "perhaps up to 9 MB"
    assert advice(None, sized(9, 9, 9)).startswith("Pin the versions and measure what is built")
    assert advice(None, sized(300, 300, 300)).startswith("Deploy it as a container image")


@pytest.mark.parametrize(
    ("requirements", "confidence", "message", "advice_begins"),
    [
        ("torch==2.9.1\n", "high", "torch comes with CUDA libraries, about 5,", "Require torch==2.9.1+cpu, with "),
        ("ultralytics\n", "medium", "ultralytics brings torch with CUDA libraries, about 4,", "Require a +cpu version"),
        ("xgboost\n", "high", "xgboost comes with CUDA libraries, about 405 MB (measured", "Require xgboost-cpu in"),
        ("nvidia-nccl-cu13\n", "high", "nvidia-nccl-cu13 holds CUDA libraries, about 344 MB", "Remove the lines of "),
        ("faiss-gpu\n", "high", "faiss-gpu comes with CUDA libraries, which a function", ""),
    ],
)
def test_cuda_is_named_with_its_megabytes(requirements: str, confidence: str, message: str, advice_begins: str) -> None:
    finding = only("AL204", scan(requirements))
    assert (finding.severity, finding.confidence, finding.place.line) == ("warning", confidence, 1)
    assert finding.message.startswith(message)
    assert finding.message.endswith("which a function without a GPU cannot use")
    assert (finding.help or "").startswith(advice_begins)


def test_cuda_beside_code_that_no_build_takes_in() -> None:
    plain = TEMPLATE.replace("Serverless::Function", "Lambda::Function").replace("CodeUri", "Code")
    assert not of("AL204", scan("torch\n", template=plain.replace("Transform: AWS::Serverless-2016-10-31\n", "")))


def test_cuda_on_a_function_that_asks_for_a_gpu() -> None:
    dockerfile: Files = {"Dockerfile": DOCKERFILE}
    assert of("AL204", scan("xgboost\n", template=IMAGE, more=dockerfile))
    gpu = IMAGE + "      AcceleratorConfig:\n        AcceleratorTypes: [gpu]\n"
    assert not of("AL204", scan("xgboost\n", template=gpu, more=dockerfile))


def test_cuda_where_the_architecture_is_open() -> None:
    result = scan("torch\n", template=TEMPLATE.replace("MemorySize", "Architectures: [!Ref Machine]\n      MemorySize"))
    assert not of("AL204", result)
    assert ("gpu-wheels-on-cpu", "architecture") in [(g.rule, g.attribute) for g in result.coverage.not_evaluated]


def test_cuda_from_an_index_that_nobody_can_look_into() -> None:
    result = scan("--index-url https://wheels.example.org/simple\ntorch==2.9.1\n")
    assert not of("AL204", result)
    gaps = [(gap.rule, gap.attribute) for gap in result.coverage.not_evaluated]
    assert ("gpu-wheels-on-cpu", "the index of the packages") in gaps
    by_address = scan("xgboost @ https://example.org/xgboost-3.1.2-py3-none-linux_x86_64.whl\n")
    assert not of("AL204", by_address)
    assert by_address.functions[0].size is not None
    assert by_address.functions[0].size.verdict == "near"
    cpu = scan("--extra-index-url https://download.pytorch.org/whl/cpu\nsentence-transformers\n")
    assert not of("AL204", cpu)
    assert ("gpu-wheels-on-cpu", "the index of the packages") not in [
        (gap.rule, gap.attribute) for gap in cpu.coverage.not_evaluated
    ]


def test_a_broken_lock_is_an_unreadable_file_once() -> None:
    template = TEMPLATE + TEMPLATE.partition("Resources:\n")[2].replace("Function:\n", "Second:\n", 1)
    result = scan(template=template, more={"poetry.lock": "[[package"})
    assert [finding.place.path for finding in of("AL001", result)] == ["poetry.lock"]
    assert result.coverage.files_failed == ("poetry.lock",)


def test_cuda_in_an_image_is_reported_once() -> None:
    result = scan("torch\nxgboost\nonnxruntime-gpu\n", template=IMAGE, more={"Dockerfile": DOCKERFILE})
    assert [finding.place.line for finding in of("AL204", result)] == [2]


def test_unused_is_a_warning_where_room_is_scarce() -> None:
    roomy = only("AL205", scan("matplotlib\n"))
    assert (roomy.severity, roomy.confidence) == ("info", "medium")
    assert roomy.message.startswith("matplotlib adds about 1")
    tight = of("AL205", scan(HEAVY + "onnxruntime\n", "import onnxruntime\nimport pandas\n\n\n" + PLAIN))
    assert [(one.place.line, one.severity) for one in tight] == [(1, "warning")]


UNUSED = "matplotlib\n"


@pytest.mark.parametrize(
    "app",
    [
        "import importlib\n\n\ndef handler(event, context):\n    return importlib.import_module(event['name'])\n",
        "import subprocess\n\n\ndef handler(event, context):\n    return subprocess.run(['tool'])\n",
        "import joblib\n\nMODEL = joblib.load('data.bin')\n\n\n" + PLAIN,
        "def handler(event, context):\n    exec(event['code'])\n",
        "import somewhere_else\n\n\n" + PLAIN,
        "try:\n    import matplotlib\nexcept ImportError:\n    matplotlib = None\n\n\n" + PLAIN,
        "def never_called():\n    import matplotlib\n\n\n" + PLAIN,
    ],
)
def test_code_that_may_use_it(app: str) -> None:
    assert not of("AL205", scan(UNUSED + "joblib\n", app))


@pytest.mark.parametrize(
    "requirements",
    [
        UNUSED + "some-package-of-ours\n",
        UNUSED + "langchain\n",
        "matplotlib\npandas\n",
        "boto3\n",
        "nvidia-nccl-cu13\n",
        "numpy\n",
        "torch==1.13.1\n",
    ],
)
def test_dependencies_that_may_be_needed(requirements: str) -> None:
    app = "import langchain\nimport pandas\nimport numpy\n\n\n" + PLAIN
    assert not of("AL205", scan(requirements, app if requirements != UNUSED else PLAIN))


def test_unused_in_code_that_cannot_be_parsed() -> None:
    broken: Files = {"helper.py": "def broken(:\n"}
    assert of("AL205", scan(UNUSED, PLAIN, more=broken)), "it is not imported"
    assert not of("AL205", scan(UNUSED, "import helper\n\n\n" + PLAIN, more=broken))


def test_unused_in_an_image() -> None:
    result = scan(UNUSED, template=IMAGE, more={"Dockerfile": DOCKERFILE})
    assert "to the image, but" in only("AL205", result).message
    runs = DOCKERFILE.replace("COPY app.py ./", "COPY app.py ./\nRUN python -c 'import app'")
    assert not of("AL205", scan(UNUSED, template=IMAGE, more={"Dockerfile": runs}))
    server = DOCKERFILE.replace("public.ecr.aws/lambda/python:3.13", "python:3.13-slim")
    assert not of("AL205", scan(UNUSED, template=IMAGE, more={"Dockerfile": server}))


def layers(count: int) -> str:
    arns = "".join(f"        - arn:aws:lambda:eu-west-1:111122223333:layer:l{n}:1\n" for n in range(count))
    return TEMPLATE + f"      Layers:\n{arns}"


def test_layers() -> None:
    assert not of("AL206", scan(template=layers(5)))
    finding = only("AL206", scan(template=layers(6)))
    assert (finding.severity, finding.message) == ("error", "6 layers; a function may have 5 (as of 2026-11-21)")
    assert not of("AL206", scan(template=layers(5) + "        - !If [Some, a, !Ref AWS::NoValue]\n"))


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n"


def test_weights_in_a_package() -> None:
    assert not of("AL211", scan(more={"model.onnx": b"\1" * (20 * MB)}))
    finding = only("AL211", scan(more={"model.onnx": b"\1" * (60 * MB), "small.onnx": b"\1" * MB}))
    assert (finding.severity, finding.place.path) == ("info", "template.yaml")
    assert finding.message == (
        "model weights take 61 MB, 24% of what a zip package may have: model.onnx 60 MB, small.onnx 1 MB"
    )


def test_weights_in_a_package_near_its_limit() -> None:
    result = scan(HEAVY, USES_HEAVY, more={"model.onnx": b"\1" * (20 * MB)})
    assert only("AL211", result).severity == "warning"


def test_a_pointer_in_place_of_a_model() -> None:
    pointer = POINTER % ("4" * 64, 90 * MB)
    finding = only("AL211", scan(more={"model.onnx": pointer}))
    assert (finding.severity, finding.confidence, finding.place.path) == ("warning", "medium", "model.onnx")
    assert finding.message == (
        f"model.onnx is a Git LFS pointer of {len(pointer)} bytes here: deployed like this, the package has no model"
        " (the file has 90 MB)"
    )
    beyond = only("AL211", scan(more={"model.onnx": POINTER % ("4" * 64, 300 * MB)}))
    assert beyond.message.endswith("(the file has 300 MB); with the file itself the package would pass 250 MB")


def test_the_sdk_in_a_tight_package() -> None:
    finding = only("AL212", scan(HEAVY + "boto3\n", USES_HEAVY))
    assert finding.message == (
        "boto3 takes 22 MB with what it needs, in a package at its limit; the Python runtime has it already"
    )
    flips = only("AL212", scan("boto3\npyarrow\npillow\n", "import pyarrow\nimport PIL\n\n\n" + PLAIN))
    assert flips.message.endswith("already: without it the package surely stays below 250 MB")
    assert not of("AL212", scan(HEAVY + "boto3\nbotocore\naws-xray-sdk\n", USES_HEAVY)), "the SDK is needed there"


WRITTEN = """\
with open('/tmp/m', 'wb') as f:
    f.write(requests.get('https://e.org/m').content)
MODEL = joblib.load('/tmp/m')
"""
OPENED = """\
boto3.resource('s3').Bucket('b').download_file('k', '/tmp/m')
with open('/tmp/m', 'rb') as f:
    MODEL = pickle.load(f)
"""
BUFFERED = """\
F = io.BytesIO()
boto3.client('s3').download_fileobj('b', 'k', F)
F.seek(0)
MODEL = joblib.load(F)
"""
LOADED = """\
import {fetch}
import joblib

{code}


def handler(event, context):
    return MODEL.predict(event)
"""


@pytest.mark.parametrize(
    ("fetch", "code", "severity"),
    [
        ("requests", "MODEL = joblib.load(io.BytesIO(requests.get('https://e.org/m').content))", "warning"),
        ("urllib.request", "MODEL = pickle.load(urllib.request.urlopen('https://e.org/m'))", "warning"),
        ("wget", "wget.download('https://e.org/m', '/tmp/m')\nMODEL = joblib.load('/tmp/m')", "warning"),
        ("requests", "R = requests.get('https://e.org/m')\nMODEL = pickle.loads(R.content)", "warning"),
        ("requests", WRITTEN, "warning"),
        (
            "boto3",
            "B = boto3.client('s3').get_object(Bucket='b', Key='k')\nMODEL = pickle.loads(B['Body'].read())",
            "info",
        ),
        ("boto3", BUFFERED, "info"),
        ("boto3", OPENED, "info"),
    ],
)
def test_unpickling_what_was_fetched(fetch: str, code: str, severity: str) -> None:
    finding = only("AL214", scan(app="import io\nimport pickle\n" + LOADED.format(fetch=fetch, code=code)))
    assert finding.severity == severity
    assert finding.trace[0].message.startswith("the file comes from ")
    assert finding.message.endswith("whoever can replace it runs code with the function's role")


@pytest.mark.parametrize(
    "code",
    [
        "MODEL = joblib.load('/opt/m')",
        "requests.get('https://e.org/other')\nMODEL = joblib.load('/tmp/m')",
        "MODEL = joblib.load(PATH)",
        "D = requests.get('https://e.org/m').content\nhashlib.sha256(D)\nMODEL = pickle.loads(D)",
        "MODEL = requests.get('https://e.org/m').json()",
        "D = requests.get('https://e.org/m').content\nMODEL = numpy.load(io.BytesIO(D))",
        "D = requests.get('https://e.org/m').content\nMODEL = torch.load(io.BytesIO(D), weights_only=True)",
        "D = requests.get('https://e.org/m').content\nMODEL = torch.load(io.BytesIO(D), **OPTIONS)",
        "MODEL = joblib.load()",
    ],
)
def test_loads_that_are_not_proved_unsafe(code: str) -> None:
    imports = "import hashlib\nimport io\nimport pickle\nimport numpy\nimport torch\n"
    assert not of("AL214", scan(app=imports + LOADED.format(fetch="requests", code=code)))


def test_torch_before_its_safe_default() -> None:
    code = "D = requests.get('https://e.org/m').content\nMODEL = torch.load(io.BytesIO(D))"
    app = "import io\nimport torch\n" + LOADED.format(fetch="requests", code=code)
    assert not of("AL214", scan(app=app))
    assert not of("AL214", scan("torch\n", app))
    assert not of("AL214", scan("torch==2.6.0\n", app))
    assert of("AL214", scan("torch==2.5.1\n", app))
    assert of("AL214", scan("torch<2.6\n", app))


def test_pickled_data_from_the_own_bucket_is_no_model() -> None:
    code = "ROWS = pickle.loads(boto3.client('s3').get_object(Bucket='b', Key='rows')['Body'].read())"
    app = f"import boto3\nimport pickle\n\n{code}\n\n\ndef handler(event, context):\n    return ROWS\n"
    assert not of("AL214", scan(app=app))
