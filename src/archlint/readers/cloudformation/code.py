"""Where a template says that a function's code and layers are."""

from __future__ import annotations

import re

from archlint.model.function import (
    AbsentCode,
    Code,
    FolderCode,
    ImageCode,
    InlineCode,
    Layer,
    UnknownCode,
    ZipCode,
)
from archlint.model.place import Place
from archlint.readers.cloudformation.reduced import reason_of
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import Template, TemplateResource
from archlint.syntax.node import Mapping, Node, Opaque, Reference, Scalar
from archlint.tree import Tree, join, parent

ARCHIVES = (".zip", ".jar")
_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
"""Line breaks as YAML 1.1 counts them."""


def zip_code(properties: Mapping, resource: TemplateResource, scope: Scope, tree: Tree, text: str) -> Code:
    """CodeUri or InlineCode of SAM, Code of CloudFormation."""
    sam = resource.type == "AWS::Serverless::Function"
    inline = scope.get(properties, "InlineCode") if sam else scope.get(properties, "Code", "ZipFile")
    if isinstance(inline, Scalar):
        return _inline(inline, text)
    if inline is not None:
        return UnknownCode(f"the inline code is not a plain text: {reason_of(inline, 'it is no text')}")
    name = "CodeUri" if sam else "Code"
    node = scope.get(properties, name)
    entry = properties.entry(name)
    place = entry.key_place if entry else resource.place
    if node is None:
        code = _default_code(resource, tree) if sam else UnknownCode("the template gives no Code")
        return _built(code, resource, scope)
    if isinstance(node, Mapping) and ("S3Bucket" in node or "Bucket" in node):
        return UnknownCode("the code is an object in S3", uploaded=True)
    if not isinstance(node, Scalar) or not node.text:
        return UnknownCode(f"{name}: {reason_of(node, 'it is no path')}")
    code = local_code(node.text, parent(resource.place.path), place, tree, builds=False)
    return _built(code, resource, scope) if sam else code


def local_code(path: str, folder: str, place: Place, tree: Tree, builds: bool) -> Code:
    """A path written in a template, relative to the template's folder."""
    if "://" in path:
        return UnknownCode(f"the code is at {path.split('://', 1)[0]}://, outside the repository", uploaded=True)
    found = join(folder, path)
    if found is None:
        return UnknownCode(f"'{path}' leads out of the scanned folder")
    if tree.is_dir(found):
        return FolderCode(found, builds)
    if tree.is_file(found):
        return ZipCode(found) if found.lower().endswith(ARCHIVES) else FolderCode(found, builds)
    return AbsentCode(found, place)


def _default_code(resource: TemplateResource, tree: Tree) -> Code:
    """`sam build` takes the template's own folder when CodeUri is not given."""
    folder = parent(resource.place.path)
    return FolderCode(folder) if tree.is_dir(folder) else UnknownCode("the template gives no CodeUri")


def _built(code: Code, resource: TemplateResource, scope: Scope) -> Code:
    """A function without BuildMethod is built by its runtime, Python's with pip."""
    if not isinstance(code, FolderCode):
        return code
    builds, builder = _build(resource, scope, by_default=True)
    return FolderCode(code.path, builds, builder)


def _build(resource: TemplateResource, scope: Scope, by_default: bool) -> tuple[bool, str]:
    """Whether `sam build` installs dependencies, and with what in place of pip: by BuildMethod and SkipBuild of the
    resource's Metadata."""
    metadata = resource.body.get("Metadata")
    skipped = scope.get(metadata, "SkipBuild")
    if isinstance(skipped, Scalar) and skipped.text.lower() == "true":
        return False, ""
    method = scope.get(metadata, "BuildMethod")
    if method is None:
        return by_default, ""
    text = method.text if isinstance(method, Scalar) else ""
    if text == "python-uv":
        return True, "uv"
    return (True, "") if text.startswith("python3") else (False, "makefile" if text == "makefile" else "other")


def _inline(inline: Scalar, text: str) -> InlineCode:
    """Code in the template, with where its first line stands and how far it is indented."""
    place = inline.place
    if not inline.block:
        return InlineCode(inline.text, place, block=False)
    rows = _BREAK.split(inline.text)
    first = next((number for number, row in enumerate(rows) if row.strip()), 0)
    lines = _BREAK.split(text)
    written = lines[place.line + first] if place.line + first < len(lines) else ""
    own_indent = len(rows[first]) - len(rows[first].lstrip()) if rows else 0
    indent = len(written) - len(written.lstrip()) - own_indent
    return InlineCode(inline.text, Place(place.path, place.line + 1, max(0, indent) + 1))


