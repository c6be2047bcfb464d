"""What a deployment installs, and what merely lies there."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from archlint.cache.memo import per_tree
from archlint.model.function import FolderCode, Function, Layer, Setting
from archlint.model.place import Place
from archlint.model.size import ModelFile, Size, SizePart
from archlint.packaging import estimate_size
from archlint.packaging.sizes.code import contents
from archlint.tree import MemoryTree, Tree
from archlint.values import Known

Files = dict[str, str | bytes]


def function(kind: str = "sam", builds: bool = True, folder: str = "src") -> Function:
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
        code=FolderCode(folder, builds),
    )


def sized(files: Files, of: Function | None = None) -> Size:
    found = estimate_size(of or function(), (), MemoryTree({"src/app.py": "x = 1\n", **files}))
    assert found is not None
    return found


def part(size: Size, name: str) -> SizePart:
    return next(one for one in size.parts if one.name == name)


def counted(size: Size) -> set[str]:
    return {one.name for one in size.parts if one.kind == "dependency" and one.low_bytes}


CDK_LOCKS = {
    "Pipfile.lock": '{"default": {"six": {"version": "==1.17.0"}}}',
    "poetry.lock": '[[package]]\nname = "idna"\nversion = "3.20"\ngroups = ["main"]\n',
    "uv.lock": '[[package]]\nname = "h11"\nversion = "0.16.0"\nsource = { registry = "x" }\n',
    "requirements.txt": "certifi",
}


def test_the_cdk_takes_the_first_file_of_its_order() -> None:
    files = {f"src/{name}": text for name, text in CDK_LOCKS.items()}
    for name, expected in zip(CDK_LOCKS, ("six", "idna", "h11", "certifi"), strict=True):
        assert counted(sized({**files}, function("cdk-typescript"))) == {expected}
        del files[f"src/{name}"]


def test_sam_takes_requirements_and_nothing_else() -> None:
    assert counted(sized({f"src/{name}": text for name, text in CDK_LOCKS.items()})) == {"certifi"}
    lock = sized({"src/uv.lock": CDK_LOCKS["uv.lock"]})
    assert counted(lock) == set()
    assert part(lock, "h11").high_bytes > 0


@pytest.mark.parametrize("name", ["pyproject.toml", "setup.cfg", "setup.py", "Pipfile"])
def test_project_files_alone_are_installed_by_neither(name: str) -> None:
    texts = {
        "pyproject.toml": '[project]\ndependencies = ["numpy"]\n',
        "setup.cfg": "[options]\ninstall_requires = numpy\n",
        "setup.py": "from setuptools import setup\nsetup(install_requires=['numpy'])\n",
        "Pipfile": "[packages]\nnumpy = '*'\n",
    }
    for kind in ("sam", "cdk-python"):
        size = sized({f"src/{name}": texts[name]}, function(kind))
        assert (counted(size), part(size, "numpy").estimate_bytes) == (set(), 0)


def test_requirements_above_the_code_are_no_evidence() -> None:
    size = sized({"requirements.txt": "tensorflow", "src/requirements.txt": "six"})
    assert counted(size) == {"six"}
    assert "tensorflow" in counted(
        sized({"requirements.txt": "tensorflow", "src/requirements.txt": "-r ../requirements.txt"})
    )


def test_a_makefile_build_is_not_known() -> None:
    files: Files = {"src/requirements.txt": "tensorflow"}
    size = sized(files, replace(function(), code=FolderCode("src", builder="makefile")))
    assert (counted(size), size.verdict) == (set(), "unknown")
    assert sized(files).verdict == "over"


def test_uv_takes_the_lock_beside_a_project() -> None:
    lock = 'version = 1\n[[package]]\nname = "ours"\nversion = "1"\nsource = { virtual = "." }\n'
    lock += 'dependencies = [{ name = "idna" }]\n[[package]]\nname = "idna"\nversion = "3.10"\n'
    files: Files = {"src/requirements.txt": "numpy", "src/uv.lock": lock}
    uv = replace(function(), code=FolderCode("src", True, "uv"))
    assert counted(sized(files, uv)) == {"numpy"}
    assert counted(sized({**files, "src/pyproject.toml": ""}, uv)) == {"idna"}


def test_libraries_on_a_file_system_are_not_in_the_package() -> None:
    efs = replace(
        function("cdk-python", builds=False),
        efs_mounts=("/mnt/lib",),
        environment={"PYTHONPATH": Known("/mnt/lib/python")},
    )
    size = sized({"src/requirements.txt": "tensorflow"}, efs)
    assert (size.high_bytes, size.verdict) == (size.low_bytes, "under")
    assert sized({"src/requirements.txt": "tensorflow"}, function("cdk-python", builds=False)).verdict == "unknown"


def test_local_projects_count_as_their_folder() -> None:
    files: Files = {
        "src/requirements.txt": "./lib\n-e ../shared[web]\nfile:other\n",
        "src/lib/a.py": "1" * 100,
        "src/other/b.py": "1" * 70,
        "shared/x.py": "1" * 1000,
        "shared/pyproject.toml": '[project]\ndependencies = ["six"]\n[project.optional-dependencies]\nweb = ["idna"]\n',
    }
    size = sized(files)
    assert counted(size) == {"./lib", "../shared", "other", "six", "idna"}
    assert part(size, "../shared").low_bytes == 1000 + len(files["shared/pyproject.toml"])
    assert part(size, "./lib").high_bytes == 100
    assert size.unknown_packages == ()


def test_the_own_project_is_not_counted_twice() -> None:
    size = sized({"src/requirements.txt": "-e .\n", "src/setup.cfg": "[options]\ninstall_requires = six\n"})
    assert counted(size) == {"six"}


@pytest.mark.parametrize("line", ["../../lib", "-e ../..", "/opt/lib", "lib @ file:///home/u/lib", "./missing"])
def test_local_projects_elsewhere_are_named(line: str) -> None:
    size = sized({"src/requirements.txt": line})
    assert len(size.unknown_packages) == 1
    assert counted(size) == set()


def test_local_projects_that_need_each_other_end() -> None:
    files: Files = {
        "src/requirements.txt": "../a\n",
        "a/pyproject.toml": '[tool.poetry.dependencies]\nb = {path = "../b"}\n',
        "b/pyproject.toml": '[tool.poetry.dependencies]\na = {path = "../a"}\nsix = "*"\n',
    }
    assert counted(sized(files)) == {"../a", "b", "six"}


def test_locks_name_local_projects() -> None:
    lock = """
