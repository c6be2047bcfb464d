"""What calls into machine-learning libraries do: the questions that rules ask rules/data/ml_libraries.yaml.

A symbolic path is an import root with attributes joined by '.', '()' after what is called on the way and '[]' after a
subscript; the root '?' stands for a receiver that is not known. The file's head says how patterns match.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import PurePosixPath
from typing import Any, Literal, TypeAlias

from packaging.utils import canonicalize_name

from archlint.knowledge.store import read_yaml

_UNSAFE_FORMATS = "unsafe_formats.yaml"


@dataclass(frozen=True, slots=True)
class Loader:
    """`unless` is the argument that makes it safe, from `version` of `distribution` on by default; `only_with` is one
    without which it is safe."""

    call: str
    unless: str | None
    distribution: str | None
    version: str | None
    only_with: str | None


@dataclass(frozen=True, slots=True)
class Fetcher:
    """`origin` reads on after "a file from"; `to` is the argument that names the file written, at `position` or, with
    `last`, at the end of the positional ones."""

    origin: str
    to: str | None
    position: int | None
    last: bool


@cache
def _loaders() -> dict[str, Loader]:
    rows: list[dict[str, Any]] = read_yaml(_UNSAFE_FORMATS)["loaders"]
    found = {}
    for row in rows:
        since = row.get("default_since", {})
        found[row["call"]] = Loader(
            row["call"], row.get("unless"), since.get("distribution"), since.get("version"), row.get("only_with")
        )
    return found


def loader(path: str) -> Loader | None:
    """The unpickling call of a symbolic path."""
    return _loaders().get(path)


@cache
def _fetchers() -> tuple[tuple[re.Pattern[str], Fetcher], ...]:
    rows: list[dict[str, Any]] = read_yaml(_UNSAFE_FORMATS)["fetchers"]
    return tuple(
        (
            re.compile(re.escape(row["call"]).replace(r"\*\*\.", r"(?:[^.]+\.)*")),
            Fetcher(row["from"], row.get("to"), row.get("position"), row.get("last", False)),
        )
        for row in rows
    )


def fetcher(path: str) -> Fetcher | None:
    """What a call of a symbolic path fetches."""
    return next((found for pattern, found in _fetchers() if pattern.fullmatch(path)), None)


@cache
def is_transparent(path: str) -> bool:
    """Whether a call hands on what it is given first."""
    return path in read_yaml(_UNSAFE_FORMATS)["transparent"]


@cache
def routers() -> frozenset[str]:
    """Symbolic paths of the classes whose methods register request handlers."""
    return frozenset(read_yaml("entry_points.yaml")["routers"])


@cache
def startup_decorators() -> frozenset[str]:
    """Names of decorators that register what runs once, at start."""
    return frozenset(read_yaml("entry_points.yaml")["startup"])


@cache
def once_decorators() -> frozenset[str]:
    """Names of decorators after which a body runs once and its result is kept."""
    return frozenset(read_yaml("entry_points.yaml")["once"])


def wrapped_handler_variable(handler: str) -> str | None:
    """The environment variable that holds the function's own handler behind a monitoring layer's."""
    wrappers: dict[str, str] = read_yaml("entry_points.yaml")["wrappers"]
    return wrappers.get(handler)


_COMPANIONS = "companions.yaml"


@cache
def _loads() -> dict[str, list[str]]:
    found: dict[str, list[str]] = read_yaml(_COMPANIONS)["loads"]
    return found


@lru_cache(maxsize=4096)
def loads(library: str, name: str) -> bool:
    """Whether a library, by its distribution, loads another distribution that is there without being asked for it."""
    return any(fnmatchcase(name, glob) for glob in _loads().get(library, ()))


@lru_cache(maxsize=4096)
def loads_anything(library: str) -> bool:
    """Whether a library finds by itself what is installed beside it."""
    globs: list[str] = read_yaml(_COMPANIONS)["load_anything"]
    return any(fnmatchcase(library, glob) for glob in globs)


@lru_cache(maxsize=4096)
def import_names(distribution: str) -> tuple[str, ...]:
    """The top-level names under which a distribution is imported; its own name where nothing else is known."""
    library = library_of_distribution(distribution)
    listed: Iterable[str] = read_yaml(_COMPANIONS)["imports"].get(distribution, ())
    names = [*listed, *((name.partition(".")[0] for name in library.imports) if library else ())]
    return tuple(dict.fromkeys(names)) or (distribution.replace("-", "_"),)


DATA = "ml_libraries.yaml"
Kind: TypeAlias = Literal["load", "download", "infer", "train", "gpu", "probe"]
Need: TypeAlias = Literal["model_file", "gpu_argument", "weights_argument", "library_imported"]
Confidence: TypeAlias = Literal["low", "medium", "high"]
Gpu: TypeAlias = Literal["none", "optional", "required"]

NOT_ML = frozenset({"data", "fetch", "serialization"})
"""Categories whose import alone does not say that a program runs models."""
LONGEST = 500  # characters; longer symbolic paths match nothing
SUFFIXES = re.compile(r"(?:\(\)|\[\])+$")
WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+\d*(?:vec)?|\d+")


@dataclass(frozen=True, slots=True)
class Argument:
    """An argument by position (0 for the first after the receiver) or by any of its names."""

    position: int | None
    names: tuple[str, ...]
    values: tuple[str, ...]
    """Globs that the stated value is compared with, without regard to case; none means any value."""
    unless: tuple[str, ...]
    """Where one of these is listed beside a matching value, the call works without the match (a fall-back provider)."""

    def matches(self, text: str) -> bool:
        """Whether `text`, a literal as str() would print it, is one of the values."""
        lowered = text.lower()
        return not self.values or any(fnmatchcase(lowered, value.lower()) for value in self.values)


@dataclass(frozen=True, slots=True)
class MlCall:
    """What one call does, and which evidence besides its path it takes."""

    library: str
    category: str
    pattern: str
    kind: Kind
    confidence: Confidence
    """At most medium where nobody has checked the row against the library."""
    needs: frozenset[Need]
    downloads_unless_local: bool
    """It also fetches weights, unless `local_argument` is a local path or `offline_argument` has one of its values."""
    local_argument: Argument | None
    offline_argument: Argument | None
    gpu_argument: Argument | None
    """For kind gpu what makes it one; for the other kinds what makes the call use a GPU as well."""
    weights_argument: Argument | None
    removed_in: str | None
    """From memory; `absent_in` is a version whose wheel was seen not to have the call, so surely late enough."""
    absent_in: str | None
    replaced_by: str | None
    verified: str


@dataclass(frozen=True, slots=True)
class MlLibrary:
    name: str
    distributions: tuple[str, ...]
    imports: tuple[str, ...]
    category: str
    gpu: Gpu
    gpu_expected: bool
    """It runs on a CPU in principle, but hardly anyone does."""
    heavy: bool
    min_memory_mb: int | None
    """An estimate: below it, importing the library and running a small model is surely troublesome."""
    memory_reason: str
    gpu_arguments: tuple[Argument, ...]
    """Keyword arguments that ask for a GPU in any call of the library."""
    note: str
    source: str

    @property
    def is_ml(self) -> bool:
        """False for data libraries, fetchers and serialisers, whose import alone is no sign of a model."""
        return self.category not in NOT_ML


@dataclass(frozen=True, slots=True)
class _Rule:
    expression: re.Pattern[str]
    rank: tuple[int, int, int]
    call: MlCall


@dataclass(frozen=True, slots=True)
class _Table:
    rows: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]]  # (library, call) as read, by the pattern's root
    by_import: dict[str, MlLibrary]
    by_distribution: dict[str, MlLibrary]


def _argument(raw: dict[str, Any] | None) -> Argument | None:
    if raw is None:
        return None
    return Argument(raw.get("position"), *(tuple(map(str, raw.get(key, ()))) for key in ("names", "values", "unless")))


def _call(library: dict[str, Any], raw: dict[str, Any]) -> MlCall:
    return MlCall(
        library=library["library"],
        category=library["category"],
        pattern=raw["call"],
        kind=raw["kind"],
        confidence=raw.get("confidence", "medium" if raw["verified"] == "memory" else "high"),
        needs=frozenset(raw.get("needs", ())),
        downloads_unless_local=raw.get("downloads_unless_local", False),
        local_argument=_argument(raw.get("local_argument")),
        offline_argument=_argument(raw.get("offline_argument")),
        gpu_argument=_argument(raw.get("gpu_argument")),
        weights_argument=_argument(raw.get("weights_argument")),
        removed_in=raw.get("removed_in"),
        absent_in=raw.get("absent_in"),
        replaced_by=raw.get("replaced_by"),
        verified=raw["verified"],
    )


def _library(raw: dict[str, Any]) -> MlLibrary:
    memory = raw.get("min_memory", {})
    return MlLibrary(
        name=raw["library"],
        distributions=tuple(raw["distributions"]),
        imports=tuple(raw["imports"]),
        category=raw["category"],
        gpu=raw["gpu"],
        gpu_expected=raw.get("gpu_expected", False),
        heavy=raw["heavy"],
        min_memory_mb=memory.get("mb"),
        memory_reason=memory.get("because", ""),
        gpu_arguments=tuple(filter(None, map(_argument, raw.get("gpu_arguments", ())))),
        note=raw.get("note", ""),
        source=raw["source"],
    )


def _rule(call: MlCall) -> _Rule:
    """`**` takes whole segments with their suffixes, `*` a part of one plain name."""
    root, *rest = (re.escape(segment).replace(r"\*", r"[^.()\[\]]*") for segment in call.pattern.split("."))
    expression = root + (r"(?:\(\)|\[\])*" if call.pattern.startswith("?") else "")
    for segment, source in zip(rest, call.pattern.split(".")[1:], strict=True):
        expression += r"(?:\.[^.]+)*" if source == "**" else rf"\.{segment}"
    literal = sum("*" not in segment for segment in call.pattern.split("."))
    plain = call.pattern.replace("*", "")
    return _Rule(re.compile(expression), (literal, len(plain), -call.pattern.count("**")), call)


def _root(path: str) -> str:
    return SUFFIXES.sub("", path.partition(".")[0])


@cache
def _table() -> _Table:
    table = _Table({}, {}, {})
    for raw in read_yaml(DATA)["libraries"]:
        library = _library(raw)
        table.by_import.update(dict.fromkeys(library.imports, library))
        table.by_distribution.update({canonicalize_name(name): library for name in library.distributions})
        for row in raw["calls"]:
            table.rows.setdefault(_root(row["call"]), []).append((raw, row))
    return table


@cache
def _rules(root: str) -> tuple[_Rule, ...]:
    """Most specific first; compiled when a program first calls into the library."""
    rules = [_rule(_call(library, row)) for library, row in _table().rows[root]]
    return tuple(sorted(rules, key=lambda rule: rule.rank, reverse=True))


@lru_cache(maxsize=8192)
def match_calls(path: str) -> tuple[MlCall, ...]:
    """What a call of `path` does: the rows of the most specific pattern that matches, or none."""
    root = _root(path)
    if len(path) > LONGEST or root not in _table().rows:
        return ()
    best: list[_Rule] = []
    for rule in _rules(root):
        if best and rule.rank < best[0].rank:
            break
        if rule.expression.fullmatch(path):
            best.append(rule)
    return tuple(rule.call for rule in best)


@lru_cache(maxsize=4096)
def library_of_import(name: str) -> MlLibrary | None:
    """The library behind an import; the longest dotted name that is listed wins (`numba.cuda` before `numba`)."""
    table = _table().by_import
    while 0 < len(name) <= LONGEST:
        if name in table:
            return table[name]
        name = name.rpartition(".")[0]
    return None


def library_of_distribution(name: str) -> MlLibrary | None:
    """By a distribution's name in any spelling that PEP 503 makes equal."""
    return _table().by_distribution.get(canonicalize_name(name))


