"""Readers of one text each: parsers, baselines, usage files, logs, accepted plans, hooks."""

from __future__ import annotations

import io
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

import yaml

from archlint.baseline.entry import counted, described
from archlint.baseline.file import BaselineError, parse, render
from archlint.baseline.match import match, names_of
from archlint.collect import tracked_paths
from archlint.config import Config
from archlint.plan.accepted import AcceptedError, check, read_accepted
from archlint.plan.answers import Answers, read_answers
from archlint.plan.assemble import assemble
from archlint.plan.model import Inputs, Plan
from archlint.plan.needs.requirements import Options
from archlint.plan.several import FolderPlan, Wishes, decided, part, tied
from archlint.plan.usage.exports import TooLargeError, invocations
from archlint.plan.usage.file import Usage, read_usage
from archlint.plan.usage.keys import UsageError
from archlint.plan.usage.measured import MeasuredUsage, NothingMeasuredError
from archlint.report.formats import Screen
from archlint.report.plan.checked import CHECK_FORMATS
from archlint.report.plan.formats import FORMATS, Shown
from archlint.report.visible import visible
from archlint.results.result import ScanResult
from archlint.scanner.pipeline import examine
from archlint.setup.proposals import mentions_archlint, with_hook
from archlint.setup.texts import hook
from archlint.suppression.apply import apply
from archlint.syntax.dockerfile import DockerfileError, parse_dockerfile
from archlint.syntax.gitignore import compile_patterns
from archlint.syntax.json import parse_json
from archlint.syntax.locks import LockError, parse_lock
from archlint.syntax.node import DocumentError
from archlint.syntax.project_files import ProjectError, parse_project
from archlint.syntax.python import SourceError, decode_python, parse_python
from archlint.syntax.requirements import decode, parse_requirements
from archlint.syntax.toml import TomlError, parse_toml
from archlint.syntax.yaml import parse_yaml
from archlint.tree import MemoryTree
from fuzzing import samples
from fuzzing.damage import damaged
from fuzzing.outputs import schema, wrong_text
from fuzzing.repositories import SECRET, Files, repositories, texts
from fuzzing.target import Target

_TODAY = date(2026, 11, 22)


@dataclass(frozen=True, slots=True)
class _Sound:
    """A repository that is as it should be, scanned once, with its plan."""

    result: ScanResult
    part: FolderPlan
    known: tuple[tuple[str, str], ...]


@cache
def _sound() -> _Sound:
    files = max((f for f in repositories() if "template.yaml" in f), key=len)
    project, result = examine(MemoryTree(files), Config())
    known = tuple((d.function.id, d.function.name) for d in result.functions)
    return _Sound(result, part("fuzzed", project, result, alone=True), known)


def _plan(usage: Usage, answers: Answers) -> Plan:
    sound = _sound()
    units = decided(sound.part, usage, Options(answers=answers.general), Wishes())
    inputs = Inputs(usage=True, answers=True)
    return assemble(units, sound.part.deployed, sound.result, tied([sound.part]), usage, inputs, _TODAY)


def _text(data: bytes) -> str:
    return data.decode("utf-8", "replace")


def _wrong_error(error: Exception) -> str:
    return wrong_text(visible(str(error)), secret=True)


def check_usage(files: Files) -> str:
    usage, answers = Usage(), Answers()
    known = _sound().known
    try:
        if "usage.yml" in files:
            usage = read_usage(_text(files["usage.yml"]), "usage.yml", known)
        else:
            answers = read_answers(_text(files["answers.yml"]), "answers.yml", known)
    except UsageError as error:
        return next((bad for problem in error.problems if (bad := wrong_text(visible(str(problem)), secret=True))), "")
    plan = _plan(answers.over(usage, [id_ for id_, _ in known]), answers)
    return _wrong_plans(lambda name: FORMATS[name](plan, Shown(Screen(), steps=True)), FORMATS)


def _wrong_plans(render: Callable[[str], str], names: Any) -> str:
    for name in names:
        text = render(name)
        problem = wrong_text(text, secret=True)
        if not problem and name == "json":
            problem = schema("plan", text) if '"archlint/plan/v1"' in text[:200] else ""
        if problem:
            return f"plan --format {name}: {problem}"
    return ""


