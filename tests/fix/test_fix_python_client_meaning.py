"""Programs whose clients move to module scope answer as before, invocation after invocation."""

from __future__ import annotations

import pytest
from python_fixes import fixed, outcomes, repository

RULE = "client-created-in-handler"
EVENTS: list[object] = [{"id": "1", "deep": True}, {"id": "2"}, {}]

EQUAL = {
    "two functions with the same client": '''
import boto3

def read(key):
    s3 = boto3.client("s3")
    return s3.get_object(Key=key)

def write(key):
    s3 = boto3.client("s3")
    return s3.put_object(Key=key)

def handler(event, context):
    return [read(event["id"]), write(event["id"])]
''',
    "two functions with other clients of one name": '''
import boto3

def read(key):
    client = boto3.client("s3")
    return client.get_object(Key=key)

def send(text):
    client = boto3.client("sqs")
    return client.send_message(Text=text)

def handler(event, context):
    return [read(event["id"]), send(event["id"])]
''',
    "a name that the module has for something else": '''
import boto3

s3 = "archive"

def handler(event, context):
    return [bucket(), read(event["id"])]

def bucket():
    return s3

def read(key):
    s3 = boto3.client("s3")
    return s3.get_object(Bucket=bucket(), Key=key)
''',
    "a name that is given twice": '''
import boto3

def handler(event, context):
    thing = boto3.client("s3")
    thing = thing.list_buckets()
    return thing
''',
    "a name that another function takes for a parameter": '''
import boto3

def read(s3, key):
    return s3.get_object(Key=key)

def handler(event, context):
    s3 = boto3.client("s3")
    return read(s3, event["id"])
''',
    "nested functions, a lambda and a comprehension": '''
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    def read(key):
        return s3.get_object(Key=key)
    again = lambda key: s3.head_object(Key=key)
    return [read(event["id"]), again(event["id"]), [s3.tags(Key=k) for k in "ab"]]
''',
    "a nested function that has a name of its own": '''
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    def read(key):
        s3 = "other"
        return s3 + key
    return [read(event["id"]), s3.list_buckets()]
''',
    "an attribute of a class in a function": '''
import boto3

def handler(event, context):
    class Store:
        s3 = boto3.client("s3")
        def read(self, key):
            return self.s3.get_object(Key=key)
    return Store().read(event["id"])
''',
    "methods and attributes": '''
import boto3

class Store:
    region = "eu-west-1"
    def __init__(self):
        self.s3 = boto3.client("s3")
        self.table = boto3.resource("dynamodb").Table("orders")
    def read(self, key):
        return [self.s3.get_object(Key=key), self.table.get_item(Key=key)]

def handler(event, context):
    return Store().read(event["id"])
''',
    "a global": '''
import boto3

def handler(event, context):
    global s3
    s3 = boto3.client("s3")
    return read(event["id"])

def read(key):
    return s3.get_object(Key=key)
''',
    "a nonlocal": '''
import boto3

def handler(event, context):
    s3 = None
    def start():
        nonlocal s3
        s3 = boto3.client("s3")
    start()
    return s3.get_object(Key=event["id"])
''',
    "a walrus in a condition": '''
import boto3

def handler(event, context):
    if (s3 := boto3.client("s3")) and event["id"]:
        return s3.get_object(Key=event["id"])
    return None
''',
    "with an annotation that is not evaluated": '''
import boto3

def handler(event, context):
    s3: NoSuchType = boto3.client("s3")
    return s3.get_object(Key=event["id"])
''',
    "an f-string and more than ASCII before the call": '''
import boto3

def handler(event, context):
    name = "größe 🙂"; s3 = boto3.client("s3")
    return f"{s3.meta(name)} {boto3.client('sqs').url(event['id'])}"
''',
    "several statements on a line": '''
import boto3

def handler(event, context):
    s3 = boto3.client("s3"); key = event["id"]
    return s3.get_object(Key=key)
''',
    "the only statement of a block": '''
import boto3

def handler(event, context):
    try:
        s3 = boto3.client("s3")
    finally:
        key = event.get("id")
    return s3.get_object(Key=key)
''',
    "on a branch": '''
import boto3

def handler(event, context):
    if event.get("deep"):
        s3 = boto3.client("s3")
        return s3.get_object(Key=event["id"])
    return "nothing"
''',
    "constants and variables of the environment": '''
import os
import boto3

REGION = "eu-west-1"
os.environ["BUCKET_REGION"] = "eu-west-2"

def handler(event, context):
    s3 = boto3.client("s3", region_name=REGION)
    other = boto3.client("s3", region_name=os.environ["BUCKET_REGION"])
    third = boto3.client("s3", endpoint_url=f"https://s3.{os.environ.get('NO_SUCH_VARIABLE', REGION)}.example.org")
    return [s3.a(event["id"]), other.b(), third.c()]
''',
    "a session and what is made from it": '''
import boto3

def handler(event, context):
    session = boto3.Session(region_name="eu-west-1")
    s3 = session.client("s3")
    return [s3.a(event["id"]), session.client("sqs").b(), session.resource("dynamodb").Table("t").c()]
''',
    "a session on the spot": '''
import boto3

def handler(event, context):
    return boto3.session.Session(profile_name="x").client("s3").a(event["id"])
''',
    "equal clients of the module": '''
import boto3

bucket_client = boto3.client("s3")
queue = boto3.client('sqs')

def handler(event, context):
    s3 = boto3.client('s3')
    queue = boto3.client("sqs")
    return [s3.a(event["id"]), queue.b(), bucket_client.c()]
''',
    "locals()": '''
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    return sorted(locals()), s3.a(event["id"])
''',
    "a docstring and future imports first": '''
"""What it does."""
from __future__ import annotations
import boto3
def handler(event, context):
    """Answers."""
    s3 = boto3.client("s3")
    return s3.a(event["id"])
''',
    "decorators": '''
import functools
import boto3

def traced(function):
    @functools.wraps(function)
    def inner(*given, **named):
        return [boto3.client("xray").trace(), function(*given, **named)]
    return inner

@traced
def handler(event, context):
    return boto3.client("s3").a(event["id"])
''',
    "read before it has a value, and after a branch": '''
import boto3

def early(key):
    found = s3.a(key)
    s3 = boto3.client("s3")
    return found

def handler(event, context):
    if event.get("deep"):
        sqs = boto3.client("sqs")
    try:
        return sqs.a(event["id"])
    except UnboundLocalError:
        return early(event["id"])
''',
    "deleted after use": '''
import boto3

def handler(event, context):
    s3 = boto3.client("s3")
    found = s3.a(event["id"])
    del s3
    return found
''',
    "in an except and a match": '''
import boto3

def handler(event, context):
    try:
        key = event["id"]
    except KeyError as s3:
        return boto3.client("sns").publish(Message=str(s3))
    match key:
        case "1":
            return boto3.client("s3").a(key)
        case sqs:
            return sqs
''',
    "in a generator and an argument's default": '''
import boto3

def each(keys):
    s3 = boto3.client("s3")
    for key in keys:
        yield s3.a(key)

def handler(event, context):
    def late(client=boto3.client("sqs")):
        return client.b()
    return [*each(event["id"]), late()]
''',
}  # fmt: skip


@pytest.mark.parametrize("name", EQUAL)
def test_two_invocations_and_more_answer_as_before(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BUCKET_REGION", "set by a test, and back afterwards")
    before = repository(EQUAL[name])
    after = fixed(before, RULE)
    assert outcomes(after, EVENTS) == outcomes(before, EVENTS)
    assert fixed(after, RULE) == after
