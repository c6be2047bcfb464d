from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest

from archlint.model.deployed import Dependency, Deployed
from archlint.model.function import Setting
from archlint.model.place import Place
from archlint.model.size import ZIP_LIMIT_BYTES, Size, SizePart
from archlint.packaging.cuda import cuda_wheels
from archlint.packaging.dependencies.wanted import Want
from archlint.packaging.needs import brought_alone, reachable, target_of, wants_cuda
from archlint.packaging.savings import Saving, apply, cheapest, savings
from archlint.packaging.sizes.table import closure
from archlint.packaging.target import PackageTarget
from archlint.values import Known, Unknown
from samples import make_deployed

MB = 1_048_576
X86 = PackageTarget("x86_64", (3, 13))
ARM = PackageTarget("aarch64", (3, 13))


def deployed(*lines: str, arch: str = "x86_64", more: Iterable[SizePart] = (), compiles: bool = False) -> Deployed:
    """A zip function with the size that the table gives for requirement lines such as "torch==2.9.1"."""
    dependencies = tuple(dependency(line, number) for number, line in enumerate(lines, 1))
    target = X86 if arch == "x86_64" else ARM
    wants = [Want(one.name, one.specifier, one.local) for one in dependencies]
    found = closure(wants, target)
    parts = (*(replace(part, kind="dependency") for part in found.parts), *more)
    low, estimate, high = (sum(getattr(p, f"{end}_bytes") for p in parts) for end in ("low", "estimate", "high"))
    size = Size(estimate, low, high, ZIP_LIMIT_BYTES, "table", "near", parts, found.unknown, compiles=compiles)
    plain = make_deployed(size=False)
    function = replace(plain.function, architecture=Setting(Known(arch)), runtime=Setting(Known("python3.13")))
    return replace(plain, function=function, size=size, dependencies=dependencies)


def dependency(line: str, number: int = 1) -> Dependency:
    name, equals, version = line.partition("==")
    name, _, extras = name.rstrip("]").partition("[")
    public, _, local = version.partition("+")
    given = tuple(filter(None, extras.split(",")))
    specifier = equals + version if equals else ""
    assert public or not local
    return Dependency(name, Place("requirements.txt", number), specifier, given, local)


def by_kind(of: Deployed, unused: tuple[str, ...] = ()) -> dict[str, Saving]:
    return {saving.kind: saving for saving in savings(of, unused)}


def test_the_sdk_is_left_to_the_runtime() -> None:
    saving = by_kind(deployed("boto3", "scikit-learn"))["runtime"]
    assert saving.title == "leave boto3 and botocore to the Python runtime"
    assert saving.removes == {"boto3", "botocore", "s3transfer", "jmespath", "python-dateutil", "six", "urllib3"}
    assert 20 * MB < saving.saved_bytes < 25 * MB


def test_what_another_package_needs_stays() -> None:
    assert "runtime" not in by_kind(deployed("boto3", "awswrangler"))
    saving = by_kind(deployed("boto3", "pandas", "requests"))["runtime"]
    assert not saving.removes & {"python-dateutil", "six", "urllib3"}


def test_an_image_has_no_sdk_of_its_own() -> None:
    of = deployed("boto3", "scikit-learn")
    image = replace(of, function=replace(of.function, package=Known("image")))
    assert "runtime" not in by_kind(image)


def test_the_cpu_build_takes_all_of_cuda_along() -> None:
    of = deployed("torch", "transformers")
    saving = by_kind(of)["cpu"]
    assert saving.title == "install torch from https://download.pytorch.org/whl/cpu"
    left = {part.name for part in of.size.parts} - saving.removes if of.size else set()
    assert not [name for name in left if name.startswith(("nvidia-", "cuda-", "triton"))]
    assert [part.name for part in saving.adds] == ["torch"]
    assert saving.saved_bytes > 4_000 * MB


def test_libraries_that_share_cuda_are_exchanged_together() -> None:
    of = deployed("torch", "xgboost", "nvidia-nccl-cu13")
    saving = by_kind(of)["cpu"]
    assert saving.title.endswith("and install xgboost-cpu in place of xgboost")
    assert "nvidia-nccl-cu13" in saving.removes
    assert {"numpy", "scipy"}.isdisjoint(saving.removes)
    assert sorted(part.name for part in saving.adds) == ["torch", "xgboost-cpu"]


