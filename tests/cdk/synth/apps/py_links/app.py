from aws_cdk import App, Duration, Fn, Stack
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_efs as efs
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kinesis as kinesis
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_notifications as notifications
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from aws_cdk import aws_ssm as ssm
from aws_cdk import aws_stepfunctions as sfn
from aws_cdk import aws_stepfunctions_tasks as tasks

app = App()
stack = Stack(app, "Links")


def make(name: str, scope: Stack = stack, **options) -> lambda_.Function:
    return lambda_.Function(
        scope,
        name,
        runtime=lambda_.Runtime.PYTHON_3_12,
        handler="app.main",
        code=lambda_.Code.from_asset("code"),
        **options,
    )


dead = sqs.Queue(stack, "Dead")
queue = sqs.Queue(
    stack,
    "Queue",
    visibility_timeout=Duration.minutes(2),
    dead_letter_queue=sqs.DeadLetterQueue(queue=dead, max_receive_count=4),
)
ordered = sqs.Queue(stack, "Ordered", fifo=True)
raw = sqs.CfnQueue(
    stack, "Raw", visibility_timeout=45, redrive_policy={"deadLetterTargetArn": dead.queue_arn, "maxReceiveCount": 2}
)
table = dynamodb.Table(
    stack, "Table", partition_key=dynamodb.Attribute(name="id", type=dynamodb.AttributeType.STRING)
)
bucket = s3.Bucket(stack, "Bucket")
topic = sns.Topic(stack, "Topic")
stream = kinesis.Stream(stack, "Stream")
bus = events.EventBus(stack, "Bus")
secret = secretsmanager.Secret(stack, "Secret")
parameter = ssm.StringParameter(stack, "Parameter", string_value="one")
layer = lambda_.LayerVersion(stack, "Layer", code=lambda_.Code.from_asset("code"))
pool = cognito.UserPool(stack, "Pool")
api = apigateway.RestApi(stack, "Api")

worker = make("Worker", layers=[layer], dead_letter_queue=dead)
worker.add_event_source(sources.SqsEventSource(queue, batch_size=2, max_batching_window=Duration.seconds(5)))
worker.add_event_source(sources.KinesisEventSource(stream, starting_position=lambda_.StartingPosition.LATEST))
front = make(
    "Front",
    environment={
        "TABLE": table.table_name,
        "QUEUE": queue.queue_url,
        "BUCKET_URL": f"s3://{bucket.bucket_name}/in",
        "TOPIC": topic.topic_arn,
        "SECRET": secret.secret_arn,
        "PARAMETER": parameter.parameter_name,
        "WORKER": worker.function_name,
        "POOL": pool.user_pool_id,
        "RAW": raw.attr_arn,
        "JOINED": Fn.join("/", ["prefix", bucket.bucket_name]),
        "PLAIN": "nothing",
    },
    on_failure=destinations.SqsDestination(dead),
    on_success=destinations.EventBridgeDestination(bus),
)
front.add_environment("WORKER_ARN", "function/" + worker.function_arn)
api.root.add_method("POST", apigateway.LambdaIntegration(front))

table.grant_read_write_data(front)
table.grant_read_data(worker)
bucket.grant_read_write(front)
bucket.grant_put(worker)
queue.grant_send_messages(front)
topic.grant_publish(worker)
stream.grant_write(front)
secret.grant_read(front.role)
parameter.grant_read(front)
worker.grant_invoke(front)
bus.grant_put_events_to(worker)
table.grant(worker, "dynamodb:DescribeTimeToLive")
worker.add_to_role_policy(
    iam.PolicyStatement(actions=["s3:DeleteObject"], resources=[f"{bucket.bucket_arn}/tmp/*", ordered.queue_arn])
)

role = iam.Role(
    stack,
    "Role",
    assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
    inline_policies={
        "own": iam.PolicyDocument(
            statements=[iam.PolicyStatement(actions=["sqs:ReceiveMessage"], resources=[ordered.queue_arn])]
        )
    },
)
shared = [make(f"Shared{number}", role=role) for number in range(2)]
role.add_to_policy(iam.PolicyStatement(actions=["sns:Publish", "sns:Subscribe"], resources=[topic.topic_arn]))
front.role.attach_inline_policy(
    iam.Policy(
        stack, "Extra", statements=[iam.PolicyStatement(actions=["sqs:PurgeQueue"], resources=[dead.queue_arn])]
    )
)

topic.add_subscription(subscriptions.SqsSubscription(queue))
topic.add_subscription(subscriptions.LambdaSubscription(worker, dead_letter_queue=dead))
bucket.add_event_notification(s3.EventType.OBJECT_CREATED, notifications.SqsDestination(queue))

task = tasks.LambdaInvoke(stack, "Call", lambda_function=worker)
fail = sfn.Fail(stack, "Fail")
task.add_catch(fail)
branch = (
    sfn.Choice(stack, "Choice")
    .when(sfn.Condition.string_equals("$.a", "b"), task)
    .otherwise(tasks.SqsSendMessage(stack, "Send", queue=queue, message_body=sfn.TaskInput.from_text("x")))
)
loop = sfn.Map(stack, "Map")
loop.item_processor(tasks.LambdaInvoke(stack, "Each", lambda_function=shared[0]))
parallel = sfn.Parallel(stack, "Parallel").branch(loop).branch(tasks.LambdaInvoke(stack, "B", lambda_function=front))
machine = sfn.StateMachine(
    stack, "Machine", definition_body=sfn.DefinitionBody.from_chainable(sfn.Chain.start(parallel).next(branch))
)
sfn.StateMachine(
    stack,
    "Second",
    definition_body=sfn.DefinitionBody.from_chainable(
        tasks.DynamoPutItem(
            stack, "Put", table=table, item={"id": tasks.DynamoAttributeValue.from_string("1")}
        )
    ),
    state_machine_type=sfn.StateMachineType.EXPRESS,
)
machine.grant_start_execution(front)
front.add_environment("MACHINE", machine.state_machine_arn)

rule = events.Rule(stack, "Rule", event_bus=bus, event_pattern=events.EventPattern(source=["own"]))
rule.add_target(targets.SqsQueue(queue))
rule.add_target(targets.SfnStateMachine(machine, dead_letter_queue=dead))
rule.add_target(targets.LambdaFunction(front))

vpc = ec2.Vpc(stack, "Vpc", max_azs=2, nat_gateways=0)
files = efs.FileSystem(stack, "Files", vpc=vpc)
point = efs.AccessPoint(stack, "Point", file_system=files, path="/models")
make(
    "Mounted",
    vpc=vpc,
    vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
    filesystem=lambda_.FileSystem.from_efs_access_point(point, "/mnt/models"),
)
lambda_.CfnEventSourceMapping(
    stack,
    "Polling",
    function_name=shared[1].function_name,
    event_source_arn=raw.attr_arn,
    batch_size=7,
)
sns.CfnSubscription(stack, "Direct", topic_arn=topic.topic_arn, protocol="sqs", endpoint=ordered.queue_arn)

other = Stack(app, "Other")
far = make("Far", other, environment={"TABLE": table.table_name, "FRONT": front.function_name}, dead_letter_queue_enabled=True)
table.grant_write_data(far)
app.synth()
