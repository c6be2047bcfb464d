from __future__ import annotations

import io
import json
import time
import zipfile
from dataclasses import replace

import pytest

from archlint.model.deployed import Mount
from archlint.model.function import (
    AbsentCode,
    Code,
    FolderCode,
    Function,
    ImageCode,
    InlineCode,
    Layer,
    Setting,
    UnknownCode,
    ZipCode,
)
from archlint.model.place import Place
from archlint.model.size import ZIP_LIMIT_BYTES, Size, judge
from archlint.packaging import estimate_size
from archlint.tree import MemoryTree
from archlint.values import Known, Unknown, Value

HERE = Place("template.yaml")
X86: Value[str] = Known("x86_64")
Files = dict[str, str | bytes]


def function(code: Code | None = None, arch: Value[str] = X86, python: str = "3.12") -> Function:
    return Function(
        id="template.yaml#F",
        name="F",
        kind="sam",
        defined_at=HERE,
        package=Known("zip"),
        runtime=Setting(Known(f"python{python}")),
        handler=Setting(Known("app.handler")),
        architecture=Setting(arch),
        memory_mb=Setting(Known(128)),
        timeout_s=Setting(Known(3)),
        ephemeral_mb=Setting(Known(512)),
        code=code or FolderCode("src", builds=True),
    )


def sized(files: Files, of: Function | None = None) -> Size:
    found = estimate_size(of or function(), (), MemoryTree({"src/app.py": "x = 1\n", **files}))
    assert found is not None
    return found


def with_requirements(text: str, arch: str = "x86_64", python: str = "3.12", **more: str) -> Size:
    files: Files = {"src/requirements.txt": text, **more}
    return sized(files, function(arch=Known(arch), python=python))


def names(size: Size) -> set[str]:
    return {part.name for part in size.parts}


def test_code_alone_is_exact() -> None:
    size = sized({"src/data.bin": b"0" * 1000, "src/__pycache__/app.pyc": b"0" * 50, "src/.git/x": b"0" * 50})
    assert (size.low_bytes, size.estimate_bytes, size.high_bytes) == (1006, 1006, 1006)
    assert (size.method, size.verdict, size.as_of) == ("folder", "under", None)


@pytest.mark.parametrize(
    "code", [AbsentCode("gone", HERE), UnknownCode("in S3"), ImageCode("Dockerfile", "", HERE), FolderCode("nowhere")]
)
def test_nothing_known(code: Code) -> None:
    assert estimate_size(function(code), (), MemoryTree({"src/app.py": ""})) is None


def test_other_languages_are_not_estimated() -> None:
    node = replace(function(), runtime=Setting(Known("nodejs22.x")))
    assert estimate_size(node, (), MemoryTree({"src/app.js": ""})) is None


def test_inline_code_and_single_files() -> None:
    assert sized({}, function(InlineCode("x = 1", HERE))).estimate_bytes == 5
    assert sized({}, function(FolderCode("src/app.py"))).estimate_bytes == 6


def test_archives() -> None:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", "x" * 100_000)
    assert sized({"build.zip": data.getvalue()}, function(ZipCode("build.zip"))).estimate_bytes == 100_000
    for bad in (b"", b"PK\x05\x06", data.getvalue()[:-30], b"no zip"):
        assert estimate_size(function(ZipCode("build.zip")), (), MemoryTree({"build.zip": bad})) is None


def test_dependencies_come_with_theirs() -> None:
    size = with_requirements("pandas\n")
    assert {"pandas", "numpy", "python-dateutil"} <= names(size)
    assert size.low_bytes < size.estimate_bytes < size.high_bytes
    assert (size.method, size.evidence, size.unknown_packages) == ("table", ("src/requirements.txt",), ())
    assert size.as_of == "2026-11-21"
    assert size.parts[0].estimate_bytes == max(part.estimate_bytes for part in size.parts)


def test_the_verdicts() -> None:
    assert with_requirements("requests\n").verdict == "under"
    assert with_requirements("scikit-learn\npandas\n").verdict == "near"
    assert with_requirements("tensorflow\n").verdict == "over"