@cache
def _listed(section: str, key: str) -> frozenset[str]:
    return frozenset(read_yaml(DATA)[section][key])


def _words_of(name: str) -> set[str]:
    """Each word also without trailing digits: resnet50 is a resnet."""
    words = {word.lower() for word in WORDS.findall(name)}
    return words | {word.rstrip("0123456789") for word in words}


@lru_cache(maxsize=4096)
def is_model_file(name: str) -> bool:
    """Whether a file, path, object key or URL names model weights: by its suffix, or by a generic suffix and a name."""
    pure = PurePosixPath(name.replace("\\", "/").partition("?")[0])
    suffix, words = pure.suffix.lower(), _words_of(pure.stem)
    if suffix in _listed("model_files", "sure"):
        return True
    strong = bool(words & _listed("model_names", "strong_words"))
    if suffix in _listed("model_files", "likely"):
        return strong or not words & _listed("model_names", "other_words")
    return suffix in _listed("model_files", "generic") and strong


def looks_like_model_name(name: str) -> bool:
    """Whether a variable's, parameter's or function's name speaks of a model (`clf`, `loadedModel`, `MODEL_PATH`)."""
    words = _words_of(name)
    return bool(words & (_listed("model_names", "strong_words") | _listed("model_names", "weak_words")))


