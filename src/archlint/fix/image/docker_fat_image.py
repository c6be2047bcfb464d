"""AL210: no cache, no CUDA, and a slim base."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.finding import Finding
from archlint.fix.edit import Edit, Fix
from archlint.fix.functions import fix_of, functions_of
from archlint.fix.requirements import PIP_INSTALL, without_cuda
from archlint.fix.text import Text
from archlint.knowledge.base_images import base_image_size
from archlint.model.image import Image
from archlint.project import Project
from archlint.readers.image.base import split_reference
from archlint.readers.image.cache import kept_downloads
from archlint.values import Known

SAFE = True
"""Nothing that runs reads pip's cache."""

_PLAIN = re.compile(r"(?P<version>\d+(?:\.\d+){0,2})(?P<debian>-(?:bullseye|bookworm|trixie))?")
_COMMENT = re.compile(r"[ \t]*#")


def fix(finding: Finding, project: Project, text: Text) -> Fix | None:
    """Compilers and conda take a stage of their own, which people write."""
    images = [project.linked[f.id].deployed.image for f in functions_of(finding, project)]
    image = next((one for one in images if one is not None and one.dockerfile == finding.place.path), None)
    if image is not None and finding.message.startswith("pip keeps its downloads"):
        edits = tuple(_without_cache(finding, image, text))
        if edits:
            return fix_of(finding, "install without pip's cache", edits, safe=True)
    if image is not None and finding.place.line == image.base_line and isinstance(image.base, Known):
        edit = _slim(finding, image.base.value, text)
        return fix_of(finding, "rest on the slim base", (edit,) if edit else None, safe=False)
    found = without_cuda(finding, project, text)
    return fix_of(finding, found[0], found[1], safe=False) if found is not None else None


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
