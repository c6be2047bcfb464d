"""AL212: the AWS SDK packaged although the runtime has it, in a package that is near the limit."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.slimming import sdk_roots
from archlint.model.size import Size
from archlint.packaging.savings import Saving, apply, savings
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.packaging.package_too_large_for_zip import sized
from archlint.rules.shared.package_words import MIB, megabytes

NOTABLE = 10 * MIB
"""Bytes from which leaving it out helps; where other packages keep botocore, boto3 alone is below 2 MB."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only where nothing else needs it, so that dropping the line makes the package smaller."""
    for deployed, size in sized(project):
        if size.verdict not in ("near", "over"):
            continue
        found = next((saving for saving in savings(deployed) if saving.kind == "runtime"), None)
        named = [one for one in deployed.dependencies if one.direct and one.name in sdk_roots()]
        if found is not None and found.saved_bytes >= NOTABLE and named:
            yield Hit(
                message=f"{named[0].name} takes {megabytes(found.saved_bytes)} with what it needs, in a package at its"
                f" limit; the Python runtime has it already{_effect(size, found)}",
                place=named[0].place,
                function=deployed.function.id,
            )


def _effect(size: Size, saving: Saving) -> str:
    """Where leaving it out changes the matter."""
    if apply(size, ()).surely_fits or not apply(size, [saving]).surely_fits:
        return ""
    return f": without it the package surely stays below {size.limit_bytes / MIB:.0f} MB"