def check_accepted(files: Files) -> str:
    try:
        accepted = read_accepted(_text(files["plan.json"]))
    except AcceptedError as error:
        return _wrong_error(error)
    sound = _sound()
    findings = {finding.fingerprint: finding for finding in sound.result.findings}
    checked = check(accepted, _usual_plan(), sound.part.deployed, findings)
    return _wrong_plans(lambda name: CHECK_FORMATS[name](checked, Shown(Screen())), CHECK_FORMATS)


@cache
def _usual_plan() -> Plan:
    return _plan(Usage(), Answers())


def check_logs(files: Files) -> str:
    """What is made of logs is a usage file that can be used."""
    measured = MeasuredUsage(None, None)
    try:
        measured.add(invocations(io.BytesIO(files["logs"])))
        text = measured.text()
    except (TooLargeError, NothingMeasuredError, UnicodeError) as error:
        return "" if not isinstance(error, UnicodeError) else f"{error!r}"
    names = list(yaml.safe_load(text)["functions"])
    try:
        read_usage(text, "usage.yml", [(f"t.yaml#{n}", n) for n in names])
    except UsageError as error:
        return f"the usage file made of logs has problems: {error}"
    return wrong_text(text, secret=False)


def check_baseline(files: Files) -> str:
    try:
        entries = parse(files["baseline.json"])
    except BaselineError as error:
        return _wrong_error(error)
    if parse(render(entries).encode()) != counted(parse(render(entries).encode())):
        return "a baseline changes when it is written again"
    sound = _sound().result
    found = match(sound.findings, sound.sources, entries, is_file=bool, functions=names_of(sound))
    if len(found.new) + found.known != len(sound.findings):
        return "findings are neither new nor known"
    return ""


def check_hook(files: Files) -> str:
    before = _text(files["hooks.yaml"])
    mentions_archlint(before)
    after = with_hook(before, hook(baseline=True))
    if after is None or not _loads(before):
        return ""
    return "" if mentions_archlint(after) and _loads(after) else "the hook is not in its place"


def _loads(text: str) -> bool:
    """Whether pre-commit could read it."""
    try:
        return bool(yaml.load(text, Loader=yaml.CSafeLoader)["repos"])
    except yaml.YAMLError:
        return False


def check_suppressions(files: Files) -> str:
    """Comments anywhere: those found are counted as used or complained about, and nothing else vanishes."""
    sound = _sound().result
    ((path, data),) = files.items()
    findings = [f for f in sound.findings if f.place.path == path]
    rules = frozenset(f.rule for f in sound.findings) | {"unused-suppression"}
    found = apply(findings, {path: _text(data)}, (), rules)
    if len(found.kept) + len(found.silenced) < len(findings):
        return "findings vanished"
    bad = (wrong_text(visible(f.message), secret=False) for f in found.kept)
    return next((one for one in bad if one), "")


_PARSERS: dict[str, tuple[str, Callable[[bytes], object], type[Exception] | tuple[type[Exception], ...]]] = {
    "t.yaml": (r".*\.(?:ya?ml|template)", lambda d: parse_yaml(_text(d), "t.yaml"), DocumentError),
    "t.json": (r".*\.json", lambda d: parse_json(_text(d), "t.json"), DocumentError),
    "p.toml": (r".*\.toml|.*\.lock|Pipfile", lambda d: parse_toml(_text(d)), TomlError),
    "m.py": (r".*\.py", lambda d: parse_python(decode_python(d)), SourceError),
    "Dockerfile": (r".*ockerfile[^/]*", lambda d: parse_dockerfile(_text(d)), DockerfileError),
    "gitignore": (r"\.gitignore", lambda d: compile_patterns(_text(d).splitlines()).check("a/b/c.py"), ()),
    "requirements.txt": (r".*\.txt|.*\.in", lambda d: parse_requirements(decode(d)), ()),
    "uv.lock": (r"uv\.lock", lambda d: parse_lock("uv.lock", _text(d)), LockError),
    "poetry.lock": (r"poetry\.lock", lambda d: parse_lock("poetry.lock", _text(d)), LockError),
    "pdm.lock": (r"pdm\.lock|poetry\.lock", lambda d: parse_lock("pdm.lock", _text(d)), LockError),
    "pylock.toml": (r"pylock\.toml|uv\.lock", lambda d: parse_lock("pylock.toml", _text(d)), LockError),
    "Pipfile.lock": (r"Pipfile\.lock", lambda d: parse_lock("Pipfile.lock", _text(d)), LockError),
    "pyproject.toml": (r"pyproject\.toml", lambda d: parse_project("pyproject.toml", _text(d)), ProjectError),
    "Pipfile": (r"Pipfile", lambda d: parse_project("Pipfile", _text(d)), ProjectError),
    "setup.cfg": (r"setup\.cfg", lambda d: parse_project("setup.cfg", _text(d)), ProjectError),
    "setup.py": (r"setup\.py", lambda d: parse_project("setup.py", _text(d)), ProjectError),
    "environment.yml": (r"environment\.ya?ml", lambda d: parse_project("environment.yml", _text(d)), ProjectError),
    "index": (r"-", lambda d: tracked_paths(MemoryTree({".git/index": d})), ()),
}


