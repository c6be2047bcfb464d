"""requirements.txt with what it includes: the packages that pip would be asked to install for one target."""

from __future__ import annotations

from dataclasses import dataclass, field

from archlint.model.dependency import Dependency
from archlint.model.place import Place
from archlint.readers.packaging.target import Target
from archlint.syntax.requirements import Line, decode, parse_requirements
from archlint.tree import Tree, UnreadableError, join, parent

MAX_FILES = 50
TORCH_FAMILY = frozenset({"torch", "torchvision", "torchaudio"})


@dataclass(frozen=True, slots=True)
class Want:
    """A package by canonical name; `specifier` is PEP 440 text, `local` the local version that its index serves."""

    name: str
    specifier: str = ""
    local: str = ""


@dataclass(frozen=True, slots=True)
class Wants:
    """`unknown` names what cannot be looked up, without credentials; `evidence` are the files read, first one first."""

    packages: tuple[Want, ...]
    extras: tuple[str, ...]
    """Such as "pyjwt[crypto]": the table's graph may or may not hold what an extra adds."""
    unknown: tuple[str, ...]
    evidence: tuple[str, ...]
    named: tuple[Dependency, ...] = ()
    """The lines themselves, with their places."""


@dataclass(slots=True)
class _Gathering:
    tree: Tree
    target: Target
    files: list[str] = field(default_factory=list)
    lines: list[tuple[str, Line]] = field(default_factory=list)
    """Each with the file that it stands in."""
    constraints: dict[str, str] = field(default_factory=dict)
    unknown: dict[str, None] = field(default_factory=dict)
    cpu_index: bool = False


def read_wants(tree: Tree, path: str, target: Target) -> Wants:
    """What the requirements file at `path` asks for. A file that cannot be read is among the unknown."""
    found = _Gathering(tree, target)
    _gather(found, path, path.rpartition("/")[2], constraint=False)
    packages: dict[str, Want] = {}
    named: list[Dependency] = []
    for file, line in found.lines:
        if not line.name or (line.url and not line.specifier):
            found.unknown[line.label] = None
            continue
        held = packages.get(line.name)
        parts = (held.specifier if held else "", line.specifier, found.constraints.get(line.name, ""))
        specifier = ",".join(dict.fromkeys(p for p in parts if p))
        local = _local(line, found.cpu_index)
        packages[line.name] = Want(line.name, specifier, local)
        named.append(Dependency(line.name, Place(file, line.line), line.specifier, line.extras, local))
    extras = dict.fromkeys(f"{line.name}[{','.join(line.extras)}]" for _, line in found.lines if line.extras)
    return Wants(tuple(packages.values()), tuple(extras), tuple(found.unknown), tuple(found.files), tuple(named))


def _gather(found: _Gathering, path: str, shown: str, constraint: bool) -> None:
    if path in found.files:
        return
    if len(found.files) >= MAX_FILES:
        found.unknown[f"what {shown} lists"] = None
        return
    try:
        text = decode(found.tree.read(path))
    except UnreadableError:
        found.unknown[f"what {shown} lists"] = None
        return
    found.files.append(path)
    for line in parse_requirements(text):
        _take(found, path, line, constraint)


def _take(found: _Gathering, path: str, line: Line, constraint: bool) -> None:
    if line.kind in ("include", "constraint"):
        inner = None if line.url else join(parent(path), line.name)
        if inner is not None:
            _gather(found, inner, line.name, constraint or line.kind == "constraint")
        elif line.kind == "include" and not constraint:
            found.unknown[f"what {line.name} lists"] = None
    elif line.kind == "option":
        found.cpu_index = found.cpu_index or _is_cpu(line.url)
    elif not found.target.admits(line.marker):
        return
    elif constraint:
        if line.kind == "requirement" and line.name:
            found.constraints[line.name] = line.specifier
    elif line.kind == "requirement":
        found.lines.append((path, line))
    else:
        found.unknown[line.label] = None


def _is_cpu(address: str | None) -> bool:
    """Whether an index serves CPU-only builds under its own local version, as PyTorch's does at …/whl/cpu."""
    return address is not None and "cpu" in address.rstrip("/").split("/")[3:]


def _local(line: Line, cpu_index: bool) -> str:
    if line.name in TORCH_FAMILY and "+" not in line.specifier and (cpu_index or _is_cpu(line.url)):
        return "cpu"
    return ""
