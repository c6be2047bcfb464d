"""The words and commands that a unit's steps are filled with."""

from __future__ import annotations

import hashlib
import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from types import MappingProxyType

from archlint.knowledge import plan_steps
from archlint.model.deployed import Deployed
from archlint.model.function import FolderCode, ImageCode
from archlint.plan.model import FunctionPlan
from archlint.values import Known

_PLACEHOLDER = re.compile(r"\{([a-z]+)\}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_NOT_LOGICAL = re.compile(r"[^A-Za-z0-9]+")
_NOT_COMMAND = re.compile(r"[\x00-\x1f\x7f]")
_IMAGES = ("lambda-image", "lambda-managed-instances-gpu")
_PUSH = 'docker tag {0} "$REGISTRY/{0}:$TAG" && docker push "$REGISTRY/{0}:$TAG"'
_PLATFORMS = {"arm64": "linux/arm64", "x86_64": "linux/amd64"}


def step_id(unit: str, key: str) -> str:
    """The same in every run for the same unit and kind of step."""
    return hashlib.sha256(f"{unit}\0{key}".encode("utf-8", "surrogatepass")).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class Words:
    """Values of the {placeholders}; in commands each is quoted for a shell."""

    texts: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    commands: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def text(self, template: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self.texts.get(found[1], found[0]), template)

    def command(self, template: str) -> str:
        return _PLACEHOLDER.sub(lambda found: self.commands.get(found[1], found[0]), template)


def words(unit: FunctionPlan, deployed: Deployed) -> Words:
    """What is said of a unit and what is run for it."""
    dockerfile, context = _image(deployed)
    texts = {
        "name": unit.name,
        "new": unit.name + "Image" if unit.target == "lambda-image" else unit.name + "New",
        "slug": slug(unit.name),
        "target": unit.target,
        "dockerfile": dockerfile,
        "context": context,
        "platform": _platform(deployed),
        "steps": plan_steps.shares(),
    }
    build, deploy = _deployment(deployed)
    image = unit.target in _IMAGES or deployed.function.package == Known("image")
    if image and deployed.function.origin.sam_properties:
        deploy += " --resolve-image-repos"
    push = "" if brings_registry(unit, deployed) else _PUSH.format(texts["slug"])
    commands = {key: _quoted(text) for key, text in texts.items()}
    commands |= {
        "build": build,
        "deploy": deploy,
        "push": push,
        "select": _select(unit.name),
        "find": _select(texts["new"]),
        "arg": _quoted(unit.name),
    }
    return Words(MappingProxyType(texts), MappingProxyType(commands))


def brings_registry(unit: FunctionPlan, deployed: Deployed) -> bool:
    """SAM and CDK keep a registry for the images of functions, and push to it when they deploy."""
    return unit.target.startswith("lambda-") and deployed.function.origin.keeps_registry


def slug(name: str) -> str:
    """A name that registries and services take: small letters, digits and hyphens."""
    return _NOT_SLUG.sub("-", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()).strip("-")[:60] or "function"


def _quoted(text: str) -> str:
    return shlex.quote(_NOT_COMMAND.sub("?", text))


def _platform(deployed: Deployed) -> str:
    architecture = deployed.function.architecture.value
    return _PLATFORMS.get(architecture.value, "linux/amd64") if isinstance(architecture, Known) else "linux/amd64"


def _image(deployed: Deployed) -> tuple[str, str]:
    """The Dockerfile that there is or is to be, and its context."""
    code = deployed.function.code
    if isinstance(code, ImageCode):
        return code.dockerfile, code.context or "."
    folder = code.path if isinstance(code, FolderCode) else "."
    return (PurePosixPath(folder) / "Dockerfile").as_posix(), folder or "."


def _deployment(deployed: Deployed) -> tuple[str, str]:
    """How the template's kind is built and deployed."""
    function = deployed.function
    template = _quoted(function.defined_at.path)
    if function.kind == "sam":
        return f"sam build -t {template}", 'sam deploy --stack-name "$STACK" --resolve-s3 --capabilities CAPABILITY_IAM'
    if function.kind == "cloudformation":
        package = "aws cloudformation package --template-file {} --s3-bucket {} --output-template-file packaged.yaml"
        deploy = 'aws cloudformation deploy --template-file packaged.yaml --stack-name "$STACK"'
        return package.format(template, '"$BUCKET"'), f"{deploy} --capabilities CAPABILITY_IAM"
    return "npx cdk diff", "npx cdk deploy"


def _select(name: str) -> str:
    """Finds the deployed name of a function in its stack."""
    prefix = _NOT_LOGICAL.sub("", name)
    query = (
        f"StackResourceSummaries[?ResourceType=='AWS::Lambda::Function' && starts_with(LogicalResourceId, '{prefix}')]"
    )
    inner = f'aws cloudformation list-stack-resources --stack-name "$STACK" --query "{query}.PhysicalResourceId | [0]"'
    return f"$({inner} --output text)"
