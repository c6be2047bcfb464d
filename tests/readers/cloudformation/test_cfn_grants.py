"""Who may act on what."""

from __future__ import annotations

from textwrap import indent

import pytest
from templates import BASE, added, links

GRANTS = """
F:
  Type: AWS::Serverless::Function
  Properties:
    Policies: {policies}
"""


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ("[SQSSendMessagePolicy: {QueueName: !GetAtt Q.QueueName}]", [("Q", "sqs:SendMessage*")]),
        ("{SQSSendMessagePolicy: {QueueName: !GetAtt Q.QueueName}}", [("Q", "sqs:SendMessage*")]),
        ("[LambdaInvokePolicy: {FunctionName: !Ref G}]", [("G", "lambda:InvokeFunction")]),
        ("[SNSPublishMessagePolicy: {TopicName: !Ref Given}]", []),
        ("[AmazonS3FullAccess, !Ref Given, {Nobody: {QueueName: !Ref Q}}]", []),
        (
            "[Statement: {Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}]",
            [("Q", "sqs:SendMessage")],
        ),
        (
            (
                "[Statement: [{Effect: Allow, Action: ['s3:GetObject', 's3:PutObject'], Resource: [!GetAtt Bucket.Arn,"
                " !Sub '${Bucket.Arn}/*']}]]"
            ),
            [("Bucket", "s3:GetObject,s3:PutObject")] * 2,
        ),
        ("[Statement: {Effect: Deny, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}]", []),
        ("[Statement: {Effect: Allow, NotAction: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}]", []),
        ("[Statement: {Effect: Allow, Action: 'sqs:*', Resource: '*'}]", []),
    ],
)
def test_own_policies(policies: str, expected: list[tuple[str, str]]) -> None:
    text = BASE.replace("  F: {Type: AWS::Lambda::Function, Properties: {FunctionName: my-fn}}\n", "")
    found = links(text + indent(GRANTS.format(policies=policies), "  "))
    assert [(link.target.partition("#")[2], link.detail) for link in found] == expected
    assert {(link.kind, link.source) for link in found} <= {("grant", "template.yaml#F")}


def test_roles_and_attached_policies() -> None:
    text = """
Resources:
  Q: {Type: AWS::SQS::Queue}
  T: {Type: AWS::SNS::Topic}
  B: {Type: AWS::S3::Bucket}
  Role:
    Type: AWS::IAM::Role
    Properties:
      ManagedPolicyArns: [!Ref Managed, arn:aws:iam::aws:policy/X]
      Policies:
        - PolicyDocument: {Statement: [{Effect: Allow, Action: 'sqs:SendMessage', Resource: !GetAtt Q.Arn}]}
  Nobody:
    Type: AWS::IAM::Role
    Properties:
      Policies: [{PolicyDocument: {Statement: {Effect: Allow, Action: 'sqs:*', Resource: !GetAtt Q.Arn}}}]
  Managed:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: {Effect: Allow, Action: 'sns:Publish', Resource: !Ref T}}
  Attached:
    Type: AWS::IAM::Policy
    Properties:
      Roles: [!Ref Role, !Ref SamRole]
      PolicyDocument: {Statement: {Effect: Allow, Action: 's3:GetObject', Resource: !Sub '${B.Arn}/*'}}
  F: {Type: AWS::Lambda::Function, Properties: {Role: !GetAtt Role.Arn}}
  M: {Type: AWS::StepFunctions::StateMachine, Properties: {RoleArn: !GetAtt Role.Arn}}
  Sam: {Type: AWS::Serverless::Function}
"""
    found = {(link.source[14:], link.target[14:], link.detail) for link in links(text)}
    both = {
        (holder, *rest)
        for holder in ("F", "M")
        for rest in (("Q", "sqs:SendMessage"), ("T", "sns:Publish"), ("B", "s3:GetObject"))
    }
    assert found == both | {("Sam", "B", "s3:GetObject")}


def test_connectors() -> None:
    text = """
H:
  Type: AWS::Serverless::Function
  Connectors:
    Items: {Properties: {Destination: [{Id: Table}, {Id: Nobody}], Permissions: [Read]}}
C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: H}, Destination: {Id: T}, Permissions: [Write]}}
R: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: T}, Destination: {Id: Q}, Permissions: [Write]}}
"""
    assert added(text) == [("H", "grant", "Table"), ("H", "grant", "T")]
