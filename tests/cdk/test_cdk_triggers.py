from __future__ import annotations

import pytest
from making import LAMBDA, Making, arn

from archlint.knowledge.cdk import trigger_source
from archlint.knowledge.store import read_yaml
from archlint.model.function import Trigger
from archlint.readers.cdk.values import CdkReference, Made, Member, Open
from archlint.values import Known

SOURCES = "aws_cdk.aws_lambda_event_sources"


def types(app: Making) -> list[tuple[str, bool]]:
    return [(trigger.type, trigger.sync) for trigger in app.only().triggers]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("aws_s3_notifications.LambdaDestination", ("s3", False)),
        ("aws_sns_subscriptions.LambdaSubscription", ("sns", False)),
        ("aws_events_targets.LambdaFunction", ("eventbridge", False)),
        ("aws_scheduler_targets.LambdaInvoke", ("schedule", False)),
        ("aws_apigateway.LambdaIntegration", ("api", True)),
        ("aws_elasticloadbalancingv2_targets.LambdaTarget", ("alb", True)),
        ("aws_logs_destinations.LambdaDestination", ("logs", False)),
        ("aws_lambda_destinations.LambdaDestination", ("lambda-destination", False)),
    ],
)
def test_what_wraps_a_function_is_a_trigger(path: str, expected: tuple[str, bool]) -> None:
    app = Making()
    wrapper = app.make(f"aws_cdk.{path}", app.function())
    assert types(app) == [expected]
    assert app.only().triggers[0].place == wrapper.place


@pytest.mark.parametrize(
    ("path", "keyword", "expected"),
    [
        ("aws_apigateway.LambdaRestApi", "handler", ("api", True)),
        ("aws_stepfunctions_tasks.LambdaInvoke", "lambda_function", ("step-functions", False)),
        ("custom_resources.Provider", "on_event_handler", ("custom-resource", False)),
        ("aws_apigateway.TokenAuthorizer", "handler", ("authorizer", True)),
        ("aws_config.CustomRule", "lambda_function", ("config", False)),
    ],
)
def test_constructs_that_name_a_function(path: str, keyword: str, expected: tuple[str, bool]) -> None:
    app = Making()
    app.make(f"aws_cdk.{path}", app.stack, "It", **{keyword: app.function()})
    assert types(app) == [expected]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SqsEventSource", ("sqs", False)),
        ("DynamoEventSource", ("dynamodb", False)),
        ("KinesisEventSource", ("kinesis", False)),
        ("S3EventSource", ("s3", False)),
        ("SnsEventSource", ("sns", False)),
        ("ApiEventSource", ("api", True)),
        ("SelfManagedKafkaEventSource", ("kafka", False)),
        ("MqEventSource", ("event-source", False)),
    ],
)
def test_event_sources(name: str, expected: tuple[str, bool]) -> None:
    app = Making()
    call = app.call(app.function(), "add_event_source", app.make(f"{SOURCES}.{name}", Open("a queue")))
    assert types(app) == [expected]
    assert app.only().triggers[0].place == call.place


def test_event_sources_as_a_property() -> None:
    app = Making()
    app.function(events=[app.make(f"{SOURCES}.SqsEventSource", Open("a queue"))])
    assert types(app) == [("sqs", False)]


@pytest.mark.parametrize("added", [True, False])
def test_a_rule_that_fires_by_the_clock_is_a_schedule(added: bool) -> None:
    app = Making()
    target = app.make("aws_cdk.aws_events_targets.LambdaFunction", app.function())
    rate = app.make("aws_cdk.aws_events.Schedule.rate", app.make("aws_cdk.Duration.minutes", 5))
    rule = app.make("aws_cdk.aws_events.Rule", app.stack, "R", schedule=rate, targets=[] if added else [target])
    if added:
        app.call(rule, "add_target", target)
    assert types(app) == [("schedule", False)]


def test_a_rest_integration_with_its_timeout() -> None:
    app = Making()
    limit = app.make("aws_cdk.Duration.seconds", 29)
    app.make("aws_cdk.aws_apigateway.LambdaIntegration", app.function(), timeout=limit)
    (trigger,) = app.only().triggers
    assert trigger.timeout_s == Known(29)


