"""Exported Lambda logs and Power Tuning results, read as a stream: one invocation, or one tuning run, at a time.

Understood are lines of text with REPORT (as `aws logs tail`, `sam logs` and exports to S3 write them), JSON of
`filter-log-events`, `get-query-results`, subscriptions and `tail --format json`, the platform.report events of the JSON
log format, CSV of Logs Insights and of the console, each also compressed with gzip; and the result of AWS Lambda Power
Tuning. Lines and documents of another kind are passed over.
"""

from __future__ import annotations

import csv
import itertools
import json
import re
from collections.abc import Iterator
from typing import BinaryIO

from archlint.plan.usage.records import (
    RecordContext,
    RecordedInvocation,
    Tuning,
    from_document,
    from_row,
    from_text,
    parsed,
)

__all__ = ["MAX_DOCUMENT", "RecordedInvocation", "TooLargeError", "Tuning", "invocations"]

MAX_DOCUMENT = 64_000_000
"""Bytes of a line, or of a JSON document of several lines, which is held as a whole."""

MAX_BYTES = 20_000_000_000
"""Of one file, uncompressed."""

SPLIT = "turn it into lines with `jq -c '.events[]'`, or export a shorter time"

MAX_PRETTY = 400
"""Lines of an event that `tail --format json` writes over several lines."""

_OPENING = re.compile(r'\s*(?:\{\s*(?:"|$)|\[\s*(?:[{"\[]|$))')
"""A JSON document, unlike "[INFO] …"."""

_BLANK = re.compile(r"\s*")


class TooLargeError(Exception):
    """A file above the limits; the message says what to do."""


def invocations(file: BinaryIO) -> Iterator[RecordedInvocation | Tuning]:
    """Raises TooLargeError; OSError and EOFError where the file cannot be read or its compression is broken."""
    lines = _lines(file)
    first = next((line for line in lines if line.strip()), None)
    if first is None:
        return
    rest = itertools.chain((first,), lines)
    if _OPENING.match(first) and parsed(first) is None:
        yield from _document(rest)
    elif _is_header(first):
        yield from _table(rest)
    else:
        yield from _stream(rest)


def _lines(file: BinaryIO) -> Iterator[str]:
    left = MAX_BYTES
    while data := file.readline(MAX_DOCUMENT):
        left -= len(data)
        if left < 0:
            raise TooLargeError(f"has more than {MAX_BYTES:,} bytes; export a shorter time")
        if len(data) == MAX_DOCUMENT and not data.endswith(b"\n"):
            raise TooLargeError(f"has a line of more than {MAX_DOCUMENT:,} bytes; {SPLIT}")
        yield data.decode("utf-8", "replace").removeprefix("\ufeff")


def _document(lines: Iterator[str]) -> Iterator[RecordedInvocation | Tuning]:
    """One JSON document over all lines, or several of them one after the other."""
    text, size = [], 0
    for line in lines:
        size += len(line)
        if size > MAX_DOCUMENT:
            raise TooLargeError(f"is one JSON document of more than {MAX_DOCUMENT:,} bytes; {SPLIT}")
        text.append(line)
    whole = "".join(text)
    found = parsed(whole)
    if found is not None:
        yield from from_document(found, RecordContext())
        return
    decoder, at = json.JSONDecoder(strict=False), 0
    while (start := _BLANK.match(whole, at)) and start.end() < len(whole):
        try:
            found, at = decoder.raw_decode(whole, start.end())
        except (ValueError, RecursionError):
            if at == 0:
                yield from _stream(iter(text))
            return
        yield from from_document(found, RecordContext())


def _stream(lines: Iterator[str]) -> Iterator[RecordedInvocation | Tuning]:
    for line in lines:
        found = parsed(line) if line.lstrip()[:1] in ("{", "[") else None
        if found is not None:
            yield from from_document(found, RecordContext())
        elif line.rstrip().endswith("{") and "REPORT" not in line:
            yield from _pretty(line, lines)
        else:
            yield from from_text(line, RecordContext())


def _pretty(head: str, lines: Iterator[str]) -> Iterator[RecordedInvocation | Tuning]:
    """`2026-11-20T10:00:00+00:00 stream {`, then the event's lines up to the closing brace in the first column."""
    text = ["{"]
    for line in itertools.islice(lines, MAX_PRETTY):
        text.append(line)
        if line.startswith("}"):
            break
        if "REPORT RequestId" in line and not line.startswith((" ", "\t")):
            yield from from_text(line, RecordContext())
    found = parsed("".join(text))
    if found is not None:
        yield from from_document(found, RecordContext().at_text(head))


def _is_header(line: str) -> bool:
    names = [name.strip().strip('"') for name in line.split(",")]
    return len(names) < 200 and ("message" in names or any(name.startswith("@") for name in names))


def _table(lines: Iterator[str]) -> Iterator[RecordedInvocation | Tuning]:
    rows = csv.reader(lines)
    names: list[str] = []
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error:  # a field above the module's limit, or a stray NUL
            continue
        if not names:
            names = row
        else:
            yield from from_row(dict(zip(names, row, strict=False)), RecordContext())
