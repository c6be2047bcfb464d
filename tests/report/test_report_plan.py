from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from archlint.finding import Finding
from archlint.plan.model import Cost, FunctionPlan, Plan, Question, Reason
from archlint.plan.several import insist
from archlint.plan.steps import steps, to_mend
from archlint.plan.waves import Ties, schedule
from archlint.report.plan import json as json_report
from archlint.report.plan import words
from archlint.report.plan.json import render_json
from archlint.report.plan.markdown import MARKER, MAX_CHARACTERS, render_markdown
from archlint.report.plan.text import render_text
from planning import deployed, finding, unit

HOSTILE = "a\x1b[31m|`<b>@x\u202e\ud800"


def plan(units: list[FunctionPlan], *found: Finding, notes: tuple[str, ...] = ()) -> Plan:
    findings = {one.fingerprint: one for one in found}
    order = schedule(units, Ties(), [one.id for one in units if to_mend(one, findings)])
    functions = {one.id: deployed(one.name, "sqs") for one in units}
    made = steps(units, functions, findings, {}, order, Ties())
    return Plan(tuple(units), order.waves, made, prices_as_of="2026-11-21", notes=notes)


def priced(one: FunctionPlan, **dollars: float) -> FunctionPlan:
    costs = {name.replace("_", "-"): Cost(usd * 0.9, usd, usd * 1.1) for name, usd in dollars.items()}
    return replace(one, candidates=tuple(replace(c, cost=costs.get(c.target)) for c in one.candidates))


MIXED = plan(
    [unit("Mover", "lambda-image"), unit("Mended", fixes=("f1",)), unit("Idle"), unit("Calm")],
    finding("f1", functions=("template.yaml#Mended",)),
    notes=("No usage file.",),
)


# --- text ------------------------------------------------------------------------------------------------------------


def test_an_empty_plan() -> None:
    assert render_text(plan([])).splitlines()[-1] == "Plan: nothing to do."


def test_functions_without_a_change_are_one_line() -> None:
    assert "  2 functions stay as they are: Idle, Calm." in render_text(MIXED).splitlines()
    many = plan([unit(f"F{n}") for n in range(300)])
    lines = render_text(many, width=200).splitlines()
    assert len(lines) < 12
    assert any(line.endswith("and 288 more.") for line in lines)


def test_what_moves_comes_first_and_the_last_lines_count() -> None:
    text = render_text(MIXED)
    assert text.index("  Mover  ") < text.index("  Mended  ") < text.index("2 functions stay")
    assert "why   it fits (slow-init src/app.py:4)" in text
    assert "never ecs-gpu: no GPU there (as of 2026-11-01)" in text
    assert "[2] Shift the traffic of Mover" in text
    assert "Mend model-load-in-handler at src/app.py:4  (3 points)" in text
    assert "Plan: 1 to create, 4 to change, 1 to replace, 1 to shift, 1 to remove. Points 14." in text
    assert text.endswith("No usage file.\n")


def test_the_last_lines_fit_a_narrow_terminal() -> None:
    *_, first, second, note = render_text(MIXED, width=60).splitlines()
    assert (first[:5], note) == ("Plan:", "No usage file.")
    assert max(len(first), len(second)) <= 60


def test_waves_have_their_reasons() -> None:
    assert "  0  Prepare what the moves share" in render_text(MIXED)
    assert "Waves" not in render_text(plan([unit("A", fixes=("f1",))], finding("f1")))


def test_colour_only_on_request() -> None:
    assert "\x1b" not in render_text(MIXED)
    assert "\x1b[" in render_text(MIXED, color=True)


def test_steps_show_commands_and_the_way_back() -> None:
    text = render_text(MIXED, steps=True, width=200)
    assert "            $ sam build -t template.yaml" in text
    assert "back    Turn its triggers on again." in text
    assert "point of no return" in text
    assert "$ sam build" not in render_text(MIXED)


def test_the_bill_compares_today_with_the_choice() -> None:
    moved = priced(unit("A", "lambda-image"), lambda_stay=100, lambda_image=40)
    text = render_text(plan([moved]))
    assert "cost  today $90 to $110 (about $100) -> $36 to $44 (about $40) a month" in text
    assert "Bill: -$66 to -$54 a month." in text


def test_what_people_insist_on_is_blocked_loudly() -> None:
    text = render_text(plan([insist(unit("A"), "ecs-gpu")]))
    assert "      !     no GPU there (as of 2026-11-01)" in text
    assert "2 blocked" in text


