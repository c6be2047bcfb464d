"""Fixes of settings beside those that the rules' pages show."""

from __future__ import annotations

import pytest

from archlint.config import Config
from archlint.fix.run import Outcome, run
from archlint.knowledge.limits import NONE_OWN, Limits
from archlint.tree import MemoryTree

HEAD = "Transform: AWS::Serverless-2016-10-31\n"
ML = """from sentence_transformers import SentenceTransformer

M = SentenceTransformer("/opt/m")


def handler(e, c):
    return 1
"""


def fixed(
    template: str, rule: str, code: str = "def handler(e, c):\n    return 1\n", limits: Limits = NONE_OWN
) -> tuple[str, Outcome]:
    tree = MemoryTree({"template.yaml": HEAD + template, "src/app.py": code})
    outcome = run(tree, Config(select=frozenset({rule}), limits=limits), unsafe=True)
    new = outcome.changed["template.yaml"][1].decode() if outcome.changed else HEAD + template
    return new.removeprefix(HEAD), outcome


FUNCTION = """  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: {runtime}
"""


def test_a_global_runtime_is_changed_where_it_stands() -> None:
    template = "Globals:\n  Function:\n    Runtime: python3.8 # old\nResources:\n" + FUNCTION.replace(
        "      Runtime: {runtime}\n", ""
    )
    new, _ = fixed(template, "deprecated-runtime")
    assert new == template.replace("python3.8 ", "python3.14 ")


def test_a_function_with_layers_keeps_its_runtime() -> None:
    template = "Resources:\n" + FUNCTION.format(runtime="python3.8")
    template += "      Layers: ['arn:aws:lambda:eu-west-1:111122223333:layer:numpy-p38:1']\n"
    assert fixed(template, "deprecated-runtime")[0] == template


def test_a_queue_in_front_follows_the_new_timeout() -> None:
    template = (
        "Resources:\n  Jobs:\n    Type: AWS::SQS::Queue\n"
        + FUNCTION.format(runtime="python3.13")
        + "      MemorySize: 3008\n      Events:\n        Job:\n          Type: SQS\n          Properties:\n"
        "            Queue: !GetAtt Jobs.Arn\n            MaximumBatchingWindowInSeconds: 5\n"
    )
    new, outcome = fixed(template, "default-timeout-with-ml", ML)
    assert "      Timeout: 60\n" in new
    assert "    Properties:\n      VisibilityTimeout: 365\n" in new
    assert not outcome.unproven


def test_a_timeout_that_another_trigger_needs_stays() -> None:
    template = (
        "Resources:\n" + FUNCTION.format(runtime="python3.13") + "      Timeout: 300\n      Events:\n"
        "        Get: {Type: Api, Properties: {Path: /, Method: get}}\n"
        "        Night: {Type: Schedule, Properties: {Schedule: rate(1 day)}}\n"
    )
    assert fixed(template, "api-sync-timeout-mismatch")[0] == template


def test_a_role_of_its_own_gets_no_destination() -> None:
    template = (
        "Resources:\n" + FUNCTION.format(runtime="python3.13") + "      MemorySize: 3008\n      Events:\n"
        "        New: {Type: SNS, Properties: {Topic: 'arn:aws:sns:eu-west-1:111122223333:t'}}\n"
    )
    assert "EventInvokeConfig" in fixed(template, "missing-failure-path", ML)[0]
    own = template.replace("      Handler", "      Role: arn:aws:iam::111122223333:role/r\n      Handler")
    assert fixed(own, "missing-failure-path", ML)[0] == own


def test_mount_targets_join_what_is_waited_for() -> None:
    base = """Resources:
  Files:
    Type: AWS::EFS::FileSystem
  Target:
    Type: AWS::EFS::MountTarget
    Properties: {FileSystemId: !Ref Files, SubnetId: subnet-1, SecurityGroups: [sg-1]}
  Point:
    Type: AWS::EFS::AccessPoint
    Properties: {FileSystemId: !Ref Files}
  Topic:
    Type: AWS::SNS::Topic
  Work:
    Type: AWS::Serverless::Function
    DependsOn:WAIT
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}
      FileSystemConfigs: [{Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/models}]
"""
    for before, after in (
        (" Topic", " [Topic, Target]"),
        (" [Topic]", " [Topic, Target]"),
        ("\n      - Topic  # why", "\n      - Topic  # why\n      - Target"),
    ):
        new, outcome = fixed(base.replace("WAIT", before), "efs-without-vpc")
        assert new == base.replace("WAIT", after)
        assert all(one.fix.safe for one in outcome.done)


BEHIND_AN_API = FUNCTION.format(runtime="python3.13") + (
    "      Timeout: 300\n      Events:\n        Ask: {Type: Api, Properties: {Path: /, Method: get}}\n"
)


@pytest.mark.parametrize(("limits", "seconds"), [(NONE_OWN, 28), (Limits((("api_timeout_s", 120),)), 119)])
def test_a_timeout_stays_below_the_limit_that_the_owners_have(limits: Limits, seconds: int) -> None:
    new, _ = fixed("Resources:\n" + BEHIND_AN_API, "api-sync-timeout-mismatch", limits=limits)
    assert new == "Resources:\n" + BEHIND_AN_API.replace("Timeout: 300", f"Timeout: {seconds}")
