"""The calls of AWS services in a handler, with the names that they act on."""

from __future__ import annotations

import pytest
from programs import reach_of

from archlint.code.calls import ServiceCall, service_calls
from archlint.values import Known

HEAD = "import os\nimport boto3\n"


def found(program: str) -> tuple[ServiceCall, ...]:
    return service_calls(reach_of({"app.py": HEAD + program}))


def shown(call: ServiceCall) -> str:
    """Such as `sqs.send_message sends $QUEUE`."""
    target = call.target.value if isinstance(call.target, Known) else f"${call.variable}" if call.variable else "?"
    waits = " and waits" if call.sync else ""
    return f"{call.service}.{call.operation} {call.access}{waits} {target}"


PROGRAMS = """
=== sqs.send_message sends $QUEUE
sqs = boto3.client('sqs')
def handler(e, c): sqs.send_message(QueueUrl=os.environ['QUEUE'], MessageBody='')
=== sqs.send_message sends $QUEUE
QUEUE = os.getenv('QUEUE', 'none')
def handler(e, c): boto3.client('sqs').send_message(QueueUrl=QUEUE)
=== dynamodb.put_item writes orders
table = boto3.resource('dynamodb').Table('orders')
def handler(e, c): table.put_item(Item=e)
=== dynamodb.update_item writes $T
db = boto3.resource('dynamodb')
def handler(e, c): save(os.environ['T'])
def save(name): db.Table(name).update_item(Key={})
=== s3.upload_file writes pictures
s3 = boto3.client(service_name='s3')
def handler(e, c): s3.upload_file('/tmp/a', 'pictures', 'out/a.png')
=== s3.get_object reads ?
s3 = boto3.Session().client('s3')
def handler(e, c): s3.get_object(Bucket=e['bucket']['name'], Key='a')
=== s3.put writes pictures
s3 = boto3.resource('s3')
def handler(e, c): s3.Object('pictures', f'out/{e}').put(Body=b'')
=== stepfunctions.start_execution starts $M
sf = boto3.client('stepfunctions')
def handler(e, c): sf.start_execution(stateMachineArn=os.environ['M'], input='{}')
=== stepfunctions.start_sync_execution invokes and waits $M
sf = boto3.client('stepfunctions')
def handler(e, c): sf.start_sync_execution(stateMachineArn=os.environ['M'], input='{}')
=== .Redis writes $HOST
import redis
kept = redis.Redis(host=os.environ['HOST'])
def handler(e, c): return kept.get('a')
=== secretsmanager.get_secret reads prod/key
from aws_lambda_powertools.utilities import parameters
def handler(e, c): return parameters.get_secret('prod/key')
=== nothing
def handler(e, c): boto3.client(e['service']).send_message(QueueUrl='q')
=== nothing
def handler(e, c): e.put_item(TableName='t')
"""
CASES = [case.partition("\n") for case in PROGRAMS.split("=== ")[1:]]


@pytest.mark.parametrize(("expected", "_", "program"), CASES)
def test_a_call_and_what_it_acts_on(expected: str, _: str, program: str) -> None:
    assert [shown(call) for call in found(program)] == ([] if expected == "nothing" else [expected])


@pytest.mark.parametrize(
    ("arguments", "waits"),
    [
        ("", True),
        (", InvocationType='RequestResponse'", True),
        (", InvocationType='Event'", False),
        (", InvocationType='DryRun'", False),
        (", InvocationType=e['type']", False),
        (", InvocationType='Event' if e else 'RequestResponse'", False),
        (", **e", False),
    ],
)
def test_an_invoke_waits_unless_its_type_says_otherwise(arguments: str, waits: bool) -> None:
    (call,) = found(f"def handler(e, c): boto3.client('lambda').invoke(FunctionName='b'{arguments})")
    assert call.sync is waits


def test_an_operation_that_reads_and_writes_is_there_twice() -> None:
    calls = found("def handler(e, c): boto3.client('rds-data').execute_statement(resourceArn='arn', sql='')")
    assert [call.access for call in calls] == ["reads", "writes"]


def test_the_key_of_an_object() -> None:
    (call,) = found("def handler(e, c): boto3.client('s3').put_object(Bucket='b', Key=f'thumbs/{e}', Body=b'')")
    assert call.key == "thumbs/{}"


def test_a_call_at_import_is_not_part_of_an_invocation() -> None:
    (call,) = found("boto3.client('ssm').get_parameter(Name='/a')\ndef handler(e, c): pass")
    assert not call.every_invocation


def test_regions_in_an_address_name_no_resource() -> None:
    (call,) = found(
        "def handler(e, c):\n"
        "    arn = f\"arn:aws:sns:{os.environ['AWS_REGION']}:1:{os.environ['TOPIC']}\"\n"
        "    boto3.client('sns').publish(TopicArn=f\"arn:aws:sns:{os.environ['AWS_REGION']}:1:{os.environ['TOPIC']}\")"
    )
    assert call.variable == "TOPIC"
