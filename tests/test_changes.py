"""What a branch changes in settings that cost money, and the price before and after."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archlint.changes import changes
from archlint.model.change import Price
from archlint.model.deployed import Deployed
from archlint.model.function import Function, Setting
from archlint.report.changes import change_lines, change_row, heading
from archlint.values import Known, Unknown
from samples import make_deployed, make_function


def deployed(name: str = "One", template: str = "template.yaml", **settings: object) -> Deployed:
    function = replace(make_function(name, template=template), memory_mb=Setting(Known(1024)))
    values = {key: Setting(Known(value)) if key.endswith(("_mb", "_s")) else value for key, value in settings.items()}
    return make_deployed(replace(function, **values))  # the keys are a function's own


def price(before: Function, after: Function) -> tuple[Price | None, Price | None]:
    (change,) = changes([make_deployed(before)], [make_deployed(after)])
    return change.before, change.after


def test_nothing_changes() -> None:
    assert changes([deployed()], [deployed()]) == ()
    assert changes([], []) == ()
    assert changes([deployed()], []) == ()


def test_two_unknown_values_are_no_change() -> None:
    one, two = (replace(make_function(), memory_mb=Setting(Unknown(reason))) for reason in ("a", "b"))
    assert changes([make_deployed(one)], [make_deployed(two)]) == ()


def test_a_moved_template_is_no_new_function() -> None:
    assert changes([deployed()], [deployed(template="infra/template.yaml")]) == ()
    (change,) = changes([deployed()], [deployed(template="infra/template.yaml", memory_mb=2048)])
    assert (change.new, change.function) == (False, "infra/template.yaml#One")


def test_a_name_that_stands_twice_is_not_guessed() -> None:
    before = [deployed(template="a.yaml"), deployed(template="b.yaml")]
    found = changes(before, [deployed(template="c.yaml"), deployed(template="a.yaml")])
    assert found == (), "b.yaml is the only one that it can have been"
    found = changes(before, [deployed(template="c.yaml"), deployed(template="d.yaml")])
    assert [change.new for change in found] == [True, True]


def test_prices_are_those_of_the_table() -> None:
    one = deployed().function
    before, after = price(one, replace(one, memory_mb=Setting(Known(2048)), ephemeral_mb=Setting(Known(1536))))
    assert before is not None
    assert after is not None
    assert (before.requests, before.environment_month) == (0.2, 0)
    assert before.second == pytest.approx(16.6667)
    assert after.second == pytest.approx(2 * 16.6667 + 0.0309)


def test_provisioned_environments_are_paid_while_they_wait() -> None:
    one = deployed().function
    before, after = price(one, replace(one, provisioned_concurrency=True))
    assert before is not None
    assert after is not None
    assert after.environment_month == pytest.approx(0.0000041667 * 730 * 3600)
    assert after.second < before.second


@pytest.mark.parametrize(
    "settings",
    [
        {"memory_mb": Setting(Unknown("a parameter"))},
        {"ephemeral_mb": Setting(Unknown("a parameter"))},
        {"architecture": Setting(Unknown("a parameter"))},
        {"architecture": Setting(Known("riscv"))},
        {"capacity_provider": True},
        {"durable": True},
    ],
)
def test_what_is_not_known_has_no_price(settings: dict[str, object]) -> None:
    one = deployed().function
    after = replace(one, **{"memory_mb": Setting(Known(512)), **settings})
    _, priced = price(one, after)
    assert priced is None


def test_the_words() -> None:
    one = deployed("\x1b[31m##[x]")
    (change,) = changes([], [one])
    lines = list(change_lines(change))
    assert lines == [
        "\\x1b[31m\\x23#[x] (new): memory 1,024 MB, timeout 3 s, architecture x86_64, /tmp 512 MB",
        "$0.20 + $16.67 per second",
    ]
    assert "us-east-1" in heading([change])
    (same,) = changes([deployed()], [deployed(timeout_s=60)])
    assert list(change_lines(same)) == ["One: timeout 3 s -> 60 s", "$0.20 + $16.67 per second, as before"]
    on = deployed(provisioned_concurrency=True)
    (started,) = changes([deployed()], [on])
    first, second = change_lines(started)
    assert first == "One: provisioned concurrency off -> on"
    assert second.endswith(" a month for each provisioned environment")
    row = change_row(started)
    assert row["settings"] == [{"attribute": "provisioned_concurrency", "before": False, "after": True}]
