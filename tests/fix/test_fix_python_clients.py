"""Clients that move to module scope: the text, and when the fixer leaves it alone or doubts."""

from __future__ import annotations

import pytest
from python_fixes import findings, fixed, offers, only, repository

from archlint.config import Config
from archlint.edits.apply import changes, is_change
from archlint.edits.text import Text
from archlint.fix.registry import fixer
from archlint.scanner.pipeline import examine
from archlint.tree import MemoryTree

RULE = "client-created-in-handler"
LEFT = {
    "a region that is a parameter of the helper": '''
import boto3
def client(region):
    return boto3.client("s3", region_name=region)
def handler(event, context):
    return client("eu-west-1").a()
''',
    "a local": '''
import boto3
def handler(event, context):
    region = "eu-west-1"
    return boto3.client("s3", region_name=region).a()
''',
    "a name that is set later": '''
import boto3
def handler(event, context):
    return boto3.client("s3", region_name=REGION).a()
REGION = "eu-west-1"
''',
    "a name that a function sets": '''
import boto3
REGION = "eu-west-1"
def use():
    global REGION
    REGION = "eu-west-2"
def handler(event, context):
    use()
    return boto3.client("s3", region_name=REGION).a()
''',
    "a name that is set on two branches": '''
import boto3
if len(__name__) > 3:
    REGION = "eu-west-1"
else:
    REGION = "eu-west-2"
def handler(event, context):
    return boto3.client("s3", region_name=REGION).a()
''',
    "a variable that a function sets": '''
import os
import boto3
def handler(event, context):
    os.environ["AWS_DEFAULT_REGION"] = event["region"]
    return boto3.client("s3").a()
''',
    "a variable that is named when it runs": '''
import os
import boto3
def handler(event, context):
    os.environ.update(event)
    return boto3.client("s3").a()
''',
    "a default session of its own": '''
import boto3
def handler(event, context):
    boto3.setup_default_session(region_name="eu-west-1")
    return boto3.client("s3").a()
''',
    "an import that may fail": '''
try:
    import boto3
except ImportError:
    boto3 = None
def handler(event, context):
    return boto3.client("s3").a()
''',
    "an import in the function": '''
def handler(event, context):
    import boto3
    return boto3.client("s3").a()
''',
    "a client that is closed": '''
import boto3
def handler(event, context):
    s3 = boto3.client("s3")
    try:
        return s3.a()
    finally:
        s3.close()
''',
    "a call in the arguments": '''
import boto3
import settings
def handler(event, context):
    return boto3.client("s3", region_name=settings.region()).a()
''',
    "arguments in a dict": '''
import boto3
OPTIONS = {"region_name": "eu-west-1"}
def handler(event, context):
    return boto3.client("s3", **OPTIONS).a()
''',
    "a database connection": '''
import psycopg2
def handler(event, context):
    return psycopg2.connect("dbname=orders").cursor().fetchall()
''',
    "a session that its object keeps": '''
import boto3
class Store:
    def __init__(self):
        self.session = boto3.Session()
    def read(self):
        return self.session.client("s3").a()
def handler(event, context):
    return Store().read()
''',
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_alone(name: str) -> None:
    found = offers(repository(LEFT[name]), RULE)
    assert found
    assert set(found) == {None}


def test_code_in_a_template_is_left_alone() -> None:
    template = """\
Transform: AWS::Serverless-2016-10-31
Resources:
  Function:
    Type: AWS::Serverless::Function
    Properties:
      InlineCode: |
        import boto3
        def handler(event, context):
            return boto3.client("s3").list_buckets()
      Handler: index.handler
      Runtime: python3.13
"""
    assert offers({"template.yaml": template}, RULE) == [None]


def test_a_star_import_of_the_module_leaves_it_alone() -> None:
    store = 'import boto3\n\n\ndef save():\n    s3 = boto3.client("s3")\n    s3.put_object()\n'
    app = "from store import *\n\ns3 = 5\n\n\ndef handler(event, context):\n    save()\n    return s3\n"
    assert only({"app.py": app, "store.py": store}, RULE) is None
    named = app.replace("*", "save")
    assert only({"app.py": named, "store.py": store}, RULE) is not None


SAFE = 'import boto3\n\n\ndef handler(event, context):\n    s3 = boto3.client("s3")\n    return s3.list_buckets()\n'

DOUBTS = {
    "a service that old versions lack": (SAFE.replace("s3", "no-such-service"), {}),
    "a branch": (SAFE.replace("    s3 =", "    if event:\n        pass\n    s3 ="), None),
    "a variable that the template does not set": (
        "import os\n" + SAFE.replace('"s3")', '"s3", region_name=os.environ["REGION"])'),
        {},
    ),
    "a resource beside threads": ("import threading\n" + SAFE.replace("client", "resource"), {}),
    "a client beside processes": ("import multiprocessing\n" + SAFE, {}),
    "a test of the module": (SAFE, {"tests/test_app.py": "from app import handler\n"}),
    "a test that puts something else in": (SAFE, {"tests/test_it.py": "mock.patch('src.app.boto3')\n"}),
    "hooks on the client": (SAFE.replace("    return", "    s3.meta.events.register('x', print)\n    return"), {}),
    "an old boto3": (SAFE, {"requirements.txt": "boto3==1.20.0\n"}),
}


@pytest.mark.parametrize("name", DOUBTS)
def test_what_is_not_safe(name: str) -> None:
    text, files = DOUBTS[name]
    text = text.replace("no-such-service =", "s3 =").replace("return no-such-service.", "return s3.")
    fix = only({"app.py": text, **(files or {})}, RULE)
    assert fix is not None
    assert fix.safe is (files is None)


def test_what_is_safe() -> None:
    for text, files in (
        (SAFE, {}),
        (SAFE, {"other/app.py": "", "other/tests/test_app.py": "import app\n"}),
        ("import threading\n" + SAFE, {}),
        ("import os\n" + SAFE.replace('"s3")', '"s3", region_name=os.environ["AWS_REGION"])'), {}),
        (
            "from botocore.config import Config\n"
            + SAFE.replace('"s3")', '"s3", config=Config(retries={"max_attempts": 2}))'),
            {},
        ),
    ):
        fix = only({"app.py": text, **files}, RULE)
        assert fix is not None
        assert fix.safe


def test_the_text_around_stays_and_the_layout_moves_along() -> None:
    before = '''\
#!/usr/bin/env python3
# Copyright
"""Doc."""
import json  # a comment

import boto3

# who answers
def handler(event, context):
    """Answers."""

    # the archive
    s3 = boto3.client(
        "s3",
        region_name="eu-west-1",  # where it lies
    )  # kept

    # the queue
    return json.dumps(boto3.client("sqs",
                                   region_name="eu-west-1").send(s3))
'''
    assert (
        fixed(before, RULE)["app.py"]
        == '''\
#!/usr/bin/env python3
# Copyright
"""Doc."""
import json  # a comment

import boto3

# the archive
s3 = boto3.client(
    "s3",
    region_name="eu-west-1",  # where it lies
)  # kept
sqs_client = boto3.client("sqs",
                          region_name="eu-west-1")

# who answers
def handler(event, context):
    """Answers."""

    # the queue
    return json.dumps(sqs_client.send(s3))
'''
    )


def test_a_layout_between_hanging_and_aligned() -> None:
    before = """\
import boto3
from botocore.config import Config

def handler(event, context):
    client = boto3.client("s3",
        config=Config(
            read_timeout=2,
        )
    )
    return client.a()
"""
    after = """\
import boto3
from botocore.config import Config

client = boto3.client("s3",
    config=Config(
        read_timeout=2,
    )
)

def handler(event, context):
    return client.a()
"""
    assert fixed(before, RULE)["app.py"] == after


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize("head", [b"", b"\xef\xbb\xbf", b"# -*- coding: latin-1 -*-\n"])
def test_bytes_that_no_fix_is_about_stay(newline: str, head: bytes) -> None:
    encoding = "latin-1" if b"latin" in head else "utf-8"
    text = 'import boto3\n\nNAME = "größe"\n\n\ndef handler(e, c):\n\ts3 = boto3.client("s3")\n\treturn s3.a(NAME)\n'
    wanted = text.replace('\ts3 = boto3.client("s3")\n', "").replace('größe"\n', 'größe"\ns3 = boto3.client("s3")\n')
    raw = (head.decode("latin-1") + text.encode(encoding).decode("latin-1")).replace("\n", newline).encode("latin-1")
    files = {**repository({}), "app.py": raw}
    tree = MemoryTree(files)
    project, result = examine(tree, Config())
    finding = next(finding for finding in result.findings if finding.rule == RULE)
    fix = fixer(RULE)
    found = fix(finding, project, Text(tree)) if fix is not None else None
    assert found is not None
    assert is_change(found, Text(tree))
    expected = (head.decode("latin-1") + wanted.encode(encoding).decode("latin-1")).replace("\n", newline)
    assert changes([found], Text(tree))["app.py"] == expected.encode("latin-1")


def test_a_file_that_has_changed_since_it_was_scanned_is_left_alone() -> None:
    files = repository(SAFE)
    project, result = examine(MemoryTree(files), Config())
    other = Text(MemoryTree({**files, "app.py": "# new\n" + SAFE}))
    fix = fixer(RULE)
    assert fix is not None
    assert [fix(f, project, other) for f in result.findings if f.rule == RULE] == [None]


def test_a_module_that_two_functions_share_is_fixed_once() -> None:
    template = "Transform: AWS::Serverless-2016-10-31\nResources:\n" + "".join(
        f"  F{name}:\n    Type: AWS::Serverless::Function\n    Properties:\n      CodeUri: .\n"
        f"      Handler: {name}.handler\n      Runtime: python3.13\n"
        for name in "ab"
    )
    store = SAFE.replace("handler(event, context)", "read()")
    user = "from store import read\n\n\ndef handler(event, context):\n    return read()\n"
    files = {"template.yaml": template, "store.py": store, "a.py": user, "b.py": user}
    after = fixed(files, RULE)
    assert findings(after, RULE) == []
    assert {path for path in files if after[path] != files[path]} == {"store.py"}
