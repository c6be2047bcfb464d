"""Results that every format is tried on."""

from __future__ import annotations

from dataclasses import replace

from archlint.finding import Finding, Step
from archlint.model.change import Change, Price, SettingChange
from archlint.model.coverage import Coverage, NotEvaluated
from archlint.model.place import Place, Problem
from archlint.results.result import ScanResult
from archlint.values import Known
from samples import EMPTY, TRACE, make_deployed, make_finding, make_function, make_result

SEVERITIES = ("error", "warning", "info")
RULES = (("model-load-in-handler", "AL101"), ("client-created-in-handler", "AL104"), ("timeout-near-limit", "AL301"))

EVIL = (
    "::error::x", "a ::warning file=x::y", "##[error]x", "a##[group]b", "##vso[task.complete]", "a\nb",
    "a\r\n::stop::x",
    "\x1b[31mred", "\x00\x07\x9b", "\u202egnp", "\u2028::x", "\udcff", "\ufffe\uffff", "<script>alert(1)</script>",
    "</details><h1>x", "]]>", "--><b>x</b>", "`|*_[x](https://evil.example)_*|`", "``` \n ~~~",
    "![x](https://evil.example/a.png)",
    "@everyone #1 GH-2 a/b#3 !4 %5", "https://evil.example www.evil.example a@evil.example", "%0A::error::x",
    "100%, a:b",
    "&amp;&lt;\"'", "| a | b |", "- [ ] x", "1. x", "# x", "=====", "    code", ":boom: $x$ ~~y~~ {0} {{1}}",
    "é😀" * 30,
    "x" * 5_000, "../../etc/passwd", "C:/x", "a b?c#d&e=f;g", "[text](1)", " lead", "trail ", "",
)  # fmt: skip


def many(number: int = 60) -> ScanResult:
    """Of all severities, in mixed order."""
    found = []
    for index in range(number):
        rule, code = RULES[index % len(RULES)]
        severity = SEVERITIES[(index + 1) % len(SEVERITIES)]
        found.append(make_finding(rule, code, severity, path=f"src/f{index // 4}.py", line=index + 1, end=None))
    return make_result(*sorted(found, key=lambda finding: finding.sort_key))


def evil(text: str) -> ScanResult:
    """`text` wherever a repository may put one."""
    finding = make_finding(
        path=text, message=text, functions=(text, f"{text}2"), trace=(Step(Place(text, 3), text),), advice=text
    )
    other = make_finding("some-rule", "ORG001", "warning", path=f"{text}/a.py", message=text, end=None)
    coverage = Coverage(
        1, (text,), (NotEvaluated(text, text, text, text),), (Problem(Place(text), text),), ((text, 1),)
    )
    result = make_result(finding, other, functions=(make_deployed(make_function(text, template=text)),))
    return replace(result, coverage=coverage, sources={text: text}, withheld=((text, 2),))


def unreadable() -> ScanResult:
    finding = make_finding("unreadable-file", "AL001", path="bad.yaml", line=1, column=1, end=None, functions=())
    return ScanResult((), (finding,), Coverage(files_read=2, files_failed=("bad.yaml",)), {})


def one(finding: Finding | None = None) -> ScanResult:
    return make_result(finding or make_finding(trace=TRACE, advice="Load it at module scope."))


def withheld() -> ScanResult:
    return replace(make_result(), withheld=(("baseline", 12), ("diff base", 3), ("other files", 0)))


def changed(name: str = "F", number: int = 2) -> ScanResult:
    """With a diff base: one function has more memory, the others are new."""
    memory = SettingChange("memory_mb", Known(512), Known(1_024))
    change = Change(
        "t#F", name, False, (memory,), Price(0.2, 8.33, 0.0), Price(0.2, 16.67, 0.0), "us-east-1", "2026-09"
    )
    return replace(one(), changes=(change, *(replace(change, new=True, before=None) for _ in range(number - 1))))


RESULTS = {
    "changed": changed(),
    "nothing": EMPTY,
    "none": make_result(),
    "one": one(),
    "many": many(),
    "unreadable": unreadable(),
} | {f"evil {number}": evil(text) for number, text in enumerate(EVIL)}
