from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pytest

from archlint.rules import registry
from archlint.rules.page import Page
from samples import CATALOGUE, make_page


@pytest.fixture
def catalogue(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, Page]:
    """Five rules in place of those that archlint ships."""
    found = MappingProxyType({row[0]: make_page(*row) for row in CATALOGUE})
    monkeypatch.setattr(registry, "pages", lambda: found)
    return found
