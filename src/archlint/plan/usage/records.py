"""One record of a log: its REPORT line, its platform.report event, or its columns. Nothing here raises."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

_REPORT = re.compile(r"REPORT\s+RequestId:\s*([0-9A-Za-z-]{1,64})")
_FIELD = re.compile(
    r"\b(Billed Restore Duration|Restore Duration|Billed Duration|Init Duration|Duration|Memory Size|Max Memory Used)"
    r":\s*([0-9]{1,12}(?:\.[0-9]{1,9})?)\s*(?:ms|MB)\b"
)
_TIME = re.compile(r"(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:?\d\d)?)|\b(1[0-9]{12})\b")
_GROUP = re.compile(r"/aws/lambda/([A-Za-z0-9_-]{1,170})")
_GROUP_KEYS = ("logGroup", "logGroupName", "@log", "logGroupIdentifier")
_TIME_KEYS = ("timestamp", "@timestamp", "time")
_PREFIX = "/aws/lambda/"
MAX_TEXT = 20_000
"""Characters of one log message that are looked at; a REPORT line has about 300."""
MAX_DEPTH = 6
MAX_MS = 1e9
_EPOCH_MS = 1e11


@dataclass(frozen=True, slots=True)
class RecordedInvocation:
    """What one REPORT says; `at` in seconds since 1970."""

    request_id: str
    duration_ms: float
    billed_ms: float
    memory_mb: int | None = None
    max_memory_mb: int | None = None
    init_ms: float | None = None
    restored: bool = False
    """A SnapStart snapshot was restored, which is a cold start without an init."""
    at: float | None = None
    function: str | None = None


@dataclass(frozen=True, slots=True)
class Tuning:
    """A result of Lambda Power Tuning: mean milliseconds by MB of memory."""

    best_mb: int
    duration_ms: Mapping[int, float]
    function: str | None = None


@dataclass(frozen=True, slots=True)
class RecordContext:
    """What surrounds a record."""

    function: str | None = None
    at: float | None = None

    def at_text(self, text: str) -> RecordContext:
        """With the time that stands at the beginning of a line."""
        found = _TIME.search(text[:200])
        return self if found is None else replace(self, at=_time(found[0]))

    def with_keys(self, found: Mapping[str, Any]) -> RecordContext:
        group = next(
            (found[key] for key in ("logGroup", "logGroupName", "@log", "logGroupIdentifier") if key in found), None
        )
        at = next((found[key] for key in ("timestamp", "@timestamp", "time") if key in found), None)
        return RecordContext(_function(group) or self.function, _time(at) if at is not None else self.at)


def parsed(text: str) -> Any:
    """JSON, or None; deep nesting and numbers of thousands of digits are no JSON here."""
    try:
        return json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None


def from_document(found: Any, context: RecordContext, depth: int = 0) -> Iterator[RecordedInvocation | Tuning]:
    """Walks down what commands wrap around log events."""
    if depth > MAX_DEPTH:
        return
    if isinstance(found, list):
        if found and all(isinstance(cell, dict) and "field" in cell for cell in found):
            yield from from_row({str(cell["field"]): cell.get("value") for cell in found}, context)
            return
        for one in found:
            yield from from_document(one, context, depth + 1)
    elif isinstance(found, dict):
        yield from _from_object(found, context.with_keys(found), depth)
    elif isinstance(found, str) and depth:
        yield from from_text(found, context)


def _from_object(found: dict[str, Any], context: RecordContext, depth: int) -> Iterator[RecordedInvocation | Tuning]:
    tuning = _tuning(found, context)
    if tuning is not None:
        yield tuning
    elif found.get("type") == "platform.report":
        yield from _platform(found.get("record"), context)
    elif "message" in found or "@message" in found:
        message = found.get("message", found.get("@message"))
        inner = parsed(message) if isinstance(message, str) and message[:1] == "{" else message
        yield from from_document(message if inner is None else inner, context, depth + 1)
    else:
        for key in ("events", "logEvents", "results", "output", "Output"):
            inner = found.get(key)
            if isinstance(inner, str):
                inner = parsed(inner)
            if isinstance(inner, list | dict):
                yield from from_document(inner, context, depth + 1)


def from_row(row: Mapping[str, Any], context: RecordContext) -> Iterator[RecordedInvocation | Tuning]:
    """Columns of Logs Insights: @message, or the fields that it finds in REPORT lines."""
    context = context.with_keys(row)
    message = row.get("@message", row.get("message"))
    if isinstance(message, str) and message:
        inner = parsed(message) if message[:1] == "{" else None
        yield from from_document(message if inner is None else inner, context, 1)
        return
    kind, duration = row.get("@type"), _milliseconds(row.get("@duration"))
    if duration is None or (kind is not None and kind != "REPORT"):
        return
    billed = _milliseconds(row.get("@billedDuration"))
    yield RecordedInvocation(
        str(row.get("@requestId", ""))[:64],
        duration,
        duration if billed is None else billed,
        _bytes(row.get("@memorySize")),
        _bytes(row.get("@maxMemoryUsed")),
        _milliseconds(row.get("@initDuration")) or None,
        at=context.at,
        function=context.function,
    )


def from_text(text: str, context: RecordContext) -> Iterator[RecordedInvocation]:
    """A REPORT line, whatever stands before it; tabs may be written \\t."""
    report = _REPORT.search(text[:MAX_TEXT])
    if report is None:
        return
    fields: dict[str, float] = {}
    for name, number in _FIELD.findall(text[report.end() : MAX_TEXT].replace("\\t", "\t")):
        fields.setdefault(name, float(number))
    duration = _milliseconds(fields.get("Duration"))
    if duration is None:
        return
    before = text[max(0, report.start() - 400) : report.start()]
    time, group = _TIME.search(before), _GROUP.search(before)
    yield RecordedInvocation(
        report[1],
        duration,
        fields.get("Billed Duration", duration),
        _megabytes(fields.get("Memory Size")),
        _megabytes(fields.get("Max Memory Used")),
        _milliseconds(fields.get("Init Duration")),
        "Restore Duration" in fields,
        context.at if context.at is not None else _time(time[0]) if time else None,
        context.function or (group[1] if group else None),
    )


def _platform(record: Any, context: RecordContext) -> Iterator[RecordedInvocation]:
    metrics = record.get("metrics") if isinstance(record, dict) else None
    if not isinstance(metrics, dict):
        return
    duration = _milliseconds(metrics.get("durationMs"))
    if duration is None:
        return
    billed = _milliseconds(metrics.get("billedDurationMs"))
    yield RecordedInvocation(
        str(record.get("requestId", ""))[:64],
        duration,
        duration if billed is None else billed,
        _megabytes(metrics.get("memorySizeMB")),
        _megabytes(metrics.get("maxMemoryUsedMB")),
        _milliseconds(metrics.get("initDurationMs")),
        "restoreDurationMs" in metrics,
        context.at,
        context.function,
    )


def _tuning(found: Mapping[str, Any], context: RecordContext) -> Tuning | None:
    """{"power": 512, "cost": …, "duration": …, "stateMachine": …} with or without `stats` of every size."""
    best, duration = _megabytes(found.get("power")), _milliseconds(found.get("duration"))
    if best is None or duration is None or "cost" not in found:
        return None
    times = {best: duration}
    stats = found.get("stats")
    for one in stats[:100] if isinstance(stats, list) else ():
        if isinstance(one, dict):
            memory, mean = _megabytes(one.get("value", one.get("power"))), _milliseconds(one.get("averageDuration"))
            if memory is not None and mean is not None:
                times.setdefault(memory, mean)
    arn = found.get("lambdaARN", found.get("lambdaArn"))
    name = arn.split(":")[6] if isinstance(arn, str) and arn.count(":") >= 6 else None
    return Tuning(best, {memory: ms for memory, ms in times.items() if ms > 0}, _safe(name) or context.function)


def _function(group: Any) -> str | None:
    """The function of a log group ("123456789012:/aws/lambda/name"); a group of another kind is its own name."""
    if not isinstance(group, str):
        return None
    name = group.rpartition(":")[2]
    return _safe(name.partition(_PREFIX)[2] or name)


def _safe(name: str | None) -> str | None:
    return name[:200] if name and name.isprintable() else None


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        try:
            value = float(value[:40])
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _milliseconds(value: Any) -> float | None:
    number = _number(value)
    return number if number is not None and number <= MAX_MS else None


def _megabytes(value: Any) -> int | None:
    number = _number(value)
    return int(number) if number and number < 1e7 else None


def _bytes(value: Any) -> int | None:
    """Logs Insights gives memory in bytes of a decimal kind: 128 MB are 1.28e8."""
    number = _number(value)
    return None if number is None else _megabytes(number / 1e6 if number >= 1e6 else number)


def _time(value: Any) -> float | None:
    """Seconds since 1970, from milliseconds or ISO 8601; a time without a zone is UTC."""
    number = _number(value)
    if number is not None:
        return number / 1000 if number > _EPOCH_MS else number
    if not isinstance(value, str):
        return None
    text = re.sub(r"(\.\d{6})\d+", r"\1", value.strip()[:40])
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return None
