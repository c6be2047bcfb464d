"""Damaged repositories: scanned, fixed, excused, with damaged settings, with a memory, through the command line."""

from __future__ import annotations

import ast
import json
import random
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import yaml
from click.testing import CliRunner

from archlint.cache.store import Store
from archlint.cli.main import main
from archlint.config import Config, ConfigError, read_config
from archlint.fix.add_ignores import excuse
from archlint.fix.registry import fixer
from archlint.fix.run import run as fix
from archlint.report.json import render_json
from archlint.report.visible import visible
from archlint.scanner.pipeline import examine, scan, scan_tree
from archlint.syntax.dockerfile import DockerfileError, parse_dockerfile
from archlint.syntax.python import SourceError, decode_python, parse_python
from archlint.syntax.toml import TomlError, parse_toml
from archlint.tree import MemoryTree
from fuzzing.damage import damaged
from fuzzing.outputs import schema, wrong_reports, wrong_text
from fuzzing.repositories import SECRET, Files, damaged_repository, has_secret, repositories
from fuzzing.target import Target

_PAGE = b"""\
---
code: ORG001
severity: warning
confidence: high
summary: Functions stay small
message: "{name} has {value}"
check:
  CHECK
---
## What it does

It looks.

## What to do

Ask the platform team.
"""
_CHECKS = (
    b"property: {type: 'AWS::Lambda::Function', property: memory_mb, within: {max: 512}}",
    b"property:\n    type: AWS::Lambda::Function\n    property: timeout_s\n    within: {min: 1, max: 10}",
    b"property: {type: 'AWS::SQS::Queue', property: fifo, name: '*x*', within: {one_of: [true]}}",
    b"call: {call: 'joblib.*'}",
    b"call: {call: 'boto3.client', phase: invoke, name: '*', unless: {keyword: [config]}}",
    b"edge: {from: {kind: api}, to: {kind: function, name: 'Caption*'}}",
    b"edge: {from: {kind: [queue, function]}, to: {kind: function, stack: '*'}, edge: [sync, async]}",
    b"property: {type: 'AWS::Lambda::Function', property: runtime, within: {matches: 'python3.1?', required: true}}",
)
_SETTINGS = b"""\
select = ["AL1", "model-load-in-handler", "ORG001"]
ignore = ["AL305"]
exclude = ["build/", "**/*.gen.py", "!x"]
fail-on = "warning"
persona = "pedantic"

[severity]
AL1 = "info"
timeout-near-limit = "error"

[per-file-ignores]
"src/**" = ["AL101"]

[limits]
concurrency = 5000
"""


def _config(tree: MemoryTree) -> tuple[Config, str]:
    """The settings, or the defaults and what is wrong with the settings."""
    try:
        return read_config(tree), ""
    except ConfigError as error:
        return Config(), visible(str(error))


def check_scan(files: Files) -> str:
    tree = MemoryTree(files)
    config, complaint = _config(tree)
    secret = has_secret(files)
    number = zlib.crc32(b"".join(files.values()))
    return wrong_text(complaint, secret=secret) or wrong_reports(scan_tree(tree, config), secret=secret, number=number)


def check_fix(files: Files) -> str:
    tree = MemoryTree(files)
    config, _ = _config(tree)
    for unsafe in (False, True):
        outcome = fix(tree, config, unsafe=unsafe)
        for path, (old, new) in outcome.changed.items():
            if not _meaning(path, new):
                return f"fix --unsafe={unsafe} broke {path}: {old!r} became {new!r}"
            if b"\r\n" not in old and b"\r\n" in new and old.count(b"\n"):
                return f"fix --unsafe={unsafe} changed the line ends of {path}"
        if {d.function.id for d in outcome.result.functions} != {
            d.function.id for d in examine(tree, config)[1].functions
        }:
            return f"fix --unsafe={unsafe} changed the functions"
    return ""


def check_ignores(files: Files) -> str:
    tree = MemoryTree(files)
    config, _ = _config(tree)
    outcome = excuse(tree, config, None, "fuzzed, and allowed")
    for path, (old, new) in outcome.changed.items():
        before, after = _meaning(path, old), _meaning(path, new)
        if before != after or not after:
            return f"--add-ignores changed what {path} means: {old!r} became {new!r}"
    now = scan_tree(MemoryTree(files | {path: new for path, (_, new) in outcome.changed.items()}), config)
    if now.suppressed < len(outcome.excused):
        return f"--add-ignores says {len(outcome.excused)} are suppressed, and {now.suppressed} are"
    return ""


def _meaning(path: str, data: bytes) -> str:
    """What a parser understands, as a text; "" where it understands nothing."""
    name = path.rpartition("/")[2].lower()
    try:
        if name.endswith(".py"):
            return ast.dump(parse_python(decode_python(data)))
        if name.endswith((".yaml", ".yml", ".template")):
            events = yaml.parse(data, Loader=yaml.CSafeLoader)
            return " ".join(f"{type(e).__name__} {getattr(e, 'value', '')!r} {getattr(e, 'tag', '')}" for e in events)
        if name.endswith(".json"):
            return f"json {json.loads(data)!r}"
        if name.endswith(".toml"):
            return f"toml {parse_toml(data.decode())!r}"
        if "dockerfile" in name:
            return f"docker {[(i.keyword, i.value, i.words) for i in parse_dockerfile(data.decode())]!r}"
    except (SyntaxError, ValueError, SourceError, TomlError, DockerfileError, yaml.YAMLError, RecursionError):
        return ""
    return "another"


def _mild(chance: random.Random, among: Sequence[Files]) -> Files:
    """One or two changes in one file, so that most of what was found still is."""
    files = dict(chance.choice(among))
    path = chance.choice(sorted(files))
    files[path] = damaged(chance, files[path], chance.choice(sorted(chance.choice(among).values())), 2)
    return files