def image_code(properties: Mapping, resource: TemplateResource, scope: Scope, tree: Tree) -> Code:
    """An image that `sam build` makes from Metadata, with ImageConfig's overrides."""
    metadata = resource.body.get("Metadata")
    dockerfile = scope.get(metadata, "Dockerfile")
    context = scope.get(metadata, "DockerContext")
    if not isinstance(context, Scalar):
        uri = scope.get(properties, "ImageUri") or scope.get(properties, "Code", "ImageUri")
        pattern = uri.text if isinstance(uri, Scalar) else uri.pattern if isinstance(uri, Opaque) else ""
        return UnknownCode(f"the image is in a registry{f': {pattern}' if pattern else ''}")
    folder = join(parent(resource.place.path), context.text)
    if folder is None:
        return UnknownCode(f"DockerContext '{context.text}' leads out of the scanned folder")
    name = dockerfile.text if isinstance(dockerfile, Scalar) and dockerfile.text else "Dockerfile"
    path = join(folder, name)
    if path is None:
        return UnknownCode(f"Dockerfile '{name}' leads out of the scanned folder")
    if not tree.is_file(path):
        same = [n for n in tree.names(parent(path)) if n.lower() == path.rsplit("/", 1)[-1].lower()]
        if len(same) != 1:
            return AbsentCode(path, context.place)
        path = f"{parent(path)}/{same[0]}" if parent(path) else same[0]
    config = scope.get(properties, "ImageConfig")
    target = scope.get(metadata, "DockerBuildTarget")
    for node in (target, config, *_parts(scope, config, "Command"), *_parts(scope, config, "EntryPoint")):
        if isinstance(node, Opaque | Reference):
            return UnknownCode(f"how the image is built or started is not known: {reason_of(node, '')}")
    return ImageCode(
        dockerfile=path,
        context=folder,
        place=context.place,
        command=_words(scope, config, "Command"),
        entrypoint=_words(scope, config, "EntryPoint"),
        working_directory=_text(scope.get(config, "WorkingDirectory")),
        target=_text(target),
        build_args=_build_args(scope, metadata),
    )


def _build_args(scope: Scope, metadata: Node | None) -> dict[str, str]:
    arguments = scope.get(metadata, "DockerBuildArgs")
    values = {e.key: scope.get(arguments, e.key) for e in arguments} if isinstance(arguments, Mapping) else {}
    return {name: value.text for name, value in values.items() if isinstance(value, Scalar)}


def _parts(scope: Scope, config: Node | None, key: str) -> tuple[Node, ...]:
    return scope.items(scope.get(config, key))


def _words(scope: Scope, config: Node | None, key: str) -> tuple[str, ...] | None:
    return tuple(item.text for item in _parts(scope, config, key) if isinstance(item, Scalar)) or None


def _text(node: Node | None) -> str | None:
    return node.text if isinstance(node, Scalar) else None


def layers(node: Node | None, template: Template, scope: Scope, tree: Tree) -> tuple[Layer, ...]:
    """The layers of a function, in the template's order."""
    found = []
    for item in scope.items(node):
        if isinstance(item, Reference) and item.name in template.resources:
            found.append(_own_layer(template.resources[item.name], scope, tree))
        elif isinstance(item, Scalar):
            found.append(Layer(item.text, arn=item.text))
        elif isinstance(item, Opaque):
            found.append(Layer(item.pattern or item.reason, arn=item.pattern or None))
    return tuple(found)


def _own_layer(resource: TemplateResource, scope: Scope, tree: Tree) -> Layer:
    content = scope.get(resource.properties, "ContentUri") or scope.get(resource.properties, "Content")
    if isinstance(content, Scalar) and "://" not in content.text:
        folder = join(parent(resource.place.path), content.text)
        if folder is not None and (tree.is_dir(folder) or tree.is_file(folder)):
            builds, builder = _build(resource, scope, by_default=False)
            return Layer(resource.name, folder=folder, builds=builds, builder=builder)
    return Layer(resource.name)
