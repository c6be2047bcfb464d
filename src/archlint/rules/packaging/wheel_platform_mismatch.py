"""AL207: a dependency without a wheel for the function's machine."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit
from archlint.knowledge import releases
from archlint.knowledge.releases import ReleaseRow, ReleaseWheel, WheelMachine, of_python
from archlint.project import Project
from archlint.rulebook.page import Page
from archlint.rules.packaging.dep_python_mismatch import span, written
from archlint.rules.shared.installing import Installed, InstallSite, installed

AWS_NAMES = {"x86_64": "x86_64", "aarch64": "arm64"}


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Releases that have wheels, but none that runs there, and either no source distribution or one that takes a
    compiler where there is none. An open requirement counts only where every later release asks for more still."""
    for one in installed(project, page.name):
        if not one.is_public or releases.side(one.dependency.name, one.wanted, one.site.python):
            continue
        rows = _pinned(one) if one.wanted.pinned else _every(one)
        if not rows or any(row.has_wheel(one.site.python, one.site.machine) for row in rows):
            continue
        source = {row.sdist for row in rows}
        if source == {False} or (source == {True} and _cannot_build(one)):
            yield _hit(one, rows)


def _pinned(one: Installed) -> tuple[ReleaseRow, ...]:
    """What stands for a release: its row, or both neighbours where they are of the same major version."""
    rows = releases.around(one.dependency.name, one.wanted.low) if one.wanted.low else ()
    same = len({row.first.major for row in rows}) < 2
    return rows if same and all(row.native and row.wheels for row in rows) else ()


def _every(one: Installed) -> tuple[ReleaseRow, ...]:
    """All the releases from the lowest one on, where the C library or the Python is too old for each."""
    low = one.wanted.low
    rows = releases.since(one.dependency.name, low) if low else ()
    old = all(_lack(one.site, (row,)) in ("glibc", "old") for row in rows)
    return rows if old and all(row.native and row.wheels for row in rows) else ()


def _cannot_build(one: Installed) -> bool:
    return releases.needs_compiler(one.dependency.name) and not one.site.compiles


def _hit(one: Installed, rows: tuple[ReleaseRow, ...]) -> Hit:
    sdist = rows[0].sdist
    rest = "to build it from source takes a compiler" if sdist else "there is no source distribution"
    guessed = one.wanted.pinned and len(rows) > 1
    return Hit(
        message=f"{one.label} has no wheel for {one.site.source}: {_why(one.site, rows)}; {rest}"
        f" (releases as of {releases.as_of()})",
        place=one.dependency.place,
        function=one.deployed.function.id,
        severity="warning" if sdist else "error",
        confidence="low" if guessed else None,
    )


def _lack(site: InstallSite, rows: tuple[ReleaseRow, ...]) -> str:
    """What the wheels do not fit: the Python ("old" where they are for later ones alone), the machine, or the C
    library."""
    wheels = [wheel for row in rows for wheel in of_python(row, site.python)]
    if not wheels:
        return "old" if all(wheel.python > site.python for row in rows for wheel in row.wheels) else "python"
    if not any(releases.suits(wheel, WheelMachine(site.machine.name, None)) for wheel in wheels):
        return "machine"
    return "musl" if site.machine.musl else "glibc"


def _why(site: InstallSite, rows: tuple[ReleaseRow, ...]) -> str:
    lack = _lack(site, rows)
    if lack in ("old", "python"):
        return f"its wheels are for {span(rows)}"
    wheels = [wheel for row in rows for wheel in of_python(row, site.python)]
    if lack == "machine":
        machines = sorted({AWS_NAMES.get(wheel.machine, wheel.machine) for wheel in wheels})
        return f"its wheels for {written(site.python)} are for {' and '.join(machines)} alone"
    if lack == "musl":
        return "its wheels need glibc, which Alpine Linux does not have"
    asked = min(wheel.libc for wheel in wheels if wheel.libc and _is_here(wheel, site))
    libc = ".".join(map(str, site.machine.libc or ()))
    return f"its wheels need glibc {asked[0]}.{asked[1]}, and there is {libc}"


def _is_here(wheel: ReleaseWheel, site: InstallSite) -> bool:
    return not wheel.musl and releases.suits(wheel, WheelMachine(site.machine.name, None))
