"""What a repository says reaches a terminal, a log and a machine as text and as nothing else; secrets do not."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from hostile_bombs import SOUND
from hostile_commands import invocations, run, write

from archlint.report.visible import masked, visible, without_commands
from expectations import TEMPLATE

INVOCATIONS = invocations()
IDS = [" ".join(invocation) for invocation in INVOCATIONS]

NASTY = (
    "::error::x", "a ::warning::x", "##[error]x", "a##[group]", "###[error]", "##vso[task.complete]", "##teamcity[x]",
    "a\nb", "a\r::error::", "\x1b[31mred", "\x1b]8;;x\x07", "\u202egnp", "\u2028::stop",
    "\udcff", "é" * 60, "  ::debug::",
    "<script>alert(1)</script>", "]]>", "`|*_[x](y)", "%0A::error::", "&amp;\"'", "a" * 99 + "::error::x", "{{x}}",
    "\ufeff::a",
)  # fmt: skip
"""As names of functions and files, in handlers, events and comments."""

SECRET = "hunter2-s3cr3t"


def nasty_template(name: str) -> str:
    quoted = "".join(c if c.isalnum() else f"\\u{ord(c):04x}" for c in name)
    return f"""\
Transform: AWS::Serverless-2016-10-31
Parameters:
  "P{quoted}": {{Type: String}}
Resources:
  "{quoted}":
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: "{quoted}.handler"
      Runtime: "{quoted}"
      MemorySize: !Ref "P{quoted}"
      Timeout: "{quoted}"
      Architectures: ["{quoted}"]
      Layers: ["{quoted}", !Ref "{quoted}L"]
      Events: {{"{quoted}": {{Type: Api, Properties: {{Path: "/{quoted}", Method: get}}}}}}
  Other:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      FunctionName: "{quoted}"
"""


@pytest.mark.parametrize("invocation", INVOCATIONS, ids=IDS)
@pytest.mark.parametrize("name", NASTY, ids=range(len(NASTY)))
def test_names_are_text(tmp_path: Path, invocation: tuple[str, ...], name: str) -> None:
    if "\udcff" not in name:
        write(tmp_path, {"template.yaml": nasty_template(name)})
    write(tmp_path, dict(SOUND))
    write(
        tmp_path,
        {"app.py": f"import joblib\ndef handler(e, c):\n    joblib.load('model.joblib')  # {name!a}\n".encode()},
    )
    folder = os.fsdecode(os.fsencode(name.replace("/", "_"))[:200])
    write(tmp_path, {f"{folder}/template.yaml": TEMPLATE, f"{folder}/app.py": "\ndef handler(e, c):\n    x = = 1\n"})
    write(tmp_path, {f"{folder}/broken.yaml": "Resources: {a: [AWS::\n"})
    run(invocation, tmp_path)


@pytest.mark.parametrize("invocation", INVOCATIONS, ids=IDS)
def test_commands_in_the_source_of_a_finding(tmp_path: Path, invocation: tuple[str, ...]) -> None:
    lines = "\n".join(f"    # {'x' * width}::error::x ##[error] ::stop" for width in (0, 80, 90))
    body = (
        f"import joblib\ndef handler(e, c):\n{lines}\n    joblib.load('##[error]model.joblib')  # ::error::\n{lines}\n"
    )
    write(tmp_path, {"template.yaml": TEMPLATE, "app.py": body})
    run(invocation, tmp_path)


@pytest.mark.parametrize("invocation", INVOCATIONS, ids=IDS)
def test_secrets_are_not_quoted(tmp_path: Path, invocation: tuple[str, ...]) -> None:
    """Values of the environment, defaults of parameters, credentials in addresses, and what stands on the line of a
    syntax error. A frame shows the lines around a finding, so the values lie elsewhere here."""
    template = TEMPLATE + (
        "      Layers: [arn:aws:lambda:eu-west-1:123456789012:layer:x:1]\n" + "      # filler\n" * 5
        + f"      Environment: {{Variables: {{API_KEY: {SECRET}, HANDLER_PATH: /{SECRET}}}}}\n"
        + "# filler\n" * 5
        + f"Parameters:\n  Key: {{Type: String, Default: {SECRET}}}\n"
        + f"  Memory: {{Type: Number, Default: {SECRET}}}\n"
    )  # fmt: skip
    template = template.replace("MemorySize: 2048", "MemorySize: !Ref Memory")
    write(
        tmp_path,
        {
            "template.yaml": template,
            "app.py": "import helper\ndef handler(e, c):\n    helper.f()\n",
            "helper.py": f'password = "{SECRET}" = {SECRET}\n',
            "requirements.txt": f"--extra-index-url https://user:{SECRET}@example.org/simple\n"
            f"a @ https://{SECRET}@example.org/a.whl\nextra-index-url https://u:{SECRET}@example.org\ngit+https://x:{SECRET}@example.org/r.git\n",
            "pyproject.toml": f'[project]\ndependencies = ["{SECRET}\n',
            "poetry.lock": f'key = "{SECRET}\n',
            "other/template.yaml": f"Resources:\n  A: {{Type: AWS::Lambda::Function, x: {SECRET}: {SECRET}\n",
            "third/template.json": f'{{"Resources": {{"A": {{"Type": "AWS::Lambda::Function", "x": {SECRET}',
            "Dockerfile": f"FROM public.ecr.aws/lambda/python:3.12\n{SECRET} x\n",
            "cdk.json": f'{{"app": "{SECRET}',
            **SOUND,
        },
    )
    result = run(invocation, tmp_path)
    assert SECRET not in result.output


@pytest.mark.parametrize("invocation", INVOCATIONS, ids=IDS)
def test_credentials_in_an_address_are_masked_where_source_is_shown(
    tmp_path: Path, invocation: tuple[str, ...]
) -> None:
    source = f"import joblib\ndef handler(e, c):\n    joblib.load('https://user:{SECRET}@example.org/model.joblib')\n"
    write(tmp_path, {"template.yaml": TEMPLATE, "app.py": source})
    assert SECRET not in run(invocation, tmp_path).output


@pytest.mark.parametrize("text", NASTY)
def test_visible(text: str) -> None:
    shown = visible(f" {text} ")
    assert shown == without_commands(shown)
    assert "##[" not in shown
    assert not shown.lstrip().startswith("::")
    assert shown.isprintable()


def test_what_is_harmless_stays() -> None:
    for text in ("AWS::Lambda::Function", "std::string", "a # b ## c", "[x]", "https://example.org/a@b", "a@b.org"):
        assert visible(text) == text
    assert masked("https://u:p@h/ s3://b/k x://a@b") == "https://***@h/ s3://b/k x://*@b"


@pytest.mark.skipif(sys.platform == "win32", reason="names there are text")
def test_the_folder_s_own_name(tmp_path: Path) -> None:
    folder = tmp_path / "a\n::error::x \x1b[31m##[error]"
    write(folder, {"template.yaml": TEMPLATE, **SOUND})
    for invocation in INVOCATIONS:
        run(invocation, folder)
