from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace

import pytest

from archlint.finding import Step
from archlint.model.coverage import Coverage
from archlint.model.place import Place, Problem
from archlint.report.text import render_text
from archlint.rulebook.page import Page
from samples import EMPTY, TRACE, make_deployed, make_finding, make_function, make_result

pytestmark = pytest.mark.usefixtures("catalogue")


def test_one_finding_as_people_see_it() -> None:
    finding = make_finding(trace=TRACE)
    text = render_text(make_result(finding))
    assert text.startswith(f"""\
src/app.py  1 error

error[AL101] model-load-in-handler  src/app.py:5:13
       The model is loaded on every invocation

    3 | def predict(text):
    4 |     # once too often
    5 |     model = torch.load("model.pt")
      |             ^^^^^^^^^^^^^^^^^^^^^
    6 |     return model(text)

  way  handler()  src/app.py:8
       `- calls predict()  src/app.py:9
          `- here  src/app.py:5
  why  Every request pays for it again. That is slow, see the guide.
  do   Do it once at module scope.
  more archlint rule model-load-in-handler, archlint explain {finding.fingerprint[:8]}

function         defined at""")
    assert text.endswith("""\
? memory_mb of CaptionFunction: parameter MemorySize has no default

1 error - 1 function, 3 files read.
Left out: 3 files or folders (built or vendored 2, ignored 1).
Not read: java/cdk.json:2: its app is no Python or TypeScript.
Not decided: 1 check for want of a value (timeout-near-limit); --format json has why.
""")


def test_no_function() -> None:
    text = render_text(EMPTY)
    assert "No Lambda function found" in text
    assert "AWS::Serverless::Function" in text
    assert "No findings - 0 functions, 0 files read." in text


def test_the_table_of_functions() -> None:
    head, row = (line for line in render_text(make_result()).splitlines() if line.startswith(("function", "Caption")))
    assert re.split(" {2,}", head) == [
        *("function", "defined at", "package", "runtime", "memory", "timeout", "triggers", "handler", "size"),
    ]
    assert re.split(" {2,}", row) == [
        *("CaptionFunction", "template.yaml:12", "zip", "python3.12", "?", "3 s", "api, sqs"),
        *("src/app.py:30", "300-340 MB, over"),
    ]


def test_a_narrow_terminal_folds_the_table() -> None:
    lines = [re.sub("\x1b[^m]*m", "", line) for line in render_text(make_result(), width=80, color=True).splitlines()]
    assert max(map(len, lines)) <= 80
    at = next(number for number, line in enumerate(lines) if line.startswith("function"))
    assert [re.split(" {2,}", line.rstrip()) for line in lines[at : at + 4]] == [
        ["function", "package", "memory", "triggers"],
        ["defined at", "runtime", "timeout", "handler", "size"],
        ["CaptionFunction", "zip", "?", "api, sqs", "300-340 MB, over"],
        ["template.yaml:12", "python3.12", "3 s", "src/app.py:30"],
    ]


def test_many_findings_stand_by_file_and_explain_a_rule_once() -> None:
    findings = (
        make_finding(path="a.py", line=1),
        make_finding(path="a.py", line=7),
        make_finding("timeout-near-limit", "AL301", "warning", path="b.yaml", line=2, advice="Lower it."),
    )
    text = render_text(make_result(*findings))
    assert [line for line in text.splitlines() if line.startswith(("a.py", "b.yaml"))] == [
        "a.py  2 errors",
        "b.yaml  1 warning",
    ]
    assert text.count("archlint rule model-load-in-handler") == 1
    assert text.count("  why  ") == 2
    assert "  do   Lower it." in text
    assert "2 errors, 1 warning - 1 function" in text


def test_what_was_not_read_is_said() -> None:
    coverage = Coverage(files_read=9, files_failed=("bad.yaml", "worse.py"))
    text = render_text(replace(make_result(), coverage=coverage, suppressed=4))
    assert "Not readable: 2 files: bad.yaml, worse.py." in text
    assert "Suppressed: 4" in text


@pytest.mark.parametrize("color", [False, True])
def test_text_of_the_repository_cannot_act_on_the_terminal(color: bool) -> None:
    evil = "\x1b[31m[bold]x[/bold]\n\r\x07\u202e\u2028\udc80"
    path = f"{evil}.py"
    finding = make_finding(
        path=path,
        line=1,
        column=1,
        end=None,
        message=evil,
        functions=(evil, f"{evil}2"),
        trace=(Step(Place(path, 3), evil),),
        advice=evil,
    )
    function = make_deployed(make_function(evil, template=path))
    coverage = Coverage(1, (path,), (), (Problem(Place(path), evil),), ((evil, 1),))
    result = replace(
        make_result(finding, functions=(function,)), coverage=coverage, sources={path: f"\x1b[2J{evil}\t\x9b0m"}
    )
    text = render_text(result, color=color)
    bare = text.replace("\x1b[", "", text.count("\x1b["))
    assert "\x1b[31m[bold]" not in text
    assert "\x1b[2J" not in text
    assert not set(bare) & set("\x1b\r\x07\t\x9b\u202e\u2028\udc80")
    assert "[bold]x[/bold]" in text
    assert ("\x1b" in text) is color


@pytest.mark.parametrize("width", [1, 60, 100, 200])
def test_prose_and_frames_keep_to_the_width(width: int) -> None:
    finding = make_finding(message="word " * 80, line=1, column=900, end=(1, 950), advice="x" * 300)
    result = replace(make_result(finding, functions=()), sources={"src/app.py": "y = 1; " * 300})
    longest = max(len(line) for line in render_text(result, width=width).splitlines())
    assert longest <= max(width, 60)


def test_without_colour_it_is_ascii() -> None:
    assert render_text(make_result(make_finding(trace=TRACE))).isascii()


def test_a_rule_without_a_page_and_a_place_without_text(catalogue: Mapping[str, Page]) -> None:
    text = render_text(make_result(make_finding("some-rule", "AL999", path="gone.py", line=77)))
    assert "error[AL999] some-rule  gone.py:77:13" in text
    assert "  why" not in text
