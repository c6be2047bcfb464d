"""A Mermaid flowchart, as READMEs and wikis draw it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from archlint.report.graph.view import COLORS, FUNCTION_COLOR, LEGEND, Box, Cluster, View

_SPECIAL = re.compile(r"[^\w /:,.()×…-]|_|^-|(?<=^\d)\.|(?<=^\d\d)\.")
"""Letters and digits are plain; a hyphen in front, or a dot after a number, would begin a Markdown list."""

_ARROWS = {"solid": "-->", "dashed": "-.->", "dotted": "-.->"}
_DOTTED = "stroke-dasharray:1 4"
_UNCERTAIN = "stroke:#999,color:#777"
_SHAPES = {
    **dict.fromkeys(("table", "bucket", "database", "file-system"), ("[(", ")]")),
    **dict.fromkeys(("queue", "stream"), ("[[", "]]")),
    **dict.fromkeys(("topic", "bus", "rule"), ("{{", "}}")),
    **dict.fromkeys(("api", "schedule", "distribution", "user-pool"), ("([", "])")),
    **dict.fromkeys(("state-machine", "task", "job", "service"), ("[/", "/]")),
    "function": ("(", ")"),
}


def render_mermaid(view: View) -> str:
    """Every word of the repository stands in quotes, with all but letters and digits written as character codes."""
    return "\n".join(_lines(view)) + "\n"


def _lines(view: View) -> Iterator[str]:
    yield "flowchart LR"
    for number, cluster in enumerate(view.clusters):
        yield from _cluster(cluster, number)
    for arrow in view.arrows:
        label = f'|"{_text(arrow.label)}"|' if arrow.label else ""
        yield f"  {arrow.source} {_ARROWS[arrow.style]}{label} {arrow.target}"
    words = [f"{style}: {text}" for style, text in LEGEND]
    yield f'  legend["{"<br/>".join(_text(line) for line in words)}"]'
    yield from _styles(view)


def _styles(view: View) -> Iterator[str]:
    """Arrows are numbered in the order of their lines."""
    for style, chosen in (
        (_DOTTED, [n for n, arrow in enumerate(view.arrows) if arrow.style == "dotted"]),
        (_UNCERTAIN, [n for n, arrow in enumerate(view.arrows) if not arrow.certain]),
    ):
        if chosen:
            yield f"  linkStyle {','.join(map(str, chosen))} {style}"
    yield "  style legend fill:none,stroke:#ccc,text-align:left"
    yield f"  classDef function fill:{FUNCTION_COLOR},stroke:#555,color:#000"
    for severity, color in COLORS.items() if view.judged else ():
        yield f"  classDef {severity} fill:{color},stroke:#555,color:#000"


def _cluster(cluster: Cluster, number: int) -> Iterator[str]:
    if not cluster.title:
        yield from (f"  {_box(box)}" for box in cluster.boxes)
        return
    yield f'  subgraph s{number}["{_text(cluster.title)}"]'
    yield from (f"    {_box(box)}" for box in cluster.boxes)
    yield "  end"


def _box(box: Box) -> str:
    opening, closing = _SHAPES.get(box.node.kind, ("[", "]"))
    lines = [_text(box.label), _text(box.kind), *([_text(box.mark.text)] if box.mark.count else [])]
    plain = "function" if box.node.is_function else ""
    look = box.mark.severity or plain
    return f'{box.key}{opening}"{"<br/>".join(lines)}"{closing}{f":::{look}" if look else ""}'


def _text(text: str) -> str:
    """Mermaid reads `#35;` as a character."""
    return _SPECIAL.sub(lambda found: f"#{ord(found[0])};", text)