def test_a_method_whose_integration_is_overridden() -> None:
    app = Making(".ts")
    wrapper = app.make("aws_cdk.aws_apigateway.LambdaIntegration", app.function())
    api = app.make("aws_cdk.aws_apigateway.RestApi", app.stack, "Api")
    method = app.call(api, "root.add_method", "GET", wrapper)
    app.call(method, "node.default_child.add_property_override", "Integration.ResponseTransferMode", "STREAM")
    app.call(method, "node.default_child.add_property_override", "Integration.TimeoutInMillis", 60_000)
    (trigger,) = app.only().triggers
    assert (trigger.streaming, trigger.timeout_s) == (True, Known(60))


def test_an_asynchronous_rest_integration() -> None:
    app = Making(".ts")
    header = {"integration.request.header.X-Amz-Invocation-Type": "'Event'"}
    app.make("aws_cdk.aws_apigateway.LambdaIntegration", app.function(), request_parameters=header)
    assert types(app) == [("api", False)]


def test_http_and_websocket_integrations() -> None:
    app = Making()
    function = app.function()
    base = "aws_cdk.aws_apigatewayv2_integrations"
    app.make(f"{base}.HttpLambdaIntegration", "id", function)
    app.make(f"{base}.WebSocketLambdaIntegration", "id", handler=function)
    assert types(app) == [("http-api", True), ("websocket-api", True)]


def test_a_streaming_function_url() -> None:
    app = Making()
    app.call(app.function(), "add_function_url", invoke_mode=CdkReference(f"{LAMBDA}.InvokeMode.RESPONSE_STREAM"))
    (trigger,) = app.only().triggers
    assert (trigger.type, trigger.sync, trigger.streaming) == ("function-url", True, True)


@pytest.mark.parametrize("how", ["alias", "add_alias", "version", "arn", "import", "instance"])
def test_what_stands_for_a_function(how: str) -> None:
    app = Making()
    function = app.function()
    version = Member(function, "current_version")
    pointers: dict[str, object] = {
        "alias": app.make(f"{LAMBDA}.Alias", app.stack, "A", alias_name="live", version=version),
        "add_alias": app.call(function, "add_alias", "live"),
        "version": version,
        "arn": arn(function),
        "import": app.make(f"{LAMBDA}.Function.from_function_arn", app.stack, "B", arn(function)),
        "instance": function,
    }
    app.make("aws_cdk.aws_apigateway.LambdaIntegration", pointers[how])
    assert types(app) == [("api", True)]


def test_a_solutions_construct_connects_what_it_makes_or_is_handed() -> None:
    app = Making()
    path = "aws_solutions_constructs.aws_sqs_lambda.SqsToLambda"
    app.make(path, app.stack, "One", lambda_function_props={"handler": "app.main"})
    app.make(path, app.stack, "Two", existing_lambda_obj=app.function())
    assert [[t.type for t in f.triggers] for f in app.functions()] == [["sqs"], ["sqs"]]


def test_event_source_mappings() -> None:
    app = Making()
    function = app.function()
    queue = app.make("aws_cdk.aws_sqs.Queue", app.stack, "Queue")
    path = f"{LAMBDA}.EventSourceMapping"
    app.make(path, app.stack, "M", target=function, event_source_arn=Member(queue, "queue_arn"))
    app.call(function, "add_event_source_mapping", "N", event_source_arn="arn:aws:kinesis:eu-west-1:1:stream/s")
    assert types(app) == [("sqs", False), ("kinesis", False)]


def test_a_permission_counts_where_nothing_else_is_known() -> None:
    app = Making()
    function = app.function()
    service = app.make("aws_cdk.aws_iam.ServicePrincipal", "apigateway.amazonaws.com")
    app.call(function, "add_permission", "P", principal=service)
    assert types(app) == [("api", True)]
    app.make("aws_cdk.aws_apigatewayv2_integrations.HttpLambdaIntegration", "id", function)
    assert types(app) == [("http-api", True)]


