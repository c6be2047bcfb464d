"""What the pages' examples do not show of the rules on the graph: filters, conditions, streams, CDK apps."""

from __future__ import annotations

import pytest

from archlint.config import Config
from archlint.finding import Finding
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n"
FUNCTION = """\
  Work:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src
      Handler: app.handler
      Runtime: python3.13
      Timeout: {timeout}
      Environment: {{Variables: {{TARGET: !Ref Target}}}}
      Events:
        Event:
          Type: {type}
          Properties:
"""


def scan(rule: str, files: dict[str, str]) -> list[Finding]:
    result = scan_tree(MemoryTree(files), Config())
    assert not result.coverage.files_failed
    return [finding for finding in result.findings if finding.rule == rule]


def template(type_: str, properties: str, target: str, timeout: int = 30) -> str:
    body = "".join(f"            {line}\n" for line in properties.splitlines())
    return HEAD + FUNCTION.format(type=type_, timeout=timeout) + body + f"  Target: {target}\n"


def line_of(text: str, start: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if line.strip().startswith(start))


def code(body: str) -> str:
    return f"import os\nimport boto3\n\n\ndef handler(event, context):\n    {body}\n"


PUT = "boto3.client('s3').put_object(Bucket=os.environ['TARGET'], Key='out/a.txt', Body=b'')"
BUCKET = "{Type: AWS::S3::Bucket}"
CREATED = "Bucket: !Ref Target\nEvents: s3:ObjectCreated:*"
RULES = "\nFilter: {{S3Key: {{Rules: [{{Name: {}, Value: {}}}]}}}}"


@pytest.mark.parametrize(
    ("properties", "body", "count"),
    [
        (CREATED, PUT, 1),
        (CREATED + RULES.format("prefix", "out/"), PUT, 1),
        (CREATED + RULES.format("prefix", "in/"), PUT, 0),
        (CREATED + RULES.format("suffix", ".txt"), PUT, 1),
        (CREATED + RULES.format("suffix", ".jpg"), PUT, 0),
        (CREATED + RULES.format("suffix", "!Ref Suffix"), PUT, 0),
        ("Bucket: !Ref Target\nEvents: s3:ObjectRemoved:*", PUT, 0),
        (CREATED, PUT.replace("put_object", "delete_object"), 0),
        (CREATED, f"if event['Records'][0]['s3']['object']['key'] != 'out/a.txt': {PUT}", 0),
        (CREATED, PUT.replace("os.environ['TARGET']", "event['bucket']"), 0),
    ],
)
def test_a_loop_through_a_bucket(properties: str, body: str, count: int) -> None:
    found = scan("event-loop", {"template.yaml": template("S3", properties, BUCKET), "src/app.py": code(body)})
    assert len(found) == count


STREAM = "Stream: !GetAtt Target.StreamArn\nStartingPosition: LATEST"
TABLE = "{Type: AWS::DynamoDB::Table, Properties: {StreamSpecification: {StreamViewType: NEW_IMAGE}}}"
ITEM = "boto3.resource('dynamodb').Table(os.environ['TARGET']).put_item(Item={'id': context.aws_request_id})"


def test_a_loop_through_a_table_is_a_warning_with_its_way() -> None:
    (found,) = scan("event-loop", {"template.yaml": template("DynamoDB", STREAM, TABLE), "src/app.py": code(ITEM)})
    assert (found.severity, found.confidence) == ("warning", "low")
    assert [step.message for step in found.trace] == ["Lambda calls handler()", "Target → Work"]
    assert found.message.startswith("Work writes to the table Target, which invokes it again")


def test_a_filter_on_a_stream_ends_a_loop() -> None:
    filtered = STREAM + "\nFilterCriteria: {Filters: [{Pattern: '{}'}]}"
    assert not scan("event-loop", {"template.yaml": template("DynamoDB", filtered, TABLE), "src/app.py": code(ITEM)})