@cache
def model_methods() -> frozenset[str]:
    """Methods that only a fitted model has: one called on a loaded object says what was loaded."""
    return frozenset(read_yaml(DATA)["model_methods"])


def _like(text: str, section: str, key: str) -> bool:
    lowered = text.strip().lower()
    return any(fnmatchcase(lowered, glob.lower()) for glob in _listed(section, key))


def is_gpu_distribution(name: str) -> bool:
    """Whether requiring it shows that a GPU is wanted; not so the nvidia-* wheels that come with the default torch."""
    if is_gpu_runtime_distribution(name):
        return False
    library = library_of_distribution(name)
    required = library is not None and library.gpu == "required"
    return required or _like(canonicalize_name(name), "gpu", "distributions")


def is_gpu_runtime_distribution(name: str) -> bool:
    """Whether it only brings CUDA code (nvidia-*, triton): dead weight where no GPU is."""
    return _like(canonicalize_name(name), "gpu", "runtime_distributions")


@cache
def _device_calls() -> dict[str, Argument]:
    rows = read_yaml(DATA)["gpu"]["device_calls"]
    return {row["call"]: argument for row in rows if (argument := _argument(row["argument"]))}


def device_argument(path: str) -> Argument | None:
    """For a call that makes a device object (torch.device): the argument that says which device."""
    return _device_calls().get(path)


def as_of() -> str:
    """The date of the data, YYYY-MM-DD."""
    return str(read_yaml(DATA)["as_of"])
