"""Resources beside functions, with the settings that rules ask for."""

from __future__ import annotations

from archlint.knowledge.resources import ResourceType, SettingRow
from archlint.model.function import Setting
from archlint.model.place import Place
from archlint.model.resource import Resource as Declared
from archlint.model.resource import Scalar as Plain
from archlint.readers.cloudformation.parts import PropertyPart, parts
from archlint.readers.cloudformation.reduced import reason_of
from archlint.readers.cloudformation.scope import Scope
from archlint.readers.cloudformation.template import TemplateResource
from archlint.syntax.node import Mapping, Node, Scalar, Sequence
from archlint.values import Known, Unknown, Value

BOOLEANS = {"true": True, "false": False}


def declared(resource: TemplateResource, row: ResourceType, scope: Scope, conditional: bool) -> Declared:
    """A resource of the template."""
    name = scope.get(resource.properties, row.name) if row.name else None
    return Declared(
        id=f"{resource.place.path}#{resource.name}",
        name=resource.name,
        kind=row.kind,
        type=resource.type,
        place=resource.place,
        stack=resource.place.path,
        settings=settings(resource.properties, row.settings, scope),
        physical_name=name.text if isinstance(name, Scalar) and isinstance(name.value, str) else None,
        conditional=conditional,
    )


def settings(properties: Mapping, rows: tuple[SettingRow, ...], scope: Scope) -> dict[str, Setting[Plain]]:
    """By name; a property that is not given and has no default is left out."""
    found: dict[str, Setting[Plain]] = {}
    macro = next((e.key for e in properties if e.key == "Fn::Transform" or e.key.startswith("Fn::ForEach::")), None)
    for row in rows:
        given = list(parts(scope, properties, row.path, properties.place))
        if given:
            found[row.name] = Setting(_value(row, given, scope), given[0].place)
        elif macro:
            found[row.name] = Setting(Unknown(f"the properties are completed by {macro}"))
        elif row.form == "present":
            found[row.name] = Setting(Known(False))
        elif row.default is not None:
            found[row.name] = Setting(Known(row.default))
    return found


def _value(row: SettingRow, given: list[PropertyPart], scope: Scope) -> Value[Plain]:
    nodes = [part.node for part in given]
    if row.form == "present":
        return _present(nodes)
    if row.form == "words":
        return _words(nodes, scope)
    if row.form == "gpus":
        return _gpus(nodes, scope)
    if row.form == "integer":
        return scope.integer(nodes[0])
    text = scope.text(nodes[0])
    if row.form == "boolean" and isinstance(text, Known):
        verdict = BOOLEANS.get(text.value.lower())
        return Unknown(f"'{text.value[:40]}' is neither true nor false") if verdict is None else Known(verdict)
    return text


def _present(nodes: list[Node]) -> Value[bool]:
    """Whether something is given; a list or mapping without content is nothing."""
    if any(isinstance(node, Mapping | Sequence) for node in nodes):
        return Known(any(_content(node) for node in nodes))
    if all(isinstance(node, Scalar) for node in nodes):
        return Known(any(isinstance(node, Scalar) and node.text not in ("", "false") for node in nodes))
    return Unknown(reason_of(nodes[0], "it is open"))


def _content(node: Node) -> bool:
    return bool(node.entries if isinstance(node, Mapping) else node.items if isinstance(node, Sequence) else True)


def _words(nodes: list[Node], scope: Scope) -> Value[str]:
    """Several texts as one, with commas; open when one of them is."""
    words: list[str] = []
    for item in (item for node in nodes for item in scope.items(node)):
        text = scope.text(item)
        if isinstance(text, Unknown):
            return text
        words.append(text.value)
    return Known(",".join(words))


def _gpus(nodes: list[Node], scope: Scope) -> Value[int]:
    """GPUs that the ResourceRequirements of all containers ask for together."""
    total = 0
    for item in (item for node in nodes for item in scope.items(node)):
        if not isinstance(item, Mapping):
            return Unknown(reason_of(item, "ResourceRequirements is no list of mappings"))
        kind = scope.text(item.get("Type"))
        if isinstance(kind, Unknown):
            return kind
        if kind.value != "GPU":
            continue
        count = scope.integer(item.get("Value"))
        if isinstance(count, Unknown):
            return count
        total += count.value
    return Known(total)


def elsewhere(identity: str, kind: str, name: str, place: Place, conditional: bool) -> Declared:
    """Something that the template refers to without declaring it; its CloudFormation type is not known."""
    return Declared(identity, name, kind, "", place, stack=place.path, conditional=conditional)
