from __future__ import annotations

import pytest

from archlint.knowledge.facts import UnknownFactError, stated
from archlint.rulebook import registry

NAMED = [(page.name, fact) for page in registry.pages().values() for fact in page.facts]


@pytest.mark.parametrize(("rule", "fact"), NAMED)
def test_what_a_page_rests_on_exists_with_source_and_date(rule: str, fact: str) -> None:
    found = stated(fact)
    assert found.value
    assert found.title
    assert found.as_of >= "2025"


def test_a_row_and_a_table() -> None:
    limit = stated("limits:timeout_max")
    assert (limit.value, limit.url[:8]) == ("timeout max: 900 s", "https://")
    assert stated("runtimes:python3.8").value.startswith("python3.8: deprecated 2024-10-14, block create ")
    assert stated("runtimes").title.startswith("cfn-lint")
    assert stated("slimming").title


@pytest.mark.parametrize("name", ["limits:none", "nothing", "runtimes:python9.9", "../limits", "wheel_sizes:x"])
def test_unknown_facts(name: str) -> None:
    with pytest.raises(UnknownFactError):
        stated(name)
