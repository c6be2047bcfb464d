from __future__ import annotations

from collections.abc import Mapping

import pytest

from archlint.config import ConfigError, read_config
from archlint.finding import Hit
from archlint.rulebook.custom.fields import CustomRuleError
from archlint.rulebook.rulebook import all_rules
from archlint.scanner.pipeline import read_project
from archlint.tree import MemoryTree

FUNCTION = "AWS::Lambda::Function"
TEMPLATE = """\
Parameters:
  Size: {Type: Number}
Resources:
  Web:
    Type: AWS::Lambda::Function
    Properties:
      Code: src
      Handler: app.handler
      Runtime: python3.13
      MemorySize: 4096
  Batch:
    Type: AWS::Lambda::Function
    Properties:
      Code: src
      Handler: app.handler
      Runtime: python3.11
      MemorySize: !Ref Size
      ReservedConcurrentExecutions: 5
      Environment: {Variables: {TABLE: !Ref Orders, SECRET: hunter2}}
  Jobs:
    Type: AWS::SQS::Queue
    Properties: {VisibilityTimeout: 60, FifoQueue: true}
  Plain:
    Type: AWS::SQS::Queue
  Orders:
    Type: AWS::DynamoDB::Table
    Properties: {BillingMode: PAY_PER_REQUEST}
  Feed:
    Type: AWS::Lambda::EventSourceMapping
    Properties: {EventSourceArn: !GetAtt Jobs.Arn, FunctionName: !Ref Web}
"""
APP = """\
import os
import boto3
import requests

table = boto3.resource("dynamodb").Table(os.environ["TABLE"])
requests.get("https://example.org/warm")

def handler(event, context):
    requests.get("https://example.org")
    requests.get("https://example.org", timeout=3)
    requests.get("https://example.org", **event)
    event.get("x")
    get = requests.get if event else print
    get("x").json()
    table.put_item(Item={})
    return requests.get("https://example.org", timeout=1).json()
"""
FILES = {"template.yaml": TEMPLATE, "src/app.py": APP}


def page(check: str, *, code: str = "ORG001", message: str = "") -> str:
    lines = "\n".join(f"  {line}" for line in check.strip().split("\n"))
    said = f"message: '{message}'\n" if message else ""
    front = f"code: {code}\nseverity: warning\nconfidence: high\nsummary: Ours\n{said}check:\n{lines}"
    return f"---\n{front}\n---\n## What it does\n\nIt looks.\n\n## What to do\n\nAsk us.\n"


def judged(
    check: str, files: Mapping[str, str] = FILES, *, message: str = ""
) -> tuple[list[Hit], list[tuple[str, str, str]]]:
    """Hits and what could not be decided."""
    tree = MemoryTree({**files, ".archlint/rules/our-rule.md": page(check, message=message)})
    config = read_config(tree)
    project = read_project(tree, config)
    ((rule, run),) = config.rulebook.checks(["our-rule"])
    hits = list(run(project, rule))
    return hits, sorted((gap.function.partition("#")[2], gap.attribute, gap.reason) for gap in project.not_evaluated)


def said(check: str, files: Mapping[str, str] = FILES, *, message: str = "") -> list[tuple[int, str]]:
    return [(hit.place.line, hit.message) for hit in judged(check, files, message=message)[0]]


