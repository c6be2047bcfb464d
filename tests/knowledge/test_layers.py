from __future__ import annotations

import re

import pytest

from archlint.knowledge.base_images import public_layer
from archlint.knowledge.store import read_yaml


@pytest.mark.parametrize(
    ("arn", "low", "high"),
    [
        ("arn:aws:lambda:eu-west-1:336392948345:layer:AWSSDKPandas-Python312:13", 100_000_000, 220_000_000),
        ("arn:${AWS::Partition}:lambda:${AWS::Region}:336392948345:layer:AWSSDKPandas-Python313-Arm64:1", 1, 10**9),
        ("arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-x86_64:18", 1, 60_000_000),
        ("arn:aws:lambda:us-east-1:017000801446:layer:AWSLambdaPowertoolsPythonV2", 1, 30_000_000),
    ],
)
def test_known_layers(arn: str, low: int, high: int) -> None:
    found = public_layer(arn)
    assert found is not None
    assert low <= found.low_bytes < found.high_bytes <= high


def test_a_layer_named_after_its_package() -> None:
    found = public_layer("arn:aws:lambda:eu-west-2:770693421928:layer:Klayers-p312-Pillow:10")
    assert found is not None
    assert (found.package, found.low_bytes, found.high_bytes) == ("pillow", 0, 0)


@pytest.mark.parametrize(
    "arn",
    [
        "",
        "AWSSDKPandas-Python312",
        "arn:aws:lambda:us-east-1:123456789012:layer:AWSSDKPandas-Python312:1",
        "arn:aws:lambda:us-east-1:336392948345:layer:AWSSDKPandas-Python312x:1",
        "arn:aws:lambda:us-east-1:336392948345:layer:" + "A" * 500,
    ],
)
def test_others_are_not_guessed(arn: str) -> None:
    assert public_layer(arn) is None


def test_every_row_has_a_source_and_a_date() -> None:
    data = read_yaml("layers.yaml")
    for row in data["layers"]:
        assert data["sources"][row["source"]]["as_of"]
        pattern = re.compile(row["name"])
        assert "package" in pattern.groupindex or 0 < row["low"] < row["high"]
        assert row.get("estimate") or row["source"] != "memory"
