"""AL204: CUDA libraries where there is no GPU."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge.ml import is_gpu_distribution
from archlint.model.deployed import Deployed
from archlint.packaging.cuda import CudaWheels, cuda_wheels, open_indexes
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.package_words import cuda_words
from archlint.values import Unknown


def check(project: Project, page: Page) -> Iterator[Hit]:
    """What surely is installed. In an image docker-fat-image reports PyTorch and the builds for a GPU, so that only the
    rest is reported here."""
    for deployed in project.functions:
        function = deployed.function
        if function.accelerator or not deployed.dependencies:
            continue
        if project.known(page.name, function, "architecture", function.architecture.value) is None:
            continue
        if open_indexes(deployed):
            reason = "an index or a folder of wheels of its own may serve a build without CUDA"
            project.known(page.name, function, "the index of the packages", Unknown(reason))
        for found in cuda_wheels(deployed):
            if _is_installed(deployed, found) and not (deployed.image is not None and _is_fat_image(found)):
                yield Hit(
                    message=f"{cuda_words(found)}, which a function without a GPU cannot use",
                    place=found.dependency.place,
                    function=function.id,
                    confidence=None if found.dependency.name == found.library else "medium",
                    help=f"{found.instead[0].upper()}{found.instead[1:]}." if found.instead else None,
                )


def _is_installed(deployed: Deployed, found: CudaWheels) -> bool:
    """A requirements file beside code that no build takes in says nothing of the package."""
    parts = deployed.size.parts if deployed.size is not None else ()
    names = {found.dependency.name, found.library}
    return deployed.image is not None or any(part.name in names and part.estimate_bytes > 0 for part in parts)


def _is_fat_image(found: CudaWheels) -> bool:
    return found.library == "torch" or is_gpu_distribution(found.dependency.name)
