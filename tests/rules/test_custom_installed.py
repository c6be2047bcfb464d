from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archlint.code.program import Sources
from archlint.project import Project
from archlint.rulebook import registry
from archlint.rulebook.registry import Rulebook
from archlint.rulebook.rulebook import all_rules, installed_rules, site_folders, with_installed
from archlint.tree import DiskTree, MemoryTree

PAGE = """\
---
code: {code}
severity: warning
confidence: high
summary: About functions
---
## What it does

It looks.

## What to do

Ask us.
"""
INIT = "from importlib.resources import files\n\nPAGES = files(__name__) / 'pages'\n"
CHECK = """\
from archlint.finding import Hit
from archlint.model.place import Place


def check(project, page):
    yield Hit(f"{page.code} is broken", Place("template.yaml"))
"""
Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Makes an installed package in a folder below the test's own, on sys.path; module names are used once a test."""
    made: set[str] = set()

    def run(
        name: str = "org_rules",
        *,
        folder: str = "site-packages",
        value: str | None = None,
        init: str = INIT,
        **pages: str,
    ) -> Path:
        home = tmp_path / folder
        package = home / name
        package.joinpath("pages").mkdir(parents=True, exist_ok=True)
        package.joinpath("__init__.py").write_text(init)
        for stem, text in pages.items():
            package.joinpath("pages", f"{stem.replace('_', '-')}.md").write_text(text)
        metadata = home / f"{name}-1.2.dist-info"
        metadata.mkdir(exist_ok=True)
        metadata.joinpath("METADATA").write_text(
            f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.2\n"
        )
        metadata.joinpath("entry_points.txt").write_text(f"[archlint.rules]\norg = {value or name}\n")
        made.add(name)
        monkeypatch.syspath_prepend(str(home))
        return home

    yield run
    for module in [module for module in sys.modules if module.partition(".")[0] in made]:
        del sys.modules[module]


def book(home: Path, root: Path | None = None) -> Rulebook:
    return with_installed(registry.builtin(), root, [str(home)])


def add(home: Path, package: str, **files: str) -> None:
    for stem, text in files.items():
        home.joinpath(package, f"{stem}.py").write_text(text)


def empty_project() -> Project:
    tree = MemoryTree({})
    return Project(tree, Sources(tree), ())


def test_the_rules_of_a_package(install: Install, tmp_path: Path) -> None:
    home = install(few_functions=PAGE.format(code="ORG101"), tags_missing=PAGE.format(code="ORG102"))
    add(home, "org_rules", few_functions=CHECK, tags_missing=CHECK)
    found = book(home, tmp_path / "repository")
    assert found.notices == ()
    assert [(page.name, page.code, page.origin) for page in found.additions.values()] == [
        ("few-functions", "ORG101", "org-rules 1.2"),
        ("tags-missing", "ORG102", "org-rules 1.2"),
    ]
    assert "org_rules.few_functions" not in sys.modules
    ((page, check), _) = found.checks(found.matching("ORG"))
    assert [hit.message for hit in check(empty_project(), page)] == ["ORG101 is broken"]
    assert "InstalledCheck(origin='org-rules 1.2', module='org_rules.few_functions', files=" in repr(found)
    assert repr(found) == repr(book(home, tmp_path / "repository"))
    add(home, "org_rules", few_functions=CHECK + "\n")
    assert repr(found) != repr(book(home, tmp_path / "repository"))


def test_a_rule_that_fails_does_so_when_it_runs(install: Install) -> None:
    home = install(
        raises=PAGE.format(code="ORG1"),
        absent=PAGE.format(code="ORG2"),
        strange=PAGE.format(code="ORG3"),
        empty=PAGE.format(code="ORG4"),
        ends=PAGE.format(code="ORG5"),
    )
    add(home, "org_rules", raises="1 / 0\n", strange="def check(project, page):\n    return [3]\n", empty="")
    add(home, "org_rules", ends="raise SystemExit\n")
    found = book(home)
    assert len(found.added) == 5
    errors: list[str] = []
    for page, check in found.checks(found.additions):
        try:
            list(check(empty_project(), page))
        except Exception as error:
            errors.append(f"{page.name}: {type(error).__name__}: {error}")
    assert errors == [
        "raises: ZeroDivisionError: division by zero",
        "absent: ModuleNotFoundError: No module named 'org_rules.absent'",
        "strange: TypeError: org_rules.strange.check yields int and no Hit",
        "empty: TypeError: the module org_rules.empty has no function check",
        "ends: RuntimeError: org_rules.ends tried to end archlint",
    ]