@pytest.mark.parametrize(
    ("line", "arch"),
    [
        ("torch==2.1.0+cpu", "x86_64"),
        ("torch==2.9.1", "arm64"),
        ("xgboost==2.0.3", "x86_64"),
        ("xgboost==3.1.2", "arm64"),
        ("tensorflow", "arm64"),
        ("onnxruntime", "x86_64"),
    ],
)
def test_nothing_to_exchange(line: str, arch: str) -> None:
    assert "cpu" not in by_kind(deployed(line, arch=arch))


def test_tensorflow_and_opencv_have_lighter_builds() -> None:
    found = by_kind(deployed("tensorflow", "opencv-python"))
    assert found["cpu"].title == "install tensorflow-cpu in place of tensorflow"
    assert found["headless"].title == "install opencv-python-headless in place of opencv-python"
    assert 20 * MB < found["headless"].saved_bytes < 50 * MB


def test_what_is_unused_goes_with_what_only_it_needs() -> None:
    saving = by_kind(deployed("matplotlib", "numpy"), ("matplotlib", "not-listed"))["unused"]
    assert saving.title == "drop matplotlib, which the code does not import"
    assert {"matplotlib", "fonttools", "contourpy"} <= saving.removes
    assert "numpy" not in saving.removes


def test_tests_and_compiled_files() -> None:
    part = SizePart("ours", 90 * MB, 100 * MB, 110 * MB, "dependency", 20 * MB, 30 * MB)
    of = deployed(more=[part], compiles=True)
    assert [(saving.kind, saving.saved_bytes) for saving in savings(of)] == [
        ("strip", 20 * MB),
        ("compiled", 30 * MB),
    ]
    assert of.size is not None
    whole, stripped = apply(of.size, ()), apply(of.size, savings(of))
    assert (whole.low_bytes, whole.estimate_bytes, whole.high_bytes) == (120 * MB, 130 * MB, 140 * MB)
    assert (stripped.low_bytes, stripped.estimate_bytes, stripped.high_bytes) == (70 * MB, 80 * MB, 110 * MB)
    assert [saving.kind for saving in savings(replace(of, size=replace(of.size, compiles=False)))] == ["strip"]


def test_the_smallest_and_cheapest_set_that_is_enough() -> None:
    def chosen(of: Deployed, unused: tuple[str, ...] = ()) -> list[str]:
        outcome = cheapest(of, unused)
        return [saving.kind for saving in outcome.savings] if outcome else []

    assert chosen(deployed("scikit-learn", "pandas", "boto3")) == ["runtime"]
    assert chosen(deployed("scikit-learn", "pandas", "matplotlib"), ("matplotlib",)) == ["unused"]
    assert chosen(deployed("xgboost", "pandas")) == ["cpu"]
    everything = chosen(deployed("torch", "boto3"))
    assert everything == ["runtime", "cpu", "strip"]


def test_an_outcome_says_how_sure_it_is() -> None:
    near = cheapest(deployed("scikit-learn", "pandas", "boto3"))
    assert near is not None
    assert (near.fits, near.surely_fits) == (True, False)
    never = cheapest(deployed("torch"))
    assert never is not None
    assert not never.fits
    assert cheapest(deployed(more=[SizePart("ours", 240 * MB, 240 * MB, 240 * MB)])) is None


def test_below_the_limit_the_high_end_counts() -> None:
    part = SizePart("code", 150 * MB, 150 * MB, 240 * MB)
    outcome = cheapest(deployed("boto3", more=[part]))
    assert outcome is not None
    assert outcome.surely_fits
    assert [saving.kind for saving in outcome.savings] == ["runtime"]


def test_without_a_size_or_an_architecture_nothing_is_said() -> None:
    of = deployed("torch")
    assert savings(replace(of, size=None)) == ()
    unknown = replace(of, function=replace(of.function, architecture=Setting(Unknown("a parameter"))))
    assert savings(unknown) == ()
    assert cheapest(unknown) is None
    assert target_of(unknown) is None
    assert [one.library for one in cuda_wheels(unknown)] == ["torch"]
    older = deployed("torch==2.9.1")
    architecture = Setting(Unknown("a parameter"))
    assert cuda_wheels(replace(older, function=replace(older.function, architecture=architecture))) == ()


