"""The published schema against the reader: what one takes, the other takes."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import archlint.config
from archlint.config import ConfigError, read_config
from archlint.config.reader import KEYS
from archlint.config.schema import FILE, rendered, schema
from archlint.knowledge.limits import settable
from archlint.tree import MemoryTree

FOLDER = Path(archlint.config.__file__).parent

GOOD = """
select = ["AL1", "timeout-near-limit", "ALL"]
ignore = ["AL104"]
exclude = ["legacy/", "*.gen.yaml"]
fail-on = "warning"
persona = "pedantic"
baseline = "ci/known.json"
[severity]
model-load-in-handler = "info"
AL1 = "warning"
[per-file-ignores]
"tests/**" = ["AL1"]
[limits]
concurrency = 3000
package_near_share = 0.9
"""

VALUES = ("3", "-1", "1.5", "true", "''", "'x'", "'error'", "'AL1'", "[]", "['']", "['AL1']", "[1]", "[['AL1']]", "{}")
VALUES += ("{ AL1 = 'info' }", "{ AL1 = 3 }", "{ '*.py' = ['AL1'] }", "{ '*.py' = 'AL1' }", "{ concurrency = 1 }")
VALUES += ("{ concurrency = 0 }", "{ nope = 1 }", "1979-05-27", "{ concurrency = 2.5 }", "{ '' = 'info' }")


def takes(document: dict[str, Any]) -> bool:
    return bool(jsonschema.Draft7Validator(schema()).is_valid(document))


def reads(text: str) -> bool:
    try:
        read_config(MemoryTree({"archlint.toml": text}))
    except ConfigError:
        return False
    return True


def test_the_file_is_what_the_reader_takes() -> None:
    """To write it anew: python -m archlint.config.schema > src/archlint/config/archlint.v1.schema.json"""
    assert (FOLDER / FILE).read_text(encoding="utf-8") == rendered()
    jsonschema.Draft7Validator.check_schema(schema())


def test_both_know_the_same_keys() -> None:
    properties = schema()["properties"]
    assert list(properties) == list(KEYS)
    assert set(properties["limits"]["properties"]) == set(settable())
    for key, value in properties.items():
        assert value["description"], key
        assert "default" in value or key in ("select", "baseline"), key


def test_a_full_file() -> None:
    assert reads(GOOD)
    assert takes(tomllib.loads(GOOD))


@pytest.mark.parametrize("key", [*KEYS, "nope", "fail_on"])
@pytest.mark.parametrize("value", VALUES)
def test_both_say_the_same(key: str, value: str) -> None:
    """Names of rules are the reader's alone."""
    text = f"{key} = {value}"
    document: dict[str, Any] = json.loads(json.dumps(tomllib.loads(text), default=lambda _: None))
    if key in ("select", "ignore") and value == "['x']":
        return
    assert reads(text) is takes(document), text


def test_the_schema_of_shown_settings_is_one() -> None:
    document = json.loads((FOLDER / "settings.v1.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(document)
