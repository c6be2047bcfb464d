"""MkDocs' hook: adds what is made from rules/, the README and the schemas, and links rules by their names."""

from __future__ import annotations

from pathlib import Path

import site_facts
import site_rules
import site_speed
import site_targets
import site_text
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

TOP = Path(__file__).resolve().parents[2]


def generated() -> dict[str, str]:
    """Every page and file that stands in no folder, by its path in the site's source."""
    made = {**site_rules.pages(), **site_targets.pages(), "facts.md": site_facts.page(), "speed.md": site_speed.page()}
    for name in ("CHANGELOG", "CONTRIBUTING"):
        made[f"{name.lower()}.md"] = site_text.on_its_own((TOP / f"{name}.md").read_text(encoding="utf-8"))
    made["tools.md"] = (TOP / "tools" / "README.md").read_text(encoding="utf-8")
    for path in sorted((TOP / "src" / "archlint").rglob("*.v*.schema.json")):
        made[f"schemas/{path.name}"] = path.read_text(encoding="utf-8")
    return made


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Lists the generated pages behind the pages that introduce them."""
    address = site_rules.addresses()
    rules = [{heading: [address[page.name] for page in found]} for heading, found in site_rules.families()]
    more = {"rules/index.md": rules, "targets/index.md": [page for page in site_targets.pages() if "index" not in page]}
    for item in config.nav or []:
        if isinstance(item, dict):
            for title, first in item.items():
                if isinstance(first, str) and first in more:
                    item[title] = [first, *more[first]]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    for path, text in generated().items():
        files.append(File.generated(config, path, content=text))
    picture = TOP / "benchmarks" / "results.svg"
    files.append(File.generated(config, "assets/growth.svg", abs_src_path=str(picture)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    readme = (TOP / "README.md").read_text(encoding="utf-8")
    text = site_text.without_markers(site_text.with_sections(markdown, readme))
    return site_text.linked(text, page.file.src_uri, site_rules.addresses())
