"""AL210: no cache, no CUDA, and a slim base."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.edits.functions import fix_of, functions_of
from archlint.edits.requirements import PIP_INSTALL, without_cuda
from archlint.edits.text import Edit, Fix, Text
from archlint.finding import Finding
from archlint.knowledge.base_images import base_image_size
from archlint.model.deployed import Deployed
from archlint.model.image import Image
from archlint.packaging.image.base import split_reference
from archlint.packaging.image.steps import kept_downloads
from archlint.project import Project
from archlint.rules.packaging.docker_fat_image import cache_hits
from archlint.values import Known

SAFE = True
"""Nothing that runs reads pip's cache."""

_PLAIN = re.compile(r"(?P<version>\d+(?:\.\d+){0,2})(?P<debian>-(?:bullseye|bookworm|trixie))?")
_COMMENT = re.compile(r"[ \t]*#")


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Compilers and conda take a stage of their own, which people write."""
    deployed = (project.linked[f.id].deployed for f in functions_of(finding, project))
    built = next((one for one in deployed if one.image and one.image.dockerfile == finding.place.path), None)
    image = built.image if built is not None else None
    if built is not None and image is not None and _is_cache(finding, built, image, project):
        edits = tuple(_without_cache(finding, image, text))
        if edits:
            return fix_of(finding, "install without pip's cache", edits, safe=True)
    if image is not None and finding.place.line == image.base_line and isinstance(image.base, Known):
        edit = _slim(finding, image.base.value, text)
        return fix_of(finding, "rest on the slim base", (edit,) if edit else None, safe=False)
    cuda = without_cuda(finding, project, text)
    return fix_of(finding, cuda[0], cuda[1], safe=False) if cuda is not None else None


def _is_cache(finding: Finding, deployed: Deployed, image: Image, project: Project) -> bool:
    """Whether the downloads that stay are what the finding speaks of: other things may stand on the same line."""
    hits = cache_hits(deployed, image, project.limits)
    return any((hit.place, hit.message) == (finding.place, finding.message) for hit in hits)


def _without_cache(finding: Finding, image: Image, text: Text) -> Iterator[Edit]:
    """The rule reports the first of the installs alone."""
    kept = list(kept_downloads(image))
    if not kept or kept[0][0].line != finding.place.line:
        return
    path = image.dockerfile
    for step in dict.fromkeys(step for step, _ in kept):
        for line in range(step.line, step.end_line + 1):
            written = text.line(path, line)
            if not _COMMENT.match(written):
                start = text.line_start(path, line)
                for found in PIP_INSTALL.finditer(written):
                    yield Edit(path, start + found.end(), start + found.end(), " --no-cache-dir")


def _slim(finding: Finding, reference: str, text: Text) -> Edit | None:
    name, tag = split_reference(reference)
    row = base_image_size(name, tag)
    found = _PLAIN.fullmatch(tag)
    if row is None or row.kind != "full" or found is None or "@" in reference:
        return None
    written = text.line(finding.place.path, finding.place.line)
    at = [m.end() for m in re.finditer(rf"(?<!\S){re.escape(reference)}(?!\S)", written)]
    if len(at) != 1 or not written.upper().lstrip().startswith("FROM"):
        return None
    end = text.line_start(finding.place.path, finding.place.line) + at[0] - len(found["debian"] or "")
    return Edit(finding.place.path, end, end, "-slim")
