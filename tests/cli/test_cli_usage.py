from __future__ import annotations

import gzip
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st

from archlint.cli.main import main
from archlint.plan.usage import exports
from archlint.plan.usage.exports import RecordedInvocation, TooLargeError, Tuning, invocations
from archlint.plan.usage.file import FunctionUsage, read_usage
from archlint.plan.usage.measured import MeasuredUsage

START = datetime(2026, 11, 1, tzinfo=UTC)


def report(n: int, duration: float = 100.0, extra: str = "") -> str:
    return (
        f"REPORT RequestId: 8f5a1b2c-0000-4000-8000-{n:012d}\tDuration: {duration:.2f} ms\tBilled Duration: 101 ms"
        f"\tMemory Size: 512 MB\tMax Memory Used: 87 MB\t{extra}"
    )


INIT = "Init Duration: 500.50 ms\t"


def hours(n: int) -> datetime:
    return START + timedelta(hours=n)


def run(*arguments: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["usage", *arguments], input=text)


def read(result: Result, name: str = "Search") -> FunctionUsage:
    """Through the reader of usage files, so what is written can be read."""
    assert result.exit_code == 0, result.stderr
    return read_usage(result.stdout, "usage.yml", [("id", name)]).of("id")


def found(text: str) -> list[RecordedInvocation | Tuning]:
    return list(invocations(io.BytesIO(text.encode())))


def one(text: str) -> RecordedInvocation:
    (single,) = found(text)
    assert isinstance(single, RecordedInvocation)
    return single


# --- what the file says ----------------------------------------------------------------------------------------------


def test_two_weeks_of_text() -> None:
    lines = [f"{hours(n).isoformat()} {report(n, 100 + n % 3, INIT if n % 10 == 0 else '')}" for n in range(337)]
    result = run("-", "--function", "Search", text="\n".join(["START RequestId: x", *lines, "END RequestId: x"]))
    usage = read(result)
    requests, duration, cold = (usage.get(key) for key in ("monthly_requests", "request_duration_ms", "cold_share"))
    assert requests
    assert duration
    assert cold
    assert (requests.estimate, requests.provenance) == (730, "measured")
    assert requests.low < 730 / 1.2
    assert requests.high > 730 * 1.2
    assert duration.estimate == pytest.approx(101, abs=0.1)
    assert duration.high - duration.low < 1
    assert cold.estimate == pytest.approx(34 / 337, abs=1e-4)
    assert usage.get("init_ms").estimate == 500.5
    assert usage.get("max_memory_mb").estimate == 87
    assert "# 337 invocations in 14.0 days, times 2.17 for a month of 730 hours" in result.stdout
    assert "# median 101 ms, 95 % below 102 ms" in result.stdout


def test_a_stated_time_goes_before_the_first_and_last_record() -> None:
    lines = "\n".join(report(n) for n in range(100))
    usage = read(run("-", "--function", "Search", "--days", "7", text=lines))
    assert usage.get("monthly_requests").estimate == round(100 * 730 / (7 * 24))
    undated = run("-", "--function", "Search", text=lines)
    assert read(undated).get("monthly_requests") is None
    assert (
        "100 invocations; the records bear no time, so write monthly_requests yourself, or give --days"
        in undated.stdout
    )
    short = "\n".join(f"{(START + timedelta(minutes=n)).isoformat()} {report(n)}" for n in range(30))
    assert "the records cover less than an hour" in run("-", "--function", "Search", text=short).stdout


def test_overlapping_exports_count_once(tmp_path: Path) -> None:
    for name in ("a.log", "b.log"):
        (tmp_path / name).write_text("\n".join(report(n) for n in range(5)))
    result = run(str(tmp_path / "a.log"), str(tmp_path / "b.log"), "--function", "F", "--days", "1")
    assert "from 5 invocations" in result.stdout
    assert "# 5 records were there twice and count once." in result.stdout


def test_several_functions_by_their_log_groups() -> None:
    events = [
        {
            "messageType": "DATA_MESSAGE",
            "logGroup": f"/aws/lambda/{name}",
            "logEvents": [{"id": "1", "timestamp": 1_761_955_200_000, "message": report(n)}],
        }
        for n, name in enumerate(("Search", 'odd"name\u0007', "Captions"))
    ]
    result = run("-", text="\n".join(json.dumps(event) for event in events))
    assert '\n  "Captions":\n' in result.stdout
    assert result.stdout.index("Captions") < result.stdout.index("Search")
    assert "1 records do not name their function; --function would." in result.stdout


