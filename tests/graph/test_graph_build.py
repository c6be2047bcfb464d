"""The graph of a repository: what templates declare joined to what code calls."""

from __future__ import annotations

from archlint.config import Config
from archlint.graph.build import with_modules
from archlint.graph.graph import Graph
from archlint.project import Project
from archlint.scanner.pipeline import read_project
from archlint.tree import MemoryTree

FUNCTION = """\
  {name}:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: {folder}
      Handler: app.handler
      Runtime: python3.13
"""
HEAD = "Transform: AWS::Serverless-2016-10-31\nResources:\n"


def project(files: dict[str, str]) -> Project:
    tree = MemoryTree(files)
    return read_project(tree, Config())


def function(name: str, folder: str, more: str = "") -> str:
    return FUNCTION.format(name=name, folder=folder) + more


def variable(name: str, value: str) -> str:
    return f"      Environment:\n        Variables:\n          {name}: {value}\n"


def edges(graph: Graph) -> set[tuple[str, str, str, str]]:
    return {(e.source.partition("#")[2], e.target.partition("#")[2], e.kind, e.label) for e in graph.edges}


def handler(body: str, before: str = "") -> str:
    return f"import os\nimport boto3\n{before}\n\ndef handler(event, context):\n    {body}\n"


INVOKE = "boto3.client('lambda').invoke(FunctionName=os.environ['WORKER'], Payload=b'')"


def test_an_invocation_is_joined_through_the_environment() -> None:
    template = HEAD + function("Front", "front", variable("WORKER", "!Ref Worker")) + function("Worker", "worker")
    graph = project(
        {"template.yaml": template, "front/app.py": handler(INVOKE), "worker/app.py": handler("return 1")}
    ).graph
    (edge,) = graph.edges
    assert edges(graph) == {("Front", "Worker", "sync", "invoke")}
    assert [(shown.place.path, shown.place.line) for shown in edge.evidence] == [
        ("front/app.py", 6),
        ("template.yaml", 11),
    ]
    assert not edge.declared
    assert graph.callers("template.yaml#Worker") == ("template.yaml#Front",)


def test_an_event_invocation_is_not_awaited() -> None:
    template = HEAD + function("Front", "front", variable("WORKER", "!Ref Worker")) + function("Worker", "worker")
    code = handler(INVOKE.replace("Payload", "InvocationType='Event', Payload"))
    graph = project({"template.yaml": template, "front/app.py": code, "worker/app.py": handler("return 1")}).graph
    assert edges(graph) == {("Front", "Worker", "async", "invoke")}
    assert graph.callers("template.yaml#Worker") == ()


def test_a_variable_alone_is_a_use_that_is_not_certain() -> None:
    template = HEAD + function("Front", "front", variable("QUEUE", "!Ref Queue")) + "  Queue: {Type: AWS::SQS::Queue}\n"
    (edge,) = project({"template.yaml": template, "front/app.py": handler("return 1")}).graph.edges
    assert (edge.kind, edge.label, edge.certain) == ("uses", "QUEUE", False)


def test_a_permission_alone_says_what_may_happen() -> None:
    policy = "      Policies:\n        - S3CrudPolicy:\n            BucketName: !Ref Files\n"
    template = HEAD + function("Front", "front", policy) + "  Files: {Type: AWS::S3::Bucket}\n"
    (edge,) = project({"template.yaml": template, "front/app.py": handler("return 1")}).graph.edges
    assert (edge.kind, edge.label, edge.certain) == ("writes", "may write and read", False)


def test_a_permission_to_poll_is_part_of_the_trigger() -> None:
    more = (
        "      Policies:\n        - SQSPollerPolicy:\n            QueueName: !GetAtt Queue.QueueName\n"
        "      Events:\n        Work: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}\n"
    )
    template = HEAD + function("Front", "front", more) + "  Queue: {Type: AWS::SQS::Queue}\n"
    graph = project({"template.yaml": template, "front/app.py": handler("return 1")}).graph
    assert edges(graph) == {("Queue", "Front", "async", "")}


def test_literal_names_find_their_resource_and_others_stand_elsewhere() -> None:
    template = HEAD + function("Front", "front") + "  Files: {Type: AWS::S3::Bucket, Properties: {BucketName: own}}\n"
    code = "s3.get_object(Bucket='own', Key='a'); s3.put_object(Bucket='theirs', Key='b', Body=b'')"
    graph = project({"template.yaml": template, "front/app.py": handler(code, "s3 = boto3.client('s3')")}).graph
    assert edges(graph) == {
        ("Front", "Files", "reads", "get_object"),
        ("Front", "bucket:theirs", "writes", "put_object"),
    }
    outside = graph.node("elsewhere#bucket:theirs")
    assert outside is not None
    assert (outside.place, outside.stack) == (None, "")


def test_a_trigger_without_a_declared_source_gets_an_entry() -> None:
    more = "      FunctionUrlConfig: {AuthType: NONE}\n"
    graph = project(
        {"template.yaml": HEAD + function("Front", "front", more), "front/app.py": handler("return 1")}
    ).graph
    assert edges(graph) == {("trigger:function-url", "Front", "sync", "")}
    entry = graph.node("template.yaml#trigger:function-url")
    assert entry is not None
    assert (entry.name, entry.kind) == ("Function URL", "api")


def test_models_are_nodes() -> None:
    code = "boto3.client('bedrock-runtime').converse(modelId='amazon.nova-lite-v1:0', messages=[])"
    before = "from transformers import AutoModel\nmodel = AutoModel.from_pretrained('org/tiny')"
    graph = project({"template.yaml": HEAD + function("Front", "front"), "front/app.py": handler(code, before)}).graph
    assert edges(graph) == {
        ("Front", "model:amazon.nova-lite-v1:0", "sync", "converse"),
        ("Front", "model:org/tiny", "reads", "loads"),
    }


def test_shared_stores_and_modules() -> None:
    table = "table = boto3.resource('dynamodb').Table(os.environ['TABLE'])"
    template = (
        HEAD
        + function("Write", "src", variable("TABLE", "!Ref Items"))
        + function("Read", "src", variable("TABLE", "!Ref Items")).replace("app.handler", "other.handler")
        + "  Items: {Type: AWS::Serverless::SimpleTable}\n"
    )
    found = project(
        {
            "template.yaml": template,
            "src/app.py": handler("table.put_item(Item={})", f"import common\n{table}"),
            "src/other.py": handler("table.get_item(Key={})", f"import common\n{table}"),
            "src/common.py": "x = 1\n",
        }
    )
    assert found.graph.shared_with("template.yaml#Read") == (("template.yaml#Write", "template.yaml#Items"),)
    assert found.graph.neighbours("template.yaml#Items", "writes") == ("template.yaml#Write",)
    more = with_modules(found.graph, found.functions, found.reach)
    assert {(e.source, e.target) for e in more.edges if e.kind == "imports"} == {
        ("template.yaml#Write", "module#src/common.py"),
        ("template.yaml#Read", "module#src/common.py"),
    }


def test_a_repository_without_functions() -> None:
    graph = project({"README.md": "nothing"}).graph
    assert (graph.nodes, graph.edges, graph.cycles()) == ((), (), ())
