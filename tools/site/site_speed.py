"""How fast it is, from benchmarks/results.json."""

from __future__ import annotations

import json
from pathlib import Path

from site_text import escaped, table

RESULTS = Path(__file__).resolve().parents[2] / "benchmarks" / "results.json"
_INTRODUCTION = """\
---
title: Speed
---

# Speed

Cold scans, measured on {date} with Python {python} on {cores} cores of {machine}; `benchmarks/run.py` measures again.

![Seconds of CPU time of a cold scan by the number of functions](assets/growth.svg)

"""


def page() -> str:
    data = json.loads(RESULTS.read_text(encoding="utf-8"))
    rows = [
        (escaped(row["subject"]), f"{row['wall_s']:,.1f} s", f"{row['peak_mb']:,.0f} MB")
        for row in data["measured"]
        if row["tool"] == "archlint"
    ]
    return _INTRODUCTION.format(**data) + table(("repository", "time", "peak memory"), rows)