CDK = """\
from aws_cdk import App, Stack, aws_lambda as lambda_, aws_s3 as s3, aws_s3_notifications as n

app = App()
stack = Stack(app, "Stack")
bucket = s3.Bucket(stack, "Bucket")
work = lambda_.Function(
    stack, "Work", runtime=lambda_.Runtime.PYTHON_3_13, handler="app.handler", code=lambda_.Code.from_asset("src"),
    environment={{"TARGET": bucket.bucket_name}},
)
bucket.add_event_notification(s3.EventType.OBJECT_CREATED, n.LambdaDestination(work){more})
{last}
"""


@pytest.mark.parametrize(("more", "count"), [("", 1), (', s3.NotificationKeyFilter(prefix="in/")', 0)])
def test_a_loop_in_a_cdk_app(more: str, count: int) -> None:
    files = {"app.py": CDK.format(more=more, last=""), "cdk.json": '{"app": "python app.py"}', "src/app.py": code(PUT)}
    assert len(scan("event-loop", files)) == count


@pytest.mark.parametrize(("last", "count"), [("old = {}", 1), ("old = {}\nprint(old)", 0), ("keep({})", 0)])
def test_a_function_left_over_in_a_cdk_app(last: str, count: int) -> None:
    made = CDK.format(more="", last="").split("work = ")[1].split("\n)")[0] + "\n)"
    last = "x = Stack\n" + last.format(made.replace('"Work"', '"Old"'))
    two = CDK.format(more="", last=last) + "\n" + made.replace('"Work"', '"Third"').join(("third = ", ""))
    two += "\nbucket.add_event_notification(s3.EventType.OBJECT_REMOVED, n.LambdaDestination(third))\n"
    files = {"app.py": two, "cdk.json": '{"app": "python app.py"}', "src/app.py": code("return 1")}
    assert len(scan("unreachable-function", files)) == count


def functions(count: int, names: str = "") -> str:
    body = "    Properties: {CodeUri: src, Handler: app%d.handler, Runtime: python3.13, Events: {A: {Type: HttpApi}}}\n"
    made = "".join(f"  F{n}:\n    Type: AWS::Serverless::Function\n{body % n}" for n in range(count))
    return HEAD + made + names


def test_a_fixed_name_can_be_called_by_anybody() -> None:
    left = (
        "  Left:\n    Type: AWS::Serverless::Function\n"
        "    Properties: {CodeUri: src, Handler: a.b, Runtime: python3.13%s}\n"
    )
    assert len(scan("unreachable-function", {"template.yaml": functions(2, left % "")})) == 1
    assert not scan("unreachable-function", {"template.yaml": functions(2, left % ", FunctionName: left")})


@pytest.mark.parametrize(("count", "found"), [(10, 1), (9, 0)])
def test_a_module_that_many_functions_share(count: int, found: int) -> None:
    files = {f"src/app{n}.py": "import common\n\n\ndef handler(event, context):\n    return 1\n" for n in range(count)}
    files |= {"template.yaml": functions(count), "src/common.py": "x = 1\n"}
    hits = scan("shared-layer-blast-radius", files)
    assert len(hits) == found
    assert not hits or hits[0].message == "10 functions run src/common.py: a change there redeploys them all"


QUEUE = "{Type: AWS::SQS::Queue, Properties: {RedrivePolicy: {maxReceiveCount: 3, deadLetterTargetArn: !Ref Arn}}}"
OPEN_QUEUE = "{Type: AWS::SQS::Queue, Properties: {RedrivePolicy: !If [Kept, {maxReceiveCount: 3}, !Ref AWS::NoValue]}}"
MODEL = """\
import joblib

model = joblib.load("m.joblib")


def handler(event, context):
    return model.predict(event)
"""