def test_parts_that_nobody_names_stay() -> None:
    """A layer's packages have no line of their own."""
    of = deployed("boto3", "scikit-learn")
    assert of.size is not None
    less = replace(of, dependencies=of.dependencies[:1])
    assert "scikit-learn" not in reachable(["boto3"], "x86_64")
    assert by_kind(less)["runtime"].removes == by_kind(of)["runtime"].removes
    assert "numpy" not in by_kind(less, ("boto3",))["unused"].removes


@pytest.mark.parametrize(
    ("line", "target", "expected"),
    [
        ("torch", X86, True),
        ("torch==1.13.1", X86, True),
        ("torch==2.9.1+cu128", ARM, True),
        ("torch==2.9.1+cpu", X86, False),
        ("torch", ARM, True),
        ("torch==2.10.0", ARM, False),
        ("torch==2.11.0", ARM, True),
        ("torch", PackageTarget("aarch64", (3, 9)), None),
        ("xgboost==2.0.3", X86, False),
        ("xgboost==2.1.0", X86, True),
        ("xgboost==3.1.2", ARM, False),
        ("numpy", X86, False),
    ],
)
def test_whether_a_wheel_asks_for_cuda(line: str, target: PackageTarget, expected: bool | None) -> None:
    assert wants_cuda(dependency(line), target) is expected


def test_an_open_version_is_not_guessed() -> None:
    place = Place("requirements.txt")
    assert wants_cuda(Dependency("torch", place, "<2.10"), ARM) is False
    assert wants_cuda(Dependency("torch", place, "<2.12"), ARM) is None
    assert wants_cuda(Dependency("torch", place, "not a specifier"), ARM) is None
    assert wants_cuda(Dependency("torch", place, version="2.9.1"), ARM) is False
    assert wants_cuda(Dependency("torch", place, version="2.9.1+cpu"), X86) is False


def test_what_comes_for_a_gpu() -> None:
    found = {one.library: one for one in cuda_wheels(deployed("onnxruntime-gpu", "sentence-transformers", "xgboost"))}
    assert set(found) == {"onnxruntime-gpu", "torch", "xgboost"}
    assert 200 * MB < (found["onnxruntime-gpu"].wasted_bytes or 0) < 349_736_453
    assert found["onnxruntime-gpu"].instead == "require onnxruntime in place of onnxruntime-gpu"
    assert found["torch"].dependency.name == "sentence-transformers"
    assert found["torch"].measured.startswith("torch 2.")
    assert (found["xgboost"].wasted_bytes or 0) > 300 * MB


def test_libraries_that_pip_freeze_names_are_one_matter() -> None:
    frozen = ("nvidia-cublas-cu12==12.8.4.1", "nvidia-cudnn-cu12==9.10.2.21", "nvidia-ml-py")
    (one,) = cuda_wheels(deployed("numpy", *frozen))
    assert (one.dependency.place.line, one.measured) == (2, "2 such packages")
    assert (one.wasted_bytes or 0) > 1_500 * MB
    assert [found.library for found in cuda_wheels(deployed("torch", *frozen))] == ["torch"]
    assert cuda_wheels(deployed("torch==2.1.0+cpu", "nvidia-ml-py")) == ()


def test_a_version_that_nobody_measured_has_no_megabytes() -> None:
    (one,) = cuda_wheels(deployed("torch==1.13.1"))
    assert (one.wasted_bytes, one.measured) == (None, "")
    assert one.instead.startswith("require torch==1.13.1+cpu, with --extra-index-url ")
    (extra,) = cuda_wheels(deployed("jax[cuda12,k8s]"))
    assert extra.instead == "require jax without [cuda12]"


def test_what_a_package_alone_brings() -> None:
    alone = brought_alone("scikit-learn", ["scikit-learn", "pandas"], "x86_64")
    assert "scipy" in alone
    assert "numpy" not in alone
