"""A graph for Graphviz."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.report.graph.view import COLORS, FUNCTION_COLOR, LEGEND, Arrow, Box, Cluster, View

_SHAPES = {
    **dict.fromkeys(("table", "bucket", "database", "file-system"), "cylinder"),
    **dict.fromkeys(("topic", "bus", "rule"), "hexagon"),
    **dict.fromkeys(("queue", "stream"), "cds"),
    **dict.fromkeys(("api", "schedule", "distribution", "user-pool"), "ellipse"),
    **dict.fromkeys(("state-machine", "task", "job", "service"), "parallelogram"),
    "stack": "folder",
}
_HEAD = (
    "digraph architecture {",
    "  rankdir=LR; compound=true; nodesep=0.25; ranksep=0.9;",
    '  node [shape=box, fontname="Helvetica", fontsize=10, style="rounded,filled", fillcolor=white, color="#555555"];',
    '  edge [fontname="Helvetica", fontsize=8, color="#444444"];',
)


def render_dot(view: View) -> str:
    """Labels are quoted strings, never HTML."""
    return "\n".join([*_HEAD, *_body(view), "}"]) + "\n"


def _body(view: View) -> Iterator[str]:
    yield _legend(view)
    for number, cluster in enumerate(view.clusters):
        yield from _cluster(cluster, number)
    yield from (_arrow(arrow) for arrow in view.arrows)


def _cluster(cluster: Cluster, number: int) -> Iterator[str]:
    if not cluster.title:
        yield from (f"  {_box(box)}" for box in cluster.boxes)
        return
    yield f"  subgraph cluster_{number} {{"
    yield f'    label={_quoted(cluster.title)}; labelloc=t; labeljust=c; fontsize=11; color="#aaaaaa";'
    yield from (f"    {_box(box)}" for box in cluster.boxes)
    yield "  }"


def _box(box: Box) -> str:
    lines = (box.label, box.kind, *([box.mark.text] if box.mark.count else ()))
    shape = _SHAPES.get(box.node.kind)
    plain = FUNCTION_COLOR if box.node.is_function else ""
    color = COLORS.get(box.mark.severity, plain)
    settings = [f"label={_quoted(*lines)}"]
    if shape:
        settings.append(f"shape={shape}, style=filled")
    if color:
        settings.append(f'fillcolor="{color}"')
    return f"{box.key} [{', '.join(settings)}];"


def _arrow(arrow: Arrow) -> str:
    settings = [f"style={arrow.style}"]
    if arrow.label:
        settings.append(f"label={_quoted(arrow.label)}")
    if arrow.style == "dotted":
        settings.append("arrowhead=open")
    if not arrow.certain:
        settings.append('color="#999999", fontcolor="#777777"')
    return f"  {arrow.source} -> {arrow.target} [{', '.join(settings)}];"


def _legend(view: View) -> str:
    words = [f"{style}: {text}" for style, text in LEGEND]
    if view.judged:
        words.append("a colour is that of the worst finding: red error, yellow warning, blue info")
    lines = "".join(f"{line}\\l" for line in words)
    return f'  label="{lines}"; labelloc=b; labeljust=l; fontname="Helvetica"; fontsize=9;'


def _quoted(*lines: str) -> str:
    """Graphviz reads entities such as `&lt;` in every string."""
    escaped = (line.replace("&", "&amp;").replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'
