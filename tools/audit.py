"""Asks pip-audit for known vulnerabilities of the installed dependencies, and says what could not be asked.

pip-audit calls a package that its database does not know "skipped" and ends with 0 all the same; here it is said aloud.
Exit codes: 0 no vulnerability known (or nothing could be asked, with a warning), 1 a vulnerability, 2 pip-audit failed.
"""

from __future__ import annotations

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

OWN = "archlint-aws"
_UNREACHABLE = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|ServiceError|HTTPError|Max retries exceeded|ProxyError"
)


@dataclass(frozen=True, slots=True)
class Audit:
    """`known` are (package, version, vulnerability); `skipped` are the packages that nothing is known of."""

    known: tuple[tuple[str, str, str], ...]
    asked: int
    skipped: tuple[str, ...]


def parse(text: str) -> Audit | None:
    """What `pip-audit --format json` printed, without archlint itself; None for anything else."""
    try:
        rows = [row for row in json.loads(text)["dependencies"] if row["name"] != OWN]
        known = [(row["name"], row["version"], found["id"]) for row in rows for found in row.get("vulns", ())]
    except (ValueError, KeyError, TypeError):
        return None
    skipped = tuple(row["name"] for row in rows if "skip_reason" in row)
    return Audit(tuple(known), len(rows) - len(skipped), skipped)


def verdict(output: str, errors: str) -> tuple[int, list[str]]:
    """The exit code, and what to say."""
    audit = parse(output)
    if audit is None:
        last = (errors.strip().splitlines() or ["it said nothing"])[-1]
        if _UNREACHABLE.search(errors):
            return 0, [f"::warning::not audited: the vulnerability service cannot be reached ({last[:300]})"]
        return 2, [f"pip-audit failed: {last[:300]}"]
    said = [f"{name} {version}: {vulnerability}" for name, version, vulnerability in audit.known]
    if audit.skipped:
        names = ", ".join(audit.skipped)
        said.append(f"::warning::not audited, because the service does not know them or cannot be reached: {names}")
    said.append(f"{audit.asked} packages audited, {len(audit.skipped)} not, {len(audit.known)} vulnerabilities known")
    return (1 if audit.known else 0), said


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--path", help="the site-packages to audit; without it, those of this interpreter")
    parser.add_argument(
        "--program", nargs="+", default=[sys.executable, "-m", "pip_audit"], help="how to start pip-audit"
    )
    given = parser.parse_args(arguments)
    command = [*given.program, "--format", "json", "--progress-spinner", "off"]
    command += ["--path", given.path] if given.path else ["--local"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    except (OSError, subprocess.TimeoutExpired) as error:
        print(f"pip-audit failed: {error}", file=sys.stderr)
        return 2
    code, said = verdict(done.stdout, done.stderr)
    print("\n".join(said))
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
