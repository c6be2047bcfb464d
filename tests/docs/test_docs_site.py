"""The site builds without a warning, and its pages load nothing from elsewhere."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from archlint.knowledge.targets import targets
from archlint.rulebook import registry

TOP = Path(__file__).resolve().parents[2]
LOADING = {"script": "src", "link": "href", "img": "src", "iframe": "src", "source": "src", "use": "href"}
ADDRESSES = {"canonical", "next", "prev"}
"""Relations of a `link` that name a page and load nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    build = [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(TOP / "src"), "NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(build, cwd=TOP, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def text(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(TOP / "tools" / "site"), *sys.path])
    return import_module("site_text")


class Loads(HTMLParser):
    """What a browser fetches when it opens the page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        address = given.get(LOADING.get(tag, ""))
        if address is not None and given.get("rel") not in ADDRESSES:
            self.found.append(address)


def test_pages_load_nothing_from_elsewhere(site: Path) -> None:
    pages = list(site.rglob("*.html"))
    assert len(pages) > 60
    for page in pages:
        loads = Loads()
        loads.feed(page.read_text(encoding="utf-8"))
        assert not [address for address in loads.found if re.match(r"(?:https?:)?//", address)], page
    for style in site.rglob("*.css"):
        assert not re.search(r"url\([\"']?(?:https?:)?//", style.read_text(encoding="utf-8")), style


def test_every_rule_and_target_has_its_page(site: Path) -> None:
    assert all((site / "rules" / f"{name}.html").is_file() for name in registry.pages())
    assert all((site / "targets" / f"{target.name}.html").is_file() for target in targets())


def test_a_rule_page_shows_what_its_source_holds(site: Path) -> None:
    page = (site / "rules" / "timeout-near-limit.html").read_text(encoding="utf-8")
    for part in ("AL301", "warning", "since 0.1.0", "What it rests on", "2026-11-17", "What to do", "To silence it"):
        assert part in page
    assert "# expect:" not in page


def test_no_mark_for_the_tests_is_left(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = re.findall(r"<!-- (?:folder|file|check|output|readme)\b|# expect:", page.read_text(encoding="utf-8"))
        assert not found, page


def test_the_search_knows_the_rules(site: Path) -> None:
    documents = json.loads((site / "search" / "search_index.json").read_text(encoding="utf-8"))["docs"]
    found = {document["location"].partition("#")[0] for document in documents}
    assert {f"rules/{name}.html" for name in registry.pages()} <= found


def test_rules_are_linked_by_their_names(site: Path) -> None:
    assert 'href="../rules/unreadable-file.html"' in (site / "guide" / "library.html").read_text(encoding="utf-8")


def test_names_of_rules_are_linked_outside_of_code_alone(text: Any) -> None:
    page = "# `slow-init`\n\nSee `slow-init` and [`slow-init`](x.md).\n\n```sh\n`slow-init`\n```\n"
    linked = text.linked(page, "guide/a.md", {"slow-init": "rules/slow-init.md"})
    assert linked == page.replace("See `slow-init`", "See [`slow-init`](../rules/slow-init.md)")
    assert text.linked(page, "rules/slow-init.md", {"slow-init": "rules/slow-init.md"}) == page


def test_a_section_of_the_readme_is_taken_whole(text: Any) -> None:
    sizes = "two [a](CHANGELOG.md) [b](src/x.v1.schema.json)"
    readme = f"## Use\n\none\n\n### Sizes\n\n{sizes}\n\n### Plans\n\nthree\n\n## Tests\n"
    assert text.section(readme, "Sizes") == "two [a](changelog.md) [b](/schemas/x.v1.schema.json)"
    assert text.section(readme, "Use").endswith("three")
    with pytest.raises(text.MissingSectionError):
        text.section(readme, "Size")


@pytest.mark.parametrize("cell", ["a|b", "<b>", "[x](y)", "*x*", "a_b_c", "`x`", "# x", "a & b", "&lt;", "a\\\\b"])
def test_data_is_text(cell: str, text: Any) -> None:
    import markdown

    made = markdown.markdown(text.table(("head",), [(text.escaped(cell),)]), extensions=["tables"])
    assert html.unescape(made.split("<td>")[1].split("</td>")[0]) == cell
