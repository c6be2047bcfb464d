from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pytest

from archlint.rulebook import registry
from archlint.rulebook.page import Page
from samples import CATALOGUE, make_page


@pytest.fixture(autouse=True, scope="session")
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ARCHLINT_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Page]:
    """Five rules in place of those that archlint ships."""
    found = MappingProxyType({row[0]: make_page(*row) for row in CATALOGUE})
    monkeypatch.setattr(registry, "pages", lambda: found)
    return found