def property_(within: str, name: str = "memory_mb", type_: str = FUNCTION, more: str = "") -> str:
    return f"property: {{type: '{type_}', property: {name}, within: {{{within}}}{more}}}"


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (property_("max: 3008"), ["memory_mb of Web is 4096; at most 3008 is allowed"]),
        (property_("max: 4096"), []),
        (
            property_("max: 3008", "MemorySize", "AWS::Serverless::Function"),
            ["memory_mb of Web is 4096; at most 3008 is allowed"],
        ),
        (property_("max: 3008", more=", name: 'B*'"), []),
        (
            property_("min: 10", "timeout_s"),
            ["timeout_s of Web is 3; at least 10 is asked for", "timeout_s of Batch is 3; at least 10 is asked for"],
        ),
        (
            property_("one_of: [python3.13, python3.14]", "runtime"),
            ["runtime of Batch is python3.11; allowed: python3.13, python3.14"],
        ),
        (property_("one_of: [PYTHON3.13, python3.11]", "runtime"), []),
        (property_("not_one_of: python3.11", "runtime"), ["runtime of Batch is python3.11, which is not allowed"]),
        (
            property_("matches: 'team-*'", "name"),
            ["name of Web is Web, which does not match team-*", "name of Batch is Batch, which does not match team-*"],
        ),
        (property_("matches: [W?b, B*]", "name"), []),
        (property_("required: true", "timeout_s", more=", name: Web"), ["timeout_s of Web is not set"]),
        (property_("required: true"), []),
        (property_("required: true", "reserved_concurrency"), ["reserved_concurrency of Web is not set"]),
        (property_("max: 4", "reserved_concurrency"), ["reserved_concurrency of Batch is 5; at most 4 is allowed"]),
        (
            property_("min: 90", "VisibilityTimeout", "AWS::SQS::Queue"),
            [
                "visibility_timeout_s of Jobs is 60; at least 90 is asked for",
                "visibility_timeout_s of Plain is 30; at least 90 is asked for",
            ],
        ),
        (
            property_("required: true", "redrive", "AWS::SQS::Queue"),
            ["redrive of Jobs is not set", "redrive of Plain is not set"],
        ),
        (property_("one_of: [false]", "fifo", "AWS::SQS::Queue"), ["fifo of Jobs is true; allowed: false"]),
        (
            property_("required: true", "batch_size", "AWS::Lambda::EventSourceMapping"),
            ["batch_size of Feed is not set"],
        ),
        (
            property_("one_of: [provisioned]", "billing", "AWS::DynamoDB::Table"),
            ["billing of Orders is PAY_PER_REQUEST; allowed: provisioned"],
        ),
    ],
)
def test_properties(check: str, expected: list[str]) -> None:
    assert [message for _, message in said(check)] == expected


def test_a_property_that_is_set_is_shown_where_it_is_set() -> None:
    (hit,), gaps = judged(property_("max: 3008"))
    assert (hit.place.path, hit.place.line, hit.function) == ("template.yaml", 10, "template.yaml#Web")
    assert gaps == [("Batch", "memory_mb", "parameter Size has no default")]


def test_a_property_that_is_set_to_something_unknown_is_set() -> None:
    assert judged(property_("required: true")) == ([], [])


def test_what_a_macro_may_add_is_not_decided() -> None:
    macro = TEMPLATE.replace("      MemorySize: 4096\n", "      Fn::Transform: {Name: Ours}\n")
    files = {**FILES, "template.yaml": macro}
    hits, gaps = judged(property_("required: true", "reserved_concurrency"), files)
    reason = "the properties are completed by Fn::Transform"
    assert (hits, gaps) == ([], [("Web", "reserved_concurrency", reason)])
    assert ("Web", "memory_mb", reason) in judged(property_("max: 1"), files)[1]


def test_what_a_construct_may_set_is_not_decided() -> None:
    app = """\
from aws_cdk import App, Duration, Stack
from aws_cdk import aws_sqs as sqs

app = App()
stack = Stack(app, "S")
sqs.Queue(stack, "Jobs", visibility_timeout=Duration.seconds(20))
sqs.Queue(stack, "Plain")
app.synth()
"""
    files = {"cdk.json": '{"app": "python3 app.py"}', "app.py": app, "requirements.txt": "aws-cdk-lib\n"}
    hits, gaps = judged(property_("required: true", "visibility_timeout_s", "AWS::SQS::Queue"), files)
    assert (hits, [(name, reason) for name, _, reason in gaps]) == ([], [("S/Plain", "the construct may set it")])
    below = said(property_("min: 25", "visibility_timeout_s", "AWS::SQS::Queue"), files)
    assert below == [(6, "visibility_timeout_s of Jobs is 20; at least 25 is asked for")]


def test_images_have_no_runtime() -> None:
    image = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties:\n      PackageType: Image\n"
    files = {"template.yaml": image + "      Code: {ImageUri: x}\n"}
    assert judged(property_("one_of: [python3.13]", "runtime"), files) == ([], [])


