"""AL311: a model that is fetched while the function runs, and that /tmp cannot hold."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.code.call_path import way_to
from archlint.code.downloads import Download, downloads
from archlint.code.ml import argument
from archlint.code.origin import text_of
from archlint.code.reach import Reach
from archlint.finding import Hit
from archlint.knowledge import ml
from archlint.knowledge.limits import limit
from archlint.model.deployed import Deployed
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.ml_work import is_vocabulary
from archlint.tree import Tree

MB = 1_048_576
PARAMETERS = re.compile(r"(?<![A-Za-z0-9.])(\d{1,4}(?:\.\d{1,3})?)([bBmM])(?![A-Za-z0-9])")
"""The count of parameters in a model's name, such as the 7b of mistral-7b or the 350m of opt-350m."""

QUANTISED = re.compile(r"(?i)gptq|awq|gguf|ggml|exl2|bnb|mlx|int[48]|fp[48]|nf4|[1-8][-_.]?bits?|w[48]a|q[2-8]|mxfp")
BYTES = 2
"""Of a parameter: hubs hold weights in 16 bits, or in 32."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only models whose name says how many parameters they have; quantised ones and adapters are left out."""
    most = limit("ephemeral_max")
    for deployed, reach in project.python_functions():
        function = deployed.function
        if function.efs_mounts or function.capacity_provider:
            continue
        for found, name, size in needs(deployed, reach, project.tree):
            room = project.known(page.name, function, "ephemeral_mb", function.ephemeral_mb.value)
            if room is None or size <= room:
                continue
            enough = (
                f"; {most.value} MB is the most that /tmp can have (as of {most.as_of})" if size > most.value else ""
            )
            yield Hit(
                message=f"{name} is fetched from a hub and has {size:,} MB or more by the parameters in its name, in 16"
                f" bits; /tmp holds {room:,} MB{enough}",
                place=found.call.site.unit.module.place(found.call.node),
                function=function.id,
                confidence="medium" if found.confidence == "high" and not deployed.by_name else "low",
                trace=way_to(found.call.reached),
                help=None if size <= most.value else "Keep the model on a file system, or run it outside Lambda.",
            )


def needs(deployed: Deployed, reach: Reach, tree: Tree) -> Iterator[tuple[Download, str, int]]:
    """The models that a function fetches from a hub, with the least that each needs (MB), as far as their names say
    it."""
    for found in downloads(deployed, reach, tree):
        name = _model(found, reach)
        size = None if name is None else least_mb(name)
        if name is not None and size is not None:
            yield found, name, size


def _model(found: Download, reach: Reach) -> str | None:
    """The name that a loader of weights gives to the hub."""
    call = found.call
    if is_vocabulary(call.path):
        return None
    for meaning in ml.match_calls(call.path):
        if meaning.kind == "load" and meaning.local_argument is not None:
            given = argument(call.node, meaning.local_argument)
            if given is not None and not any(k.arg in ("cache_dir", "gguf_file") for k in call.node.keywords):
                return text_of(given, call.site.unit, call.reached, reach.evaluator)
    return None


def least_mb(name: str) -> int | None:
    """The least that the weights have, from the parameters in a model's name; None where it does not say."""
    if QUANTISED.search(name) or re.search(r"(?i)lora|adapter|onnx", name):
        return None
    counts = PARAMETERS.findall(name)
    if len(counts) != 1:
        return None
    number, unit = counts[0]
    return int(float(number) * (1e9 if unit in "bB" else 1e6) * BYTES / MB)
