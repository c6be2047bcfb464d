"""Model weights that are fetched while a function runs."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from archlint.code.ml import argument, model_calls
from archlint.code.origin import text_of, varies
from archlint.code.reach import Call, Reach
from archlint.knowledge import ml
from archlint.knowledge.ml import MlCall
from archlint.model.deployed import Deployed
from archlint.tree import Tree, join
from archlint.values import Known, Value

_MISSING = {"FileNotFoundError", "OSError", "IOError", "EnvironmentError"}
_ANYTHING = {"Exception", "BaseException"}


def is_for_missing_file(call: Call) -> bool:
    """Whether a call runs only where a file is not there yet."""
    if call.site.context.file_guarded:
        return True
    handlers = (handler for tried in _tries(call) for handler in tried.handlers if _catches(handler, _MISSING))
    return any(_holds(handler.body, call) for handler in handlers)


def may_miss_file(call: Call) -> bool:
    """Whether a `try` around a call catches that a file is not there."""
    return any(
        _holds(tried.body, call) and any(_catches(handler, _MISSING | _ANYTHING) for handler in tried.handlers)
        for tried in _tries(call)
    )


def _tries(call: Call) -> Iterator[ast.Try]:
    body = [] if isinstance(call.site.unit.node, ast.Lambda) else call.site.unit.node.body
    for statement in body:
        yield from (node for node in ast.walk(statement) if isinstance(node, ast.Try))


def _holds(block: list[ast.stmt], call: Call) -> bool:
    return any(call.node in ast.walk(statement) for statement in block)


def _catches(handler: ast.ExceptHandler, names: set[str]) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any((kind is None and bool(names & _ANYTHING)) or getattr(kind, "id", "") in names for kind in kinds)


_S3 = ("download_file", "download_fileobj", "get_object")
_BY_NAME = (
    *("urllib.request.urlopen", "requests.get", "httpx.get", "requests.Session().get"),
    *("smart_open.open", "s3fs.S3FileSystem().open", "s3fs.S3FileSystem().get"),
)
"""Reads of anything: only a model's file name shows that they fetch one."""
_TO_FILE = ("urllib.request.urlretrieve", "wget.download")
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE")
_CACHES = (
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
    "TRANSFORMERS_CACHE",
    "SENTENCE_TRANSFORMERS_HOME",
    "TORCH_HOME",
    "XDG_CACHE_HOME",
)
_BUILD_FETCH = re.compile(
    r"from_pretrained|snapshot_download|hf_hub_download|huggingface-cli|\bhf download|git (?:lfs )?clone"
    r"|\bwget\b|\bcurl\b|\bpython[\d.]*\s+\S*\.py|\bpython[\d.]*\s+-c|\bspacy\s+download"
)


@dataclass(frozen=True, slots=True)
class Download:
    """`what` completes "… fetches weights"; `pinned` is False where a hub's newest revision is taken."""

    call: Call
    what: str
    pinned: bool
    confidence: str


def downloads(deployed: Deployed, reach: Reach, tree: Tree) -> Iterator[Download]:
    """Fetches of weights that no check of an existing file guards, in any phase."""
    for found in model_calls(reach, "download", "load"):
        if is_for_missing_file(found.call) or (found.meaning.kind, *found.meaning.needs) == (
            "download",
            "model_file",
        ):
            continue  # plain fetches are judged below, with where their key comes from
        if found.meaning.kind == "download" or (
            found.meaning.downloads_unless_local and _is_remote(found.call, found.meaning, deployed, reach, tree)
        ):
            pinned = any(k.arg in ("revision", "commit_hash") for k in found.call.node.keywords)
            what = f"{found.call.path.replace('()', '(…)')}() from a hub"
            yield Download(found.call, what, pinned, found.meaning.confidence)
    for call in reach.calls():
        if _fetches_model(call, reach) and not is_for_missing_file(call):
            yield Download(call, f"{call.path.rpartition('.')[2]}()", True, "medium")


def _is_remote(call: Call, meaning: MlCall, deployed: Deployed, reach: Reach, tree: Tree) -> bool:
    """Whether a loader is given a hub's name rather than a path, with nothing that keeps it offline."""
    image = deployed.image
    environments = [deployed.function.environment, image.environment if image else {}]
    if any(env.get(name) in (Known("1"), Known("true"), Known("True")) for env in environments for name in _OFFLINE):
        return False
    if any(_is_on_file_system(env.get(name), deployed) for env in environments for name in _CACHES):
        return False
    if image is not None and any(_BUILD_FETCH.search(run) for run in image.runs):
        return False
    if meaning.offline_argument is not None:
        offline = argument(call.node, meaning.offline_argument)
        if isinstance(offline, ast.Constant) and meaning.offline_argument.matches(str(offline.value)):
            return False
    if meaning.local_argument is None:
        return True
    given = argument(call.node, meaning.local_argument)
    if given is None:
        return not any(isinstance(value, ast.Starred) for value in call.node.args)
    text = text_of(given, call.site.unit, call.reached, reach.evaluator)
    return text is not None and not _is_path(text, deployed, tree)


def _is_on_file_system(folder: Value[str] | None, deployed: Deployed) -> bool:
    """A cache on a mounted file system is filled once and outlives every environment."""
    return isinstance(folder, Known) and folder.value.startswith((*deployed.function.efs_mounts, "/mnt/"))


def _is_path(text: str, deployed: Deployed, tree: Tree) -> bool:
    """A path of the image, package or a file system, as far as its text shows; anything partly open counts as one."""
    if text.startswith(("/", ".", "~", "{")) or "{" in text or text.count("/") > 1 or text.strip() == "":
        return not text.startswith("http")
    for mount in deployed.mounts:
        path = join(mount.source, text)
        if path is not None and (tree.is_dir(path) or tree.is_file(path)):
            return True
    return ml.is_model_file(text) and "/" not in text


def _fetches_model(call: Call, reach: Reach) -> bool:
    """A read from S3 or a URL whose key, URL or file name is a model's and does not come from the event."""
    name = call.path.rpartition(".")[2]
    from_s3 = call.path.startswith(("boto3.", "botocore.", "aioboto3.")) and (
        name in _S3 or call.path.endswith(".Object().get")
    )
    if not from_s3 and call.path not in (*_BY_NAME, *_TO_FILE):
        return False
    given = list(_given(call.node))
    if any(varies(value, call.site.unit, call.reached, reach.evaluator) for value in given):
        return False
    for value in given:
        text = text_of(value, call.site.unit, call.reached, reach.evaluator)
        if text is not None and ml.is_model_file(text) and (from_s3 or PurePosixPath(text).suffix):
            return True  # https://host/models without a suffix is an API
    return call.path not in _BY_NAME and any(ml.is_model_file(word) for value in given for word in _words(value))


def _given(node: ast.Call) -> Iterator[ast.expr]:
    """What a call is given, and the calls that made its receiver: `s3.Object(bucket, key).get()`."""
    yield from node.args
    yield from (keyword.value for keyword in node.keywords)
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        yield from _given(node.func.value)


def _words(value: ast.expr) -> Iterator[str]:
    """Names that say what a value is: variables, attributes, and the environment's variables."""
    for node in ast.walk(value):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif (
            isinstance(node, ast.Subscript) and getattr(node.value, "attr", getattr(node.value, "id", "")) == "environ"
        ):
            yield str(getattr(node.slice, "value", ""))
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "get",
            "getenv",
        ):
            yield from (str(given.value) for given in node.args[:1] if isinstance(given, ast.Constant))