@pytest.mark.parametrize(
    ("low", "high", "unknown", "verdict"),
    [
        (1.01, 2.0, False, "over"),
        (0.5, 1.2, False, "near"),
        (0.5, 0.86, True, "near"),
        (0.5, 0.84, False, "under"),
        (0.5, 0.61, True, "unknown"),
        (0.5, 0.59, True, "under"),
    ],
)
def test_judge(low: float, high: float, unknown: bool, verdict: str) -> None:
    assert judge(int(low * ZIP_LIMIT_BYTES), int(high * ZIP_LIMIT_BYTES), ZIP_LIMIT_BYTES, unknown) == verdict


def test_unknown_packages_are_named_and_stop_a_claim() -> None:
    size = with_requirements("spacy==3.7\nsome-private-thing\n")
    assert size.unknown_packages == ("some-private-thing",)
    assert with_requirements("onnxruntime\nsome-private-thing\n").verdict == "unknown"
    assert with_requirements("onnxruntime\n").verdict == "under"


@pytest.mark.parametrize("line", ["--extra-index-url https://host/whl/cpu\ntorch", "torch==2.13.0+cpu"])
def test_cpu_builds_bring_no_gpu_libraries(line: str) -> None:
    assert not any(name.startswith(("nvidia", "triton")) for name in names(with_requirements(line)))
    assert any(name.startswith("nvidia") for name in names(with_requirements("torch")))


def test_an_older_arm_build_has_no_gpu_libraries() -> None:
    size = with_requirements("torch==2.9.1", arch="arm64")
    assert size.high_bytes < 600_000_000
    assert with_requirements("torch", arch="arm64").estimate_bytes > 2_000_000_000
    assert not [p for p in with_requirements("xgboost==2.0.3").parts if p.name.startswith("nvidia-")]


def test_markers_are_those_of_the_function() -> None:
    text = 'numpy; sys_platform == "win32"\nsix; python_version < "3.12"\nidna; platform_machine == "aarch64"\n'
    assert names(with_requirements(text)) == {"the function's code"}
    assert names(with_requirements(text, arch="arm64", python="3.11")) == {"the function's code", "six", "idna"}


def test_pins_pick_their_version_and_architecture() -> None:
    (numpy,) = (part for part in with_requirements("numpy==1.26.4").parts if part.name == "numpy")
    assert numpy.estimate_bytes == 63_766_121
    (arm,) = (part for part in with_requirements("numpy==2.2.6", arch="arm64").parts if part.name == "numpy")
    assert arm.estimate_bytes == 48_444_115
    assert arm.high_bytes < 1.1 * arm.estimate_bytes


def test_includes_stay_below_the_root_and_end() -> None:
    size = with_requirements(
        "-r ../base.txt\n-r ../../outside.txt\n-r missing.txt\n-c pins.txt\n",
        **{"base.txt": "-r src/requirements.txt\nsix\nnumpy\n", "src/pins.txt": "numpy==1.26.4\npandas\n"},
    )
    assert names(size) >= {"six", "numpy"}
    assert "pandas" not in names(size)
    assert size.unknown_packages == ("what ../../outside.txt lists", "what missing.txt lists")
    assert size.evidence == ("src/requirements.txt", "base.txt", "src/pins.txt")
    assert next(p for p in size.parts if p.name == "numpy").estimate_bytes == 63_766_121


def test_credentials_are_not_reported() -> None:
    size = with_requirements("git+https://user:hunter2@host/o/r.git\npriv @ https://t:hunter2@host/p.tar.gz\n")
    assert size.unknown_packages == ("git+https://host/o/r.git", "priv")
    assert "hunter2" not in repr(size)


def test_vendored_packages_count_once() -> None:
    size = sized({"src/requirements.txt": "pandas", "src/pandas-2.2.2.dist-info/RECORD": "", "src/pandas/a.py": "1"})
    assert (size.method, size.estimate_bytes) == ("folder", 13)


