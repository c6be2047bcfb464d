"""Bytes of layers: folders and archives of the repository, and layers that others publish."""

from __future__ import annotations

from dataclasses import replace

from archlint.knowledge.layers import PublicLayer, public_layer
from archlint.model.function import Function, Layer
from archlint.model.size import Part
from archlint.readers.packaging.dependencies.sources import layer_source
from archlint.readers.packaging.dependencies.vendored import dist_infos
from archlint.readers.packaging.dependencies.wanted import Want
from archlint.readers.packaging.sizes.code import archive_bytes, contents
from archlint.readers.packaging.sizes.files import NOTHING, file_estimate, uninstalled
from archlint.readers.packaging.sizes.measurer import Measurer
from archlint.readers.packaging.sizes.parts import content_parts, exact, joined
from archlint.readers.packaging.sizes.table import FALL, RISE, Estimate, closure
from archlint.readers.packaging.target import Target
from archlint.tree import Tree


def layer_estimate(
    function: Function, layer: Layer, tree: Tree, target: Target, measurer: Measurer | None = None
) -> Estimate:
    """A layer of which nobody can say the size here is among the unknown."""
    label = f"layer {layer.name}"
    if layer.folder is None:
        known = public_layer(layer.arn or "")
        return _public(label, known, target) if known is not None else Estimate(unknown=(label,), method="folder")
    if tree.is_file(layer.folder):
        size = archive_bytes(tree, layer.folder)
        return Estimate(unknown=(label,), method="folder") if size is None else exact(label, size, "layer")
    found = contents(tree, layer.folder)
    if found is None:
        return Estimate(unknown=(label,), method="folder")
    source = layer_source(function, layer, tree)
    if source is None:
        return content_parts(label, found, "layer")
    held = frozenset(one.name for one in dist_infos(tree, layer.folder))
    by = measurer if source.installs else None
    listed = file_estimate(tree, source.path, target, held, measurer=by)
    return joined([content_parts(label, found, "layer"), listed if source.installs else uninstalled(listed)])


def _public(label: str, known: PublicLayer, target: Target) -> Estimate:
    """A layer that is called after a package holds that package with what it needs, in a version that nobody tells."""
    if known.package is None:
        middle = (known.low_bytes + known.high_bytes) // 2
        return Estimate((Part(label, known.low_bytes, middle, known.high_bytes, "layer"),), method="table")
    found = closure((Want(known.package),), target)
    if found.unknown:
        return replace(NOTHING, unknown=(label,))
    size = sum(part.estimate_bytes for part in found.parts)
    return Estimate((Part(label, round(size / FALL["far"]), size, round(size * RISE["far"]), "layer"),), method="table")
