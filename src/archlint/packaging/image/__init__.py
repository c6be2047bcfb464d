"""An image function's Dockerfile → what the image holds and runs."""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from types import MappingProxyType

from archlint.model.deployed import Mount
from archlint.model.function import ImageCode, Setting
from archlint.model.image import Copied, Image
from archlint.model.place import Place, Problem
from archlint.packaging.image.command import (
    NO_COMMAND,
    Words,
    exec_words,
    handler_text,
    program_words,
    search_path,
    split_shell,
    web_application,
)
from archlint.packaging.image.files import Files, context_files, relative, resolve
from archlint.packaging.image.pins import requirements_of
from archlint.packaging.image.stage import Stage
from archlint.packaging.image.stages import MAX_STAGES, Builder
from archlint.packaging.image.steps import build_stages
from archlint.packaging.target import python_of
from archlint.syntax.dockerfile import DockerfileError, Instruction, parse_dockerfile
from archlint.tree import Tree, UnreadableError, join
from archlint.values import Known, Unknown, Value

MAX_BYTES = 1_000_000
"""Dockerfiles above this size are not read."""


def find_dockerfile(path: str, tree: Tree) -> str | None:
    """The file itself, or the only one beside it whose name differs in case alone."""
    if tree.is_file(path):
        return path
    folder, name = posixpath.split(path)
    alike = [n for n in tree.names(folder) if n.casefold() == name.casefold()]
    only = posixpath.join(folder, alike[0]) if len(alike) == 1 else ""
    return only if only and tree.is_file(only) else None


def read_image(code: ImageCode, tree: Tree) -> Image | Problem:
    """The image of a function, with what the template overrides; a problem when the Dockerfile cannot be read."""
    path = find_dockerfile(code.dockerfile, tree)
    if path is None:
        return Problem(code.place, f"the Dockerfile {code.dockerfile} is not there")
    try:
        text = tree.read(path, MAX_BYTES).decode("utf-8-sig")
        instructions = parse_dockerfile(text)
    except UnreadableError as error:
        return Problem(Place(path), f"cannot be read: {error}")
    except UnicodeDecodeError:
        return Problem(Place(path), "cannot be read: it is not UTF-8 text")
    except DockerfileError as error:
        return Problem(Place(path, error.line), f"cannot be read as a Dockerfile: {error.message}")
    stage = Builder(tree, context_files(tree, code.context, path), code.build_args).build(instructions, code.target)
    if stage is None:
        wanted = f"it has no stage {code.target}, which the template asks for"
        return Problem(Place(path), f"it has more than {MAX_STAGES} stages" if code.target is None else wanted)
    return _image(code, path, stage, tree)


def image_mounts(image: Image, tree: Tree) -> tuple[Mount, ...]:
    """What Python finds in the image: by sys.path entry, and within one the last copy first."""
    return _mounts(image.copies, image.search_path, tree)


def handler_of(image: Image, code: ImageCode) -> Setting[str]:
    """The effective handler with its place: the template for an override, else the line of CMD."""
    if code.command is not None:
        return Setting(image.handler, code.place)
    if image.command_line is None:
        return Setting(image.handler)
    return Setting(image.handler, Place(image.dockerfile, image.command_line))


def _image(code: ImageCode, path: str, stage: Stage, tree: Tree) -> Image:
    environment: Mapping[str, Value[str]] = MappingProxyType(dict(stage.environment))
    folder = _folder(code, stage)
    entrypoint: Value[tuple[str, ...]] = Known(code.entrypoint) if code.entrypoint is not None else stage.entrypoint
    written = stage.command if code.command is None else None
    command, words = _command(code, written, entrypoint, environment)
    first, first_words = _entry(entrypoint, stage, code, environment)
    running = program_words(first_words, words)
    search = search_path(running, stage.base.aws, stage.base.known, stage.base.python_version, folder, environment)
    copies = tuple(stage.entries)
    mounts = _mounts(copies, search, tree)
    files = Files(tree, copies)

    def file(place: str) -> str | None:
        found = resolve("", place)
        return files.file(found) if found is not None else None

    return Image(
        dockerfile=path,
        base=stage.reference,
        base_line=stage.line,
        aws_base=stage.base.aws,
        python_version=stage.base.python_version,
        platform=stage.platform,
        command=command if command is not None else Unknown(NO_COMMAND),
        command_line=written.line if written is not None else None,
        shell_command=written is not None and not written.json_form,
        entrypoint=first,
        working_directory=Known(folder) if folder.startswith("/") else Unknown("the base image sets it"),
        handler=handler_text(command, first),
        environment=environment,
        copies=copies,
        installs=tuple(stage.installs),
        runs=tuple(stage.runs),
        stages=build_stages(stage),
        requirements=requirements_of(
            tuple(stage.installs), path, python_of(stage.base.python_version), environment, tree
        ),
        gaps=tuple(stage.gaps),
        search_path=search,
        is_web_adapter=stage.adapter,
        web_app=web_application(running, environment, folder, file, lambda name: _module(name, mounts, tree)),
    )


def _folder(code: ImageCode, stage: Stage) -> str:
    stated = code.working_directory
    found = resolve(stage.folder, stated) if stated else stage.folder
    return stage.folder if found is None else found


def _command(
    code: ImageCode,
    written: Instruction | None,
    entrypoint: Value[tuple[str, ...]],
    environment: Mapping[str, Value[str]],
) -> tuple[Value[tuple[str, ...]] | None, Words]:
    """CMD, None where nobody states one, and its words as far as they are known."""
    if code.command is not None:
        return (Known(code.command) if code.command else None), code.command
    if written is None or not written.value:
        return None, ()
    if not written.json_form:
        return split_shell(written.value, environment)
    return (exec_words(written.words, entrypoint) if written.words else None), written.words


def _entry(
    entrypoint: Value[tuple[str, ...]], stage: Stage, code: ImageCode, environment: Mapping[str, Value[str]]
) -> tuple[Value[tuple[str, ...]], Words]:
    if isinstance(entrypoint, Unknown):
        return entrypoint, ()
    if stage.entrypoint_shell and code.entrypoint is None:
        return split_shell(entrypoint.value[-1], environment)
    return entrypoint, entrypoint.value


def _mounts(copies: tuple[Copied, ...], search: tuple[str, ...], tree: Tree) -> tuple[Mount, ...]:
    found: dict[Mount, None] = {}
    for entry in search:
        for copied in reversed(copies):
            at = relative(copied.destination, entry)
            if at is not None:
                found[Mount(at, copied.source)] = None
                continue
            inside = relative(entry, copied.destination)
            source = join(copied.source, inside) if inside is not None else None
            if source is not None and tree.is_dir(source):
                found[Mount("", source)] = None
    return tuple(found)


def _module(name: str, mounts: tuple[Mount, ...], tree: Tree) -> str | None:
    """The file of a dotted module name."""
    stem = name.replace(".", "/")
    for mount in mounts:
        for path in (f"{stem}.py", f"{stem}/__init__.py"):
            below = relative(path, mount.at)
            source = mount.source if below == "" else join(mount.source, below) if below else None
            if source is not None and tree.is_file(source):
                return source
    return None
