"""How time grows with a repository, as a plain SVG that reads on a light and on a dark page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from math import ceil, floor, log10

WIDTH, HEIGHT = 740, 400
LEFT, RIGHT, TOP, BOTTOM = 64, 214, 64, 52
LABEL_HEIGHT = 17
TITLE = "CPU time of a scan by the number of Lambda functions"
ABOUT = "Generated repositories; the floor reads every file and parses Python and templates. Both axes are logarithmic."
STYLE = """\
.page { fill: #ffffff; stroke: #d0d7de }
.text { fill: #1f2328 }
.faint { fill: #59636e }
.grid { stroke: #e4e8ec }
.floor { --line: #6e7781 } .other { --line: #bc4c00 } .first { --line: #0969da } .second { --line: #8250df }
.third { --line: #1a7f37 }
@media (prefers-color-scheme: dark) {
.page { fill: #0d1117; stroke: #30363d }
.text { fill: #e6edf3 }
.faint { fill: #9198a1 }
.grid { stroke: #262c36 }
.floor { --line: #9198a1 } .other { --line: #f0883e } .first { --line: #58a6ff } .second { --line: #bc8cff }
.third { --line: #3fb950 }
}
"""

Points = Sequence[tuple[float, float]]
Span = tuple[float, float]


def growth(lines: Mapping[str, Points]) -> str:
    """One line a label: functions against seconds of CPU time. Points at 0 have no place on the axes."""
    shown = {name: sorted((x, y) for x, y in points if x > 0 and y > 0) for name, points in lines.items()}
    shown = {name: points for name, points in shown.items() if points}
    xs = [x for points in shown.values() for x, _ in points] or [1_000.0]
    ys = [y for points in shown.values() for _, y in points] or [1.0]
    across, up = (min(xs), max(*xs, 2 * min(xs))), (10.0 ** floor(log10(min(ys))), _above(max(ys)))
    drawn = {name: [(_x(x, across), _y(y, up)) for x, y in points] for name, points in shown.items()}
    kinds = _kinds(tuple(shown))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-labelledby="title">',
        f'<title id="title">{TITLE}</title>',
        f"<style>\n{STYLE}</style>",
        f'<rect class="page" x="0.5" y="0.5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="8"/>',
        '<g font-family="system-ui, -apple-system, Segoe UI, Helvetica, Arial, sans-serif" font-size="13">',
        f'<text class="text" x="20" y="27" font-size="15" font-weight="600">{TITLE}</text>',
        f'<text class="faint" x="20" y="46" font-size="12">{ABOUT}</text>',
        *_axes(sorted(set(xs)), across, up),
    ]
    for name, points in drawn.items():
        parts += _line(points, kinds[name])
    parts += _labels(drawn, {name: points[-1][1] for name, points in shown.items()}, kinds)
    return "\n".join((*parts, "</g>", "</svg>", ""))


def _kinds(names: Sequence[str]) -> dict[str, str]:
    """By label the class of its colour: lines of archlint have one each."""
    own = iter(("first", "third", "second") * len(names))
    return {
        name: "floor" if name == "floor" else next(own) if name.startswith("archlint") else "other" for name in names
    }


def _axes(xs: Sequence[float], across: Span, up: Span) -> Iterator[str]:
    """A line for each power of ten of seconds, and the sizes that were measured."""
    right, below = WIDTH - RIGHT, HEIGHT - BOTTOM
    for y in _ticks(up):
        at = _y(y, up)
        yield f'<line class="grid" x1="{LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}"/>'
        yield f'<text class="faint" x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{_seconds(y)}</text>'
    for x in xs:
        at = _x(x, across)
        yield f'<line class="grid" x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{below}"/>'
        yield f'<text class="faint" x="{at:.1f}" y="{below + 19}" text-anchor="middle">{x:,.0f}</text>'
    middle = (LEFT + right) / 2
    yield f'<text class="faint" x="{middle:.0f}" y="{HEIGHT - 14}" text-anchor="middle">functions</text>'


def _ticks(up: Span) -> list[float]:
    """Powers of ten, and where these are few, 2 and 5 times them."""
    powers = [10.0**power for power in range(round(log10(up[0])), ceil(log10(up[1])) + 1)]
    steps = (1, 2, 5) if len(powers) <= 3 else (1,)
    return [step * power for power in powers for step in steps if step * power <= up[1] * 1.001]


def _line(points: Points, kind: str) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dash = ' stroke-dasharray="5 4"' if kind == "floor" else ""
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5"/>' for x, y in points]
    line = f'<polyline points="{path}" fill="none" stroke="var(--line)" stroke-width="2"{dash}/>'
    return [f'<g class="{kind}" fill="var(--line)">', line, *dots, "</g>"]


def _labels(drawn: Mapping[str, Points], seconds: Mapping[str, float], kinds: Mapping[str, str]) -> Iterator[str]:
    """At the ends of the lines, moved apart where they would cover each other."""
    names = sorted(drawn, key=lambda name: drawn[name][-1][1])
    heights = _apart([drawn[name][-1][1] for name in names])
    for name, height in zip(names, heights, strict=True):
        text = f"{escape(name)} {_seconds(seconds[name])}"
        yield (
            f'<text class="{kinds[name]}" style="fill: var(--line)" x="{WIDTH - RIGHT + 12}" y="{height + 4:.1f}">'
            f"{text}</text>"
        )


def _apart(heights: Sequence[float]) -> list[float]:
    """Ascending heights, moved as little as need be for `LABEL_HEIGHT` between neighbours."""
    groups: list[list[float]] = []
    for height in heights:
        groups.append([height])
        while len(groups) > 1 and _last(groups[-2]) + LABEL_HEIGHT > _first(groups[-1]):
            groups[-2:] = [groups[-2] + groups[-1]]
    return [_first(group) + LABEL_HEIGHT * place for group in groups for place in range(len(group))]


def _first(group: Sequence[float]) -> float:
    return sum(group) / len(group) - LABEL_HEIGHT * (len(group) - 1) / 2


def _last(group: Sequence[float]) -> float:
    return _first(group) + LABEL_HEIGHT * (len(group) - 1)


def _seconds(value: float) -> str:
    """Two digits that count, such as 0.28 s, 4.9 s or 91 s."""
    return f"{value:.0f} s" if value >= 10 else f"{float(f'{value:.2g}'):g} s"


def _x(value: float, across: Span) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * _part(value, across)


def _y(value: float, up: Span) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * _part(value, up)


def _part(value: float, span: Span) -> float:
    """Where a value lies between the ends of a logarithmic axis, from 0 to 1."""
    return log10(value / span[0]) / log10(span[1] / span[0])


def _above(value: float) -> float:
    """The next of 1, 2 or 5 times a power of ten that is above a value."""
    power = 10.0 ** floor(log10(value))
    return next(step * power for step in (2, 5, 10) if value < step * power)
