"""The graph as an indented text: from what enters to what is called, sent and stored."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.report.graph.view import LEGEND, Arrow, Box, View

_HEADS = {"solid": "──▶", "dashed": "┄┄▷", "dotted": "···"}
_ORDER = ("solid", "dashed", "dotted")
MAX_DEPTH = 30
_INDENT = 4


def render_tree(view: View) -> str:
    """A node's edges are written once; where it comes again, "see above" or "see below" stands for them."""
    return "\n".join(_Tree(view).lines()) + "\n"


class _Tree:
    def __init__(self, view: View) -> None:
        self.view = view
        self.boxes = {box.key: box for cluster in view.clusters for box in cluster.boxes}
        self.out: dict[str, list[Arrow]] = {key: [] for key in self.boxes}
        self.entered: set[str] = set()
        """What something invokes, sends to or stores in."""
        self.written: set[str] = set()
        for arrow in sorted(view.arrows, key=lambda arrow: _ORDER.index(arrow.style)):
            self.out[arrow.source].append(arrow)
            if arrow.source != arrow.target:
                self.entered.add(arrow.target)

    def lines(self) -> Iterator[str]:
        for cluster in self.view.clusters:
            yield from ([cluster.title] if cluster.title else ())
            margin = "  " if cluster.title else ""
            first = [box for box in cluster.boxes if box.key not in self.entered]
            for box in (*first, *cluster.boxes):
                if box.key not in self.written and (box in first or self.out[box.key]):
                    yield f"{margin}{self._name(box)}"
                    yield from self._below(box, margin, 0)
            yield ""
        if self.view.arrows:
            yield from (f"{_HEADS[style]} {text}" for style, text in LEGEND)
        else:
            yield "Nothing that is declared here refers to anything else."

    def _below(self, box: Box, margin: str, depth: int) -> Iterator[str]:
        self.written.add(box.key)
        arrows = self.out[box.key]
        for number, arrow in enumerate(arrows):
            last = number == len(arrows) - 1
            target = self.boxes[arrow.target]
            label = f" {arrow.label}:" if arrow.label else ""
            head = f"{margin}{'└' if last else '├'}{_HEADS[arrow.style]}{label} {self._name(target)}"
            again = target.key in self.written
            if not again and self.out[target.key] and depth < MAX_DEPTH:
                yield head
                yield from self._below(target, f"{margin}{' ' if last else '│'}{' ' * _INDENT}", depth + 1)
            else:
                yield head + (" (see above)" if again and self.out[target.key] else "")
                if not self.out[target.key]:
                    self.written.add(target.key)

    def _name(self, box: Box) -> str:
        mark = f"  [{box.mark.text}]" if box.mark.count else ""
        return f"{box.label} ({box.kind}){mark}"
