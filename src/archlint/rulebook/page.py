"""A rule's page in `rules/`: front matter, and the sections that people read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from archlint.finding import CONFIDENCES, SEVERITIES

SECTIONS = ("What it does", "Why it matters", "Bad", "Good", "What to do", "When to allow it")
"""The headings that every page has, in this order."""

_FRONT_MATTER = re.compile(r"---\r?\n(.*?)^---[ \t]*\r?\n", re.DOTALL | re.MULTILINE)
_FENCE = re.compile(r"[ \t]*(`{3,}|~{3,})")
_NAME = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_CODE = re.compile(r"AL\d{3}")
OTHER_CODE = re.compile(r"(?!AL\d)[A-Z]{2,10}\d{1,4}")
"""The code of a rule that archlint does not ship, such as ORG001."""

PERSONAS = ("default", "pedantic")
_REQUIRED = ("code", "severity", "confidence", "summary")
_OPTIONAL = ("since", "module", "over-all", "facts", "persona")
_FACT = re.compile(r"[a-z_]+(:[a-z0-9_.]+)?")
_GUEST = re.compile(r"(?:cfn-lint-)?([EWI])(\d{4})", re.IGNORECASE)
_GUEST_SEVERITIES = {"E": "error", "W": "warning", "I": "info"}

GUEST = "cfn-lint"
"""What all rules of cfn-lint are called together."""

GUEST_DOCUMENTATION = "https://github.com/aws-cloudformation/cfn-lint/blob/main/docs/rules.md"


class PageError(Exception):
    """A page in `rules/` that cannot be used; the message names the page."""


@dataclass(frozen=True, slots=True)
class Page:
    """The documentation and the defaults of one rule; the stem of its file is the rule's name."""

    name: str
    code: str
    severity: str
    confidence: str
    summary: str
    text: str
    """The Markdown after the front matter."""
    since: str | None = None
    """The first version of archlint that has the rule."""
    over_all: bool = False
    """Whether its module has a `check_all` too, which looks at the functions of all parts of a scan together."""
    module: bool = True
    """False for a rule that the pipeline raises itself."""
    facts: tuple[str, ...] = ()
    """What of rules/data the rule rests on, as `knowledge.facts.facts` takes it: a table, or limits:<key>."""
    origin: str = ""
    """Where a rule that archlint does not ship comes from: a path in the scanned repository, or an installed package
    with its version."""
    family: str = ""
    """The folder of a page that archlint ships."""
    persona: str | None = None
    """Who sees its findings: "pedantic" only who asks for all, "default" everybody; None leaves it to each finding's
    confidence."""

    @property
    def module_name(self) -> str:
        """The module that holds the rule's check; its fix stands beside it, with `_fix`."""
        return self.name.replace("-", "_")

    def headings(self) -> tuple[str, ...]:
        """The `## ` headings, in order; `##` inside a code block is no heading."""
        return tuple(heading for heading, _ in self._sections())

    def section(self, heading: str) -> str:
        """The text under `## heading`, or ""."""
        return next((text for found, text in self._sections() if found == heading), "")

    def lead(self, heading: str) -> str:
        """The first paragraph of a section on one line, or ""; code blocks are passed over."""
        for block in re.split(r"\n[ \t]*\n", _without_fences(self.section(heading))):
            if block.strip():
                return " ".join(block.split())
        return ""

    def _sections(self) -> list[tuple[str, str]]:
        found: list[tuple[str, list[str]]] = []
        fence = ""
        for line in self.text.splitlines():
            fence = _fence_after(fence, line)
            if not fence and line.startswith("## "):
                found.append((line[3:].strip(), []))
            elif found:
                found[-1][1].append(line)
        return [(heading, "\n".join(lines).strip()) for heading, lines in found]


