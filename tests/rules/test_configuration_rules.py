"""What the pages' examples do not show of the rules for configuration: wording, severity, and when they stay silent."""

from __future__ import annotations

import pytest

from archlint.config import Config
from archlint.finding import Finding
from archlint.knowledge.limits import limit, statement
from archlint.results.result import ScanResult
from archlint.rules.configuration.ephemeral_storage_too_small import least_mb
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree

PLAIN = "def handler(event, context):\n    return 1\n"
TORCH = (
    "import torch\n\nMODEL = torch.jit.load('model.pt')\n\n\ndef handler(event, context):\n    return MODEL(event)\n"
)
JOBLIB = "import joblib\n\nMODEL = joblib.load('model.joblib')\n\n\n" + PLAIN
HEAD = """\
Transform: AWS::Serverless-2016-10-31
Parameters:
  Open:
    Type: Number
Resources:
"""
FUNCTION = """\
  Function:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: .
      Handler: app.handler
"""
API = ["Events:", "  Post:", "    Type: Api", "    Properties:", "      Path: /", "      Method: post"]
SQS = ["Events:", "  Job:", "    Type: SQS", "    Properties:", "      Queue: !GetAtt Jobs.Arn"]
S3 = ["Events:", "  Up:", "    Type: S3", "    Properties: {Bucket: !Ref Uploads, Events: 's3:ObjectCreated:*'}"]
VPC = ["VpcConfig: {SubnetIds: [subnet-1], SecurityGroupIds: [sg-1]}"]
EFS = ["FileSystemConfigs:", "  - {Arn: !GetAtt Point.Arn, LocalMountPath: /mnt/ml}"]
SNAPSTART = ["SnapStart: {ApplyOn: PublishedVersions}"]
PROVISIONED = ["AutoPublishAlias: live", "ProvisionedConcurrencyConfig: {ProvisionedConcurrentExecutions: 1}"]
MANAGED = ["CapacityProviderConfig: {Arn: 'arn:aws:lambda:eu-west-1:123456789012:capacity-provider:x'}"]
QUEUE = "  Jobs:\n    Type: AWS::SQS::Queue\n    Properties: {VisibilityTimeout: %s}\n"
FARGATE = "Type: AWS::ECS::TaskDefinition, Properties: {RequiresCompatibilities: [FARGATE], NetworkMode: awsvpc"
SERVICE = (
    "Type: AWS::ECS::Service, Properties: {TaskDefinition: !Ref Task, LoadBalancers: [{TargetGroupArn: !Ref Group}]}"
)


def function(*lines: str, runtime: str = "python3.13") -> str:
    given = [f"Runtime: {runtime}", *lines] if runtime else lines
    return FUNCTION + "".join(f"      {line}\n" for line in given)


def scan(*resources: str, app: str = PLAIN, **more: str) -> ScanResult:
    return scan_tree(MemoryTree({"template.yaml": HEAD + "".join(resources), "app.py": app, **more}), Config())


def of(code: str, result: ScanResult) -> list[Finding]:
    return [finding for finding in result.findings if finding.code == code]


def only(code: str, result: ScanResult) -> Finding:
    (finding,) = of(code, result)
    return finding


def unsure(rule: str, result: ScanResult) -> bool:
    return any(item.rule == rule for item in result.coverage.not_evaluated)


def test_a_cold_start_says_who_waits_for_what_and_how_fast() -> None:
    found = only("AL306", scan(function("MemorySize: 884", *API), app=TORCH))

    assert found.message == (
        "a REST API waits while a new environment loads a model with torch.jit.load() at import (app.py:3) with"
        " 0.50 vCPU: no provisioned concurrency or SnapStart keeps one ready"
    )
    assert found.severity == "warning"
    assert found.confidence == "high"
    assert found.help is not None
    assert found.help.startswith("Turn SnapStart on")
    assert found.trace[-1].place.path == "app.py"


@pytest.mark.parametrize(
    ("lines", "runtime", "why"),
    [
        (["EphemeralStorage: {Size: 2048}"], "python3.13", "its /tmp has 2048 MB, more than 512 MB"),
        ([*VPC, *EFS], "python3.13", "it mounts a file system"),
        ([], "python3.11", "Python 3.11 is too old"),
        (["EphemeralStorage: {Size: !Ref Open}"], "python3.13", "the size of its /tmp is not known"),
    ],
)
def test_a_cold_start_s_help_names_snapstart_only_where_it_can_be(lines: list[str], runtime: str, why: str) -> None:
    found = only("AL306", scan(function(*lines, *API, runtime=runtime), app=TORCH))

    assert found.help is not None
    assert found.help.endswith(f"SnapStart is not open to it: {why}.")


