"""Where a CDK app says that a function's code and layers are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from archlint.model.function import AbsentCode, Code, FolderCode, ImageCode, InlineCode, Layer, UnknownCode, ZipCode
from archlint.model.place import Place
from archlint.readers.cdk.evaluator.paths import repository_path
from archlint.readers.cdk.reading import argument, entry, last, made_of, parts, reason, text, words
from archlint.readers.cdk.values import CdkValue, FilePath, Made, Member
from archlint.tree import Tree, join
from archlint.values import Known, Unknown, Value

MIN_LINES = 2
"""A single line could stand anywhere; it counts as the call that it is handed to."""


def written_at(code: str, place: Place, files: Mapping[str, str]) -> Place | None:
    """The place of the code's first line when every line of it stands there; None when it is not found. `place` is
    where the code is handed over."""
    for path, content in files.items():
        if content == code:
            return Place(path)
    near = sorted(files, key=lambda path: path != place.path)
    return next((at for path in near if (at := _literal(code, path, files[path], place)) is not None), None)


def _literal(code: str, path: str, content: str, place: Place) -> Place | None:
    """A literal over several lines, perhaps indented (`textwrap.dedent`) and with escapes that keep its lines."""
    wanted = [_plain(line) for line in code.split("\n")]
    first = next((number for number, line in enumerate(wanted) if line), 0)
    end = next((number for number in range(len(wanted), 0, -1) if wanted[number - 1]), 0)
    if end - first < MIN_LINES:
        return None
    lines = content.split("\n")
    plain = [_plain(line) for line in lines]
    found = [
        start
        for start in range(len(plain) - (end - first) + 1)
        if plain[start].endswith(wanted[first])
        and plain[start + 1 : start + end - first - 1] == wanted[first + 1 : end - 1]
        and plain[start + end - first - 1].startswith(wanted[end - 1])
    ]
    if not found:
        return None
    start = min(found, key=lambda at: abs(at + 1 - place.line)) if path == place.path else found[0]
    if start < first:
        return None
    return Place(path, start - first + 1, _indent(lines, code.split("\n"), start, first, end) + 1)


def _plain(line: str) -> str:
    return line.strip().replace("\\", "")


def _indent(lines: list[str], code: list[str], start: int, first: int, end: int) -> int:
    """Columns by which the literal stands further right than the code itself, by its second line that has text."""
    for number in range(first + 1, end):
        if code[number].strip():
            written = lines[start + number - first]
            return max(0, _blanks(written) - _blanks(code[number]))
    return 0


def _blanks(line: str) -> int:
    return len(line) - len(line.lstrip())


ARCHIVES = (".zip", ".jar")
MAX_SCRIPT = 5_000
"""Characters of a bundling command that are looked at."""

ASSET = frozenset("Code.from_asset Code.asset Code.from_docker_build AssetCode AssetCode.from_asset".split())
INLINE = frozenset("Code.from_inline Code.inline InlineCode".split())
IMAGE_ASSET = frozenset(
    "DockerImageCode.from_image_asset Code.from_asset_image AssetImageCode DockerImageAsset"
    " EcrImageCode.from_asset_image ContainerImage.from_asset".split()
)
REGISTRY = frozenset("DockerImageCode.from_ecr Code.from_ecr_image EcrImageCode".split())
BUCKET = frozenset(
    "Code.from_bucket Code.from_bucket_v2 Code.bucket S3Code S3CodeV2 Code.from_cfn_parameters"
    " Code.cfn_parameters CfnParametersCode".split()
)
_COPY = re.compile(r"\bcp\s+(?:-\w+\s+)*(\S+)\s+\"?/asset-output\b|\brsync\s+(?:-\S+\s+)*(\S+)\s+\"?/asset-output\b")
_INSTALL = re.compile(r"\b(?:pip3?|uv|poetry|pipenv|pdm|make)\b")


class CodeReader:
    """Reads code values of one app. `folder` is that of cdk.json; `files` are the texts of the app's own files."""

    def __init__(self, tree: Tree, folder: str, files: Mapping[str, str]) -> None:
        self.tree = tree
        self.folder = folder
        self.files = files

    def code(self, value: CdkValue, place: Place) -> Code:
        """What stands as `code` of an L2 construct."""
        made = made_of(value)
        if made is None:
            return UnknownCode(reason(value, "the code is not followed"))
        kind = _kind(made)
        if kind in ASSET:
            return self._bundled(self.asset(argument(made, 0, "path"), place), entry(made, "bundling"))
        if kind in INLINE:
            return self.inline(argument(made, 0, "code"), place)
        if kind in IMAGE_ASSET:
            return self.image(argument(made, 0, "directory"), made, made, place)
        if kind in REGISTRY:
            return self._from_asset(made, "DockerImageAsset", place) or UnknownCode("the image is in a registry")
        if kind in BUCKET:
            found = self._from_asset(made, "Asset", place)
            return found or UnknownCode("the code is an object in S3", uploaded=True)
        if kind == "Code.from_custom_command":
            return self.asset(argument(made, 0, "output"), place)
        return UnknownCode(f"{made.path} is not followed")

    def package(self, value: CdkValue) -> Value[str]:
        """zip, image or inline, by what stands as `code` of an L2 construct."""
        made = made_of(value)
        kind = _kind(made) if made is not None else ""
        if kind in INLINE:
            return Known("inline")
        if kind in IMAGE_ASSET | REGISTRY:
            return Known("image")
        if kind in ASSET | BUCKET or kind == "Code.from_custom_command":
            return Known("zip")
        return Unknown(reason(value, "the code is not followed"))

    def path(self, value: CdkValue) -> Value[str]:
        """A path of the tree: an app's relative paths are relative to the folder of cdk.json."""
        if not isinstance(value, str | FilePath):
            return Unknown(reason(value, "it is no path"))
        found = repository_path(value, self.folder)
        return Known(found) if found is not None else Unknown("it leads out of the scanned folder")

    def asset(self, value: CdkValue, place: Place) -> Code:
        """A folder or an archive."""
        found = self.path(value)
        if isinstance(found, Unknown):
            return UnknownCode(f"the path of the code: {found.reason}")
        if self.tree.is_dir(found.value):
            return FolderCode(found.value)
        if self.tree.is_file(found.value):
            return ZipCode(found.value) if found.value.lower().endswith(ARCHIVES) else FolderCode(found.value)
        return AbsentCode(found.value, place)

    def built(self, value: CdkValue, place: Place) -> Code:
        """The `entry` of a Python construct, which installs the folder's dependencies."""
        code = self.asset(value, place)
        return replace(code, builds=True) if isinstance(code, FolderCode) else code

    def inline(self, value: CdkValue, place: Place) -> Code:
        found = text(value)
        if isinstance(found, Unknown):
            return UnknownCode(f"the inline code: {found.reason}")
        at = written_at(found.value, place, self.files)
        return InlineCode(found.value, at or place, block=at is not None)

    def image(self, directory: CdkValue, options: CdkValue, overrides: CdkValue, place: Place) -> Code:
        """An image built from a folder: `options` say how it is built, `overrides` how it is started."""
        context = self.path(directory)
        name = Known("Dockerfile") if (given := entry(options, "file")) is None else text(given)
        target = entry(options, "target")
        starts = [words(entry(overrides, key)) for key in ("cmd", "entrypoint")]
        stage = Known(None) if target is None else text(target)
        unknown = next((part for part in (stage, *starts) if isinstance(part, Unknown)), None)
        if unknown or isinstance(context, Unknown) or isinstance(name, Unknown):
            why = next(part.reason for part in (context, name, unknown) if isinstance(part, Unknown))
            return UnknownCode(f"how the image is built or started is not known: {why}")
        found = self._dockerfile(context.value, name.value)
        if isinstance(found, Unknown):
            return UnknownCode(found.reason)
        if not self.tree.is_file(found.value):
            return AbsentCode(found.value, place)
        command, entrypoint = (part.value if isinstance(part, Known) else None for part in starts)
        folder = text(entry(overrides, "working_directory"))
        return ImageCode(
            dockerfile=found.value,
            context=context.value,
            place=place,
            command=command,
            entrypoint=entrypoint,
            working_directory=folder.value if isinstance(folder, Known) else None,
            target=stage.value if isinstance(stage, Known) else None,
            build_args=_texts(entry(options, "build_args")),
        )

    def _dockerfile(self, context: str, name: str) -> Value[str]:
        path = join(context, name)
        if path is None:
            return Unknown(f"Dockerfile '{name}' leads out of the scanned folder")
        if not self.tree.is_file(path):
            folder, _, base = path.rpartition("/")
            same = [n for n in self.tree.names(folder) if n.lower() == base.lower()]
            if len(same) == 1:
                return Known(f"{folder}/{same[0]}" if folder else same[0])
        return Known(path)

    def _from_asset(self, made: Made, cls: str, place: Place) -> Code | None:
        """Code of which the bucket or repository belongs to an asset that the app makes of its own files."""
        for value in (*made.arguments, *made.keywords.values()):
            owner = made_of(value.owner) if isinstance(value, Member) else None
            if owner is None or last(owner.path) != cls:
                continue
            if cls == "Asset":
                return self._bundled(self.asset(entry(owner, "path"), place), entry(owner, "bundling"))
            return self.image(entry(owner, "directory"), owner, made, place)
        return None

    def _bundled(self, code: Code, bundling: CdkValue) -> Code:
        """The folder that a bundling command copies, when it is not all of the asset; it builds only where the command
        is known to install something."""
        if not isinstance(code, FolderCode) or bundling is None:
            return code
        script = words(entry(bundling, "command"))
        command = " ".join(script.value or ())[:MAX_SCRIPT] if isinstance(script, Known) else ""
        code = replace(code, builds=_INSTALL.search(command) is not None)
        found = _COPY.findall(command)
        sources = {(a or b).strip("\"'") for a, b in found}
        if len(sources) != 1:
            return code
        source = sources.pop()
        if not source.endswith(("/.", "/*", "/")):
            return code
        inner = join(code.path, source.removeprefix("/asset-input/").rstrip("*").rstrip(".").rstrip("/") or ".")
        return replace(code, path=inner) if inner is not None and self.tree.is_dir(inner) else code

    def resource(self, value: CdkValue, metadata: Made, place: Place) -> Code:
        """`code` or `code_uri` of an L1 construct; `metadata` is the construct itself."""
        if isinstance(value, str):
            if "://" in value:
                return UnknownCode("the code is outside the repository", uploaded=value.startswith("s3:"))
            return self.asset(value, place)
        inline = entry(value, "zip_file") or entry(metadata, "inline_code")
        if inline is not None:
            return self.inline(inline, place)
        for key, cls in (("image_uri", "DockerImageAsset"), ("s3_bucket", "Asset"), ("s3_key", "Asset")):
            given = entry(value, key)
            owner = made_of(given.owner) if isinstance(given, Member) else None
            if owner is not None and last(owner.path) == cls and cls == "Asset":
                return self.asset(entry(owner, "path"), place)
            if owner is not None and last(owner.path) == cls:
                overrides = entry(metadata, "image_config")
                return self.image(entry(owner, "directory"), owner, _image_config(overrides), place)
        if entry(value, "image_uri") is not None or entry(metadata, "image_uri") is not None:
            return UnknownCode("the image is in a registry")
        if any(entry(value, key) is not None for key in ("s3_bucket", "bucket")):
            return UnknownCode("the code is an object in S3", uploaded=True)
        return UnknownCode(reason(value, "the code is not followed"))

    def layers(self, value: CdkValue) -> tuple[Layer, ...]:
        """The layers of a function; what is open stands in for at least one."""
        if value is None:
            return ()
        if not isinstance(value, list):
            return (Layer(reason(value, "layers that the source leaves open")),)
        return tuple(layer for item in value for layer in self._layer(item))

    def _layer(self, value: CdkValue) -> tuple[Layer, ...]:
        if isinstance(value, str):
            return (Layer(value, arn=value),)
        owner = value.owner if isinstance(value, Member) else value
        made = made_of(owner)
        if made is None:
            return (Layer(reason(value, "a layer that the source leaves open")),)
        if last(made.path).startswith("from_"):
            arns = [item for item in parts([*made.arguments[2:], made.keywords]) if isinstance(item, str)]
            arns = [item for item in arns if "arn:" in item]
            return (Layer(arns[0] if arns else "a layer by its ARN", arn=arns[0] if arns else None),)
        identity = text(argument(made, 1, "id"))
        name = identity.value if isinstance(identity, Known) else last(made.path)
        given = entry(made, "entry")
        code = self.built(given, made.place) if given is not None else self.code(entry(made, "code"), made.place)
        folder = code.path if isinstance(code, FolderCode | ZipCode) else None
        return (Layer(name, folder=folder, builds=isinstance(code, FolderCode) and code.builds),)


def _kind(made: Made) -> str:
    """`Code.from_asset` of `aws_cdk.aws_lambda.Code.from_asset`."""
    head, _, method = made.path.rpartition(".")
    owner = last(head)
    return f"{owner}.{method}" if owner[:1].isupper() else method


def _texts(value: CdkValue) -> Mapping[str, str]:
    if not isinstance(value, dict):
        return MappingProxyType({})
    return MappingProxyType({str(k): str(v) for k, v in value.items() if isinstance(v, str | int | float)})


def _image_config(value: CdkValue) -> CdkValue:
    """ImageConfig under the names that the L2 constructs use."""
    return {
        "cmd": entry(value, "command"),
        "entrypoint": entry(value, "entry_point"),
        "working_directory": entry(value, "working_directory"),
    }
