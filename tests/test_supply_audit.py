"""tools/audit.py tells three things apart: nothing known, something known, nobody could be asked."""

from __future__ import annotations

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

TOP = Path(__file__).resolve().parents[1]
KNOWN = {"name": "click", "version": "8.1.0", "vulns": [{"id": "PYSEC-1"}]}
CLEAN = {"name": "rich", "version": "15.0.0", "vulns": []}
SKIPPED = {"name": "libcst", "skip_reason": "Dependency not found"}
OWN = {"name": "archlint-aws", "skip_reason": "Dependency not found"}
NO_NAME = "requests.exceptions.ConnectionError: HTTPSConnectionPool(host='x', port=443): Max retries exceeded"


@pytest.fixture
def audit(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(sys, "path", [str(TOP / "tools"), *sys.path])
    return import_module("audit")


@pytest.mark.parametrize(
    ("rows", "errors", "code", "said"),
    [
        ([CLEAN, OWN], "", 0, ["1 packages audited, 0 not, 0 vulnerabilities known"]),
        ([CLEAN, KNOWN], "", 1, ["click 8.1.0: PYSEC-1", "2 packages audited, 0 not, 1 vulnerabilities known"]),
        ([SKIPPED], "", 0, ["::warning::not audited", "0 packages audited, 1 not, 0 vulnerabilities known"]),
        ([SKIPPED, KNOWN], "", 1, ["click 8.1.0: PYSEC-1", "::warning::not audited", "1 packages audited"]),
        (None, f"Traceback\n{NO_NAME}\n", 0, ["::warning::not audited: the vulnerability service cannot be reached"]),
        (None, "ValueError: something else\n", 2, ["pip-audit failed: ValueError: something else"]),
        (None, "", 2, ["pip-audit failed: it said nothing"]),
    ],
)
def test_each_outcome_is_told(rows: Any, errors: str, code: int, said: list[str], audit: Any) -> None:
    output = "" if rows is None else json.dumps({"dependencies": rows, "fixes": []})
    found, lines = audit.verdict(output, errors)
    assert found == code
    assert len(lines) == len(said)
    for line, beginning in zip(lines, said, strict=True):
        assert line.startswith(beginning)


@pytest.mark.parametrize("output", ["[]", '{"dependencies": [{}]}', '{"dependencies": 1}', "null"])
def test_another_output_is_a_failure(output: str, audit: Any) -> None:
    assert audit.verdict(output, "")[0] == 2


def test_the_program_is_started(audit: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fake = tmp_path / "fake.py"
    fake.write_text("import json, sys\nprint(json.dumps({'dependencies': []}))\nassert '--path' in sys.argv\n")
    assert audit.main(["--path", str(tmp_path), "--program", sys.executable, str(fake)]) == 0
    assert "0 packages audited" in capsys.readouterr().out
    assert audit.main(["--program", str(tmp_path / "nothing")]) == 2
