"""Feeds archlint's readers thousands of damaged inputs and reports every exception, wrong output, leak and slow input.

    python tools/fuzz.py --runs 10000 --seed 1 --state /tmp/fuzz.json

The same seed gives the same inputs; --only TARGET:N repeats one of them. A run with --state goes on where the last one
with that file ended.
"""

from __future__ import annotations

import argparse
import faulthandler
import json
import os
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from fuzzing.readers import TARGETS as READERS
from fuzzing.repositories import Files
from fuzzing.scans import TARGETS as SCANS
from fuzzing.stores import TARGETS as STORES
from fuzzing.target import Target

SLOW = 10.0
"""Seconds of processor time."""
STUCK = 120
"""Seconds after which the process ends with a traceback of where it was."""

TARGETS: dict[str, Target] = {**SCANS, **READERS, **STORES}


def made(target: str, seed: int, number: int) -> Files:
    """An input, by its number."""
    return TARGETS[target].make(random.Random(f"{seed}:{target}:{number}"))


def problem(target: str, files: Files) -> str:
    """What is wrong with what becomes of an input, or ""."""
    started = time.process_time()
    try:
        found = TARGETS[target].check(files)
    except Exception:
        return traceback.format_exc(limit=-12)
    took = time.process_time() - started
    return found or (f"slow: {took:.1f} s of processor time\n" if took > SLOW else "")


class Run:
    """Counts inputs and keeps kinds of problems; both go to the file `state`, if there is one."""

    def __init__(self, seed: int, state: Path | None) -> None:
        self.seed = seed
        self.state = state
        kept = json.loads(state.read_text()) if state is not None and state.is_file() else {}
        self.done: Counter[str] = Counter(kept.get(str(seed), {}))
        self.kinds: Counter[str] = Counter()

    def one(self, target: str) -> None:
        number = self.done[target]
        faulthandler.dump_traceback_later(STUCK, exit=True)
        found = problem(target, made(target, self.seed, number))
        self.done[target] += 1
        if found:
            kind = f"{target}\n" + "\n".join(found.strip().split("\n")[-3:] if "Traceback" in found else [found[:40]])
            self.kinds[kind] += 1
            if self.kinds[kind] == 1:
                print(f"--- {target}:{number}\n{found[:4000]}", flush=True)

    def save(self) -> None:
        if self.state is not None:
            kept = json.loads(self.state.read_text()) if self.state.is_file() else {}
            self.state.write_text(json.dumps(kept | {str(self.seed): dict(self.done)}, indent=1))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--target", action="append", choices=sorted(TARGETS), help="Only this; repeatable.")
    parser.add_argument("--only", metavar="TARGET:N", help="Run this input alone and write it to standard output.")
    parser.add_argument("--state", type=Path, help="A file that keeps how far the run has come.")
    options = parser.parse_args()
    os.environ["ARCHLINT_DEBUG"] = "1"  # errors of archlint's own are raised
    if options.only:
        target, _, number = options.only.partition(":")
        files = made(target, options.seed, int(number))
        print({path: data.decode("utf-8", "backslashreplace") for path, data in files.items()})
        print(problem(target, files) or "all is well")
        return 0
    names = options.target or sorted(TARGETS)
    order = random.Random(options.seed).choices(names, [TARGETS[name].share for name in names], k=options.runs)
    run = Run(options.seed, options.state)
    for count, name in enumerate(order, 1):
        run.one(name)
        if count % 1000 == 0:
            run.save()
            print(f"{count} inputs, {len(run.kinds)} kinds of problems", file=sys.stderr, flush=True)
    run.save()
    faulthandler.cancel_dump_traceback_later()
    print(f"{options.runs} inputs: {len(run.kinds)} kinds of problems; {dict(sorted(run.done.items()))}")
    return 1 if run.kinds else 0


if __name__ == "__main__":
    raise SystemExit(main())