def test_a_small_model_s_cold_start_is_less_certain() -> None:
    assert only("AL306", scan(function(*API), app=JOBLIB)).confidence == "medium"


@pytest.mark.parametrize(
    "app",
    [
        "import cv2\n\n\ndef handler(event, context):\n    return cv2.resize(event, (1, 1))\n",
        "try:\n    import torch\nexcept ImportError:\n    torch = None\n\n\n" + PLAIN,
        "import os\n\nif os.environ.get('LOCAL'):\n    import torch\n\n\n" + PLAIN,
        "import json\n\nMODEL = json.load(open('labels.json'))\n\n\n" + PLAIN,
    ],
    ids=["a light use", "optional", "on a condition", "no model"],
)
def test_what_is_no_model_s_cold_start(app: str) -> None:
    assert not of("AL306", scan(function(*API), app=app))


@pytest.mark.parametrize("lines", [PROVISIONED, SNAPSTART, MANAGED, ["DurableConfig: {ExecutionTimeout: 3600}"]])
def test_environments_that_are_ready_have_no_cold_start(lines: list[str]) -> None:
    assert not of("AL306", scan(function(*lines, *API), app=TORCH))


def test_the_default_timeout_is_a_note_where_a_small_model_is_loaded_at_import() -> None:
    found = only("AL303", scan(function(), app=JOBLIB))

    assert found.severity == "info"
    assert "the default of 3 s" in found.message
    assert only("AL303", scan(function(), app=TORCH)).severity == "warning"
    assert not of("AL303", scan(function("Timeout: 3"), app=TORCH))


def test_training_up_to_the_end_is_an_error() -> None:
    fit = (
        "from sklearn.svm import SVC\n\n\ndef handler(event, context):\n    return SVC().fit(event['x'], event['y'])\n"
    )

    assert only("AL301", scan(function("Timeout: 900"), app=fit)).severity == "error"
    assert only("AL301", scan(function("Timeout: 700"), app=fit)).severity == "warning"
    assert only("AL301", scan(function("Timeout: 900"))).severity == "warning"


def test_provisioned_concurrency_may_serve_another_declaration() -> None:
    caller = (
        "  Caller:\n    Type: AWS::Serverless::Function\n    Properties: {CodeUri: ., Handler: app.handler, Runtime:"
        " python3.13, Environment: {Variables: {WORKER: !Ref Function}}}\n"
    )
    queue = QUEUE % 60

    assert of("AL307", scan(queue, function(*PROVISIONED, *SQS)))
    assert not of("AL307", scan(queue, function(*PROVISIONED, *SQS), caller))
    assert not of("AL307", scan(function(*PROVISIONED)))


def test_concurrency_is_limited_by_a_value_that_is_not_known() -> None:
    bucket = "  Uploads:\n    Type: AWS::S3::Bucket\n"

    assert "up to 1000 environments" in only("AL308", scan(bucket, function(*S3), app=TORCH)).message
    assert not of("AL308", scan(bucket, function("ReservedConcurrentExecutions: !Ref Open", *S3), app=TORCH))
    assert not of("AL308", scan(bucket, function(*S3), app=JOBLIB))


def test_visibility_below_the_timeout_is_refused() -> None:
    found = only("AL309", scan(QUEUE % 20, function("Timeout: 30", *SQS)))

    assert found.severity == "error"
    assert "AWS refuses the mapping" in found.message
    assert found.help == "Set the queue's visibility timeout to 180 s or more, plus the batching window."
    assert only("AL309", scan(QUEUE % 179, function("Timeout: 30", *SQS))).severity == "warning"
    assert not of("AL309", scan(QUEUE % 180, function("Timeout: 30", *SQS)))


def test_a_visibility_that_is_not_known_fires_nothing() -> None:
    result = scan(QUEUE % "!Ref Open", function("Timeout: 30", *SQS))

    assert not of("AL309", result)
    assert unsure("queue-visibility-below-timeout", result)