def test_layers() -> None:
    layers = (
        Layer("Deps", folder="layer", builds=True),
        Layer("Theirs", arn="arn:aws:lambda:us-east-1:1:layer:x:1"),
    )
    size = sized({"layer/requirements.txt": "numpy", "layer/python/u.py": "1"}, replace(function(), layers=layers))
    assert size.unknown_packages == ("layer Theirs",)
    assert "numpy" in names(size)
    assert size.evidence == ("layer/requirements.txt",)


def test_other_mounts_count_once() -> None:
    tree = MemoryTree({"src/app.py": "1", "lib/a.py": "22", "src/sub/b.py": "333"})
    size = estimate_size(function(), (Mount("", "src"), Mount("", "lib"), Mount("sub", "src/sub")), tree)
    assert size is not None
    assert size.estimate_bytes == 6


def test_an_unknown_architecture_covers_both() -> None:
    files: Files = {"src/requirements.txt": "torch==2.9.1"}
    both = sized(files, function(arch=Unknown("parameter Arch has no default")))
    x86, arm = (sized(files, function(arch=Known(a))) for a in ("x86_64", "arm64"))
    assert both.low_bytes == min(x86.low_bytes, arm.low_bytes)
    assert both.high_bytes == max(x86.high_bytes, arm.high_bytes)


PYLOCK = """
lock-version = "1.0"
[[packages]]
name = "numpy"
version = "9.9.9"
wheels = [
  {url = "https://host/numpy-9.9.9-cp312-cp312-macosx_14_0_arm64.whl", size = 1},
  {url = "https://host/numpy-9.9.9-cp312-cp312-manylinux_2_28_x86_64.whl", size = 16_000_000},
]
[[packages]]
name = "unheard-of"
version = "1"
wheels = [{name = "unheard_of-1-py3-none-any.whl", url = "https://host/x", size = 1_000_000}]
[[packages]]
name = "colorama"
version = "1"
marker = "sys_platform == 'win32'"
[[packages]]
name = "private"
vcs = {type = "git", url = "https://t:hunter2@host/p"}
"""


def bundled() -> Function:
    return replace(function(), kind="cdk-python")


def test_a_lock_with_sizes() -> None:
    size = sized({"src/pylock.toml": PYLOCK}, bundled())
    assert names(size) == {"the function's code", "numpy", "unheard-of", "private"}
    assert (size.method, size.unknown_packages, size.evidence) == ("lock", ("private",), ("src/pylock.toml",))
    assert 40_000_000 < size.estimate_bytes < 70_000_000
    assert "hunter2" not in repr(size)


UV = """
version = 1
[[package]]
name = "app"
version = "0.1"
source = { virtual = "." }
dependencies = [{ name = "fastapi", extra = ["std"] }, { name = "winonly", marker = "sys_platform == 'win32'" }]
[package.dev-dependencies]
dev = [{ name = "pytest" }]
[[package]]
name = "fastapi"
version = "0.165.0"
source = { registry = "https://host/simple" }
dependencies = [{ name = "numpy", version = "2.2.6" }]
wheels = [{ url = "https://host/fastapi-0.165.0-py3-none-any.whl", size = 160000 }]
[package.optional-dependencies]
std = [{ name = "h11" }]
[[package]]
name = "h11"
version = "0.16.0"
source = { registry = "https://host/simple" }
wheels = [{ url = "https://host/h11-0.16.0-py3-none-any.whl", size = 37515 }]
[[package]]
name = "numpy"
version = "1.26.4"
source = { registry = "https://host/simple" }
[[package]]
name = "numpy"
version = "2.2.6"
source = { registry = "https://host/simple" }
[[package]]
name = "pytest"
version = "9"
source = { registry = "https://host/simple" }
[[package]]
name = "winonly"
version = "9"
source = { registry = "https://host/simple" }
"""


def test_a_uv_lock_is_walked_from_the_project() -> None:
    size = sized({"src/uv.lock": UV}, bundled())
    assert names(size) == {"the function's code", "fastapi", "h11", "numpy"}
    assert next(p for p in size.parts if p.name == "numpy").estimate_bytes == 57_790_150


def test_sam_installs_requirements_and_not_the_lock() -> None:
    files: Files = {"src/uv.lock": UV, "src/requirements.txt": "six"}
    assert "fastapi" not in names(sized(files))
    assert "six" not in names(sized(files, bundled()))


