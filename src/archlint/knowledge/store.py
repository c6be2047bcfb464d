"""Where the rule pages and data files live, in a checkout and in an installed wheel."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import yaml

PACKAGE = Path(__file__).resolve().parents[1]


@cache
def rules_folder() -> Path:
    """The shipped `rules/` folder: inside the package when installed, at the top of a checkout otherwise."""
    shipped = PACKAGE / "_rules"
    return shipped if shipped.is_dir() else PACKAGE.parents[1] / "rules"


@cache
def read_yaml(name: str) -> Any:
    """A data file of `rules/data`, by file name."""
    with (rules_folder() / "data" / name).open("rb") as file:
        return yaml.load(file, Loader=yaml.CSafeLoader)


@cache
def read_json(name: str) -> Any:
    """A data file of `rules/data`, by file name."""
    return json.loads((rules_folder() / "data" / name).read_bytes())