[[package]]
name = "app"
version = "0"
source = { virtual = "." }
dependencies = [{ name = "mine" }, { name = "far" }]
[[package]]
name = "mine"
version = "0"
source = { directory = "../mine" }
dependencies = [{ name = "six" }]
[[package]]
name = "far"
version = "0"
source = { directory = "../../far" }
[[package]]
name = "six"
version = "1.17.0"
source = { registry = "https://host/simple" }
"""
    size = sized({"src/uv.lock": lock, "mine/a.py": "1" * 50}, function("cdk-python"))
    assert part(size, "mine").estimate_bytes == 50
    assert size.unknown_packages == ("far",)


def test_an_extra_that_is_called_like_a_package_brings_it() -> None:
    size = sized({"src/requirements.txt": "transformers[torch]\n"})
    assert part(size, "torch").low_bytes == 0
    assert part(size, "torch").estimate_bytes > 500_000_000


def test_kinds_and_what_can_be_stripped() -> None:
    layer = Layer("Deps", folder="layer", builds=False)
    files: Files = {"src/requirements.txt": "pandas", "src/model.pt": b"0" * 5000, "layer/python/u.py": "1"}
    size = sized(files, replace(function(), layers=(layer,)))
    kinds = {one.name: one.kind for one in size.parts}
    assert kinds["pandas"] == "dependency"
    assert (kinds["the function's code"], kinds["layer Deps"], kinds["src/model.pt"]) == ("code", "layer", "model")
    pandas = part(size, "pandas")
    assert 0 < pandas.strippable_bytes < pandas.estimate_bytes
    assert 0 < pandas.compiled_bytes < pandas.estimate_bytes


def test_locks_scale_what_can_be_stripped() -> None:
    lock = """
