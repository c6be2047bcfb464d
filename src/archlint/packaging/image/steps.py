"""What each COPY, ADD and RUN of a stage brings or does: code, models, installs and downloads."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise

from archlint.knowledge.ml import is_model_file, looks_like_model_name
from archlint.model.image import BuildStage, Copied, DockerStep, Image, Install
from archlint.packaging.image.shell import run_commands
from archlint.packaging.image.stage import Stage
from archlint.packaging.image.variables import expand
from archlint.syntax.dockerfile import Instruction
from archlint.syntax.requirements import decode, parse_requirements
from archlint.tree import Tree, UnreadableError, join
from archlint.values import Known, Value

_SWITCHES = ("PIP_NO_CACHE_DIR", "PIP_CACHE_DIR")


def kept_downloads(image: Image) -> Iterator[tuple[DockerStep, Install]]:
    """The installs of the image's own stage after which pip's cache stays, each with its RUN."""
    for stage in image.stages:
        for step in stage.steps if stage.shipped else ():
            for install in step.installs:
                if install.tool == "pip" and not _is_cleared(step, install, image.environment):
                    yield step, install


def _is_cleared(step: DockerStep, install: Install, environment: Mapping[str, Value[str]]) -> bool:
    if any(name in environment for name in _SWITCHES):
        return True
    if any(option.startswith(("--no-cache-dir", "--cache-dir", "--no-index")) for option in install.options):
        return True
    if any(name == "mount" and "type=cache" in value for name, value in step.flags):
        return True
    return any(_clears(command) for command in step.commands)


def _clears(command: tuple[str, ...]) -> bool:
    program = posixpath.basename(command[0])
    if program in ("rm", "find"):
        return any("cache" in word for word in command[1:])
    return "cache" in command and "purge" in command


MAX_LOOKED_AT = 2_000
"""Files of one copied folder that are looked at."""
MAX_SCRIPT_BYTES = 200_000
POINTER_BYTES = 1_024
"""A model file below this size stands for a larger one: a Git LFS pointer or a placeholder."""
SMALL_MODEL_BYTES = 1_000_000
"""A model file below this size is copied as fast as code."""
MAX_STAGES = 20
"""Stages of one image that are described."""

_NO_CODE = frozenset({"setup.py", "conf.py", "conftest.py"})
_PROJECT = ("pyproject.toml", "setup.cfg", "setup.py", ".whl", ".zip", ".tar.gz")
_FETCHERS = frozenset({"wget", "curl", "aria2c", "axel", "gdown", "gsutil", "azcopy"})
_HUBS = ("huggingface.co/", "hf.co/", "tfhub.dev/", "/tfhub-modules/", "download.pytorch.org/models/")
_PYTHON = re.compile(r"python[0-9.]*\Z")
_FETCH = re.compile(
    r"\.from_pretrained\(|\bsnapshot_download\(|\bhf_hub_download\(|\btorch\.hub\.load|\bnltk\.download\("
    r"|\bspacy\.cli\.download\(|\bSentenceTransformer\(|\bwhisper\.load_model\(|\bWhisperModel\(|\beasyocr\.Reader\("
)


def record(
    tree: Tree, stage: Stage, instruction: Instruction, copies: Sequence[Copied], installs: Sequence[Install]
) -> DockerStep:
    """The step that an instruction is, once it has been carried out on `stage`."""
    runs = instruction.keyword == "RUN"
    words = () if runs else tuple(_word(word, stage) for word in instruction.words)
    commands = tuple(command.words for command in run_commands(instruction)) if runs else ()
    fetches = _run_fetches(tree, stage, instruction, commands) if runs else _added(words)
    return DockerStep(
        instruction.keyword,
        instruction.line,
        instruction.end_line,
        words,
        commands,
        tuple(copies),
        tuple(installs),
        instruction.flags,
        "" if runs else _content(tree, words, copies),
        fetches,
        any(_needs_source(install, tree) for install in installs),
    )


def build_stages(stage: Stage) -> tuple[BuildStage, ...]:
    """The stage itself and all that it copies from, at most MAX_STAGES."""
    found = [stage]
    for one in found:
        found += [origin for origin in one.origins if all(origin is not known for known in found)]
        if len(found) >= MAX_STAGES:
            break
    return tuple(
        BuildStage(one.reference, one.line, tuple(one.steps), one is stage, tuple(dict.fromkeys(one.foreign)))
        for one in found[:MAX_STAGES]
    )


def _word(word: str, stage: Stage) -> str:
    text = expand(word, stage.variables)
    return text.value if isinstance(text, Known) else word


def _content(tree: Tree, words: Sequence[str], copies: Iterable[Copied]) -> str:
    """Code wins over models: a folder with both changes as often as the code."""
    found = [_kind(tree, copied.source) for copied in copies]
    if "code" in found:
        return "code"
    absent = not copies and any(is_model_file(word.rstrip("*")) for word in words[:-1])
    return "model" if absent or "model" in found else ""


def _kind(tree: Tree, source: str) -> str:
    model = ""
    for path in files_below(tree, source):
        name = posixpath.basename(path)
        if name.endswith(".py") and name not in _NO_CODE:
            return "code"
        if is_model_file(name) and not POINTER_BYTES < tree.size(path) < SMALL_MODEL_BYTES:
            model = "model"
    return model


def files_below(tree: Tree, source: str) -> Iterable[str]:
    """Files at and below `source`, nearest first; folders that start with a dot are passed over."""
    queue = [source]
    looked_at = 0
    while queue and looked_at < MAX_LOOKED_AT:
        path = queue.pop(0)
        looked_at += 1
        if tree.is_file(path):
            yield path
        elif path.count("/") - source.count("/") < 8:
            below = (posixpath.join(path, name) for name in tree.names(path) if not name.startswith("."))
            queue += list(below)[:MAX_LOOKED_AT]


def _added(words: Sequence[str]) -> str:
    return "a model" if any("://" in word and _is_model_address(word) for word in words[:-1]) else ""


def _is_model_address(word: str) -> bool:
    return is_model_file(word) or any(hub in word for hub in _HUBS)


def _run_fetches(tree: Tree, stage: Stage, instruction: Instruction, commands: Iterable[tuple[str, ...]]) -> str:
    if any(_FETCH.search(document.text) for document in instruction.heredocs):
        return "a model"
    if any(_command_fetches(words) or _script_fetches(tree, stage, words) for words in commands):
        return "a model"
    return ""


def _command_fetches(words: tuple[str, ...]) -> bool:
    program, rest = posixpath.basename(words[0]), words[1:]
    if program in _FETCHERS:
        return any(_is_model_address(word) for word in rest)
    if program in ("huggingface-cli", "hf"):
        return "download" in rest
    if program == "git":
        return "clone" in rest and any(hub in word for word in rest for hub in _HUBS)
    if program == "aws":
        return rest[:1] == ("s3",) and any(w.startswith("s3://") and looks_like_model_name(w) for w in rest)
    if _PYTHON.match(program):
        inline = rest[rest.index("-c") + 1 :] if "-c" in rest else ()
        module = rest[rest.index("-m") + 1 :] if "-m" in rest else ()
        return any(_FETCH.search(text) for text in inline[:1]) or (
            module[:2] == ("spacy", "download") or module[:1] == ("nltk.downloader",)
        )
    return program == "spacy" and rest[:1] == ("download",)


def _script_fetches(tree: Tree, stage: Stage, words: tuple[str, ...]) -> bool:
    """Whether a script of the repository that the command starts fetches a model."""
    if not _PYTHON.match(posixpath.basename(words[0])):
        return False
    names = [word for word in words[1:3] if word.endswith(".py")]
    names += [f"{module.replace('.', '/')}.py" for flag, module in pairwise(words) if flag == "-m"]
    for name in names:
        path = _script(tree, stage.entries, name)
        if path is not None:
            try:
                return _FETCH.search(decode(tree.read(path, MAX_SCRIPT_BYTES))) is not None
            except UnreadableError:
                return False
    return False


def _script(tree: Tree, entries: Iterable[Copied], name: str) -> str | None:
    last = posixpath.basename(name)
    for copied in entries:
        if tree.is_file(copied.source):
            if posixpath.basename(copied.destination) == last:
                return copied.source
            continue
        for tail in (name.lstrip("/"), last):
            path = join(copied.source, tail)
            if path is not None and tree.is_file(path):
                return path
    return None


def _needs_source(install: Install, tree: Tree) -> bool:
    """Whether it builds or links the project itself, so that it cannot come before the project's code. Poetry, uv and
    their like install a lock's packages without the project where they are asked to."""
    if install.tool not in ("pip", "uv"):
        return False
    locked = install.tool == "uv" and any(path.endswith("uv.lock") for path in install.files)
    if not locked and any(path.endswith(_PROJECT) for path in install.files):
        return True
    if any(word.startswith((".", "/")) or any(mark in word for mark in "$`*") for word in install.unresolved):
        return True
    return any(_links_source(path, tree) for path in install.files if path.endswith((".txt", ".in")))


def _links_source(path: str, tree: Tree) -> bool:
    try:
        lines = parse_requirements(decode(tree.read(path)))
    except UnreadableError:
        return False
    return any(
        line.url is not None and "://" not in line.url for line in lines if line.kind in ("editable", "requirement")
    )