def test_visibility_in_a_cdk_app() -> None:
    stack = """\
from aws_cdk import App, Duration, Stack, aws_lambda as lambda_, aws_sqs as sqs
from aws_cdk.aws_lambda_event_sources import SqsEventSource

app = App()
stack = Stack(app, "Jobs")
queue = sqs.Queue(stack, "Queue", visibility_timeout=Duration.minutes(1))
worker = lambda_.Function(
    stack,
    "Worker",
    code=lambda_.Code.from_asset("src"),
    handler="app.handler",
    runtime=lambda_.Runtime.PYTHON_3_13,
    timeout=Duration.minutes(5),
)
worker.add_event_source(SqsEventSource(queue))
"""
    files = {"cdk.json": '{"app": "python app.py"}', "app.py": stack, "src/app.py": PLAIN}
    found = only("AL309", scan_tree(MemoryTree(files), Config()))

    assert (found.place.path, found.place.line, found.severity) == ("app.py", 6, "error")


def test_a_durable_function_by_an_override() -> None:
    stack = """\
import * as cdk from "aws-cdk-lib";
import * as lambda from "aws-cdk-lib/aws-lambda";

const app = new cdk.App();
const stack = new cdk.Stack(app, "Jobs");
const worker = new lambda.Function(stack, "Worker", {
  code: lambda.Code.fromAsset("src"),
  handler: "app.handler",
  runtime: lambda.Runtime.PYTHON_3_13,
  timeout: cdk.Duration.minutes(15),
});
const resource = worker.node.defaultChild as lambda.CfnFunction;
resource.addOverride("Properties.DurableConfig", { ExecutionTimeout: 86400 });
"""
    files = {"cdk.json": '{"app": "npx ts-node app.ts"}', "app.ts": stack, "src/app.py": PLAIN}
    result = scan_tree(MemoryTree(files), Config())

    assert [deployed.function.durable for deployed in result.functions] == [True]
    assert not of("AL301", result)


def test_a_file_system_needs_a_vpc_that_no_macro_may_add() -> None:
    assert only("AL310", scan(function(*EFS))).severity == "error"
    assert not of("AL310", scan(function(*EFS, "Fn::Transform: {Name: Network}")))
    assert not of("AL310", scan(function(*EFS, *VPC)))


def test_a_mount_target_may_come_first_by_way_of_another_resource() -> None:
    files = "  Files: {Type: AWS::EFS::FileSystem}\n"
    target = "  Target: {Type: AWS::EFS::MountTarget, Properties: {FileSystemId: !Ref Files}}\n"
    point = "  Point:\n    Type: AWS::EFS::AccessPoint\n%s    Properties: {FileSystemId: !Ref Files}\n"
    late = only("AL310", scan(files, target, point % "", function(*EFS, *VPC)))

    assert late.severity == "warning"
    assert late.help == "Add DependsOn: [Target] to the function."
    assert not of("AL310", scan(files, target, point % "    DependsOn: [Target]\n", function(*EFS, *VPC)))


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("mistralai/Mistral-7B-v0.1", 13_351),
        ("facebook/opt-350m", 667),
        ("google/gemma-2-2b", 3814),
        ("TheBloke/Mistral-7B-GPTQ", None),
        ("unsloth/llama-3-8b-bnb-4bit", None),
        ("org/llama-7b-lora", None),
        ("mistralai/Mixtral-8x7B-v0.1", None),
        ("sentence-transformers/all-MiniLM-L6-v2", None),
        ("distilgpt2", None),
    ],
)
def test_what_a_model_s_name_says_of_its_size(name: str, least: int | None) -> None:
    assert least_mb(name) == least


def test_a_model_that_no_tmp_can_hold() -> None:
    app = "from transformers import AutoModel\n\nMODEL = AutoModel.from_pretrained('org/big-13b')\n\n\n" + PLAIN
    found = only("AL311", scan(function("EphemeralStorage: {Size: 10240}"), app=app))

    assert "24,795 MB or more" in found.message
    assert "10240 MB is the most that /tmp can have" in found.message
    assert not of("AL311", scan(function(*VPC, *EFS), app=app))


def test_snapstart_names_everything_that_stands_in_its_way() -> None:
    found = only("AL313", scan(function(*SNAPSTART, *PROVISIONED, *VPC, *EFS, "EphemeralStorage: {Size: 4096}")))

    assert found.message == (
        "SnapStart is on, but the function mounts /mnt/ml and its /tmp has 4096 MB and it has provisioned concurrency;"
        f" {statement('snapstart').value} (as of {statement('snapstart').as_of})"
    )
    java = scan(function(*SNAPSTART, runtime="java21"))
    assert not of("AL313", java)