@pytest.mark.parametrize(
    ("type_", "properties", "target", "body", "timeout", "severity"),
    [
        ("DynamoDB", STREAM, TABLE, MODEL, 30, "warning"),
        ("DynamoDB", STREAM + "\nMaximumRetryAttempts: 2", TABLE, MODEL, 30, None),
        ("DynamoDB", STREAM + "\nBisectBatchOnFunctionError: true", TABLE, MODEL, 30, None),
        ("S3", CREATED, BUCKET, code("return 1"), 300, "info"),
        ("S3", CREATED, BUCKET, code("return 1"), 299, None),
        (
            "S3",
            CREATED,
            BUCKET,
            "import torch\n\n\ndef handler(event, context):\n    return torch.ones(1)\n",
            30,
            "warning",
        ),
        ("S3", CREATED, BUCKET, code("boto3.client('bedrock-runtime').converse(modelId='m')"), 30, "warning"),
        ("S3", CREATED, BUCKET, code("boto3.client('sagemaker-runtime').invoke_endpoint()"), 30, "warning"),
        ("Schedule", "Schedule: rate(1 day)", BUCKET, code("return 1"), 900, None),
        ("Schedule", "Schedule: rate(1 day)", BUCKET, MODEL, 30, "warning"),
        ("SQS", "Queue: !GetAtt Target.Arn", "{Type: AWS::SQS::Queue}", MODEL, 30, "warning"),
        ("SQS", "Queue: !GetAtt Target.Arn", QUEUE, MODEL, 30, None),
        ("SQS", "Queue: !GetAtt Target.Arn", OPEN_QUEUE, MODEL, 30, None),
        ("SQS", "Queue: arn:aws:sqs:eu-west-1:123456789012:theirs", BUCKET, MODEL, 30, None),
        ("HttpApi", "Path: /", BUCKET, MODEL, 30, None),
    ],
)
def test_who_needs_a_failure_path(
    type_: str, properties: str, target: str, body: str, timeout: int, severity: str | None
) -> None:
    files = {"template.yaml": template(type_, properties, target, timeout), "src/app.py": body}
    found = scan("missing-failure-path", files)
    assert [finding.severity for finding in found] == ([severity] if severity else [])


GIVE = "Give the function an OnFailure destination or a dead-letter queue."
LOST = "{} invokes it asynchronously, and an event that fails three times is lost"


@pytest.mark.parametrize(
    ("type_", "properties", "target", "message", "advice"),
    [
        ("S3", CREATED, BUCKET, LOST.format("S3"), GIVE),
        ("SNS", "Topic: !Ref Target", "{Type: AWS::SNS::Topic}", LOST.format("SNS"), GIVE),
        ("EventBridgeRule", "Pattern: {source: [shop]}", BUCKET, LOST.format("EventBridge"), GIVE),
        ("Schedule", "Schedule: rate(1 day)", BUCKET, LOST.format("the schedule"), GIVE),
        (
            "SQS",
            "Queue: !GetAtt Target.Arn",
            "{Type: AWS::SQS::Queue}",
            "the queue Target has no dead-letter queue: a message that fails comes back until it expires",
            "Give the queue a RedrivePolicy with a dead-letter queue.",
        ),
        (
            "DynamoDB",
            STREAM,
            TABLE,
            "a record of Target that fails is tried until it expires, and holds up its shard meanwhile",
            "Set MaximumRetryAttempts and BisectBatchOnFunctionError, and an OnFailure destination.",
        ),
    ],
)
def test_what_is_lost_without_a_failure_path(
    type_: str, properties: str, target: str, message: str, advice: str
) -> None:
    text = template(type_, properties, target)
    (found,) = scan("missing-failure-path", {"template.yaml": text, "src/app.py": MODEL})
    assert (found.message, found.help) == (f"Work: {message}", advice)
    assert found.functions == ("template.yaml#Work",)
    assert (found.place.path, found.place.line) == ("template.yaml", line_of(text, "Event:"))


