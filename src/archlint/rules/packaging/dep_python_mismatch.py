"""AL213: a dependency that cannot be installed on the function's Python."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge import releases
from archlint.knowledge.releases import Python, ReleaseRow, Side
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.shared.installing import Installed, installed


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Only where no release that the line admits can be installed, from a wheel or from source."""
    for one in installed(project, page.name):
        python = one.site.python
        side = releases.side(one.dependency.name, one.wanted, python, one.is_public)
        if side:
            yield Hit(
                message=f"{one.label} {_why(one, side)}; {one.site.source} has {written(python)}"
                f" (releases as of {releases.as_of()})",
                place=one.dependency.place,
                function=one.deployed.function.id,
                confidence=None if _row(one, side) else "medium",
                help=_help(one, side),
            )


def written(python: Python) -> str:
    """Such as "Python 3.12"."""
    return f"Python {python[0]}.{python[1]}"


def span(rows: tuple[ReleaseRow, ...]) -> str:
    """The Pythons that wheels are for, such as "Python 3.8 to 3.11"."""
    known = sorted({wheel.python for row in rows for wheel in row.wheels})
    if not known or known[0] == known[-1]:
        return written(known[0]) if known else "no Python"
    return f"{written(known[0])} to {known[-1][0]}.{known[-1][1]}"


def _why(one: Installed, side: Side) -> str:
    row = _row(one, side)
    if row is None:
        return f"cannot be installed on {written(one.site.python)}"
    if not any(row.requires.contains(f"3.{one.site.python[1]}.{patch}") for patch in (0, 99)):
        return f"needs Python {row.requires}"
    return f"has wheels for {span((row,))} alone, and no source distribution"


def _row(one: Installed, side: Side) -> ReleaseRow | None:
    """The row of the release that comes nearest to that Python, if the table names it."""
    version = one.wanted.low if side == "old" else one.wanted.high
    around = releases.around(one.dependency.name, version) if version is not None else ()
    return around[0] if len({(str(row.requires), row.wheels) for row in around}) == 1 else None


def _help(one: Installed, side: Side) -> str:
    nearest = releases.nearest(one.dependency.name, one.wanted, one.site.python)
    move = "a later" if side == "old" else "an earlier"
    take = f"Take {one.dependency.name}=={nearest}, the nearest release that installs there, or" if nearest else "Take"
    return f"{take} {move} Python: change the runtime or the base image, and test."
