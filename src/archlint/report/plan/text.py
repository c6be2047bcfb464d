"""The plan for people, in the manner of `terraform plan`: what moves first, then what is mended, then what stays."""

from __future__ import annotations

import io
import textwrap
from collections.abc import Iterable, Sequence

from rich.console import Console
from rich.text import Text

from archlint.plan.model import Candidate, FunctionPlan, Plan, PlanStep, Wave
from archlint.report.plan import words
from archlint.report.visible import visible, without_commands

PLAIN_WIDTH = 110
NARROWEST = 60
_STYLES = {"+": "green", "~": "yellow", "-/+": "magenta", ">": "cyan", "-": "red", "?": "bold yellow", "!": "bold red"}
_NAMED = 12
_MARGIN = 12
_FLIPS = 3
"""Flips shown of one function; the JSON has all."""


def render_text(plan: Plan, *, width: int | None = None, color: bool = False, steps: bool = False) -> str:
    """Without `color` there is no escape sequence in it. With `steps` each one has its commands and its way back."""
    console = Console(
        file=io.StringIO(),
        width=max(width or PLAIN_WIDTH, NARROWEST),
        force_terminal=color,
        color_system="standard" if color else None,
        force_jupyter=False,
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    writer = _Writer(console, plan, steps)
    writer.write()
    if not color:
        return "".join(f"{without_commands(line.plain.rstrip(' '))}\n" for line in writer.lines)
    console.print(Text("\n").join(writer.lines), soft_wrap=True)
    text = console.file.getvalue() if isinstance(console.file, io.StringIO) else ""
    return "".join(f"{without_commands(line.rstrip(' '))}\n" for line in text.split("\n")[:-1])


def _folded(text: str, room: int, console: Console) -> list[str]:
    """At spaces; a path that is longer than a line stays whole. Wide characters are left to the library."""
    if not text.isascii():
        return [line.plain for line in Text(text).wrap(console, room)]
    if len(text) <= room:
        return [text]
    return textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)