@pytest.mark.parametrize(
    ("queue", "stream", "event"),
    [
        ("{Type: AWS::SQS::Queue}", "\nMaximumRetryAttempts: 2", "Job:"),
        (QUEUE, "", "Event:"),
        (QUEUE, "\nMaximumRetryAttempts: 2", ""),
    ],
)
@pytest.mark.parametrize("first", [True, False])
def test_each_trigger_is_judged_by_its_own_source(queue: str, stream: str, event: str, first: bool) -> None:
    """The place is that of the event whose failures are lost, not of another one."""
    job = "        Job: {Type: SQS, Properties: {Queue: !GetAtt Jobs.Arn}}\n"
    text = template("DynamoDB", STREAM + stream, TABLE) + f"  Jobs: {queue}\n"
    before = "        Event:" if first else "  Target: {"
    text = text.replace(before, job + before)
    found = scan("missing-failure-path", {"template.yaml": text, "src/app.py": MODEL})
    assert [one.place.line for one in found] == ([line_of(text, event)] if event else [])


def test_a_schedule_s_next_run_does_not_make_up_for_an_upload() -> None:
    upload = "        Up: {Type: S3, Properties: {Bucket: !Ref Target, Events: 's3:ObjectCreated:*'}}\n  Target: {"
    text = template("Schedule", "Schedule: rate(1 day)", BUCKET, 900).replace("  Target: {", upload)
    (found,) = scan("missing-failure-path", {"template.yaml": text, "src/app.py": code("return 1")})
    assert (found.severity, found.place.line) == ("info", line_of(text, "Up:"))


def test_a_durable_function_keeps_what_fails_itself() -> None:
    text = template("S3", CREATED, BUCKET)
    durable = text.replace("Timeout: 30", "Timeout: 30\n      DurableConfig: {ExecutionTimeout: 3600}")
    second = durable + text[text.index("  Work:") : text.index("  Target: {")].replace("Work", "Other")
    found = scan("missing-failure-path", {"template.yaml": second, "src/app.py": MODEL})
    assert [one.functions for one in found] == [("template.yaml#Other",)]


@pytest.mark.parametrize(("type_", "properties", "noted"), [("S3", CREATED, True), ("HttpApi", "Path: /", False)])
def test_a_timeout_that_is_not_known_is_noted_where_it_would_decide(type_: str, properties: str, noted: bool) -> None:
    text = template(type_, properties, BUCKET).replace("Timeout: 30", "Timeout: !Ref Open")
    result = scan_tree(MemoryTree({"template.yaml": text, "src/app.py": code("return 1")}), Config())
    notes = [note for note in result.coverage.not_evaluated if note.rule == "missing-failure-path"]
    assert [(note.function, note.attribute) for note in notes] == [("template.yaml#Work", "timeout_s")] * noted
    assert not {"missing-failure-path", "unreadable-file"} & {finding.rule for finding in result.findings}


CDK_QUEUE = """\
from aws_cdk import App, Stack, aws_lambda as lambda_, aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource
from elsewhere import dead

app = App()
stack = Stack(app, "Stack")
work = lambda_.Function(
    stack, "Work", runtime=lambda_.Runtime.PYTHON_3_13, handler="app.handler", code=lambda_.Code.from_asset("src"),
)
work.add_event_source(SqsEventSource({}))
"""


@pytest.mark.parametrize(
    ("queue", "count"),
    [
        ('sqs.Queue(stack, "Jobs")', 1),
        ('sqs.Queue(stack, "Jobs", dead_letter_queue=dead(stack))', 0),
        ('sqs.Queue.from_queue_arn(stack, "Jobs", "arn:aws:sqs:eu-west-1:123456789012:theirs")', 0),
    ],
)
def test_a_queue_whose_redrive_policy_is_not_known_is_not_judged(queue: str, count: int) -> None:
    files = {"app.py": CDK_QUEUE.format(queue), "cdk.json": '{"app": "python app.py"}', "src/app.py": MODEL}
    assert len(scan("missing-failure-path", files)) == count