def test_a_question_stands_once() -> None:
    asked = Question("does anybody wait?", "ask", "it matters", "latency")
    units = [replace(unit(name), questions=(asked,)) for name in ("A", "B")]
    text = render_text(plan(units), width=200)
    assert "  ? all functions: does anybody wait? Ask. It matters. Answer with latency." in text
    assert "1 decision" in text


# --- every format ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("render", [render_text, render_json, render_markdown])
def test_hostile_text_is_harmless(render: object) -> None:
    hostile = replace(unit("A", "lambda-image", fixes=("f1",)), name=HOSTILE, today=HOSTILE)
    hostile = replace(hostile, candidates=(replace(hostile.candidates[0], reasons=(Reason("soft", HOSTILE),)),))
    assert callable(render)
    found = finding("f1", path=HOSTILE, advice=HOSTILE)
    text = render(replace(plan([hostile], found), notes=(HOSTILE,)))
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e\ud800-\udfff]", text)
    text.encode("utf-8")


@pytest.mark.parametrize("render", [render_text, render_json, render_markdown])
def test_the_same_plan_gives_the_same_bytes(render: object) -> None:
    assert callable(render)
    assert render(MIXED) == render(MIXED)


# --- JSON ------------------------------------------------------------------------------------------------------------


def test_json_has_the_keys_of_the_contract() -> None:
    document = json.loads(render_json(MIXED))
    assert document["schema"] == "archlint/plan/v1"
    assert document["artifacts"] == []
    mover = document["units"][0]
    assert {"id", "name", "target", "candidates", "flips", "steps"} <= mover.keys()
    candidate = mover["candidates"][0]
    assert {"target", "verdict", "reasons", "monthly_cost_usd", "break_even"} <= candidate.keys()
    assert {"kind", "text", "rule", "path", "line", "source"} <= candidate["reasons"][0].keys()
    keys = {"id", "wave", "title", "depends_on", "verify", "rollback", "reversible", "points"}
    assert all(keys <= step.keys() for one in document["units"] for step in one["steps"])
    assert [wave["n"] for wave in document["waves"]] == [0, 1, 2, 3]
    assert document["summary"]["points"] == 14


@pytest.mark.parametrize("made", [plan([]), MIXED, plan([insist(unit("A"), "ecs-gpu")])])
def test_json_is_as_its_schema_says(made: Plan) -> None:
    schema = json.loads((Path(json_report.__file__).parent / "plan.v1.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(json.loads(render_json(made)))


def test_a_cost_that_is_no_number_becomes_null() -> None:
    broken = priced(unit("A"), lambda_stay=float("inf"))
    document = json.loads(render_json(plan([broken])))
    assert document["units"][0]["candidates"][0]["monthly_cost_usd"]["estimate"] is None


# --- Markdown --------------------------------------------------------------------------------------------------------


def test_markdown_has_headline_table_and_folds() -> None:
    text = render_markdown(MIXED)
    assert text.startswith(MARKER)
    assert "1 function to move \\(Mover to lambda-image\\); 1 function to mend in place; 2 stay as they are" in text
    assert "| Mover | zip, 512 MB, 30 s, s3 | lambda-image |" in text
    assert "- [ ] Mover: accept lambda-image" in text
    assert text.count("<details>") == text.count("</details>") == 6


def test_markdown_fits_into_a_comment() -> None:
    units = [unit(f"F{n}", "lambda-image") for n in range(200)]
    text = render_markdown(plan(units))
    assert len(text) <= MAX_CHARACTERS
    assert text.count("<details>") == text.count("</details>")
    assert "Cut here" in text


def test_a_table_cell_cannot_be_broken() -> None:
    hostile = replace(unit("A", "lambda-image"), name="a|b`c<script>@all\n# x")
    (row,) = [line for line in render_markdown(plan([hostile])).splitlines() if line.startswith("| a")]
    assert len(re.findall(r"(?<!\\)\|", row)) == 8
    assert "<script" not in row.replace("\\<", "")


def test_money_has_no_cents_above_ten_dollars() -> None:
    assert [words.money(usd) for usd in (0, 0.126, 9.99, 10.4, 1234.5, -3, -0.001)] == [
        "$0.00", "$0.13", "$9.99", "$10", "$1,234", "-$3.00", "$0.00",
    ]  # fmt: skip
