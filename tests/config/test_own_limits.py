from __future__ import annotations

from textwrap import dedent

import pytest

from archlint.config import Config, ConfigError, read_config
from archlint.knowledge.limits import NONE_OWN, Limits, settable
from archlint.rulebook import registry
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

TEMPLATE = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Score:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
      Runtime: python3.13
      Timeout: {timeout}
      Events:
        Api:
          Type: Api
          Properties: {{Path: /, Method: get}}
"""


def own(text: str) -> Config:
    return read_config(MemoryTree({"archlint.toml": dedent(text)}))


def messages(config: Config, rule: str, *, timeout: int = 20, code: str = "def handler(e, c): pass\n") -> list[str]:
    tree = MemoryTree({"template.yaml": TEMPLATE.format(timeout=timeout), "app.py": code})
    return [finding.message for finding in scan_tree(tree, config).findings if finding.rule == rule]


def test_every_row_is_whole() -> None:
    for key, row in settable().items():
        assert row.least <= row.default <= row.most, key
        assert row.kind in ("quota", "threshold")
        assert row.rules, key
        assert set(row.rules) <= set(registry.pages()), key
        assert row.text
        assert row.default_as_of.startswith("20"), key
        if row.unit in ("s", "MB"):
            assert key.endswith(f"_{row.unit.lower()}"), key


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("limits = 3", "archlint.toml:1: limits: must be a table, not an integer"),
        ("[limits]\nconcurency = 3", "archlint.toml:2: limits.concurency: unknown limit (did you mean 'concurrency'?)"),
        ("[limits]\nwaiting-s = 3", "limits.waiting-s: unknown limit (did you mean 'waiting_s'?)"),
        ("[limits]\nimage_max = 3", "limits.image_max: AWS changes this limit for nobody"),
        ("[limits]\ntimeout_max_s = 3", "limits.timeout_max_s: AWS changes this limit for nobody"),
        ("[limits]\nconcurrency = 0", "must be an integer from 1 to 1,000,000 (environments), not 0"),
        ("[limits]\nconcurrency = true", "must be an integer from 1 to 1,000,000 (environments), not a boolean"),
        ("[limits]\nconcurrency = 1.5", "must be an integer from 1 to 1,000,000 (environments), not a number"),
        ("[limits]\nwaiting_s = -1", "must be an integer from 1 to 900 (s), not -1"),
        ("[limits]\npackage_near_share = nan", "must be a number from 0.1 to 1 (of the limit), not nan"),
        ("[limits]\npackage_near_share = inf", "not inf"),
        ("[limits]\npackage_near_share = []", "not a list"),
        ("[limits.concurrency]\na = 1", "not a table"),
    ],
)
def test_what_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        own(text)
    assert complaint in str(caught.value)


def test_they_are_read_and_sorted() -> None:
    config = own("[limits]\nwaiting_s = 9.0\nconcurrency = 5000\n")
    assert config.limits == Limits((("concurrency", 5000), ("waiting_s", 9)))
    assert repr(config.limits) == "Limits(own=(('concurrency', 5000), ('waiting_s', 9)))"
    assert config.limits.get("concurrency").basis == "your limit"
    assert config.limits.get("concurrency").aside == " (your limit: 5,000 environments)"
    usual = config.limits.get("blast_radius")
    assert (usual.value, usual.aside) == (10, "")
    assert usual.basis.startswith("as of 20")
    assert Config().limits is NONE_OWN


def test_an_api_that_waits_longer() -> None:
    rule = "api-sync-timeout-mismatch"
    (message,) = messages(Config(), rule, timeout=60)
    assert "after 29 s" in message
    assert "(limit as of 20" in message
    (message,) = messages(own("[limits]\napi_timeout_s = 40"), rule, timeout=60)
    assert "after 40 s" in message
    assert "(your limit)" in message
    assert messages(own("[limits]\napi_timeout_s = 60"), rule, timeout=60) == []


def test_a_scan_does_not_leak_its_limits_into_the_next() -> None:
    rule, strict = "timeout-near-limit", own("[limits]\ntimeout_near_s = 20")
    (message,) = messages(strict, rule)
    assert message.endswith("(your limit: 20 s)")
    assert messages(Config(), rule) == []
    assert len(messages(strict, rule)) == 1
    assert messages(own("[limits]\ntimeout_near_s = 700"), rule, timeout=650) == []


def test_a_pause_that_is_allowed() -> None:
    code = "import time\n\ndef handler(e, c):\n    time.sleep(8)\n"
    rule = "waiting-in-handler"
    assert len(messages(Config(), rule, code=code)) == 1
    assert messages(own("[limits]\nwaiting_s = 10"), rule, code=code) == []
    (message,) = messages(own("[limits]\nwaiting_s = 8"), rule, code=code)
    assert "(your limit: 8 s)" in message