@pytest.mark.parametrize(
    ("check", "lines"),
    [
        ("call: {call: requests.get}", [6, 9, 10, 11, 16]),
        ("call: {call: 'requests.*', phase: init}", [6]),
        ("call: {call: 'requests.*'}", [6, 9, 10, 11, 16]),
        ("call: {call: 'requests.*().*'}", [16]),
        ("call: {call: requests.get, phase: invoke}", [9, 10, 11, 16]),
        ("call: {call: requests.get, phase: once}", []),
        ("call: {call: requests.get, unless: {keyword: timeout}}", [6, 9]),
        ("call: {call: requests.get, name: Nobody}", []),
        ("call: {call: ['*.get', 'builtins.print']}", [6, 9, 10, 11, 16]),
        ("call: {call: 'boto3.resource().Table().put_item'}", [15]),
        ("call: {call: boto3.client}", []),
    ],
)
def test_calls(check: str, lines: list[int]) -> None:
    """Line 12 has a receiver that nobody knows, line 14 calls one of two functions."""
    assert sorted({line for line, _ in said(check)}) == lines


def test_a_call_comes_with_the_way_that_leads_there() -> None:
    files = {
        **FILES,
        "src/app.py": "import pdb\n\ndef inner():\n    pdb.set_trace()\n\ndef handler(e, c):\n    inner()\n",
    }
    hits, gaps = judged("call: {call: 'pdb.*', phase: invoke}", files)
    assert {hit.message for hit in hits} == {"pdb.set_trace is called on every invocation"}
    assert [step.place.line for step in hits[0].trace] == [6, 7]
    assert gaps == []


def test_arguments_passed_on_are_not_decided() -> None:
    _, gaps = judged("call: {call: requests.get, unless: {keyword: [timeout, stream]}}")
    assert gaps == [
        (name, "keyword arguments", "the arguments of requests.get at line 11 are passed on with **")
        for name in ("Batch", "Web")
    ]


@pytest.mark.parametrize(
    ("check", "expected"),
    [
        (
            "edge: {from: {kind: function}, to: {kind: table}, edge: writes, allow: false}",
            ["function Batch writes to table Orders, which is not allowed"],
        ),
        (
            "edge: {from: {name: 'Batch'}, to: {kind: [bucket, table]}}",
            ["function Batch writes to table Orders, which is not allowed"],
        ),
        ("edge: {from: {kind: function}, to: {kind: table}, edge: reads}", []),
        (
            "edge: {from: {kind: queue, name: J*}, to: {kind: function, stack: '*.yaml'}}",
            ["queue Jobs invokes function Web, which is not allowed"],
        ),
        ("edge: {from: {kind: queue}, to: {kind: function, stack: 'other*'}}", []),
        ("edge: {from: {kind: queue}, to: {kind: function}, edge: [sync, reads]}", []),
    ],
)
def test_edges(check: str, expected: list[str]) -> None:
    assert [message for _, message in said(check)] == expected


def test_what_is_only_permitted_is_no_edge() -> None:
    policy = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      Policies: [{DynamoDBCrudPolicy: {TableName: !Ref Orders}}]
  Orders: {Type: 'AWS::DynamoDB::Table'}
