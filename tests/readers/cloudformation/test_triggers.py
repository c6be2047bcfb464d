"""What invokes a function, by the resources that refer to it."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from templates import function, functions, reason, value

from archlint.knowledge.store import read_yaml

HEAD = "Resources:\n  F:\n    Type: AWS::Lambda::Function\n    Properties: {Runtime: python3.12}\n"
ROWS = read_yaml("triggers.yaml")


def wired(resources: str) -> list[tuple[str, bool]]:
    read = functions(HEAD + indent(dedent(resources), "  "))["F"]
    return [(trigger.type, trigger.sync) for trigger in read.triggers]


@pytest.mark.parametrize("kind", ROWS["resources"])
def test_every_resource_type(kind: str) -> None:
    row = ROWS["resources"][kind]
    name = row.get("below") or "Anything"
    body = f"X: {{Type: '{kind}', Properties: {{{name}: [{{Arn: !GetAtt F.Arn}}]}}}}"
    assert wired(body) == [(row["type"], row["sync"])]
    assert wired(body.replace("!GetAtt F.Arn", "!Sub 'arn:${AWS::Region}:${F.Arn}/invocations'")) == [
        (row["type"], row["sync"])
    ]
    assert wired(body.replace("!GetAtt F.Arn", "literal")) == []


@pytest.mark.parametrize("principal", ROWS["principals"])
def test_every_principal(principal: str) -> None:
    row = ROWS["principals"][principal]
    body = f"P: {{Type: AWS::Lambda::Permission, Properties: {{FunctionName: !Ref F, Principal: {principal}}}}}"
    assert wired(body) == [(row["type"], row["sync"])]


@pytest.mark.parametrize("kind", ROWS["poller_resources"])
def test_every_polled_resource(kind: str) -> None:
    row = ROWS["pollers"][ROWS["poller_resources"][kind]]
    body = f"""
        Q: {{Type: '{kind}'}}
        M:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {{FunctionName: !Ref F, EventSourceArn: !GetAtt Q.Arn}}
    """
    assert wired(body) == [(row["type"], row["sync"])]


@pytest.mark.parametrize("service", ROWS["pollers"])
def test_every_polled_arn(service: str) -> None:
    body = """
        M:
          Type: AWS::Lambda::EventSourceMapping
          Properties: {FunctionName: !GetAtt F.Arn, EventSourceArn: !Sub 'arn:aws:SERVICE:${AWS::Region}:1:x'}
    """
    assert wired(body.replace("SERVICE", service)) == [(ROWS["pollers"][service]["type"], False)]


def test_an_event_source_that_nobody_can_name() -> None:
    body = (
        "M: {Type: AWS::Lambda::EventSourceMapping, Properties: {FunctionName: !Ref F, EventSourceArn: !ImportValue x}}"
    )
    assert wired(body) == [("event-source", False)]
    kafka = body.replace("EventSourceArn: !ImportValue x", "SelfManagedEventSource: {Endpoints: {}}")
    assert wired(kafka) == [("msk", False)]


@pytest.mark.parametrize("kind", ROWS["sam_events"])
def test_every_sam_event(kind: str) -> None:
    read = function(
        f"Resources: {{F: {{Type: AWS::Serverless::Function, Properties: {{Events: {{E: {{Type: {kind}}}}}}}}}}}"
    )
    row = ROWS["sam_events"][kind]
    assert [(t.type, t.sync) for t in read.triggers] == [(row["type"], row["sync"])]


def test_custom_resources() -> None:
    for kind in ("Custom::Setup", "AWS::CloudFormation::CustomResource"):
        assert wired(f"C: {{Type: '{kind}', Properties: {{ServiceToken: !GetAtt F.Arn}}}}") == [
            ("custom-resource", False)
        ]


def test_a_connector_is_no_trigger() -> None:
    assert wired("C: {Type: AWS::Serverless::Connector, Properties: {Source: {Id: Api}, Destination: {Id: F}}}") == []


def test_a_permission_beside_its_trigger_says_nothing_new() -> None:
    body = """
        R: {Type: AWS::Events::Rule, Properties: {Targets: [{Arn: !GetAtt F.Arn}]}}
        P: {Type: AWS::Lambda::Permission, Properties: {FunctionName: !Ref F, Principal: events.amazonaws.com}}
    """
    assert wired(body) == [("eventbridge", False)]


def test_through_versions_and_aliases() -> None:
    body = """
        A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !GetAtt V.FunctionArn}}
        V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
        U: {Type: AWS::Lambda::Url, Properties: {TargetFunctionArn: !Ref A, InvokeMode: RESPONSE_STREAM}}
    """
    (trigger,) = functions(HEAD + indent(dedent(body), "  "))["F"].triggers
    assert (trigger.type, trigger.streaming) == ("function-url", True)


@pytest.mark.parametrize(
    "pointer",
    [
        "A: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Ref F, ProvisionedConcurrencyConfig: {X: 1}}}",
        "V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F, ProvisionedConcurrencyConfig: {X: 1}}}",
        """
        A: {Type: AWS::Lambda::Alias, Properties: {FunctionVersion: !Ref V, ProvisionedConcurrencyConfig: {X: 1}}}
        V: {Type: AWS::Lambda::Version, Properties: {FunctionName: !Ref F}}
        """,
    ],
)
def test_provisioned_concurrency_of_an_alias(pointer: str) -> None:
    assert functions(HEAD + indent(dedent(pointer), "  "))["F"].provisioned_concurrency
    without = pointer.replace("{X: 1}", "!Ref AWS::NoValue")
    assert not functions(HEAD + indent(dedent(without), "  "))["F"].provisioned_concurrency


METHOD = """
  M:
    Type: AWS::ApiGateway::Method
    Properties:
      Integration:
        Uri: !Sub 'arn:aws:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${F.Arn}/invocations'
        TimeoutInMillis: 12500