class _Writer:
    def __init__(self, console: Console, plan: Plan, steps: bool) -> None:
        self.console = console
        self.plan = plan
        self.steps = steps
        self.waved = any(wave.kind != "mend" for wave in plan.waves)
        self.argued: dict[tuple[tuple[str, str, tuple[str, ...]], ...], str] = {}
        """The first function with these candidates for these reasons."""
        self.explained: set[str] = set()
        """Advice that stands above already."""
        self.names = {unit.id: unit.name for unit in plan.units}
        self.lines: list[Text] = []
        self.steps_of: dict[str, list[PlanStep]] = {}
        for step in plan.steps:
            self.steps_of.setdefault(step.unit or "", []).append(step)

    def write(self) -> None:
        self.head()
        for unit in words.moving(self.plan):
            self.moving(unit)
        mending = words.mending(self.plan)
        for unit in mending:
            if self.steps_of.get(unit.id, ()):
                self.staying(unit)
        self.sharing([unit for unit in mending if not self.steps_of.get(unit.id, ())])
        self.untouched()
        self.waves()
        self.questions()
        self.wrapped("", words.total(self.plan), 0, "bold")
        for note in self.plan.notes:
            self.wrapped("", visible(note), 0, "dim")

    def head(self) -> None:
        plan = self.plan
        usage = "with usage" if plan.inputs.usage else "without usage"
        head = Text.assemble(("archlint plan", "bold"), f"  {words.plural(len(plan.units), 'function')}")
        self.line(head.append(f"  prices {visible(plan.prices_as_of)} {visible(plan.region)}  {usage}", "dim"))
        legend = Text("  ")
        for symbol, word in words.LEGEND:
            legend.append(symbol, _STYLES[symbol]).append(f" {word}  ")
        self.line(legend)
        self.line()

    def line(self, text: Text | str = "") -> None:
        """One line that is never broken, so that a path in it stays whole."""
        self.lines.append(Text(text) if isinstance(text, str) else text)

    def wrapped(self, label: str, text: str, margin: int = _MARGIN, style: str = "", label_style: str = "bold") -> None:
        if not text:
            return
        room = max(self.console.width - margin, 20)
        for number, line in enumerate(_folded(text, room, self.console)):
            self.line(Text.assemble((("" if number else label).ljust(margin), label_style), (line, style)))

    def title(self, unit: FunctionPlan) -> None:
        where = f"{visible(unit.place.path)}:{unit.place.line}"
        head = Text.assemble("  ", (visible(unit.name), "bold"), "  ", (where, "cyan"))
        self.line(head.append(f"  ({visible(unit.today)})", "dim") if unit.today else head)

    def target(self, unit: FunctionPlan, style: str) -> None:
        points = sum(step.points for step in self.steps_of.get(unit.id, ()))
        target = Text.assemble("    target  ", (unit.target, style), f"   {words.plural(points, 'point')}")
        self.line(target.append(f", risk {unit.risk} of 5"))

    def moving(self, unit: FunctionPlan) -> None:
        self.title(unit)
        self.target(unit, "bold magenta")
        pick = words.chosen(unit)
        for blocker in unit.blockers:
            self.wrapped("      !", words.reason(blocker), style="red", label_style=_STYLES["!"])
        self.listed("      why", [words.reason(why) for why in pick.reasons] if pick else [])
        if unit.ties:
            self.listed("      ties", [f"as good by all that is known: {', '.join(unit.ties)}"])
        self.cost(unit)
        self.others(unit)
        self.flips(unit)
        self.actions(unit)
        self.line()

    def staying(self, unit: FunctionPlan) -> None:
        self.title(unit)
        self.target(unit, "bold")
        pick = words.chosen(unit)
        self.listed("      why", [words.reason(why) for why in pick.reasons if why.kind == "hard"] if pick else [])
        self.cost(unit)
        self.flips(unit)
        self.actions(unit)
        self.line()

    def listed(self, label: str, texts: Iterable[str]) -> None:
        for number, text in enumerate(dict.fromkeys(texts)):
            self.wrapped("" if number else label, text)

    def others(self, unit: FunctionPlan) -> None:
        """Every other target with its reason; functions with the same reasons refer to the first of them."""
        reasons = tuple(
            (found.target, found.verdict, tuple(why.text for why in found.reasons)) for found in unit.candidates
        )
        first = self.argued.setdefault(reasons, unit.name)
        if first != unit.name:
            self.wrapped("      not", f"the other targets, for the same reasons as {visible(first)}")
            return
        grouped: dict[str, list[str]] = {}
        for found in unit.candidates:
            if found.verdict == "viable":
                grouped.setdefault(_against(found), []).append(_priced(found))
        self.listed(
            "      not", [f"{', '.join(names)}: {why}" if why else ", ".join(names) for why, names in grouped.items()]
        )
        self.rejected(unit)

    def rejected(self, unit: FunctionPlan) -> None:
        """One line for each reason, with all targets that it rules out."""
        reasons: dict[str, list[str]] = {}
        for found in unit.candidates:
            if found.verdict == "rejected":
                first = next((why for why in found.reasons if why.kind == "hard"), None) or next(
                    iter(found.reasons), None
                )
                reasons.setdefault(words.reason(first) if first else "", []).append(found.target)
        texts = [f"{', '.join(targets)}: {why}" if why else ", ".join(targets) for why, targets in reasons.items()]
        self.listed("      never", texts)

    def cost(self, unit: FunctionPlan) -> None:
        today, pick = words.of_target(unit, words.STAY), words.chosen(unit)
        if pick is None:
            return
        parts: list[str] = []
        if pick.cost is not None and today is not None and today.cost is not None and pick is not today:
            parts.append(f"today {words.cost(today.cost)} -> {words.cost(pick.cost)} a month")
        elif pick.cost is not None:
            parts.append(f"{words.cost(pick.cost)} a month")
        elif pick.cost_formula and pick.target != words.STAY:
            parts.append(visible(pick.cost_formula))
        if pick.cost is not None and pick.cost.at_10x is not None:
            parts.append(f"{words.money(pick.cost.at_10x)} at ten times the traffic")
        if parts:
            self.wrapped("      cost", "; ".join(parts))
        if pick.cost is not None:
            for text in pick.cost.assumptions:
                if "is an estimate" in text:
                    self.wrapped("", visible(text), style="dim")
        if pick.break_even is not None and pick.target != words.STAY:
            self.wrapped("", visible(pick.break_even.text))

    def flips(self, unit: FunctionPlan) -> None:
        for number, flip in enumerate(unit.flips[:_FLIPS]):
            self.wrapped("" if number else "      flips", f"to {visible(flip.target)} if {visible(flip.condition)}")

    def actions(self, unit: FunctionPlan) -> None:
        for step in self.steps_of.get(unit.id, ()):
            self.step(step)
        also = words.shared_with(self.plan, unit)
        if also:
            first = self.names.get(also[0].unit or "", "another function")
            number = words.plural(len(also), "step")
            self.wrapped("    ~", f"{number} shared with {visible(first)}, counted there", 8, label_style=_STYLES["~"])

    def step(self, step: PlanStep) -> None:
        mark = "done  " if step.done else ""
        points = f"  ({words.plural(step.points, 'point')})" if step.points else ""
        label = f"    {step.symbol}"
        wave = f"[{step.wave}] " if self.waved else ""
        self.wrapped(label, f"{wave}{mark}{visible(step.title)}{points}", 8, label_style=_STYLES.get(step.symbol, ""))
        if step.problem:
            self.wrapped("", visible(step.problem))
        if (step.key == "fix" and step.detail not in self.explained) or self.steps:
            self.explained.add(step.detail)
            self.wrapped("", visible(step.detail), _MARGIN, "dim")
        if not self.steps:
            return
        groups: Sequence[tuple[str, Sequence[str]]] = (
            ("before", step.preconditions), ("check", step.verify), ("back", step.rollback),
        )  # fmt: skip
        for command in step.commands:
            self.line(f"{'':{_MARGIN}}$ {visible(command)}")
        for word, texts in groups:
            for text in texts:
                self.wrapped(f"{'':{_MARGIN}}{word}", visible(text), _MARGIN + 8)
        if not step.reversible:
            self.wrapped("", "point of no return", _MARGIN, "red")

    def sharing(self, units: Sequence[FunctionPlan]) -> None:
        """Functions that are mended by what stands at others."""
        if units:
            need = "function needs" if len(units) == 1 else "functions need"
            names = words.named((unit.name for unit in units), _NAMED)
            self.wrapped("", f"  {len(units):,} {need} only steps that stand above: {names}.", 0)
            self.line()

    def untouched(self) -> None:
        idle = words.untouched(self.plan)
        if not idle:
            return
        stays = "function stays as it is" if len(idle) == 1 else "functions stay as they are"
        self.wrapped("", f"  {len(idle):,} {stays}: {words.named((unit.name for unit in idle), _NAMED)}.", 0)
        self.line()

    def questions(self) -> None:
        asked = words.questions(self.plan.units)
        if not asked:
            return
        self.line(Text("Questions", "bold"))
        for question, names in asked.items():
            about = "all functions" if len(names) == len(self.plan.units) > 1 else words.named(names, 3)
            key = f" Answer with {visible(question.answer_key)}." if question.answer_key else ""
            how = " ".join(_sentence(visible(part)) for part in (question.how, question.effect) if part)
            mark = "  ?" if question.answer_key else "  -"
            style = _STYLES["?"] if question.answer_key else ""
            self.wrapped(
                mark, f"{about}: {visible(question.what)}. {how}{key}".replace("?.", "?"), 4, label_style=style
            )
        self.line()

    def waves(self) -> None:
        shared = [step for step in self.plan.steps if step.unit is None]
        if not self.waved:
            return
        self.line(Text("Waves", "bold"))
        for wave in self.plan.waves:
            self.wave(wave)
            for step in shared:
                if step.wave == wave.n:
                    self.step(step)
        self.line()

    def wave(self, wave: Wave) -> None:
        self.line(Text.assemble(f"  {wave.n}  ", (visible(wave.title), "bold")))
        self.wrapped("", visible(wave.reason), 5, "dim")


def _against(found: Candidate) -> str:
    why = next(iter(found.reasons), None)
    return words.reason(why) if why else ""


def _priced(found: Candidate) -> str:
    if found.cost is None or "$" in _against(found):
        return found.target
    return f"{found.target} ({words.cost(found.cost)} a month)"


def _sentence(text: str) -> str:
    text = text.strip()
    text = text[:1].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) else text + "."
