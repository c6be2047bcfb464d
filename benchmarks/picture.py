"""How time grows with a repository, as a plain SVG."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 120, 34, 44
COLOURS = {"archlint": "#0b6e4f", "floor": "#7a7a7a", "pythaw": "#b3541e"}
OTHER = "#5b4b8a"
TICKS = 4

Points = Sequence[tuple[float, float]]


def growth(lines: Mapping[str, Points]) -> str:
    """One line a tool: functions against seconds of CPU time, both axes from 0."""
    most_x = max((x for points in lines.values() for x, _ in points), default=1) or 1
    most_y = _round_up(max((y for points in lines.values() for _, y in points), default=1))
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        '<g font-family="sans-serif" font-size="12">',
        "<title>Seconds of CPU time of a cold scan by the number of functions</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        f'<text x="{LEFT}" y="20" fill="#333333">Cold scan of a generated repository, seconds of CPU time</text>',
        *_axes(most_x, most_y),
    ]
    for name, points in lines.items():
        parts += _line(name, [(_x(x, most_x), _y(y, most_y)) for x, y in sorted(points)])
    return "\n".join((*parts, "</g>", "</svg>", ""))


def _axes(most_x: float, most_y: float) -> list[str]:
    parts = []
    below = HEIGHT - BOTTOM + 18
    for step in range(TICKS + 1):
        x, y = most_x * step / TICKS, most_y * step / TICKS
        at = _y(y, most_y)
        parts += [
            f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - RIGHT}" y2="{at:.1f}" stroke="#dddddd"/>',
            f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end" fill="#333333">{y:g}</text>',
            f'<text x="{_x(x, most_x):.1f}" y="{below}" text-anchor="middle" fill="#333333">{x:,.0f}</text>',
        ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    return [*parts, f'<text x="{middle:.0f}" y="{HEIGHT - 8}" text-anchor="middle" fill="#333333">functions</text>']


def _line(name: str, points: Points) -> list[str]:
    if not points:
        return []
    colour = COLOURS.get(name, OTHER)
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    dots = [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in points]
    x, y = points[-1]
    label = f'<text x="{x + 8:.1f}" y="{y + 4:.1f}" fill="{colour}">{escape(name)}</text>'
    return [f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>', *dots, label]


def _x(value: float, most: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * value / most


def _y(value: float, most: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * value / most


def _round_up(value: float) -> float:
    """The next of 1, 2, 4, 6, 8 or 10 times a power of ten, so that the ticks are short numbers."""
    unit = 1e-3
    while value > 10 * unit:
        unit *= 10
    return next((step * unit for step in (1, 2, 4, 6, 8) if value <= step * unit), 10 * unit)