POETRY = """
[[package]]
name = "Requests"
version = "2.32.0"
optional = false
{requests}
[package.dependencies]
six = ">=1"
colorama = {{version = "*", markers = "sys_platform == 'win32'"}}
[[package]]
name = "six"
version = "1.17.0"
{six}
[[package]]
name = "colorama"
version = "1"
{dev}
[[package]]
name = "pytest"
version = "9"
{dev}
"""


def test_poetry_locks_of_three_ages() -> None:
    new = POETRY.format(requests='groups = ["main"]', six='groups = ["main", "dev"]', dev='groups = ["dev"]')
    old = POETRY.format(requests='category = "main"', six='category = "main"', dev='category = "dev"')
    between = POETRY.format(requests="", six="", dev="")
    project = '[tool.poetry.dependencies]\npython = "^3.12"\nrequests = "*"\n'
    expected = {"the function's code", "requests", "six"}
    for lock in (new, old, between):
        assert names(sized({"src/poetry.lock": lock, "src/pyproject.toml": project}, bundled())) == expected
    assert "pytest" in names(sized({"src/poetry.lock": between}, bundled()))


def test_pipfile_locks() -> None:
    lock = {"default": {"six": {"version": "==1.17.0"}, "x": {"git": "https://h"}}, "develop": {"pytest": {}}}
    size = sized({"src/Pipfile.lock": json.dumps(lock)}, bundled())
    assert names(size) == {"the function's code", "six", "x"}
    assert size.unknown_packages == ("x",)


@pytest.mark.parametrize("name", ["uv.lock", "poetry.lock", "Pipfile.lock", "pylock.toml"])
@pytest.mark.parametrize(
    "text",
    [
        "",
        "package = 3",
        "{}",
        "[]",
        "x = " + "[" * 5000,
        "[" * 100_000,
        "package = [{name = 3, wheels = {}, source = 1}, 4]",
        "[[packages]]\nname = 'a'\nversion = 'x y'\nmarker = '(('\nwheels = [{size = -1, url = 4}, {name = 'q.whl'}]",
        '{"default": {"a": 3, "b": {"version": 1}}}',
    ],
)
def test_broken_locks_are_unknown(name: str, text: str) -> None:
    assert sized({f"src/{name}": text}, bundled()).estimate_bytes >= 6


@pytest.mark.parametrize("version", ["==1" + "0" * 3000, "===not a version", "==1.*", "~=2", "!=2.0", "<0.1", ">99999"])
def test_odd_specifiers(version: str) -> None:
    assert sized({"src/requirements.txt": f"numpy{version}"}).estimate_bytes > 6


def test_folders_that_contain_themselves_end() -> None:
    class Loop(MemoryTree):
        def names(self, folder: str) -> tuple[str, ...]:
            return super().names("src") if folder.startswith("src") else super().names(folder)

        def is_dir(self, path: str) -> bool:
            return path.endswith(("src", "loop")) or super().is_dir(path)

        def is_file(self, path: str) -> bool:
            return path.endswith(".py")

        def size(self, path: str) -> int:
            return 1

    size = estimate_size(function(), (), Loop({"src/app.py": "", "src/loop/x": ""}))
    assert size is not None
    assert size.estimate_bytes == 1


def test_an_estimate_is_quick() -> None:
    tree = MemoryTree({"src/requirements.txt": "langchain\nsentence-transformers\nboto3\nspacy\n"})
    estimate_size(function(), (), tree)
    start = time.process_time()
    for _ in range(10):
        estimate_size(function(), (), tree)
    assert time.process_time() - start < 10 * 0.02


def test_what_no_build_installs_is_neither_counted_nor_forgotten() -> None:
    found = sized({"src/app.py": "", "src/requirements.txt": "torch\n"}, function(FolderCode("src")))
    assert found.verdict == "unknown"
    assert found.estimate_bytes == found.low_bytes < found.limit_bytes < found.high_bytes
    small = sized({"src/app.py": "", "src/requirements.txt": "six\n"}, function(FolderCode("src")))
    assert small.verdict == "under"
