"""The services that boto3 surely knows."""

from __future__ import annotations

from archlint.knowledge.aws_calls import services, since


def test_services_are_named_as_boto3_names_them() -> None:
    assert {"s3", "dynamodb", "bedrock-runtime", "stepfunctions", "sagemaker-runtime"} <= services()
    assert not {"step-functions", "cognito", ""} & services()
    assert since().release == (1, 34, 0)
