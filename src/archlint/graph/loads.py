"""Models that code takes from a hub, by the name that it gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archlint.code.ml import argument, model_calls
from archlint.code.reach import Call, Reach
from archlint.knowledge.ml import MlCall
from archlint.model.place import Place
from archlint.tree import join

_HUB_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
"""An owner and a name: a bare name may as well be a folder."""


@dataclass(frozen=True, slots=True)
class Load:
    name: str
    place: Place


def loaded_models(reach: Reach) -> Iterator[Load]:
    for found in model_calls(reach, "download", "load"):
        name = _hub_name(found.call, found.meaning, reach)
        if name is not None:
            yield Load(name, found.call.site.unit.module.place(found.call.node))


def _hub_name(call: Call, meaning: MlCall, reach: Reach) -> str | None:
    if not meaning.downloads_unless_local or meaning.local_argument is None:
        return None
    given = argument(call.node, meaning.local_argument)
    text = reach.evaluator.text(given, call.site.unit) if given is not None else None
    if text is None or not _HUB_NAME.fullmatch(text):
        return None
    folders = (join(mount.source, text) for mount in reach.program.mounts)
    return None if any(folder is not None and _is_there(folder, reach) for folder in folders) else text


def _is_there(path: str, reach: Reach) -> bool:
    tree = reach.program.sources.tree
    return tree.is_dir(path) or tree.is_file(path)
