from __future__ import annotations

import os
import subprocess
import time
from pathlib import Path

import pytest

from archlint.collect import collect, tracked_paths
from archlint.tree import DiskTree, MemoryTree


def files(*paths: str, **texts: str) -> MemoryTree:
    return MemoryTree({**dict.fromkeys(paths, ""), **{name.replace("_", "/"): text for name, text in texts.items()}})


def candidates(contents: dict[str, str], *exclude: str) -> tuple[str, ...]:
    return collect(MemoryTree(dict(contents)), exclude).candidates


def git(folder: Path, *arguments: str) -> None:
    clean = {"PATH": os.environ["PATH"], "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, env=clean)


def test_templates_and_python_sorted() -> None:
    found = collect(files("b.yaml", "a.yml", "c.template", "d.JSON", "e.txt", "x/app.py", "app.py", "Dockerfile"))
    assert found.candidates == ("a.yml", "b.yaml", "c.template", "d.JSON")
    assert found.python == ("app.py", "x/app.py")


@pytest.mark.parametrize(
    "folder",
    ["node_modules", ".aws-sam/build", "cdk.out", "cdk.out.dev", "a/.serverless", "x.egg-info", "__pycache__"],
)
def test_what_tools_fill_is_left_out(folder: str) -> None:
    found = collect(files(f"{folder}/template.yaml", "template.yaml", f"{folder}/x.py"))
    assert (found.candidates, found.python, found.left_out) == (("template.yaml",), (), {"built or vendored": 1})


@pytest.mark.parametrize(
    "paths",
    [
        ("env/pyvenv.cfg", "env/x.py"),
        ("env/bin/python", "env/lib/python3.12/site-packages/a.py", "env/t.yaml"),
        ("env/include/x.h", "env/lib/python3.9/site-packages/a/b.json"),
        ("env/Scripts/x", "env/Lib/site-packages/a.py", "env/t.json"),
    ],
)
def test_virtual_environments(paths: tuple[str, ...]) -> None:
    found = collect(files(*paths, "app.py"))
    assert (found.candidates, found.python) == ((), ("app.py",))
    assert found.left_out == {"virtual environment": 1}


def test_a_folder_that_only_resembles_an_environment() -> None:
    assert collect(files("layer/lib/x.py", "layer/bin/run")).python == ("layer/lib/x.py",)


def test_installed_packages_beside_own_code() -> None:
    found = collect(
        MemoryTree(
            {
                "src/app.py": "",
                "src/template.yaml": "",
                "src/numpy/x.json": "",
                "src/numpy.libs/x.json": "",
                "src/six.py": "",
                "src/boto3/data/t.json": "",
                "src/numpy-2.0.dist-info/RECORD": "numpy/x.json,sha256=a,1\nnumpy.libs/x.json,,\n",
                "src/six-1.0.dist-info/top_level.txt": "six.py\n",
                "src/boto3-1.0.dist-info/METADATA": "",
            }
        )
    )
    assert found.candidates == ("src/template.yaml",)
    assert found.python == ("src/app.py",)


@pytest.mark.parametrize(
    ("patterns", "kept"),
    [
        ("*.json", ("a.yaml", "d/b.yaml")),
        ("d/", ("a.yaml", "c.json")),
        ("/d", ("a.yaml", "c.json")),
        ("*.yaml\n!d/b.yaml", ("c.json", "d/b.yaml")),
        ("d/\n!d/b.yaml", ("a.yaml", "c.json")),
        ("d/*\n!d/b.yaml", ("a.yaml", "c.json", "d/b.yaml")),
        ("**/b.*", ("a.yaml", "c.json")),
        ("[a-c].yaml", ("c.json",)),
        ("# d/\n\n  \n\\#x", ("a.yaml", "c.json", "d/b.yaml")),
        ("[z-a]\n[\n!\n/\nd/", ("a.yaml", "c.json")),
        ("*a*a*a*a*a*b\nd/", ("a.yaml", "c.json")),
    ],
)
def test_patterns(patterns: str, kept: tuple[str, ...]) -> None:
    contents = {"a.yaml": "", "c.json": "", "d/b.yaml": "", ".gitignore": patterns}
    assert candidates(contents) == kept


def test_the_nearest_gitignore_decides() -> None:
    contents = {".gitignore": "*.json\n", "a.json": "", "d/.gitignore": "!*.json\nx*", "d/b.json": "", "d/x.json": ""}
    assert candidates(contents) == ("d/b.json",)


def test_without_an_index_a_file_named_outright_counts_as_tracked() -> None:
    contents = {".gitignore": "packaged.yaml\n/out/t.yaml\n*.json", "packaged.yaml": "", "out/t.yaml": "", "a.json": ""}
    assert candidates(contents) == ("out/t.yaml", "packaged.yaml")


@pytest.mark.parametrize("patterns", [["tests/"], ["/tests"], ["**/*.yaml"], ["[z-a]", "tests"]])
def test_exclude(patterns: list[str]) -> None:
    found = collect(files("tests/t.yaml"), patterns)
    assert found.candidates == ()
    assert found.left_out == {"excluded by the configuration": 1}


def test_a_pattern_that_explodes_is_dropped() -> None:
    contents = {".gitignore": "\n".join(["*a" * 40 + "b"] * 100), f"{'a' * 250}.yaml": ""}
    started = time.process_time()
    assert len(candidates(contents)) == 1
    assert time.process_time() - started < 1


@pytest.mark.parametrize("version", ["2", "4"])
def test_tracked_files_beat_gitignore(tmp_path: Path, version: str) -> None:
    (tmp_path / "build" / "deep" / "er").mkdir(parents=True)
    for name in ("build/deep/er/kept.yaml", "build/deep/gone.yaml", "ké\npt.yaml", "plain.yaml", "later.yaml"):
        (tmp_path / name).write_text("")
    git(tmp_path, "init", "-q")
    git(tmp_path, "config", "index.version", version)
    git(tmp_path, "add", "build/deep/er/kept.yaml", "ké\npt.yaml", "plain.yaml")
    (tmp_path / ".gitignore").write_text("build/\nk*\nlater.yaml\n")
    tree = DiskTree(tmp_path)
    assert tracked_paths(tree) == {
        "build",
        "build/deep",
        "build/deep/er",
        "build/deep/er/kept.yaml",
        "ké\npt.yaml",
        "plain.yaml",
    }
    assert collect(tree).candidates == ("build/deep/er/kept.yaml", "ké\npt.yaml", "plain.yaml")


def test_version_three(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text("x")
    git(tmp_path, "add", "b.yaml")
    git(tmp_path, "add", "--intent-to-add", "a.yaml")
    assert (tmp_path / ".git" / "index").read_bytes()[4:8] == b"\0\0\0\3"
    assert tracked_paths(DiskTree(tmp_path)) == {"a.yaml", "b.yaml"}


def test_an_index_that_is_damaged_counts_as_none(tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    (tmp_path / "a.yaml").write_text("x")
    git(tmp_path, "add", "a.yaml")
    data = (tmp_path / ".git" / "index").read_bytes()
    assert tracked_paths(MemoryTree({".git/index": data})) == {"a.yaml"}
    for bad in (b"", b"DIRC", data[:40], data.replace(b"a.yaml", b"a\0yaml"), data[:8] + b"\xff" * 4 + data[12:]):
        assert tracked_paths(MemoryTree({".git/index": bad})) is None
    for end in range(0, len(data), 3):
        tracked_paths(MemoryTree({".git/index": data[:end]}))


def test_links_pipes_and_odd_names(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (tmp_path / "secret.yaml").write_text("x")
    (root / "a.yaml").write_text("")
    (root / "out.yaml").symlink_to(tmp_path / "secret.yaml")
    (root / "in.yaml").symlink_to("a.yaml")
    (root / "dangling.yaml").symlink_to("nothing")
    (root / "loop").symlink_to(".")
    os.mkfifo(root / "pipe.yaml")
    (root / "new\nline.yaml").write_text("")
    with open(os.fsencode(root) + b"/\xff\xfe.yaml", "wb"):
        pass
    found = collect(DiskTree(root))
    assert found.candidates == ("a.yaml", "new\nline.yaml", os.fsdecode(b"\xff\xfe.yaml"))
    assert found.left_out["link"] == 4


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "closed").mkdir()
    (tmp_path / "a.yaml").write_text("")
    real = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("closed"):
            raise PermissionError
        return real(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert collect(DiskTree(tmp_path)).candidates == ("a.yaml",)


def test_version_control_is_not_counted() -> None:
    found = collect(MemoryTree({"template.yaml": "", ".git/HEAD": "", ".hg/x.yaml": "", "node_modules/a.yaml": ""}), ())
    assert (found.candidates, found.left_out) == (("template.yaml",), {"built or vendored": 1})


def test_a_form_may_have_a_file_name_of_its_own() -> None:
    tree = files("a/lambda.toy", "b.toy", "app.py")
    assert collect(tree, (), {"lambda.toy"}).candidates == ("a/lambda.toy",)
    assert collect(tree).candidates == ()
