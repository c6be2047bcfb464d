"""Changes of Markdown text that every page goes through."""

from __future__ import annotations

import html
import posixpath
import re
from collections.abc import Callable, Mapping

FENCE = re.compile(
    r"^(?P<indent>[ \t]*)(?P<mark>`{3,})(?P<info>[^\n`]*)\n(?P<body>.*?)^(?P=indent)(?P=mark)[ \t]*$",
    re.MULTILINE | re.DOTALL,
)
_SECTION = re.compile(r"^<!-- readme: (.+?) -->$", re.MULTILINE)
_MARKER = re.compile(r"^<!-- (?:folder|file|check|output)[^\n]*-->\n", re.MULTILINE)
_FILE = re.compile(r"^<!-- file: (\S+) -->\n(```\w+)$", re.MULTILINE)
_README_MARKER = re.compile(r"^<!-- \w+:(?:begin|end) -->\n", re.MULTILINE)
_CODE = re.compile(r"(?<![\[`])`([a-z0-9]+(?:-[a-z0-9]+)+)`(?![\]`])")
_RELATIVE = re.compile(r"\]\(((?!https?:|#)[^)\s]+)\)")
_SITE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "tools/README.md": "tools.md"}
"""Where the site has what a page of the repository links to."""
_GUIDE = "docs/guide/"


class MissingSectionError(Exception):
    """A page asks for a section that the README does not have."""


def with_sections(markdown: str, readme: str) -> str:
    """With each `<!-- readme: Heading -->` replaced by what stands below that heading in the README."""
    return _SECTION.sub(lambda found: section(readme, found[1]), markdown)


def section(readme: str, heading: str) -> str:
    found = re.search(rf"^(##+) {re.escape(heading)}\n(.*?)(?=^\1 |^## |\Z)", readme, re.MULTILINE | re.DOTALL)
    if found is None:
        raise MissingSectionError(f"README.md has no section {heading!r}")
    return on_its_own(_README_MARKER.sub("", found[2])).strip()


def on_its_own(text: str) -> str:
    """Text of a file at the top of the checkout, with its links turned to the pages of the site."""
    return _RELATIVE.sub(lambda found: f"]({_target(found[1])})", text)


def _target(link: str) -> str:
    if link.startswith(_GUIDE):  # sections of the README stand on pages of the guide
        return link.removeprefix(_GUIDE)
    return _SITE.get(link) or ("/schemas/" + posixpath.basename(link) if link.endswith(".schema.json") else link)


def without_markers(markdown: str) -> str:
    """Without the comments that tests/docs reads; a block that is a file shows its path."""
    return _MARKER.sub("", _FILE.sub(r'\2 title="\1"', markdown))


def linked(markdown: str, page: str, addresses: Mapping[str, str]) -> str:
    """Names of rules in backquotes become links to their pages, outside of code blocks, headings and their own page."""
    folder = posixpath.dirname(page)

    def link(found: re.Match[str]) -> str:
        address = addresses.get(found[1])
        if address is None or address == page:
            return found[0]
        return f"[{found[0]}]({posixpath.relpath(address, folder or '.')})"

    def line(text: str) -> str:
        return text if text.startswith("#") else _CODE.sub(link, text)

    def prose(text: str) -> str:
        rooted = text.replace("](/schemas/", f"]({posixpath.relpath('schemas', folder or '.')}/")
        return "".join(line(part) for part in rooted.splitlines(keepends=True))

    return outside_fences(markdown, prose)


def outside_fences(markdown: str, change: Callable[[str], str]) -> str:
    parts, start = [], 0
    for fence in FENCE.finditer(markdown):
        parts += [change(markdown[start : fence.start()]), fence[0]]
        start = fence.end()
    return "".join((*parts, change(markdown[start:])))


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    lines = [_row(head), _row(tuple("---" for _ in head)), *(_row(row) for row in rows)]
    return "\n".join(lines) + "\n"


def _row(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def escaped(text: str) -> str:
    """Data as text: nothing of it is Markdown or HTML."""
    return re.sub(r"([\\`*_{}\[\]#])", r"\\\1", html.escape(text, quote=False))


def date(text: str) -> str:
    return f'<span class="al-date">{text or "no date"}</span>'


def evidence(title: str, url: str, as_of: str) -> tuple[str, str]:
    """Two cells: the source, and its date."""
    return source(title, url), date(as_of)


def source(title: str, url: str) -> str:
    return f"[{escaped(title)}]({url})" if url.startswith("https://") else escaped(title)


def fenced(language: str, body: str, title: str = "", lines: tuple[int, ...] = ()) -> str:
    options = (f' title="{title}"' if title else "") + (f' hl_lines="{" ".join(map(str, lines))}"' if lines else "")
    return f"```{language}{options}\n{body.rstrip()}\n```"