# --- formats ---------------------------------------------------------------------------------------------------------

EVENT = {"logStreamName": "s", "timestamp": 1_761_955_200_000, "message": report(1, extra=INIT), "eventId": "9"}
AT = 1_761_955_200.0
PLATFORM = {
    "time": "2025-11-01T00:00:00.000Z",
    "type": "platform.report",
    "record": {
        "requestId": "8f5a1b2c-0000-4000-8000-000000000001",
        "metrics": {
            "durationMs": 100.0,
            "billedDurationMs": 101,
            "memorySizeMB": 512,
            "maxMemoryUsedMB": 87,
            "initDurationMs": 500.5,
        },
    },
}
TAIL = "2025-11-01T00:00:00.000000+00:00 2025/11/01/[$LATEST]abc "
INSIGHTS = [
    {"field": "@timestamp", "value": "2025-11-01 00:00:00.000"},
    {"field": "@log", "value": "123456789012:/aws/lambda/Search"},
    {"field": "@message", "value": report(1, extra=INIT)},
]


@pytest.mark.parametrize(
    ("text", "function"),
    [
        (TAIL + report(1, extra=INIT), None),
        (f"2025-11-01T00:00:00Z /aws/lambda/Search {report(1, extra=INIT)}", "Search"),
        ("[INFO] a line\n" + TAIL + report(1, extra=INIT), None),
        (json.dumps({"events": [EVENT], "searchedLogStreams": []}), None),
        (json.dumps({"events": [EVENT], "searchedLogStreams": []}, indent=4), None),
        (json.dumps(EVENT), None),
        (json.dumps({"events": []}, indent=1) + "\n" + json.dumps({"events": [EVENT]}, indent=1), None),
        (json.dumps(PLATFORM), None),
        (json.dumps({**EVENT, "message": json.dumps(PLATFORM)}), None),
        (TAIL + json.dumps(PLATFORM, indent=4), None),
        (json.dumps({"status": "Complete", "results": [INSIGHTS]}), "Search"),
        (f'@timestamp,@log,@message\n2025-11-01 00:00:00.000,1:/aws/lambda/Search,"{report(1, extra=INIT)}"', "Search"),
        (f'timestamp,message\n1761955200000,"{report(1, extra=INIT)}\n"', None),
        (f"EVENTS\t9\t1\ts\t{report(1, extra=INIT)}".replace("EVENTS\t9\t1", "EVENTS\t9\t1761955200000"), None),
    ],
)
def test_a_record_is_the_same_in_every_format(text: str, function: str | None) -> None:
    expected = RecordedInvocation(
        "8f5a1b2c-0000-4000-8000-000000000001", 100.0, 101.0, 512, 87, 500.5, at=AT, function=function
    )
    assert one(text) == expected
    assert one("\ufeff" + text + "\n\n") == expected


def test_the_fields_that_insights_finds() -> None:
    text = (
        "@requestId,@type,@duration,@billedDuration,@memorySize,@maxMemoryUsed,@initDuration\n"
        "a,START,,,,,\n"
        "b,REPORT,2.5,3,5.12E8,8.7E7,\n"
        "c,REPORT,junk,3,5.12E8,8.7E7,\n"
    )
    assert one(text) == RecordedInvocation("b", 2.5, 3.0, 512, 87)


def test_a_restored_snapshot_is_a_cold_start() -> None:
    line = report(1, extra="Restore Duration: 400.00 ms\tBilled Restore Duration: 40 ms\t")
    assert one(line).restored
    usage = read(run("-", "--function", "Search", "--days", "1", text=line))
    assert usage.get("cold_share").estimate == 1
    assert usage.get("init_ms") is None


def test_power_tuning() -> None:
    result = {
        "power": "1024",
        "cost": 2.1e-7,
        "duration": 12.5,
        "stats": [
            {"value": 512, "averageDuration": 25.25, "averagePrice": 1},
            {"value": 1024, "averageDuration": 12.5},
        ],
        "stateMachine": {"visualization": "https://example.org"},
    }
    for text in (json.dumps(result), json.dumps(result, indent=2), json.dumps({"output": json.dumps(result)})):
        usage = read(run("-", "--function", "Search", text=text))
        assert dict(usage.duration_by_memory_ms) == {512: 25.25, 1024: 12.5}
        assert usage.get("monthly_requests") is None


