from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

import pytest

from archlint.knowledge import prices
from archlint.rulebook import registry
from archlint.rulebook.page import Page
from samples import CATALOGUE, make_page

SHIPPED_PRICES = prices.DATA


def pytest_configure() -> None:
    """The tests reckon with prices of their own, already where a module asks for some while it is collected. What they
    start as another process has the shipped ones."""
    _price_table(str(Path(__file__).with_name("prices.yaml")))


def _price_table(name: str) -> None:
    prices.DATA = name
    for value in vars(prices).values():
        if hasattr(value, "cache_clear"):
            value.cache_clear()


@pytest.fixture
def shipped_prices() -> Iterator[None]:
    """For the tests of rules/data/prices.yaml itself. They expect no figure, so that a refresh breaks none of them."""
    own = prices.DATA
    _price_table(SHIPPED_PRICES)
    yield
    _price_table(own)


@pytest.fixture(autouse=True, scope="session")
def _environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's cache. An error of archlint's own is raised instead of found: where a test
    expects nothing of a rule, the rule did not just fail."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHLINT_DEBUG", "1")
        patch.setenv("ARCHLINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Page]:
    """Five rules in place of those that archlint ships."""
    found = MappingProxyType({row[0]: make_page(*row) for row in CATALOGUE})
    monkeypatch.setattr(registry, "pages", lambda: found)
    return found
