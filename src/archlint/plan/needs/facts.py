"""What the planner knows of one function: facts by name, each with its evidence, and how conditions are judged."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from archlint.finding import Finding
from archlint.knowledge.targets import NUMBERS, Condition, ConditionTest
from archlint.model.place import Place
from archlint.plan.model import Evidence, Figure
from archlint.values import Known, Unknown, Value


@dataclass(frozen=True, slots=True)
class FunctionFact:
    """`value` is a word of the vocabulary, or a number; `high` and `low` bound an estimate. A number that is a range
    passes a bound only where all of it does."""

    value: Value[str | float]
    confidence: str = "high"
    evidence: tuple[Evidence, ...] = ()
    low: float | None = None
    high: float | None = None

    def is_word(self, *words: str) -> bool:
        return isinstance(self.value, Known) and self.value.value in words

    @property
    def number(self) -> float | None:
        """The estimate; None for a word and for what is not known."""
        value = self.value.value if isinstance(self.value, Known) else None
        return None if value is None or isinstance(value, str) else float(value)


Facts = Mapping[str, FunctionFact]


@dataclass(slots=True)
class FactCollector:
    """Facts as they are read; the first one said of a name holds."""

    facts: dict[str, FunctionFact] = field(default_factory=dict)

    def word(
        self, name: str, word: str, text: str = "", place: Place | None = None, *, rule: str | None = None,
        confidence: str = "high", source: str | None = None, as_of: str | None = None,
    ) -> None:  # fmt: skip
        evidence = (Evidence(text, rule, place, source, as_of),) if text else ()
        self.facts.setdefault(name, FunctionFact(Known(word), confidence, evidence))

    def number(self, name: str, value: float, text: str = "", place: Place | None = None) -> None:
        self.facts.setdefault(name, FunctionFact(Known(value), "high", (Evidence(text, place=place),) if text else ()))

    def figure(self, name: str, figure: Figure, scale: float = 1) -> None:
        """A figure of the usage file; what is measured or declared is sure, as far as its range says."""
        evidence = (Evidence(figure.note or f"{figure.provenance} in the usage file"),)
        confidence = "high" if figure.provenance in ("measured", "declared") else "medium"
        low, high = figure.low * scale, figure.high * scale
        self.facts.setdefault(name, FunctionFact(Known(figure.estimate * scale), confidence, evidence, low, high))

    def unknown(self, name: str, reason: str) -> None:
        self.facts.setdefault(name, FunctionFact(Unknown(reason), "low"))

    def finding(self, name: str, word: str, finding: Finding) -> None:
        evidence = Evidence(finding.message, finding.rule, finding.place)
        self.facts.setdefault(name, FunctionFact(Known(word), finding.confidence, (evidence,)))


def of_rules(findings: Iterable[Finding], *rules: str) -> Iterator[Finding]:
    return (finding for finding in findings if finding.rule in rules)


def holds(condition: Condition, facts: Facts) -> bool:
    """Whether a condition surely holds: a fact that is not known makes it fail."""
    if not all(_passes(test, facts.get(test.fact)) for test in condition.tests):
        return False
    return not condition.either or any(holds(choice, facts) for choice in condition.either)


def _passes(test: ConditionTest, fact: FunctionFact | None) -> bool:
    if fact is None or isinstance(fact.value, Unknown):
        return False
    number = fact.number
    if test.over is not None:
        return number is not None and (number if fact.low is None else fact.low) > test.over
    if test.under is not None:
        return number is not None and (number if fact.high is None else fact.high) < test.under
    return fact.value.value in test.words


def shown(name: str, fact: FunctionFact) -> str:
    """A fact's value for people, with its unit."""
    if isinstance(fact.value, Unknown):
        return f"not known: {fact.value.reason}"
    if fact.number is None:
        return str(fact.value.value)
    return f"{fact.number:,.10g} {NUMBERS[name]}"


def filled(text: str, facts: Facts) -> str:
    """A reason's text with the facts that it names in braces."""
    for name in NUMBERS:
        if "{" + name + "}" in text and name in facts:
            text = text.replace("{" + name + "}", shown(name, facts[name]))
    return text