def test_compressed(tmp_path: Path) -> None:
    path = tmp_path / "log.gz"
    path.write_bytes(gzip.compress(report(1).encode()))
    assert read(run(str(path), "--function", "Search")).get("request_duration_ms").estimate == 100
    path.write_bytes(gzip.compress(report(1).encode() * 100)[:-20])
    broken = run(str(path), "--function", "Search")
    assert (broken.exit_code, broken.stdout) == (2, "")
    assert "its compression is broken" in broken.stderr


# --- the command -----------------------------------------------------------------------------------------------------


def test_output_is_not_overwritten(tmp_path: Path) -> None:
    log, to = tmp_path / "log.txt", tmp_path / "usage.yml"
    log.write_text(report(1))
    first = run(str(log), "--function", "Search", "--output", str(to))
    assert (first.exit_code, first.stdout) == (0, "")
    written = to.read_text()
    again = run(str(log), "--function", "Other", "--output", str(to))
    assert again.exit_code == 2
    assert "is already there; --force replaces it" in again.stderr
    assert to.read_text() == written
    assert run(str(log), "--function", "Other", "--output", str(to), "--force").exit_code == 0
    assert '"Other"' in to.read_text()
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["log.txt", "usage.yml"]


@pytest.mark.parametrize(
    ("arguments", "text", "message"),
    [
        (["-"], "nothing here", "found no REPORT line, no platform.report event and no Lambda Power Tuning result"),
        (["-"], "", "found no REPORT line"),
        (["-"], report(1), "1 records do not say whose they are; name the function with --function"),
        (["/nowhere/log"], None, "cannot read '/nowhere/log': No such file or directory"),
        (["-", "--days", "0"], "", "--days"),
        ([], None, "FILE..."),
    ],
)
def test_wrong_usage(arguments: list[str], text: str | None, message: str) -> None:
    result = run(*arguments, text=text)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr


# --- hostile input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        '{"message": ' + "9" * 10_000 + "}",
        "REPORT RequestId: x\tDuration: " + "9" * 400 + " ms",
        "REPORT RequestId: x\tDuration: 1.2.3 ms",
        "REPORT RequestId: " + "a" * 1_000_000,
        '{"type": "platform.report", "record": {"metrics": {"durationMs": 1e999}}}',
        '{"type": "platform.report", "record": {"metrics": {"durationMs": [1]}}}',
        '{"type": "platform.report", "record": [1]}',
        '{"power": "NaN", "cost": 1, "duration": 2}',
        "@message\n" + "x" * 200_000,
        "@message,@duration\n\0,\0\n",
        TAIL + "{\n" * 1000,
    ],
)
def test_hostile_input_is_passed_over(text: str) -> None:
    assert found(text) == []


def test_a_hostile_name_stays_inside_its_quotes() -> None:
    event = {"logGroup": "/aws/lambda/a: {b: [\n\u2028# ", "message": report(1), "timestamp": True}
    other = {"logGroup": "/aws/lambda/x\" {y 1} #'", "message": report(2)}
    result = run("-", text=json.dumps([event, other]))
    usage = read_usage(result.stdout, "u", [("id", "x\" {y 1} #'")])
    assert usage.of("id").get("request_duration_ms")


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MAX_DOCUMENT", 100)
    monkeypatch.setattr(exports, "MAX_BYTES", 1000)
    for text, message in (
        ("x" * 200, "has a line of more than 100 bytes"),
        ("{\n" + '"a": 1,\n' * 50, "is one JSON document of more than 100 bytes"),
        ("line\n" * 1000, "has more than 1,000 bytes"),
    ):
        with pytest.raises(TooLargeError, match=message):
            found(text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([report(1), "{", "}", "[", '"message": "', "\t", "\n", "@message", ",", "9" * 20, TAIL]))
)
def test_no_order_of_pieces_raises(pieces: list[str]) -> None:
    for one_ in found("".join(pieces)):
        assert one_.duration_ms == 100


def test_memory_does_not_grow_with_the_logs() -> None:
    measured = MeasuredUsage("Search", 1)
    measured.add(RecordedInvocation("", float(n % 100), 1.0) for n in range(50_000))
    usage = read_usage(measured.text(), "u", [("id", "Search")]).of("id")
    assert usage.get("request_duration_ms").estimate == 49.5
    assert usage.get("cold_share").estimate == 0
