"""A template in short."""

from __future__ import annotations

from archlint.model.outline import Outline
from archlint.readers.cloudformation.lookup import FUNCTION_TYPES
from archlint.readers.cloudformation.nested import children
from archlint.readers.cloudformation.template import Template, TemplateResource
from archlint.syntax.node import Mapping, Scalar


def outline(template: Template) -> Outline:
    functions = [r for r in template.resources.values() if r.type in FUNCTION_TYPES]
    return Outline(
        template.path,
        frozenset(r.name for r in functions),
        bool(functions) and all(_lies_in_s3(r) for r in functions),
        children(template),
    )


def _lies_in_s3(resource: TemplateResource) -> bool:
    code = resource.properties.get("CodeUri") or resource.properties.get("Code")
    if isinstance(code, Scalar):
        return code.text.startswith(("s3://", "https://"))
    return isinstance(code, Mapping) and ("S3Bucket" in code or "Bucket" in code)
