from aws_cdk import App, Duration, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_apigatewayv2 as apigatewayv2
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks
from aws_cdk.aws_apigatewayv2_integrations import HttpLambdaIntegration

app = App()
stack = Stack(app, "Events")


def make(name: str, **options) -> lambda_.Function:
    return lambda_.Function(
        stack,
        name,
        runtime=lambda_.Runtime.PYTHON_3_12,
        handler="app.main",
        code=lambda_.Code.from_asset("code"),
        **options,
    )


queue = sqs.Queue(stack, "Queue", visibility_timeout=Duration.minutes(5))
make("Queued").add_event_source(sources.SqsEventSource(queue, batch_size=5))
make("Streamed").add_event_source(
    sources.KinesisEventSource(kinesis.Stream(stack, "Stream"), starting_position=lambda_.StartingPosition.LATEST)
)
table = dynamodb.Table(
    stack,
    "Table",
    partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING),
    stream=dynamodb.StreamViewType.NEW_IMAGE,
)
make(
    "Changed",
    events=[sources.DynamoEventSource(table, starting_position=lambda_.StartingPosition.TRIM_HORIZON)],
)
mapped = make("Mapped")
lambda_.EventSourceMapping(stack, "Mapping", target=mapped, event_source_arn=queue.queue_arn)

bucket = s3.Bucket(stack, "Bucket")
stored = make("Stored")
bucket.add_event_notification(s3.EventType.OBJECT_CREATED, notifications.LambdaDestination(stored))
topic = sns.Topic(stack, "Topic")
told = make("Told")
topic.add_subscription(subscriptions.LambdaSubscription(told))
topic.add_subscription(subscriptions.LambdaSubscription(stored))

api = apigateway.RestApi(stack, "Api")
items = api.root.add_resource("items")
served = make("Served", current_version_options=lambda_.VersionOptions(provisioned_concurrent_executions=1))
items.add_method("GET", apigateway.LambdaIntegration(served))
items.add_method("POST", apigateway.LambdaIntegration(served.current_version))
apigateway.LambdaRestApi(stack, "Whole", handler=make("Whole-Fn"))
http = apigatewayv2.HttpApi(stack, "Http")
quick = make("Quick")
http.add_routes(path="/quick", integration=HttpLambdaIntegration("QuickIntegration", quick))
make("Linked").add_function_url(auth_type=lambda_.FunctionUrlAuthType.NONE)

timed = make("Timed")
rule = events.Rule(stack, "Hourly", schedule=events.Schedule.rate(Duration.hours(1)))
rule.add_target(targets.LambdaFunction(timed))
noticed = make("Noticed")
events.Rule(
    stack,
    "Notice",
    event_pattern=events.EventPattern(source=["aws.ec2"]),
    targets=[targets.LambdaFunction(noticed), targets.LambdaFunction(timed)],
)
steps = [make(f"Step{number}") for number in range(2)]
chain = tasks.LambdaInvoke(stack, "First", lambda_function=steps[0]).next(
    tasks.LambdaInvoke(stack, "Second", lambda_function=steps[1], payload_response_only=True)
)
sfn.StateMachine(stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(chain))

warm = make("Warm", memory_size=1769)
alias = lambda_.Alias(
    stack, "Live", alias_name="live", version=warm.current_version, provisioned_concurrent_executions=2
)
scaling = alias.add_auto_scaling(max_capacity=5)
scaling.scale_on_utilization(utilization_target=0.5)
api.root.add_resource("warm").add_method("GET", apigateway.LambdaIntegration(alias))
make("Alone")
app.synth()
