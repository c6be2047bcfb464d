"""AL107: /tmp is taken for a disk that stays, or one that never fills."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.abstract import External
from archlint.code.call_path import way_to
from archlint.code.downloads import may_miss_file
from archlint.code.origin import text_of
from archlint.code.reach import Call, Phase, Reach
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page

_WRITERS = {"save", "savefig", "imwrite", "to_csv", "to_parquet", "to_json", "dump", "write", "imsave", "write_html"}
_READERS = {"open", "load", "read_csv", "read_parquet", "imread", "read_text", "read_bytes", "read_image"}
_NEUTRAL = re.compile(
    r"os\.(?:path\.|listdir$|makedirs$|mkdir$|scandir$)|pathlib\.|sys\.path\.|print$|logging\.|str\(\)\."
)
"""Calls that neither read nor write the file of a path."""
_REMOVERS = {"remove", "unlink", "rmtree", "cleanup"}
_INSTALLERS = ("pip._internal.main", "pip.main", "pip._internal.cli.main.main")
_SHELLS = (
    "subprocess.run",
    "subprocess.call",
    "subprocess.check_call",
    "subprocess.check_output",
    "subprocess.Popen",
    "os.system",
)


@dataclass(frozen=True, slots=True)
class Scratch:
    """`what` says how an environment's /tmp is relied on."""

    call: Call
    what: str
    confidence: str


def relied_on(reach: Reach) -> Iterator[Scratch]:
    """Installs into /tmp, files with random names that pile up, and files that only an earlier invocation can have
    written."""
    calls = list(reach.calls())
    removed = any(call.path.rpartition(".")[2] in _REMOVERS for call in calls)
    written = any(_may_write(call, reach) for call in calls)
    for call in calls:
        if call.site.context.file_guarded:
            continue
        texts = _tmp_texts(call, reach)
        if _installs(call, reach):
            yield Scratch(call, "packages are installed into /tmp while the function runs", "high")
        elif texts and call.path.rpartition(".")[2] in _WRITERS and not removed and _named_at_random(call, reach):
            yield Scratch(call, "a file with a random name is left in /tmp each time, until the disk is full", "medium")
        elif not written and _expects_earlier(call, texts):
            yield Scratch(call, f"{texts[0]} is read, but nothing here writes it before", "medium")


def _tmp_texts(call: Call, reach: Reach) -> list[str]:
    """The /tmp paths among a call's arguments."""
    return [text for text in _texts(call, reach) if text.startswith("/tmp/")]


def _texts(call: Call, reach: Reach) -> Iterator[str]:
    """The texts among a call's arguments, also in lists written there; `{}` for what is not known."""
    for value in (*call.node.args, *(keyword.value for keyword in call.node.keywords)):
        for item in value.elts if isinstance(value, ast.List | ast.Tuple) else (value,):
            yield text_of(item, call.site.unit, call.reached, reach.evaluator) or "{}"


def _may_write(call: Call, reach: Reach) -> bool:
    """Whether a call is handed something in /tmp that it may write (`download_file(…)`, a command that is run), or
    writes to a path that is not known."""
    if _is_read(call) or _NEUTRAL.match(call.path):
        return False
    name = call.path.rpartition(".")[2]
    writes = name == "open" or name in _WRITERS or name.startswith(("download", "extract", "copy"))
    return any("/tmp" in text or (writes and text.startswith("{}")) for text in _texts(call, reach))


def _installs(call: Call, reach: Reach) -> bool:
    if call.path not in (*_INSTALLERS, *_SHELLS):
        return False
    line = " ".join(_texts(call, reach))
    return "install" in line and ("pip" in line or call.path in _INSTALLERS) and "/tmp" in line


def _named_at_random(call: Call, reach: Reach) -> bool:
    """A path built from `random`: neither unique nor found again."""
    pending = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    seen: set[str] = set()
    while pending:
        for node in ast.walk(pending.pop()):
            if isinstance(node, ast.Call):
                values = reach.evaluator.values(node, call.site.unit)
                if any(isinstance(v, External) and v.path.startswith("random.") for v in values):
                    return True
            if isinstance(node, ast.Name) and node.id not in seen:
                seen.add(node.id)
                bindings = call.site.unit.bindings.get(node.id, [])
                pending += [b.value for b in bindings if b.value is not None and b.kind == "value"]
    return False


def _is_read(call: Call) -> bool:
    name = call.path.rpartition(".")[2]
    if name != "open":
        return name in _READERS
    given = [*call.node.args[1:2], *(keyword.value for keyword in call.node.keywords if keyword.arg == "mode")]
    mode = given[0] if given else None
    return mode is None or (isinstance(mode, ast.Constant) and str(mode.value).startswith("r"))


def _expects_earlier(call: Call, texts: list[str]) -> bool:
    """A read of a /tmp path on the invocation path that fails where the file is not there."""
    if call.phase is not Phase.INVOKE or not texts or not _is_read(call) or call.site.context.in_handler:
        return False
    return "{" not in texts[0] and not may_miss_file(call)


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Scratch files of one invocation are fine; what is expected to be there, or to pile up, is not."""
    for deployed, reach in project.python_functions():
        if deployed.function.is_one_shot:
            continue
        for found in relied_on(reach):
            yield Hit(
                message=found.what,
                place=found.call.site.unit.module.place(found.call.node),
                function=deployed.function.id,
                confidence="medium" if deployed.by_name else found.confidence,
                trace=way_to(found.call.reached),
            )