def make_parsed(chance: random.Random) -> Files:
    name = chance.choice(sorted(_PARSERS))
    data = damaged(chance, chance.choice(_seeds(name)), chance.choice(_seeds(name)))
    return {name: data + (b'\n\nx = "' + SECRET.encode() if chance.random() < 0.1 else b"")}


def check_parsed(files: Files) -> str:
    """The announced error alone, which repeats no value."""
    ((name, data),) = files.items()
    _, parse_, expected = _PARSERS[name]
    try:
        parse_(data)
    except expected as error:
        return _wrong_error(error) if "\n" not in str(error) else ""
    return ""


@cache
def _seeds(name: str) -> Sequence[bytes]:
    return (*texts(_PARSERS[name][0]), *samples.SAMPLES.get(name, ()))


def _one(name: str, sound: Callable[[], Sequence[bytes]]) -> Callable[[random.Random], Files]:
    """Makes a damaged file of that name."""

    def make(chance: random.Random) -> Files:
        data = damaged(chance, chance.choice(sound()), chance.choice(sound()), 2)
        return {name: data + (b"\n x: " + SECRET.encode() + b": [" if chance.random() < 0.05 else b"")}

    return make


def _baselines() -> Sequence[bytes]:
    result = _sound().result
    return [render(entry for _, entry in described(result.findings, result.sources)).encode()]


@cache
def _plans() -> Sequence[bytes]:
    return [FORMATS["json"](_usual_plan(), Shown(Screen())).encode()]


def _named(sources: Sequence[bytes]) -> Callable[[], Sequence[bytes]]:
    """Samples that speak of the functions there are."""
    return lambda: [data.replace(b"NAME", _sound().known[0][1].encode()) for data in sources]


def make_suppressions(chance: random.Random) -> Files:
    sound = _sound().result
    path = chance.choice(sorted(sound.sources))
    text = sound.sources[path].encode()
    rules = sorted({f.rule for f in sound.findings})
    lines = text.splitlines(keepends=True)
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(lines) + 1)
        comment = chance.choice(samples.COMMENTS).replace(b"RULE", chance.choice(rules).encode())
        lines[at:at] = [b" " * chance.choice((0, 4, 8)) + damaged(chance, comment, text, 2) + b"\n"]
    return {path: b"".join(lines)}


TARGETS = {
    "parsers": Target(make_parsed, check_parsed, 60),
    "usage": Target(_one("usage.yml", _named(samples.USAGE)), check_usage, 8),
    "answers": Target(_one("answers.yml", _named(samples.ANSWERS)), check_usage, 8),
    "accepted": Target(_one("plan.json", _plans), check_accepted, 8),
    "logs": Target(_one("logs", lambda: samples.LOGS), check_logs, 14),
    "baseline": Target(_one("baseline.json", _baselines), check_baseline, 10),
    "hooks": Target(_one("hooks.yaml", lambda: samples.HOOKS), check_hook, 5),
    "suppressions": Target(make_suppressions, check_suppressions, 14),
}
