"""What the pages' examples do not show of the rules for code: severity, confidence and wording."""

from __future__ import annotations

import pytest

from archlint.config import Config
from archlint.finding import Finding
from archlint.scanner.pipeline import scan_tree
from archlint.tree import MemoryTree
from expectations import TEMPLATE

ONE_SHOT = TEMPLATE + "  Once:\n    Type: Custom::Once\n    Properties:\n      ServiceToken: !GetAtt Function.Arn\n"
HUB = "from transformers import AutoModel\n"


def only(rule: str, code: str, template: str = TEMPLATE) -> Finding:
    result = scan_tree(MemoryTree({"template.yaml": template, "app.py": code}), Config())
    (finding,) = [finding for finding in result.findings if finding.rule == rule]
    return finding


def handler(body: str, before: str = "") -> str:
    return f"{before}\n\ndef handler(event, context):\n    {body}\n"


CLIENT = handler("return boto3.client('s3')", "import boto3")
SLEEP = handler("time.sleep(60)", "import time")
SCALER = handler(
    "return StandardScaler().fit_transform(event['rows'])", "from sklearn.preprocessing import StandardScaler"
)
TRAINED = handler("return Ridge().fit(event['x'], event['y'])", "from sklearn.linear_model import Ridge")
IMPORT = handler("import torch; return torch")
RARE_IMPORT = handler("if event: import torch")


@pytest.mark.parametrize(
    ("rule", "code", "template", "severity", "confidence"),
    [
        ("client-created-in-handler", CLIENT, TEMPLATE, "warning", "high"),
        ("client-created-in-handler", CLIENT, ONE_SHOT, "info", "high"),
        ("waiting-in-handler", SLEEP, TEMPLATE, "warning", "medium"),
        ("waiting-in-handler", SLEEP, ONE_SHOT, "info", "medium"),
        ("training-on-lambda", TRAINED, TEMPLATE, "warning", "high"),
        ("training-on-lambda", SCALER, TEMPLATE, "info", "low"),
        ("heavy-import-in-handler", IMPORT, TEMPLATE, "warning", "medium"),
        ("heavy-import-in-handler", RARE_IMPORT, TEMPLATE, "info", "low"),
    ],
)
def test_what_is_meant_or_harmless_is_information(
    rule: str, code: str, template: str, severity: str, confidence: str
) -> None:
    finding = only(rule, code, template)
    assert (finding.severity, finding.confidence) == (severity, confidence)


def test_a_download_says_whether_its_revision_is_open() -> None:
    loose = only("model-download-at-init", handler("return MODEL", HUB + "MODEL = AutoModel.from_pretrained('a/b')"))
    pinned = HUB + "MODEL = AutoModel.from_pretrained('a/b', revision='0123abc')"
    assert loose.message.endswith(", and takes whatever revision is newest then")
    assert only("model-download-at-init", handler("return MODEL", pinned)).message.endswith("on every cold start")


def test_the_article_of_a_client() -> None:
    code = handler("return OpenSearch('https://search')", "from opensearchpy import OpenSearch")
    assert only("client-created-in-handler", code).message == "an OpenSearch client is made on every invocation"


def test_the_way_leads_from_the_handler_to_the_finding() -> None:
    code = handler("client()", "import boto3\n\n\ndef client():\n    return boto3.client('s3')")
    finding = only("client-created-in-handler", code)
    assert [step.message for step in finding.trace] == ["Lambda calls handler()", "handler() calls client()"]
