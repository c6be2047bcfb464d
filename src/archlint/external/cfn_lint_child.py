"""The process that runs cfn-lint. It is started with a file's path, not as a module, and imports nothing of archlint.

It may read its work folder and what Python is made of; it may not write, start programs or use the network. Templates
can name files (TemplateURL, Location), and cfn-lint opens them.

Arguments: the work folder, and the folder that cfn-lint is installed in. Standard input: {"paths": [], "regions": []};
paths are relative to <work folder>/templates. Standard output: one JSON value a line, {"ready": version} and then for
each path {"path", "matches"} or {"path", "crash"}.
"""

from __future__ import annotations

import glob
import json
import os
import sys
import sysconfig
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

MEMORY = 2_147_483_648
"""Bytes of address space; above it Python raises MemoryError."""

MOST_MATCHES = 1_000
MOST_CHARACTERS = 1_000
"""Of one message."""

_FORBIDDEN = (
    "os.",
    "shutil.",
    "socket.",
    "subprocess.",
    "ftplib.",
    "http.client.",
    "urllib.",
    "pty.",
    "ctypes.",
    "winreg.",
)
_ALLOWED = frozenset({"os.listdir", "os.scandir", "os.walk", "os.putenv", "os.unsetenv", "os.listxattr", "os.getxattr"})
_WRITE_FLAGS = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


def guard(readable: Sequence[str]) -> Callable[[str, tuple[Any, ...]], None]:
    """An audit hook. What it refuses is a PermissionError, which ends a file's check at worst."""
    roots = tuple(os.path.realpath(folder).rstrip(os.sep) + os.sep for folder in readable)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event == "open":
            path, mode, flags = args
            writes = flags & _WRITE_FLAGS if isinstance(flags, int) else mode not in (None, "r", "rb")
            if isinstance(path, int) and not writes:
                return
            if writes or not os.path.realpath(os.fsdecode(path)).startswith(roots):
                raise PermissionError("outside of what cfn-lint may read")
        elif event.startswith(_FORBIDDEN) and event not in _ALLOWED:
            raise PermissionError(f"not allowed here: {event}")

    return hook


def main() -> None:
    """Ends with an exception's traceback only where cfn-lint cannot be used at all."""
    work, site = sys.argv[1:3]
    job: dict[str, list[str]] = json.load(sys.stdin)
    if site not in sys.path:
        sys.path.append(site)
    _limit()
    settings, runners, formatters = (import_module(f"cfnlint.{name}") for name in ("config", "runner", "formatters"))
    templates = os.path.join(work, "templates")

    def configured(path: str) -> Any:
        config = os.path.join(work, "empty.yaml")
        return settings.ConfigMixIn(
            ["--config-file", config, "--regions", *job["regions"], "--template", glob.escape(path)]
        )

    runner = runners.Runner(configured(os.path.join(work, "empty.yaml")))
    formatter, version = formatters.JsonFormatter(), import_module("cfnlint.version").__version__
    python = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    sys.addaudithook(guard([work, site, *python, *(entry for entry in sys.path if entry)]))
    _say({"ready": version})
    for path in job["paths"]:
        try:
            runner.config = configured(os.path.join(templates, path))
            matches = json.loads(formatter.print_matches(list(runner.run()), runner.rules, runner.config))
            _say({"path": path, "matches": [_short(match) for match in matches[:MOST_MATCHES]]})
        except (Exception, SystemExit) as error:
            _say({"path": path, "crash": f"{type(error).__name__}: {error}"[:MOST_CHARACTERS]})


def _limit() -> None:
    """Where the system has such limits."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CORE, 0)):
        try:
            _, hard = resource.getrlimit(kind)
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))
        except (OSError, ValueError):
            continue


def _short(match: Mapping[str, Any]) -> dict[str, Any]:
    rule, start, end = match["Rule"], match["Location"]["Start"], match["Location"]["End"]
    keys = match["Location"]["Path"]
    return {
        "rule": str(rule["Id"]),
        "summary": str(rule["ShortDescription"])[:MOST_CHARACTERS],
        "source": str(rule["Source"])[:MOST_CHARACTERS],
        "message": str(match["Message"])[:MOST_CHARACTERS],
        "start": [start["LineNumber"], start["ColumnNumber"]],
        "end": [end["LineNumber"], end["ColumnNumber"]],
        "path": [str(key)[:MOST_CHARACTERS] for key in (keys or [])[:8]],
    }


def _say(value: object) -> None:
    print(json.dumps(value), flush=True)


if __name__ == "__main__":
    main()