@pytest.mark.parametrize(
    ("changes", "notice"),
    [
        ({"init": "raise SystemError('broken')\n"}, "SystemError: broken"),
        ({"init": "raise SystemExit(3)\n"}, "SystemExit: 3"),
        ({"init": ""}, "org_rules has no PAGES, such as importlib.resources.files"),
        ({"init": "PAGES = 'pages'\n"}, "org_rules has no PAGES"),
        ({"value": "org_rules:check"}, "its entry point org must name a module, not 'org_rules:check'"),
        ({"value": "nowhere_at_all"}, "there is no module nowhere_at_all"),
        ({"own": "no page"}, "own.md: it does not begin with front matter"),
        ({"own": PAGE.format(code="AL199")}, "own.md: `code` must look like"),
        ({"own": PAGE.format(code="ORG1").replace("## What to do", "## Nothing")}, "the section `## What to do` is"),
        (
            {"own": PAGE.format(code="ORG1").replace("---\n##", "module: false\n---\n##")},
            "are for archlint's own rules",
        ),
        ({"own": PAGE.format(code="ORG1").replace("---\n##", "over-all: true\n---\n##")}, "are for archlint's own"),
        ({"training_on_lambda": PAGE.format(code="ORG1")}, "there is a rule training-on-lambda already in archlint"),
        (
            {"one": PAGE.format(code="ORG1"), "two": PAGE.format(code="ORG1")},
            "its code ORG1 is that of one (org-rules 1",
        ),
    ],
)
def test_what_cannot_be_used_is_left_out_with_a_notice(
    install: Install, tmp_path: Path, changes: dict[str, str], notice: str
) -> None:
    found = book(install(**changes), tmp_path / "repository")
    (said,) = found.notices
    assert said.startswith("rules of org-rules 1.2 are left out: ")
    assert notice in said


def test_one_broken_package_leaves_the_others_alone(install: Install) -> None:
    install("bad_rules", init="1 / 0\n")
    home = install("org_rules", fine=PAGE.format(code="ORG1"))
    found = book(home)
    assert (list(found.additions), len(found.notices)) == (["fine"], 1)


def test_a_page_of_the_repository_cannot_take_an_installed_rules_name(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = install(fine=PAGE.format(code="ORG1"))
    monkeypatch.setattr("archlint.rulebook.rulebook.site_folders", lambda: (os.path.realpath(home),))
    repository = tmp_path / "repository"
    repository.joinpath(".archlint", "rules").mkdir(parents=True)
    check = "check: {call: {call: pdb.set_trace}}\n---"
    text = PAGE.format(code="ORG2").replace("\n---", f"\n{check}", 1)
    repository.joinpath(".archlint", "rules", "fine.md").write_text(text)
    assert list(installed_rules(DiskTree(repository)).additions) == ["fine"]
    with pytest.raises(Exception, match=r"fine\.md:1: there is a rule fine already \(org-rules 1\.2\)"):
        all_rules(DiskTree(repository))


def test_nothing_is_imported_from_the_scanned_folder(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package is installed; a module of its name in the scanned folder comes first on the path."""
    home = install(fine=PAGE.format(code="ORG1"))
    repository = tmp_path / "repository"
    repository.joinpath("org_rules").mkdir(parents=True)
    repository.joinpath("org_rules", "__init__.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')\n")
    monkeypatch.syspath_prepend(str(repository))
    found = book(home, repository)
    assert (found.added, found.notices) == (
        (),
        ("rules of org-rules 1.2 are left out: Python would import org_rules from the scanned folder",),
    )
    assert not tmp_path.joinpath("ran").exists()


def test_metadata_in_the_scanned_folder_counts_for_nothing(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where the folder is on sys.path."""
    repository = install(folder="repository", fine=PAGE.format(code="ORG1"))
    assert str(repository) in sys.path
    assert installed_rules(DiskTree(repository)).added == ()
    assert installed_rules(MemoryTree({})).added == ()


def test_an_environment_within_the_scanned_folder_is_the_interpreters_own(install: Install, tmp_path: Path) -> None:
    home = install(folder="repository/.venv/site-packages", fine=PAGE.format(code="ORG1"))
    assert list(book(home, tmp_path / "repository").additions) == ["fine"]


def test_an_editable_package_within_the_scanned_folder_is_refused(
    install: Install, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = install(fine=PAGE.format(code="ORG1"))
    source = tmp_path / "repository" / "src"
    source.mkdir(parents=True)
    home.joinpath("org_rules").rename(source / "org_rules")
    monkeypatch.syspath_prepend(str(source))
    assert book(home, tmp_path / "repository").added == ()
    assert list(book(home, tmp_path / "elsewhere").additions) == ["fine"]


def test_the_folders_are_those_of_this_interpreter() -> None:
    assert site_folders()
    assert all(os.path.isabs(folder) and os.path.isdir(folder) for folder in site_folders())


def test_the_current_folder_is_not_importable(tmp_path: Path) -> None:
    """With `python -m archlint` Python itself puts it first."""
    for name in ("yaml", "click", "org_rules", "pathspec"):
        tmp_path.joinpath(f"{name}.py").write_text(f"open('ran-{name}', 'w')\n")
    metadata = tmp_path / "org_rules-1.2.dist-info"
    metadata.mkdir()
    metadata.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: org-rules\nVersion: 1.2\n")
    metadata.joinpath("entry_points.txt").write_text("[archlint.rules]\norg = org_rules\n")
    done = subprocess.run(
        [sys.executable, "-m", "archlint", "rule"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "AL101" in done.stdout
    assert not list(tmp_path.glob("ran-*"))
