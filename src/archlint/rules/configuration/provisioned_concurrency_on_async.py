"""AL307: environments that are paid for to be ready where nobody waits."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.finding import Hit, Step
from archlint.model.function import Function
from archlint.project import Project
from archlint.rulebook.page import Page

NOBODY_WAITS = frozenset(
    {"s3", "sns", "sqs", "eventbridge", "schedule", "logs", "iot", "ses", "codecommit", "firehose"}
)
"""Streams are left out, because their readers may be in a hurry; so are state machines, which may answer an API."""


def check(project: Project, page: Page) -> Iterator[Hit]:
    """Every trigger has to be asynchronous, and nothing in the repository may invoke the function besides."""
    invoked = {
        link.target for link in project.architecture.links if link.sync or link.kind in ("invokes", "grant", "env")
    }
    for deployed in project.functions:
        function = deployed.function
        types = dict.fromkeys(trigger.type for trigger in function.triggers)
        if not function.provisioned_concurrency or not types or not NOBODY_WAITS.issuperset(types):
            continue
        if function.id in invoked:
            continue
        yield Hit(
            message=f"provisioned concurrency is paid for around the clock, and {_words(types)} alone invokes the"
            " function: nobody waits for a cold start",
            place=function.places.get("provisioned_concurrency", function.defined_at),
            function=function.id,
            trace=_steps(function),
        )


def _words(types: dict[str, None]) -> str:
    return " and ".join(name if name in ("eventbridge", "schedule") else name.upper() for name in types)


def _steps(function: Function) -> tuple[Step, ...]:
    return tuple(Step(trigger.place, "nobody waits for this invocation") for trigger in function.triggers)