def parse_page(name: str, text: str, code: re.Pattern[str] = _CODE, origin: str = "", family: str = "") -> Page:
    """The page of the rule `name`; raises PageError."""
    if not is_name(name):
        raise PageError(f"{name}.md: a rule's name has small letters, digits and single hyphens")
    matter, body = divided(text)
    if matter is None:
        raise PageError(f"{name}.md: it does not begin with front matter between two lines of ---")
    fields = _fields(name, matter)
    since = fields.get("since")
    module, over_all = fields.get("module", True), fields.get("over-all", False)
    if not isinstance(module, bool) or not isinstance(over_all, bool):
        raise PageError(f"{name}.md: `module` and `over-all` must be true or false")
    return Page(
        name=name,
        code=_text(name, fields, "code", code),
        severity=_one_of(name, fields, "severity", SEVERITIES),
        confidence=_one_of(name, fields, "confidence", CONFIDENCES),
        summary=_text(name, fields, "summary"),
        text=body.strip() + "\n",
        since=None if since is None else str(since),
        over_all=over_all,
        module=module,
        facts=_facts(name, fields.get("facts", [])),
        origin=origin,
        family=family,
        persona=_one_of(name, fields, "persona", PERSONAS) if "persona" in fields else None,
    )


def is_name(text: str) -> bool:
    """Whether a rule may be called so."""
    return _NAME.fullmatch(text) is not None


def divided(text: str) -> tuple[str | None, str]:
    """The front matter, which begins on line 2, and the Markdown behind it; None where there is no front matter."""
    front = _FRONT_MATTER.match(text)
    return (None, text) if front is None else (front[1], text[front.end() :])


def guest_page(text: str, summary: str = "") -> Page | None:
    """What stands in for the page of one of cfn-lint's rules, which archlint does not document; None for other names.

    `text` is a code such as E3012, or that code after `cfn-lint-`; `cfn-lint` alone means them all.
    """
    if text.strip().lower() == GUEST:
        return Page(GUEST, GUEST, "warning", "high", "Every rule of cfn-lint (scan --with cfn-lint)", "", module=False)
    found = _GUEST.fullmatch(text.strip())
    if found is None:
        return None
    letter = found[1].upper()
    code = f"{letter}{found[2]}"
    said = summary or f"A rule of cfn-lint (scan --with cfn-lint): {GUEST_DOCUMENTATION}#{code}"
    return Page(f"{GUEST}-{code}", code, _GUEST_SEVERITIES[letter], "high", said, "", module=False)


def _facts(name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and _FACT.fullmatch(item) for item in value):
        raise PageError(f"{name}.md: `facts` must be a list of names such as runtimes or limits:memory_max")
    return tuple(value)


def _fields(name: str, text: str) -> Mapping[str, object]:
    import yaml

    try:
        fields: object = yaml.load(text, Loader=yaml.CSafeLoader)
    except yaml.YAMLError as error:
        raise PageError(f"{name}.md: its front matter is not YAML: {error}") from error
    if not isinstance(fields, dict):
        raise PageError(f"{name}.md: its front matter is not a mapping")
    missing = [key for key in _REQUIRED if key not in fields]
    unknown = [str(key) for key in fields if key not in (*_REQUIRED, *_OPTIONAL)]
    if missing or unknown:
        parts = [f"lacks {', '.join(missing)}"] * bool(missing) + [f"has unknown keys {', '.join(unknown)}"] * bool(
            unknown
        )
        raise PageError(f"{name}.md: its front matter {' and '.join(parts)}")
    return fields


def _text(name: str, fields: Mapping[str, object], key: str, pattern: re.Pattern[str] | None = None) -> str:
    value = fields[key]
    if not isinstance(value, str) or not value.strip():
        raise PageError(f"{name}.md: `{key}` must be text")
    if pattern is not None and not pattern.fullmatch(value):
        raise PageError(f"{name}.md: `{key}` must look like {pattern.pattern}, not {value!r}")
    return " ".join(value.split())


def _one_of(name: str, fields: Mapping[str, object], key: str, allowed: tuple[str, ...]) -> str:
    value = fields[key]
    if not isinstance(value, str) or value not in allowed:
        raise PageError(f"{name}.md: `{key}` must be one of {', '.join(allowed)}, not {value!r}")
    return value


def _fence_after(fence: str, line: str) -> str:
    """The fence that is open after `line`, or ""."""
    mark = _FENCE.match(line)
    if mark is None:
        return fence
    if not fence:
        return mark[1]
    closes = mark[1].startswith(fence) and not line.strip().strip(fence[0])
    return "" if closes else fence


def _without_fences(text: str) -> str:
    kept: list[str] = []
    fence = ""
    for line in text.splitlines():
        before, fence = fence, _fence_after(fence, line)
        if not before and not fence:
            kept.append(line)
        elif not fence:
            kept.append("")
    return "\n".join(kept)