def test_snapstart_is_offered_once() -> None:
    both = "import pandas\n" + TORCH
    assert not of("AL314", scan(function(*API), app=both))
    found = only("AL314", scan(function(*API), app="import pandas\n\n\n" + PLAIN))
    assert (found.severity, found.place.line) == ("info", 6)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        (["MemorySize: 20480"], "20480 MB of memory"),
        (["MemorySize: 65536", *MANAGED], "65536 MB of memory"),
        (["EphemeralStorage: {Size: 20480}"], "20480 MB of /tmp"),
        (["MemorySize: 8192", *MANAGED, "AcceleratorConfig: {AcceleratorMemorySize: 24}"], "it is a zip package"),
        (
            ["AcceleratorConfig: {AcceleratorMemorySize: 24}"],
            "the function is not on Managed Instances and it is a zip",
        ),
        (
            ["Architectures: [arm64]", *MANAGED, "AcceleratorConfig: {AcceleratorMemorySize: 24}"],
            "architecture is arm64",
        ),
    ],
)
def test_a_function_that_lambda_refuses(lines: list[str], words: str) -> None:
    found = only("AL315", scan(function(*lines)))

    assert words in found.message
    assert found.severity == "error"


@pytest.mark.parametrize(
    ("resources", "words"),
    [
        (
            "  Task: {" + FARGATE + ", ContainerDefinitions: [{ResourceRequirements: [{Type: GPU, Value: 2}]}]}}\n",
            "is for Fargate and asks for 2 GPUs: Fargate has no GPUs",
        ),
        (
            (
                "  Job: {Type: AWS::Batch::JobDefinition, Properties: {PlatformCapabilities: [FARGATE],"
                " ContainerProperties: {ResourceRequirements: [{Type: GPU, Value: '1'}]}}}\n"
            ),
            "the job definition is for Fargate and asks for 1 GPU:",
        ),
        (
            "  Job: {Type: AWS::Batch::JobDefinition, Properties: {Timeout: {AttemptDurationSeconds: 30}}}\n",
            "a Batch job's timeout of 30 s is below the least of 60 s",
        ),
        (
            "  Job: {Type: AWS::Batch::JobDefinition, Properties: {RetryStrategy: {Attempts: 20}}}\n",
            "20 attempts: a Batch job has from 1 to 10",
        ),
        (
            "  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {Port: 80}}\n"
            "  Task: {" + FARGATE + "}}\n  Service: {" + SERVICE + "}\n",
            "the target group of Service has the type instance",
        ),
        (
            (
                "  Config: {Type: AWS::SageMaker::EndpointConfig, Properties: {ProductionVariants: [{InstanceType:"
                " ml.g5.xlarge, ServerlessConfig: {MemorySizeInMB: 2048, MaxConcurrency: 1}}]}}\n"
            ),
            "ServerlessConfig and InstanceType ml.g5.xlarge",
        ),
    ],
)
def test_a_resource_that_its_service_refuses(resources: str, words: str) -> None:
    assert words in only("AL315", scan(resources, function())).message


@pytest.mark.parametrize(
    "resources",
    [
        "  Task: {" + FARGATE + ", ContainerDefinitions: [{ResourceRequirements: [{Type: GPU, Value: !Ref Open}]}]}}\n",
        "  Job: {Type: AWS::Batch::JobDefinition, Properties: {Timeout: {AttemptDurationSeconds: !Ref Open}}}\n",
        (
            "  Job: {Type: AWS::Batch::JobDefinition, Properties: {RetryStrategy: {Attempts: 10}, Timeout:"
            " {AttemptDurationSeconds: 60}}}\n"
        ),
        "  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup, Properties: {TargetType: !Ref Open}}\n"
        "  Task: {" + FARGATE + "}}\n  Service: {" + SERVICE + "}\n",
        "  Group: {Type: AWS::ElasticLoadBalancingV2::TargetGroup}\n  Task: {Type: AWS::ECS::TaskDefinition,"
        " Properties: {NetworkMode: bridge}}\n  Service: {" + SERVICE + "}\n",
    ],
)
def test_a_resource_within_the_range_or_not_known(resources: str) -> None:
    assert not of("AL315", scan(resources, function()))


def test_every_limit_and_fact_has_a_source() -> None:
    for name in ("memory_managed_max", "batch_timeout_min", "batch_attempts_max", "visibility_factor", "ephemeral_max"):
        assert limit(name).url.startswith("https://")
        assert limit(name).as_of.startswith("2026")
    for name in ("snapstart", "file_system_vpc", "fargate_gpu", "awsvpc_target", "accelerator", "serverless_variant"):
        assert statement(name).url.startswith("https://")
        assert statement(name).title