[[packages]]
name = "pandas"
version = "9.9"
wheels = [{url = "https://host/pandas-9.9-cp312-cp312-manylinux_2_28_x86_64.whl", size = 12_000_000}]
"""
    pandas = part(sized({"src/pylock.toml": lock}, function("cdk-python")), "pandas")
    assert 5_000_000 < pandas.strippable_bytes < 30_000_000
    assert pandas.compiled_bytes > 10_000_000


def test_who_compiles() -> None:
    assert not sized({"src/requirements.txt": "six"}).compiles
    assert sized({"src/requirements.txt": "six"}, function("cdk-python")).compiles
    assert not sized({"src/requirements.txt": "six"}, function("cdk-python", builds=False)).compiles
    size = sized({"src/requirements.txt": "awswrangler"}, function("cdk-python"))
    assert size.verdict == "near"


POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 438000000\n"


def test_models_and_pointers() -> None:
    size = sized({"src/weights.onnx": POINTER, "src/m/clf.pkl": b"0" * 300, "src/model.json": "{}", "src/x.bin": b"0"})
    assert size.models == (
        ModelFile("src/m/clf.pkl", 300),
        ModelFile("src/weights.onnx", len(POINTER), 438_000_000),
    )
    assert size.estimate_bytes == 6 + 300 + len(POINTER) + 2 + 1


@pytest.mark.parametrize("text", ["version https://git-lfs.github.com/spec/v1\nsize x\n", "", "size 4\n", POINTER[8:]])
def test_what_is_no_pointer(text: str) -> None:
    (model,) = sized({"src/weights.onnx": text}).models
    assert model.lfs_stated_bytes is None


def test_vendored_packages_are_parts() -> None:
    listed = ("pandas/a.py", "pandas.libs/b.so", "../../bin/x", "pandas-2.2.2.dist-info/RECORD")
    files: Files = {
        "src/pandas-2.2.2.dist-info/RECORD": "".join(f"{path},,\n" for path in listed),
        "src/pandas/a.py": "1" * 500,
        "src/pandas/tests/t.py": "1" * 90,
        "src/pandas.libs/b.so": "1" * 40,
    }
    size = sized(files)
    pandas = part(size, "pandas")
    record = len(files["src/pandas-2.2.2.dist-info/RECORD"])
    assert (pandas.kind, pandas.low_bytes, pandas.high_bytes) == ("dependency", 630 + record, 630 + record)
    assert pandas.strippable_bytes == 90 + record
    assert part(size, "the function's code").estimate_bytes == 6
    assert size.method == "folder"


def test_public_layers() -> None:
    arns = (
        "arn:aws:lambda:us-east-1:336392948345:layer:AWSSDKPandas-Python312:1",
        "arn:aws:lambda:us-east-1:770693421928:layer:Klayers-p312-numpy:1",
        "arn:aws:lambda:us-east-1:770693421928:layer:Klayers-p312-unheard-of:1",
    )
    size = sized({}, replace(function(), layers=tuple(Layer(arn, arn=arn) for arn in arns)))
    assert part(size, f"layer {arns[0]}").low_bytes > 100_000_000
    numpy = part(size, f"layer {arns[1]}")
    assert numpy.low_bytes * 4 < numpy.estimate_bytes < numpy.high_bytes
    assert size.unknown_packages == (f"layer {arns[2]}",)


def test_a_layer_that_a_makefile_builds_is_not_known() -> None:
    layer = Layer("Deps", folder="layer", builder="makefile")
    files: Files = {"layer/requirements.txt": "numpy"}
    assert counted(sized(files, replace(function(), layers=(layer,)))) == set()


def test_many_functions_share_one_count() -> None:
    asked: list[str] = []

    class Counting(MemoryTree):
        def size(self, path: str) -> int:
            asked.append(path)
            return super().size(path)

    tree = Counting({f"src/f{n}.py": "1" for n in range(100)})
    for _ in range(50):
        estimate_size(function(), (), tree)
    assert len(asked) == 100


def test_memory_ends_with_the_tree() -> None:
    calls: list[str] = []

    @per_tree
    def answer(tree: Tree, path: str) -> str:
        calls.append(path)
        return path

    first, second = MemoryTree({}), MemoryTree({})
    assert [answer(first, "a"), answer(first, "a"), answer(second, "a")] == ["a"] * 3
    assert calls == ["a", "a"]


def test_a_lock_of_twenty_thousand_packages_is_quick() -> None:
    rows = (
        f'[[packages]]\nname = "p{n}"\nversion = "1"\nwheels = [{{name = "p{n}-1-py3-none-any.whl", size = {n + 1}}}]'
        for n in range(20_000)
    )
    start = time.process_time()
    size = sized({"src/pylock.toml": "\n".join(rows)}, function("cdk-python"))
    assert time.process_time() - start < 4
    assert size.estimate_bytes > 20_000
    assert len(size.parts) < 3_000


@pytest.mark.parametrize(
    "line", ["x" * 4_000_000, "six --hash=" + "0" * 4_000_000, " " * 4_000_000 + "#", "[" * 100_000]
)
def test_huge_lines_are_quick(line: str) -> None:
    start = time.process_time()
    sized({"src/requirements.txt": f"numpy\n{line}\n", "src/pyproject.toml": f'a = "{line}"'})
    assert time.process_time() - start < 2


def test_contents_of_nothing() -> None:
    assert contents(MemoryTree({}), "nowhere") is None


def test_what_others_bring_comes_from_the_index_of_cpu_builds_too() -> None:
    line = "--extra-index-url https://download.pytorch.org/whl/cpu\nsentence-transformers"
    assert (
        sized({"src/requirements.txt": line}).high_bytes
        < 3_000_000_000
        < sized({"src/requirements.txt": "sentence-transformers"}).low_bytes
    )


def test_a_build_for_a_gpu_that_was_measured() -> None:
    size = sized({"src/requirements.txt": "onnxruntime-gpu"})
    assert size.unknown_packages == ()
    assert next(p for p in size.parts if p.name == "onnxruntime-gpu").estimate_bytes == 349_736_453
