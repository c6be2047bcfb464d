"""Small handlers put together at random: what a fix promises holds for all of them."""

from __future__ import annotations

import ast
import difflib

from hypothesis import given, settings
from hypothesis import strategies as st
from python_fixes import findings, fixed, outcomes, repository

RULE = "client-created-in-handler"
EVENTS: list[object] = [{"id": "1"}, {"id": "2"}, {}]

SERVICES = st.sampled_from(["s3", "sqs", "sns"])
NAMES = st.sampled_from(["s3", "client", "queue", "boto", "key", "helper", "größe"])
LONG = ",\n        use_ssl=False,\n    "
MAKINGS = st.builds(
    lambda maker, service, extra, quote: f"boto3.{maker}({quote}{service}{quote}{extra})",
    st.sampled_from(["client", "resource"]),
    SERVICES,
    st.sampled_from(
        ["", ", region_name=REGION", ", use_ssl=True", ", region_name=key", ",\n        use_ssl=False,\n    "]
    ),
    st.sampled_from(["'", '"']),
)
STATEMENTS = st.one_of(
    st.builds("{} = {}".format, NAMES, MAKINGS),
    st.builds("{} = {}  # größe".format, NAMES, MAKINGS),
    st.builds("# why\n    {} = {}\n".format, NAMES, MAKINGS),
    st.builds("{0} = {1}; found.append({0}.first(key))".format, NAMES, MAKINGS),
    st.builds("found.append({}.second(key))".format, MAKINGS),
    st.builds("found.append({}.third())".format, NAMES),
    st.builds("if key:\n        {} = {}".format, NAMES, MAKINGS),
    st.builds("for {} in [{}]:\n        found.append({})".format, NAMES, MAKINGS, NAMES),
    st.builds("with {} as {}:\n        found.append(key)".format, MAKINGS, NAMES),
    st.builds("found.append([{0}.fourth() for {0} in [{1}]])".format, NAMES, MAKINGS),
    st.builds("found.append((lambda {0}: {0}.fifth())({1}))".format, NAMES, MAKINGS),
    st.builds("def inner({}=1):\n        return {}\n    found.append(inner())".format, NAMES, MAKINGS),
    st.builds("del {}".format, NAMES),
    st.just("found.append(helper(key))"),
    st.just("'a text'"),
)
BODIES = st.lists(STATEMENTS, max_size=5)
HEADS = st.lists(
    st.one_of(
        st.builds("{} = {}".format, NAMES, MAKINGS.filter(lambda making: "key" not in making)),
        st.builds("{} = 'constant'".format, NAMES),
        st.just("import json  # for nothing"),
    ),
    max_size=2,
)


def program(head: list[str], helper: list[str], handler: list[str]) -> str:
    parts = ["import boto3", "REGION = 'eu-west-1'", *(line.replace("\n    ", "\n") for line in head)]
    for name, parameter, body in (("helper", "key", helper), ("handler", "event, context", handler)):
        first = ["found = []"] if name == "helper" else ["found = []", "key = event['id']"]
        calls = [line for line in body if name == "handler" or "helper(key)" not in line]
        parts += ["", f"def {name}({parameter}):", *(f"    {line}" for line in [*first, *calls, "return found"])]
    return "\n".join(parts) + "\n"


@settings(max_examples=120, deadline=None)
@given(HEADS, BODIES, BODIES)
def test_a_fixed_program_answers_the_same(head: list[str], helper: list[str], handler: list[str]) -> None:
    text = program(head, helper, handler)
    try:
        compile(text, "app.py", "exec")
    except SyntaxError:
        return
    before = repository(text)
    after = fixed(before, RULE, rounds=20)
    ast.parse(after["app.py"])
    assert len(findings(after, RULE)) <= len(findings(before, RULE))
    assert outcomes(after, EVENTS) == outcomes(before, EVENTS), after["app.py"]
    for line in difflib.ndiff(text.splitlines(), after["app.py"].splitlines()):
        same = line[0] in " ?+" or not line[2:].strip()
        assert same or any(part in line for part in ("boto3.", "# why", "use_ssl")) or line[2:].strip()[0] == ")", line
    assert fixed(after, RULE) == after
