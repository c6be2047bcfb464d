from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click import UsageError
from click.testing import CliRunner, Result

from archlint.cli.main import main
from archlint.cli.plan import of_accepted
from archlint.plan.usage.file import Usage

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Search:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: search
      MemorySize: 3008
      Timeout: 20
      Events:
        Jobs: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}
  Tiny:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: python3.12
      Handler: app.handler
      CodeUri: tiny
      Timeout: 10
  Queue: {Type: AWS::SQS::Queue}
"""
SEARCH = """\
import joblib

def handler(event, context):
    model = joblib.load("model.joblib")
    return model.predict([[1]]).tolist()
"""
HOISTED = """\
import joblib

model = joblib.load("model.joblib")

def handler(event, context):
    return model.predict([[1]]).tolist()
"""
FIX = "Mend model-load-in-handler at search/app.py:4"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    return written(tmp_path / "repository")


def written(folder: Path) -> Path:
    for name, text in {"search": SEARCH, "tiny": "def handler(event, context):\n    return 1\n"}.items():
        (folder / name).mkdir(parents=True)
        (folder / name / "app.py").write_text(text)
    (folder / "template.yaml").write_text(TEMPLATE)
    return folder


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["plan", *map(str, arguments)])


def document(*arguments: str | Path) -> dict[str, Any]:
    result = run(*arguments, "--format", "json")
    assert result.exit_code == 0, result.stderr
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def refused(*arguments: str | Path) -> str:
    result = run(*arguments)
    assert result.exit_code == 2, result.stdout
    assert result.stdout == ""
    return result.stderr


def file(folder: Path, name: str, text: str) -> Path:
    (folder / name).write_text(text)
    return folder / name


def test_a_plan_needs_no_usage(repository: Path) -> None:
    result = run(repository)
    assert result.exit_code == 0
    assert FIX in result.stdout
    assert "  1 function stays as it is: Tiny." in result.stdout
    assert "No usage file" in result.stdout


def test_usage_gives_costs(repository: Path, tmp_path: Path) -> None:
    usage = file(tmp_path, "usage.yml", "functions: {Search: {monthly_requests: 1000000, request_duration_ms: 1000}}\n")
    found = document(repository, "--usage", usage)
    search = next(unit for unit in found["units"] if unit["name"] == "Search")
    stay = next(c for c in search["candidates"] if c["target"] == "lambda-stay")
    assert stay["monthly_cost_usd"]["estimate"] == pytest.approx(49.17, abs=5)
    assert "says no requests or durations of 1 of 2 functions: Tiny" in str(found["notes"])


def test_one_function(repository: Path) -> None:
    assert [unit["name"] for unit in document(repository, "--function", "Search")["units"]] == ["Search"]
    assert "there is no function 'Serch'; did you mean 'Search'?" in refused(repository, "--function", "Serch")


def test_a_target_can_be_forced(repository: Path) -> None:
    found = document(repository, "--function", "Search", "--target", "lambda-image")
    assert found["units"][0]["target"] == "lambda-image"
    keys = [step["key"] for step in found["units"][0]["steps"]]
    moves = [key for key in keys if key != "fix"]
    assert moves == ["events", "build", "beside", "replay", "shift", "park", "remove"]


def test_a_target_that_cannot_work_is_planned_loudly(repository: Path) -> None:
    result = run(repository, "--function", "Tiny", "--target", "lambda-durable")
    assert result.exit_code == 0
    assert "target  lambda-durable" in result.stdout


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--target", "lambda-imag"), "there is no target 'lambda-imag'; did you mean 'lambda-image'?"),
        (("--avoid", "ec2"), "there is no target 'ec2'"),
        (("--avoid", "lambda-stay"), "lambda-stay is what is left"),
        (("--avoid", "modal", "--target", "modal"), "both name modal"),
        (("--region", "mars-north-1"), "there are no prices for 'mars-north-1'; there are for: "),
        (("--usage", "none.yml"), "none.yml:1: cannot be read"),
        (("--answers", "none.yml"), "none.yml:1: cannot be read"),
        (("--check", "none.json"), "cannot be read"),
        (("--check", "x.json", "--target", "modal"), "leave them out"),
        (("--output", "no/such/folder/plan.json"), "there is no folder"),
    ],
)
def test_wrong_usage(repository: Path, arguments: tuple[str, ...], message: str) -> None:
    assert message in refused(repository, *arguments)


def test_all_problems_of_a_usage_file_are_said(repository: Path, tmp_path: Path) -> None:
    usage = file(tmp_path, "usage.yml", "functions:\n  Serch: {}\n  Tiny: {monthly_requests: -1}\n")
    stderr = refused(repository, "--usage", usage)
    assert "usage.yml:2: there is no function 'Serch'" in stderr
    assert "usage.yml:3: monthly_requests must lie between" in stderr


def test_nothing_to_scan(tmp_path: Path) -> None:
    result = run(tmp_path)
    assert result.exit_code == 3
    assert "nothing to scan" in result.stderr
    assert "no folder" in refused(tmp_path / "none") or "does not exist" in refused(tmp_path / "none")


def test_several_folders(tmp_path: Path) -> None:
    first, second = written(tmp_path / "a"), written(tmp_path / "b")
    found = document(first, second)
    assert len(found["units"]) == 4
    assert len({str(unit["id"]) for unit in found["units"]}) == 4
    steps = [step for unit in found["units"] for step in unit["steps"]]
    fixes = [step for step in steps if step["title"].endswith("search/app.py:4")]
    assert len({step["id"] for step in fixes}) == 2
    assert all(str(tmp_path) in step["files"][0] for step in fixes)


def test_output_and_formats(repository: Path, tmp_path: Path) -> None:
    target = tmp_path / "plan.md"
    result = run(repository, "--format", "markdown", "--output", target)
    assert (result.exit_code, result.stdout) == (0, "")
    assert target.read_text().startswith("<!-- archlint:plan -->")


# --- check -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def accepted(repository: Path, tmp_path: Path) -> Path:
    assert run(repository, "--format", "json", "--output", tmp_path / "plan.json").exit_code == 0
    return tmp_path / "plan.json"


def test_a_plan_matches_its_repository(repository: Path, accepted: Path) -> None:
    result = run(repository, "--check", accepted)
    assert result.exit_code == 0, result.stdout
    assert f"open  [1] {FIX}" in result.stdout
    assert "The repository matches the plan: 0 of " in result.stdout


def test_work_that_is_done_still_matches(repository: Path, accepted: Path) -> None:
    (repository / "search" / "app.py").write_text(HOISTED)
    result = run(repository, "--check", accepted)
    assert result.exit_code == 0, result.stdout
    assert f"done  [1] {FIX}" in result.stdout


def test_a_function_that_goes_or_comes_fails(repository: Path, accepted: Path) -> None:
    (repository / "template.yaml").write_text(TEMPLATE.replace("  Tiny:\n", "  Other:\n"))
    result = run(repository, "--check", accepted, "--format", "json")
    assert result.exit_code == 1
    found = json.loads(result.stdout)
    assert [(one["kind"], one["unit"]) for one in found["differences"]] == [
        ("vanished", "template.yaml#Tiny"),
        ("new", "template.yaml#Other"),
    ]


def test_the_wishes_of_an_accepted_plan_hold(repository: Path, tmp_path: Path) -> None:
    plan = tmp_path / "plan.json"
    arguments = ("--function", "Search", "--target", "lambda-image", "--format", "json", "--output", plan)
    assert run(repository, *arguments).exit_code == 0
    assert run(repository, "--check", plan).exit_code == 0


def test_a_plan_with_usage_is_checked_with_usage(repository: Path, tmp_path: Path) -> None:
    usage = file(tmp_path, "usage.yml", "functions: {Search: {monthly_requests: 10}}\n")
    plan = tmp_path / "plan.json"
    assert run(repository, "--usage", usage, "--format", "json", "--output", plan).exit_code == 0
    assert "was made with --usage: give it again" in refused(repository, "--check", plan)
    assert run(repository, "--usage", usage, "--check", plan, "--format", "markdown").exit_code == 0


def test_an_accepted_plan_cannot_wish_for_nonsense(repository: Path, accepted: Path) -> None:
    document = json.loads(accepted.read_text())
    document["inputs"]["target"] = "the moon"
    accepted.write_text(json.dumps(document))
    assert "there is no target 'the moon'" in refused(repository, "--check", accepted)


def test_an_accepted_plan_is_checked_with_its_own_prices(repository: Path, tmp_path: Path) -> None:
    usage = file(tmp_path, "usage.yml", "region: us-east-1\nfunctions: {Tiny: {monthly_requests: 10}}\n")
    accepted = tmp_path / "plan.json"
    assert run(repository, "--usage", usage, "--format", "json", "--output", str(accepted)).exit_code == 0
    document = json.loads(accepted.read_text(encoding="utf-8"))
    accepted.write_text(json.dumps({**document, "region": "eu-west-9"}), encoding="utf-8")
    assert "no prices for 'eu-west-9'" in refused(repository, "--usage", usage, "--check", str(accepted))
    with pytest.raises(UsageError, match="the accepted plan has the prices of 'us-east-1'"):
        of_accepted(Usage("eu-west-1"), "us-east-1", stated=True)
    assert of_accepted(Usage("eu-west-1"), "us-east-1", stated=False).region == "us-east-1"


def test_nothing_to_scan_is_said_and_no_plan_printed(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["plan", str(tmp_path)])
    assert result.exit_code == 3
    assert result.stdout == ""
    assert "nothing to scan" in result.stderr


def test_a_function_in_another_language_is_named(tmp_path: Path) -> None:
    (tmp_path / "template.yaml").write_text(
        "Transform: AWS::Serverless-2016-10-31\nResources:\n  Resize:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: ., Handler: index.handler, Runtime: nodejs22.x}\n"
    )
    result = CliRunner().invoke(main, ["plan", str(tmp_path)])
    assert "Not Python, so only their configuration was judged: Resize." in result.stdout
