"""Scans many repositories and counts what is found, to see what a change of archlint does to them.

    python tools/crater.py FOLDER... [--output FILE] [--compare OLD.json]

A FOLDER that holds `.git` or a file counts as one repository, any other as a folder of repositories. The file holds
numbers by repository and rule, no code and no paths. With `--compare` the exit code is 1 where something differs.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

TIMEOUT_S = 600
REPORTS = (0, 1)
"""Exit codes with a whole report: clean, findings."""
NOTHING_TO_SCAN = 3

Counts: TypeAlias = dict[str, Any]


def repositories(folders: Sequence[Path]) -> Iterator[Path]:
    """In order of name."""
    for folder in folders:
        inner = sorted(folder.iterdir())
        if any(path.name == ".git" or path.is_file() for path in inner):
            yield folder
        else:
            yield from (path for path in inner if path.is_dir())


def crater(folders: Sequence[Path]) -> Counts:
    found: dict[str, Counts] = {}
    for folder in repositories(folders):
        found[folder.resolve().name] = counts = scan(folder)
        print(f"{folder.name}: {counts['findings']} findings in {counts['functions']} functions", file=sys.stderr)
    rules: Counter[str] = Counter()
    for counts in found.values():
        rules.update(counts["rules"])
    whole = {key: sum(counts[key] for counts in found.values()) for key in ("functions", "findings", "not_evaluated")}
    return {"repositories": found, "rules": dict(sorted(rules.items())), **whole}


def scan(folder: Path) -> Counts:
    """`exit` is archlint's exit code, -1 for a scan that took too long."""
    command = [sys.executable, "-m", "archlint", "scan", str(folder), "--no-config", "--no-cache", "--format", "json"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=TIMEOUT_S, check=False)
    except subprocess.TimeoutExpired:
        return _counts(-1, {})
    report = json.loads(done.stdout) if done.returncode in (*REPORTS, NOTHING_TO_SCAN) and done.stdout else {}
    return _counts(done.returncode, report)


def _counts(code: int, report: Mapping[str, Any]) -> Counts:
    findings = report.get("findings", [])
    coverage = report.get("coverage", {})
    return {
        "exit": code,
        "functions": len(report.get("functions", [])),
        "findings": len(findings),
        "files_failed": len(coverage.get("files_failed", [])),
        "not_evaluated": len(coverage.get("not_evaluated", [])),
        "rules": dict(sorted(Counter(finding["rule"] for finding in findings).items())),
    }


def differences(old: Counts, new: Counts) -> Iterator[str]:
    """One line for each number that is not the same, by repository; a repository that one side lacks is one line."""
    before, after = old["repositories"], new["repositories"]
    for name in sorted(before.keys() | after.keys()):
        if name not in before or name not in after:
            yield f"{name}: only in the {'new' if name in after else 'old'} counts"
            continue
        was, now = _flat(before[name]), _flat(after[name])
        for key in sorted(was.keys() | now.keys()):
            if was.get(key, 0) != now.get(key, 0):
                yield f"{name}: {key} {was.get(key, 0)} -> {now.get(key, 0)}"


def _flat(counts: Counts) -> dict[str, int]:
    return {**{key: value for key, value in counts.items() if key != "rules"}, **counts["rules"]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folders", type=Path, nargs="+", metavar="FOLDER")
    parser.add_argument("--output", type=Path, help="by default the counts are printed")
    parser.add_argument("--compare", type=Path, metavar="OLD.json")
    options = parser.parse_args()
    old = json.loads(options.compare.read_bytes()) if options.compare else None
    new = crater(options.folders)
    text = json.dumps(new, indent=1, sort_keys=True) + "\n"
    if options.output:
        options.output.write_text(text)
    elif old is None:
        print(text, end="")
    found = list(differences(old, new)) if old is not None else []
    for line in found:
        print(line)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