"""
    files = {"template.yaml": policy, "src/app.py": "def handler(e, c):\n    return 1\n"}
    assert said("edge: {from: {kind: function}, to: {kind: table}}", files) == []


def test_messages_are_filled_in_once_and_as_text() -> None:
    check = property_("max: 3008")
    assert said(check, message="{name}: {value} MB, not {limit} or less") == [(10, "Web: 4096 MB, not 3008 or less")]
    renamed = {**FILES, "template.yaml": TEMPLATE.replace("python3.11", "'{limit}{0.__class__}'")}
    assert said(property_("not_one_of: ['{limit}{0.__class__}']", "runtime"), renamed, message="{value} ({limit})") == [
        (16, "{limit}{0.__class__} ({limit}{0.__class__})")
    ]
    long = {**FILES, "template.yaml": TEMPLATE.replace("app.handler", f"app.{'h' * 5000}", 1)}
    ((_, message),) = said(property_("matches: '*.handler'", "handler"), long, message="{value}")
    assert len(message) <= 200


def test_no_variable_of_the_environment_can_be_asked_for() -> None:
    for name in ("environment", "Environment.Variables.SECRET", "environment.SECRET"):
        with pytest.raises(ConfigError, match="known are name, package, runtime"):
            judged(property_("required: true", name))


def test_a_page_of_a_rule_says_where_it_comes_from() -> None:
    tree = MemoryTree({".archlint/rules/our-rule.md": page(property_("max: 1"))})
    book = all_rules(tree)
    rule = book.rule("org001")
    assert (rule.name, rule.origin, rule.text[:15]) == ("our-rule", ".archlint/rules/our-rule.md", "## What it does")
    assert book.additions == {"our-rule": rule}
    assert repr(book) == repr(all_rules(tree))
    other = MemoryTree({".archlint/rules/our-rule.md": page(property_("max: 2"))})
    assert repr(book) != repr(all_rules(other))


def test_a_readme_beside_the_pages_is_no_rule() -> None:
    assert all_rules(MemoryTree({".archlint/rules/README.md": "hello", ".archlint/rules/x.txt": ""})).added == ()


BROKEN = page(property_("max: 1"))


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("hello", ":1: it does not begin with front matter"),
        (BROKEN.replace("code: ORG001\n", ""), ":2: `code` is missing"),
        (BROKEN.replace("ORG001", "AL199"), ":2: `code` must be 2 to 10 capital letters"),
        (BROKEN.replace("ORG001", "E3012"), ":2: `code` must be"),
        (BROKEN.replace("ORG001", "17"), ":2: `code` must be a text, not a number; put it in quotes: '17'"),
        (BROKEN.replace("severity: warning", "severity: fatal"), ":3: `severity` must be one of info, warning, error"),
        (BROKEN.replace("summary", "sumary"), "`sumary` is no key (did you mean 'summary'?)"),
        (BROKEN.replace("summary: Ours", "summary: [a]"), ":5: `summary` must be a text, not a list"),
        (BROKEN.replace("summary: Ours", 'summary: "a\\x1b[31m"'), ":5: `summary` holds characters that do not show"),
        (BROKEN.replace("summary: Ours", "summary: Ours\nsummary: Yours"), ":6: `summary` is given twice"),
        (BROKEN.replace("Ask us", "Ask \u202eus"), ":15: it holds characters that do not show"),
        (BROKEN.replace("Ask us", "Ask \x1b[2J us"), ":15: it holds characters"),
        (BROKEN.replace("## What to do", "## What not to do"), ":9: the section `## What to do` is missing"),
        (BROKEN.replace("check:", "check: 3 #"), "front matter cannot be read"),
        (page("property: 3"), ":7: `check.property` must hold keys with values, not a number"),
        (page("other: {}"), "`check.other` is no key; known are property, call, edge"),
        (page(property_("max: 1") + "\ncall: {call: x}"), ":6: `check` must hold one of property, call, edge, not 2"),
        (page(property_("max: 1", type_="AWS::Nope::Nope")), "'AWS::Nope::Nope' is no CloudFormation type"),
        (page(property_("max: 1", "memroy")), "'memroy' of AWS::Lambda::Function is not known; known are name"),
        (page(property_("")), "`check.property.within` says nothing; give at least one of max"),
        (page(property_("max: many")), "`check.property.within.max` must be a number, not a text"),
        (page(property_("max: true")), "must be a number, not true or false"),
        (page(property_("max: .inf")), "must be a number, not a text"),
        (page(property_("min: 5, max: 4")), "is above max: no value from 5 to 4"),
        (page(property_("max: 5", "runtime")), "within.max` compares numbers, and the property is a text"),
        (page(property_("matches: a", "timeout_s")), "compares texts, and the property is a number"),
        (page(property_("one_of: [3.13]", "runtime")), "has '3.13', and the property is a text; put numbers in quotes"),
        (page(property_("one_of: [[a]]", "runtime")), "must hold texts, numbers, true or false, not a list"),
        (page(property_("one_of: []", "runtime")), "must have 1 to 100 entries, not 0"),
        (page(property_("required: false")), "must be true, or left out"),
        (page(property_(f"matches: '{'*' * 11}'", "runtime")), "more than 10 wildcards"),
        (page(property_(f"matches: '{'a' * 501}'", "runtime")), "is longer than 500 characters"),
        (page(property_(f"one_of: [{'a,' * 101}]", "runtime")), "must have 1 to 100 entries, not 101"),
        (page("call: {call: '*'}"), "has the pattern '*', which means every call"),
        (page("call: {call: x, phase: later}"), "`check.call.phase` must be one of any, init, once, invoke"),
        (page("call: {call: x, unless: {guarded: true}}"), "`check.call.unless.guarded` is no key"),
        (page("edge: {from: {}, to: {}}"), "`check.edge.from` and `to` mean everything"),
        (page("edge: {from: {kind: lambda}, to: {}}"), "`check.edge.from.kind` must be among api, queue"),
        (page("edge: {from: {kind: queue}, to: {}, edge: calls}"), "`check.edge.edge` must be among sync, async"),
        (page("edge: {from: {kind: queue}, to: {}, allow: true}"), "`check.edge.allow` must be false"),
        (
            page(property_("max: 1"), message="{name.__class__}"),
            "has the placeholder '{name.__class__}'; known are {name}",
        ),
        (page("property: &a {type: *a}"), "front matter cannot be read: an alias contains itself"),
        (page("property: " + "[" * 400 + "]" * 400), "front matter cannot be read: nested more than 150 levels"),
    ],
)
def test_what_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(CustomRuleError) as caught:
        all_rules(MemoryTree({".archlint/rules/our-rule.md": text}))
    assert str(caught.value).startswith(".archlint/rules/our-rule.md:")
    assert complaint in str(caught.value)


def test_aliases_without_end_are_refused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    with pytest.raises(CustomRuleError, match="1,000,000 nodes"):
        all_rules(MemoryTree({".archlint/rules/bomb.md": "---\n" + "\n".join(rows) + "\n---\n"}))


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ({"Our_Rule.md": BROKEN}, r"Our_Rule\.md:1: a rule's name has small letters"),
        ({"training-on-lambda.md": BROKEN}, "there is a rule training-on-lambda already in archlint itself"),
        ({"cfn-lint.md": BROKEN}, "the name cfn-lint belongs to cfn-lint"),
        ({"e3012.md": BROKEN}, "the name e3012 belongs to cfn-lint"),
        ({"a.md": BROKEN, "b.md": BROKEN}, r"b\.md:1: its code ORG001 is that of a \(\.archlint/rules/a\.md\)"),
        ({"a.md": "---\n" + "x" * 100_001}, "it cannot be read: it has 100,005 bytes"),
        ({"a.md": "\xff"}, "does not begin with front matter"),
        ({f"a{n}.md": "" for n in range(201)}, "it holds 201 pages; archlint reads up to 200"),
    ],
)
def test_folders_that_are_refused(files: dict[str, str], complaint: str) -> None:
    with pytest.raises(CustomRuleError, match=complaint):
        all_rules(MemoryTree({f".archlint/rules/{name}": text for name, text in files.items()}))


def test_bytes_that_are_no_text_are_refused() -> None:
    with pytest.raises(CustomRuleError, match="it is not UTF-8"):
        all_rules(MemoryTree({".archlint/rules/a.md": b"---\n\xff\n---\n"}))


def test_a_page_that_cannot_be_used_is_an_error_of_the_settings() -> None:
    with pytest.raises(ConfigError, match=r"\.archlint/rules/our-rule\.md:1: "):
        read_config(MemoryTree({".archlint/rules/our-rule.md": "x"}))


def test_patterns_take_little_time() -> None:
    name = "a" * 3000 + "b"
    files = {**FILES, "template.yaml": TEMPLATE.replace("app.handler", name)}
    assert len(said(property_("matches: 'a*a*a*a*a*a*a*a*a*c'", "handler"), files)) == 2