def make_settings(chance: random.Random) -> Files:
    """A sound repository with settings and own rules that are damaged."""
    files = dict(chance.choice(_usual()))
    page = _PAGE.replace(b"CHECK", chance.choice(_CHECKS))
    settings = _SETTINGS
    if chance.random() < 0.5:
        page = damaged(chance, page, _PAGE.replace(b"CHECK", chance.choice(_CHECKS)), 2)
    if chance.random() < 0.5:
        settings = damaged(chance, settings, page, 2)
    if chance.random() < 0.1:
        settings += b'\n\nx = "' + SECRET.encode()
    files[".archlint/rules/small.md"] = page
    if chance.random() < 0.6:
        files["archlint.toml"] = settings
    return files


@cache
def _usual() -> Sequence[Files]:
    """Repositories of a few files each."""
    return [files for files in repositories() if len(files) <= 3]


@cache
def _fixable() -> Sequence[Files]:
    """Those in which a rule finds something for which there is a fixer."""
    return [files for files, rules in _found() if any(fixer(rule) is not None for rule in rules)]


@cache
def _excusable() -> Sequence[Files]:
    """Those in which something is found."""
    return [files for files, rules in _found() if rules]


@cache
def _found() -> Sequence[tuple[Files, frozenset[str]]]:
    """Each of the usual ones with the rules that find something."""
    results = ((files, scan_tree(MemoryTree(files), Config())) for files in _usual())
    return [(files, frozenset(finding.rule for finding in result.findings)) for files, result in results]


@cache
def _apps() -> Sequence[Files]:
    """CDK apps, as sources or synthesised."""
    return [files for files in repositories() if any(path.endswith("cdk.json") for path in files)]


def check_remembered(files: Files) -> str:
    """A scan with the memory of another state says what a scan without any says."""
    before, after = _split(files)
    with tempfile.TemporaryDirectory() as name:
        root, store = Path(name) / "r", Store(Path(name) / "cache")
        for state in (before, after):
            written = _write(root, state)
            config, _ = _config(MemoryTree(written))
            texts = [render_json(scan(root, config, store=kept)) for kept in (store, None)]
            if texts[0] != texts[1]:
                return "a scan with a memory says something else than one without"
    return ""


def make_remembered(chance: random.Random) -> Files:
    """Two states of one repository, below `1/` and `2/`."""
    files = dict(chance.choice(repositories()))
    changed = damaged_repository(chance, [files, chance.choice(repositories())])
    if chance.random() < 0.3 and len(files) > 1:
        changed.pop(chance.choice(sorted(files)), None)
    return {f"1/{p}": data for p, data in files.items()} | {f"2/{p}": data for p, data in changed.items()}


def _split(files: Files) -> tuple[Files, Files]:
    one, two = ({p[2:]: d for p, d in files.items() if p.startswith(f"{n}/")} for n in (1, 2))
    return one, two


def _write(root: Path, files: Files) -> Files:
    """Replaces the folder's files; gives those that the file system took."""
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir(parents=True)
    written: Files = {}
    for path, data in files.items():
        target = root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        except OSError:
            continue
        written[path] = data
    return written


_COMMANDS = (
    ("scan", "--format", "json"), ("scan", "--format", "text", "--stats"), ("scan", "--show-settings"),
    ("size", "--format", "json"), ("size",), ("graph", "--format", "json", "--imports"), ("graph", "--format", "dot"),
    ("graph", "--format", "mermaid", "--collapse", "stack"), ("graph",), ("plan", "--format", "json"),
    ("plan", "--steps"), ("plan", "--format", "markdown"), ("explain", "AL101"),
    ("explain", "AL101", "--format", "json"), ("fix", "--unsafe"), ("fix", "--diff", "--unsafe"), ("init", "--dry-run"),
    ("scan", "--add-ignores", "--reason", "fuzzed", "--diff"),
)  # fmt: skip
_SCHEMAS = {"scan": "scan", "size": "size", "graph": "graph", "plan": "plan", "explain": "explain"}


def check_commands(files: Files) -> str:
    """One of the commands, chosen by the content."""
    command = _COMMANDS[zlib.crc32(repr(sorted(files.items())).encode()) % len(_COMMANDS)]
    secret = has_secret(files) and "text" not in command and command[0] not in ("fix", "explain")
    with tempfile.TemporaryDirectory() as name:
        _write(Path(name) / "r", files)
        runner = CliRunner(env={"ARCHLINT_CACHE_DIR": f"{name}/c"})
        result = runner.invoke(main, [*command, f"{name}/r"])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if result.exit_code not in (0, 1, 2, 3) or "Traceback" in result.output:
        return f"{' '.join(command)} ends with {result.exit_code}: {result.output[-2000:]}"
    diff = "--diff" in command
    problem = wrong_text(result.stderr, secret=secret) or ("" if diff else wrong_text(result.stdout, secret=secret))
    if not problem and "json" in command and result.stdout:
        problem = schema(_SCHEMAS[command[0]], result.stdout)
    return problem and f"{' '.join(command)}: {problem}"


TARGETS = {
    "scan": Target(lambda chance: damaged_repository(chance, repositories()), check_scan, 20),
    "apps": Target(lambda chance: damaged_repository(chance, _apps()), check_scan, 12),
    "settings": Target(make_settings, check_scan, 6),
    "fix": Target(lambda chance: _mild(chance, _fixable()), check_fix, 6),
    "ignores": Target(lambda chance: _mild(chance, _excusable()), check_ignores, 6),
    "remembered": Target(make_remembered, check_remembered, 3),
    "commands": Target(lambda chance: damaged_repository(chance, repositories()), check_commands, 6),
}