def test_cognito_appsync_rotation_and_custom_resources() -> None:
    app = Making(".ts")
    function = app.function()
    app.make("aws_cdk.aws_cognito.UserPool", app.stack, "Users", lambda_triggers={"preSignUp": function})
    app.call(app.make("aws_cdk.aws_appsync.GraphqlApi", app.stack, "Api"), "add_lambda_data_source", "d", function)
    secret = app.make("aws_cdk.aws_secretsmanager.Secret", app.stack, "Secret")
    app.call(secret, "add_rotation_schedule", "r", rotation_lambda=function)
    app.make("aws_cdk.CustomResource", app.stack, "Hook", service_token=arn(function))
    app.make("aws_cdk.aws_appsync.GraphqlApi", app.stack, "B", authorization_config={"handler": function})
    names = [name for name, _ in types(app)]
    assert names == ["cognito", "appsync", "secrets-rotation", "custom-resource", "authorizer"]


def test_l1_resources_that_refer_to_a_function() -> None:
    app = Making(".ts")
    function = app.function()
    app.make("aws_cdk.aws_scheduler.CfnSchedule", app.stack, "S", target={"arn": arn(function)})
    app.make("aws_cdk.aws_lambda.CfnUrl", app.stack, "U", target_function_arn=arn(function))
    app.make(
        "aws_cdk.aws_lambda.CfnPermission", app.stack, "P", principal="sns.amazonaws.com", function_name=arn(function)
    )
    assert types(app) == [("schedule", False), ("function-url", True), ("sns", False)]


def test_a_state_machine_from_a_file_names_functions_as_substitutions() -> None:
    app = Making()
    app.make(
        "aws_cdk.aws_stepfunctions.StateMachine", app.stack, "S", definition_substitutions={"Fn": arn(app.function())}
    )
    assert types(app) == [("step-functions", False)]


def test_an_edge_function() -> None:
    app = Making()
    edge = app.make("aws_cdk.aws_cloudfront.EdgeLambda", function_version=Member(app.function(), "current_version"))
    behaviour = app.make("aws_cdk.aws_cloudfront.BehaviorOptions", edge_lambdas=[edge])
    app.make("aws_cdk.aws_cloudfront.Distribution", app.stack, "D", default_behavior=behaviour)
    assert types(app) == [("cloudfront", True)]


def test_a_scope_is_no_trigger() -> None:
    app = Making()
    function = app.function()
    app.make("aws_cdk.aws_apigateway.LambdaRestApi", function, "Api", handler=Open("another function"))
    assert app.only().triggers == ()


def test_a_wrapper_that_is_used_twice_is_one_trigger() -> None:
    app = Making()
    wrapper = app.make("aws_cdk.aws_apigateway.LambdaIntegration", app.function())
    api = app.make("aws_cdk.aws_apigateway.RestApi", app.stack, "Api")
    for verb in ("GET", "POST"):
        app.call(api, "add_method", verb, wrapper)
    assert len(app.only().triggers) == 1


def test_values_that_contain_themselves_end() -> None:
    app = Making()
    function = app.function()
    loop: list[object] = [function]
    loop.append(loop)
    made = Made(f"{LAMBDA}.Alias", [], {}, function.place)
    made.keywords["version"] = made
    app.make("aws_cdk.aws_apigateway.LambdaIntegration", loop, made)
    assert app.only().triggers == (Trigger("api", True, app.run.made[-1].place),)


def test_types_agree_with_those_of_templates() -> None:
    templates = read_yaml("triggers.yaml")
    known = {
        row["type"]: row["sync"]
        for section in ("sam_events", "resources", "principals", "pollers")
        for row in templates[section].values()
    }
    own = {"event-source", "websocket-api"}
    rows = read_yaml("cdk_constructs.yaml")
    for name, row in {**rows["triggers"], **rows["methods"]}.items():
        assert row["type"] in own or known[row["type"]] == row["sync"], name
    for name in rows["resources"]:
        assert trigger_source(f"aws_cdk.{name}") is not None, name