"""


def test_a_method_with_its_own_timeout() -> None:
    (trigger,) = functions(HEAD + METHOD)["F"].triggers
    assert value(trigger.timeout_s) == 12.5
    (trigger,) = functions(HEAD + METHOD.replace("12500", "!ImportValue t"))["F"].triggers
    assert reason(trigger.timeout_s) == "it is imported from another stack"


def test_a_method_that_does_not_wait() -> None:
    asynchronous = (
        METHOD.rstrip()
        + """
        RequestParameters: {integration.request.header.X-Amz-Invocation-Type: "'Event'"}
    """
    )
    (trigger,) = functions(HEAD + asynchronous)["F"].triggers
    assert not trigger.sync


def test_a_method_that_streams() -> None:
    streams = METHOD.replace("2015-03-31/functions/${F.Arn}/invocations", "f/${F.Arn}/response-streaming-invocations")
    (trigger,) = functions(HEAD + streams)["F"].triggers
    assert trigger.streaming


def test_a_websocket() -> None:
    body = """
        Api: {Type: AWS::ApiGatewayV2::Api, Properties: {ProtocolType: WEBSOCKET}}
        I: {Type: AWS::ApiGatewayV2::Integration, Properties: {ApiId: !Ref Api, IntegrationUri: !Sub 'x/${F.Arn}/y'}}
    """
    assert wired(body) == [("websocket-api", True)]


def test_an_authorizer_of_sam() -> None:
    body = "Api: {Type: AWS::Serverless::Api, Properties: {Auth: {Authorizers: {A: {FunctionArn: !GetAtt F.Arn}}}}}"
    assert wired(body) == [("authorizer", True)]


OPENAPI = "paths: {/a: {get: {x-amazon-apigateway-integration: {uri: 'arn:x/${F.Arn}/invocations'}}}}"


@pytest.mark.parametrize(
    "definition",
    [
        "DefinitionUri: api/openapi.yaml",
        "DefinitionBody: {'Fn::Transform': {Name: AWS::Include, Parameters: {Location: ./api/openapi.yaml}}}",
        "DefinitionBody: {paths: {/a: {get: {uri: !Sub 'arn:x/${F.Arn}/invocations'}}}}",
    ],
)
def test_openapi(definition: str) -> None:
    template = f"{HEAD}  Api: {{Type: AWS::Serverless::Api, Properties: {{{definition}}}}}\n"
    read = functions(template, {"api/openapi.yaml": OPENAPI})["F"]
    assert [(t.type, t.sync) for t in read.triggers] == [("api", True)]


@pytest.mark.parametrize(
    "where", ["s3://bucket/openapi.yaml", "../../etc/passwd", "/etc/passwd", "missing.yaml", "api"]
)
def test_openapi_out_of_reach(where: str) -> None:
    template = f"{HEAD}  Api: {{Type: AWS::Serverless::Api, Properties: {{DefinitionUri: '{where}'}}}}\n"
    assert functions(template, {"api/openapi.yaml": OPENAPI})["F"].triggers == ()
