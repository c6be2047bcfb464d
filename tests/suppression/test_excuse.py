from __future__ import annotations

import ast
from textwrap import dedent

import pytest

from archlint.config import Config, read_config
from archlint.edits.overlay import OverlayTree
from archlint.fix.add_ignores import IgnoresOutcome, excuse
from archlint.scanner.pipeline import scan_tree
from archlint.suppression.comments import reason_problem
from archlint.suppression.same_meaning import same_meaning
from archlint.tree import MemoryTree

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Score:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      MemorySize: 3008
      Timeout: 60
"""

CODE = """\
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    return s3.list_buckets()
"""

COMMENT = "# archlint: ignore[client-created-in-handler] once a day"
PEDANTIC = Config(persona="pedantic")


def files(code: str | bytes, **more: str) -> dict[str, str | bytes]:
    return {"template.yaml": TEMPLATE, "src/app.py": dedent(code) if isinstance(code, str) else code, **more}


def added(
    given: dict[str, str | bytes], wanted: frozenset[str] | None = frozenset({"client-created-in-handler"})
) -> IgnoresOutcome:
    """With the proof that a second run changes nothing."""
    tree = MemoryTree(given)
    outcome = excuse(tree, PEDANTIC, wanted, "once a day")
    after = OverlayTree(tree, {path: new for path, (_, new) in outcome.changed.items()})
    again = excuse(after, PEDANTIC, wanted, "once a day")
    assert not again.changed
    assert not again.excused
    left = scan_tree(after, PEDANTIC).findings
    assert len([f for f in left if wanted is None or f.rule in wanted]) == len(outcome.refused)
    assert not [f for f in left if f.rule == "unused-suppression"]
    return outcome


def code_after(code: str | bytes, **more: str) -> str:
    outcome = added(files(code, **more))
    assert not outcome.refused
    return outcome.changed["src/app.py"][1].decode()


def test_a_comment_above() -> None:
    assert code_after(CODE) == CODE.replace("    s3 = boto3", f"    {COMMENT}\n    s3 = boto3")


def test_no_findings() -> None:
    outcome = added(files("def handler(event, context): pass\n"))
    assert (outcome.changed, outcome.excused, outcome.refused) == ({}, (), ())


@pytest.mark.parametrize(
    ("newline", "encoding"), [("\n", "latin-1"), ("\r\n", "latin-1"), ("\r\n", "utf-8"), ("\r", "utf-8")]
)
def test_line_ends_bom_and_encoding_stay(newline: str, encoding: str) -> None:
    declared = "# coding: latin-1\n" if encoding != "utf-8" else ""
    code = f"{declared}NAME = 'é'\n{CODE}".replace("\n", newline).encode(encoding)
    outcome = added(files(code))
    expected = code.replace(b"    s3 = boto3", f"    {COMMENT}{newline}    s3 = boto3".encode())
    assert outcome.changed["src/app.py"] == (code, expected)
    marked = b"\xef\xbb\xbf" + CODE.encode()
    assert added(files(marked)).changed["src/app.py"][1].startswith(b"\xef\xbb\xbfimport boto3\n")


def test_a_file_without_an_end_of_line() -> None:
    code = 'import boto3\n\ndef handler(event, context): return boto3.client("s3")'
    after = code_after(code)
    assert after == code.replace("def handler", f"{COMMENT}\ndef handler")


def test_one_comment_for_all_rules_of_a_line() -> None:
    code = """\
    import boto3

    def handler(event, context):
        return boto3.client("s3").get_waiter("bucket_exists").wait(Bucket="b")
    """
    outcome = added(files(code), None)
    text = outcome.changed["src/app.py"][1].decode()
    assert text.count("archlint: ignore[") == 1
    assert len({finding.rule for finding in outcome.excused if finding.place.path == "src/app.py"}) > 1
    assert "    # archlint: ignore[client-created-in-handler, waiting-in-handler] once a day\n" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            "    # archlint: ignore[tmp-reliance] small\n    s3 = boto3.client('s3')\n",
            "    # archlint: ignore[tmp-reliance, client-created-in-handler] small; once a day\n    s3 =",
        ),
        (
            "    s3 = boto3.client('s3')  # archlint: ignore[AL1001] once a day # noqa\n",
            "    s3 = boto3.client('s3')  # archlint: ignore[AL1001, client-created-in-handler] once a day # noqa\n",
        ),
        (
            "    # archlint: ignore[tmp-reliance]\n    s3 = boto3.client('s3')\n",
            f"    # archlint: ignore[tmp-reliance]\n    {COMMENT}\n    s3 =",
        ),
    ],
)
def test_a_suppression_that_is_there_is_extended(line: str, expected: str) -> None:
    code = CODE.replace('    s3 = boto3.client("s3")\n', line)
    outcome = excuse(MemoryTree(files(code)), PEDANTIC, frozenset({"client-created-in-handler"}), "once a day")
    assert expected in outcome.changed["src/app.py"][1].decode()
    assert len(outcome.excused) == 1


def test_after_a_backslash_it_stands_behind() -> None:
    code = CODE.replace('s3 = boto3.client("s3")', 's3 = \\\n        boto3.client("s3")')
    assert f'        boto3.client("s3")  {COMMENT}\n' in code_after(code)


def test_between_brackets() -> None:
    code = CODE.replace('s3 = boto3.client("s3")', 's3 = (\n        boto3.client("s3")\n    )')
    assert f'(\n        {COMMENT}\n        boto3.client("s3")\n    )' in code_after(code)


def test_below_a_decorator() -> None:
    code = """\
    import functools
    import boto3

    def twice(f):
        return f

    @twice
    def handler(event, context): return boto3.client("s3").list_buckets()
    """
    text = code_after(code)
    assert f"@twice\n{COMMENT}\ndef handler" in text
    ast.parse(text)


def test_in_a_string_there_is_no_place() -> None:
    code = CODE.replace('boto3.client("s3")', 'f"""\n{boto3.client("s3")}\n"""')
    outcome = added(files(code))
    assert not outcome.changed
    assert "would change the program" in outcome.refused[0].reason


def test_code_in_a_template() -> None:
    template = """\
    Resources:
      Score:
        Type: AWS::Lambda::Function
        Properties:
          Runtime: python3.13
          Handler: index.handler
          Role: arn:aws:iam::123456789012:role/x
          Code:
            ZipFile: {style}
              import boto3

              def handler(event, context):
                  return boto3.client("s3").list_buckets()
    """
    outcome = added({"template.yaml": dedent(template).format(style="|")})
    text = outcome.changed["template.yaml"][1].decode()
    assert f"              {COMMENT}\n              return boto3" in text
    assert not outcome.refused


def test_json_is_refused_with_a_way_out() -> None:
    template = """\
    {"Resources": {"Score": {"Type": "AWS::Lambda::Function", "Properties": {
      "Runtime": "python3.13", "Handler": "app.handler", "Timeout": 890, "Code": "src"}}}}
    """
    outcome = added({"t.json": dedent(template), "src/app.py": "def handler(e, c): pass\n"}, None)
    assert not outcome.changed
    assert {one.reason for one in outcome.refused} == {
        "its file has no comments; `archlint explain` shows the Metadata or the settings that silence it"
    }


def test_a_dockerfile_and_its_requirements() -> None:
    template = """\
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Score:
        Type: AWS::Serverless::Function
        Properties: {PackageType: Image, MemorySize: 3008, Timeout: 60}
        Metadata: {Dockerfile: Dockerfile, DockerContext: src}
    """
    dockerfile = """\
    # syntax=docker/dockerfile:1
    FROM public.ecr.aws/lambda/python:latest
    RUN pip install \\
        torch \\
        requests
    COPY app.py ./
    CMD ["app.handler"]
    """
    given: dict[str, str | bytes] = {
        "template.yaml": dedent(template),
        "src/Dockerfile": dedent(dockerfile),
        "src/app.py": "import torch\n\ndef handler(event, context):\n    return torch.ones(3)\n",
    }
    outcome = added(given, None)
    assert not outcome.refused
    text = outcome.changed["src/Dockerfile"][1].decode()
    assert text.startswith("# syntax=docker/dockerfile:1\n# archlint: ignore[")
    assert [line for line in text.splitlines() if "archlint" not in line] == dedent(dockerfile).splitlines()


def test_a_cdk_app_in_typescript() -> None:
    stack = """\
    import * as cdk from 'aws-cdk-lib';
    import * as lambda from 'aws-cdk-lib/aws-lambda';
    const app = new cdk.App();
    const stack = new cdk.Stack(app, 'S');
    new lambda.Function(stack, 'Score', {
      runtime: lambda.Runtime.PYTHON_3_13,
      handler: 'app.handler',
      code: lambda.Code.fromAsset('src'),
      timeout: cdk.Duration.seconds(890),
    });
    """
    given: dict[str, str | bytes] = {
        "cdk.json": '{"app": "npx ts-node bin/app.ts"}',
        "bin/app.ts": dedent(stack),
        "src/app.py": "def handler(e, c): pass\n",
    }
    outcome = added(given, frozenset({"timeout-near-limit"}))
    text = outcome.changed["bin/app.ts"][1].decode()
    assert "\n// archlint: ignore[timeout-near-limit] once a day\nnew lambda.Function(" in text


def test_what_is_not_excused() -> None:
    code = CODE + "\n# archlint: ignore[tmp-reliance] old\nx = 1\n"
    tree = MemoryTree(files(code, **{"broken.yaml": "Resources: {A: {Type: AWS::Lambda::Function, "}))
    outcome = excuse(tree, PEDANTIC, None, "once a day")
    reasons = {one.finding.rule: one.reason for one in outcome.refused}
    assert reasons["unused-suppression"].startswith("a suppression that does nothing is removed")
    assert len(outcome.excused) == 1


def test_generated_code_and_links_are_left_alone() -> None:
    outcome = added(files("# This file is auto-generated, do not edit.\n" + CODE))
    assert [one.reason for one in outcome.refused] == ["a tool generated it"]
    assert not outcome.changed


def test_a_reason_that_the_encoding_lacks() -> None:
    code = f"# coding: latin-1\n{CODE}".encode("latin-1")
    outcome = excuse(MemoryTree(files(code)), PEDANTIC, None, "einmal täglich → genügt")
    assert [one.reason for one in outcome.refused if one.finding.place.path == "src/app.py"] == [
        "the encoding of its file lacks a character of the reason"
    ]


def test_only_what_the_config_selects_and_shows() -> None:
    config = read_config(MemoryTree({"archlint.toml": "ignore = ['client-created-in-handler']"}))
    outcome = excuse(MemoryTree(files(CODE)), config, None, "why not")
    assert not outcome.changed
    assert [finding.rule for finding in outcome.result.findings] == []


@pytest.mark.parametrize("reason", ["", "---", "# x", "a\nb", "a\x1b[2J", "x" * 201, "coding: latin-1", "\u202e"])
def test_reasons_that_are_none(reason: str) -> None:
    assert reason_problem(reason) is not None


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", "x = 1\n", "x = 1  # c\n"),
        ("a.py", "x = (\n1)\n", "x = (\n# c\n1)\n"),
        ("a.yaml", "a: 1\nb: {c: !Sub x}\n", "# c\na: 1\nb: {c: !Sub x} # d\n"),
        ("a.ts", "f(`x`)\n", "// c\nf(`x`)\n"),
        ("a.toml", "a = 1\n", "# c\na = 1\n"),
        ("r.txt", "a==1\n", "a==1  # c\n"),
        ("Dockerfile", "FROM a\nRUN b \\\n c\n", "FROM a\nRUN b \\\n# d\n c\n"),
    ],
)
def test_comments_that_change_nothing(path: str, before: str, after: str) -> None:
    assert same_meaning(path, before, after)


@pytest.mark.parametrize(
    ("path", "before", "after"),
    [
        ("a.py", "x = '''\n'''\n", "x = '''\n# c\n'''\n"),
        ("a.py", "x = 1 + \\\n 2\n", "x = 1 + \\\n# c\n 2\n"),
        ("a.py", "x = (\n", "x = ( # c\n"),
        ("a.yaml", "a: >\n  b\n  c\n", "a: >\n  b\n  # c\n  c\n"),
        ("a.yaml", "a: |\n  not python!\n  c\n", "a: |\n  # c\n  not python!\n  c\n"),
        ("a.yaml", "a: 'b\n  c'\n", "a: 'b\n  # c\n  c'\n"),
        ("a.yaml", "a: [", "# c\na: ["),
        ("a.ts", "f(`\n`)\n", "f(`\n// c\n`)\n"),
        ("a.tsx", "const a = <p>\nx</p>\n", "const a = <p>\n// c\nx</p>\n"),
        ("a.toml", "a = '''\n'''\n", "a = '''\n# c\n'''\n"),
        ("r.txt", "a \\\n  --hash=b\n", "a \\\n# c\n  --hash=b\n"),
        ("Dockerfile", "FROM a\nCOPY b c\n", "FROM a\nCOPY b c  # d\n"),
        ("Dockerfile", "FROM a\nRUN <<E\nx\nE\n", "FROM a\nRUN <<E\n# c\nx\nE\n"),
        ("a.sh", "x\n", "# c\nx\n"),
        ("uv.lock", "a = 1\n", "# c\na = 1\n"),
    ],
)
def test_comments_that_change_something(path: str, before: str, after: str) -> None:
    assert not same_meaning(path, before, after)
