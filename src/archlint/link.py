"""Joins what a template declares to the code that runs: handler string to file and function."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from archlint.code.evaluate import Evaluator
from archlint.code.program import Program, Sources
from archlint.code.units import Module
from archlint.knowledge.ml import wrapped_handler_variable
from archlint.model.deployed import Deployed, HandlerSource, Mount
from archlint.model.function import (
    AbsentCode,
    FolderCode,
    Function,
    ImageCode,
    InlineCode,
    Layer,
    Setting,
    UnknownCode,
    ZipCode,
)
from archlint.model.image import Image
from archlint.model.place import Place, Problem
from archlint.packaging.image import handler_of, image_mounts, read_image
from archlint.tree import Tree, join
from archlint.values import Known, Unknown, Value

BUILD_FILES = frozenset("Makefile makefile Dockerfile pyproject.toml setup.py build.sh package.json".split())
"""Beside these, code may be made that the repository does not hold."""

MAX_STARS = 20
"""Star imports that are followed from one to the next."""


@dataclass(frozen=True, slots=True)
class Linked:
    """A function joined to its code. `module` is the handler's, and `program` what it can import, where it is Python
    of this repository."""

    deployed: Deployed
    evaluator: Evaluator | None = None
    module: Module | None = None
    entry: str | None = None
    """The attribute of `module` that Lambda calls."""
    problem: Problem | None = None


PythonFileIndex = Callable[[str], Sequence[str]]
"""The paths of the repository's Python files with a file name."""


def link(function: Function, tree: Tree, sources: Sources, called: PythonFileIndex = lambda _: ()) -> Linked:
    """The function with its handler's source, or with the reason why that is not known. `called` finds files for code
    that a template takes from a bucket."""
    if isinstance(function.code, ImageCode):
        return _image(function, function.code, tree, sources)
    if not function.is_python:
        return _open(function, "the runtime is not Python")
    mounts = (*code_mounts(function), *layer_mounts(function.layers, tree))
    if isinstance(function.code, UnknownCode):
        return _by_name(function, mounts, sources, called) or _open(function, function.code.reason, mounts)
    if isinstance(function.code, AbsentCode):
        return _open(function, f"'{function.code.path}' is not in the repository", mounts)
    if isinstance(function.code, ZipCode):
        return _open(function, f"the code is inside {function.code.path}", mounts)
    program = Program(sources, mounts)
    if isinstance(function.code, InlineCode):
        module = sources.inline(function.code.text, function.code.place, function.code.block)
        if module is not None:
            program.add(module)
    return _Linker(function, function.handler, program, mounts, None).linked()


def code_mounts(function: Function) -> tuple[Mount, ...]:
    """What a zip package puts at /var/task."""
    if not isinstance(function.code, FolderCode):
        return ()
    path = function.code.path
    name = path.rsplit("/", 1)[-1]
    return (Mount(name if name.endswith(".py") else "", path),)


def layer_mounts(layers: tuple[Layer, ...], tree: Tree) -> tuple[Mount, ...]:
    """What layers of the repository put at /opt/python. A folder without `python` is one that `sam build` fills."""
    mounts: list[Mount] = []
    for layer in layers:
        if layer.folder is None or not tree.is_dir(layer.folder):
            continue
        inner = f"{layer.folder}/python" if layer.folder else "python"
        if not tree.is_dir(inner):
            mounts.append(Mount("", layer.folder))
            continue
        mounts.append(Mount("", inner))
        versions = [name for name in tree.names(f"{inner}/lib") if name.startswith("python3")]
        mounts += [Mount("", f"{inner}/lib/{name}/site-packages") for name in versions]
    return tuple(mounts)


def _by_name(function: Function, mounts: tuple[Mount, ...], sources: Sources, called: PythonFileIndex) -> Linked | None:
    """The function's source where just one file of the repository has the handler's module path and defines it."""
    if not isinstance(function.code, UnknownCode) or not function.code.uploaded:
        return None
    handler = function.handler.value.value if isinstance(function.handler.value, Known) else ""
    ending = "/" + handler.rpartition(".")[0].replace(".", "/") + ".py"
    alike = [path for path in called(ending.rpartition("/")[2]) if f"/{path}".endswith(ending)]
    if len(alike) != 1 or ending == "/.py":
        return None
    folder = alike[0][: len(alike[0]) - len(ending) + 1].rstrip("/")
    mounts = (Mount("", folder), *mounts)
    found = _Linker(function, function.handler, Program(sources, mounts), mounts, None).linked()
    if found.entry is None:
        return None
    return replace(found, deployed=replace(found.deployed, by_name=True))


def _open(function: Function, reason: str, mounts: tuple[Mount, ...] = ()) -> Linked:
    return Linked(Deployed(function, function.handler, Unknown(reason), mounts))


def _image(function: Function, code: ImageCode, tree: Tree, sources: Sources) -> Linked:
    image = read_image(code, tree)
    if isinstance(image, Problem):
        reason = Unknown(image.message)
        return Linked(Deployed(function, Setting(reason), reason), problem=image)
    mounts = image_mounts(image, tree)
    handler = handler_of(image, code)
    if image.is_web_adapter:
        reason = Unknown("the Lambda Web Adapter calls a web server, not a handler")
        return _web_application(Deployed(function, handler, reason, mounts, image), Program(sources, mounts))
    return _Linker(function, handler, Program(sources, mounts), mounts, image).linked()


def _web_application(deployed: Deployed, program: Program) -> Linked:
    """The module whose routes a web server behind the adapter serves."""
    image = deployed.image
    if image is None or image.web_app is None:
        return Linked(deployed)
    path, attribute = image.web_app
    for name in _module_names(path, deployed.mounts):
        module = program.module(name)
        if module is not None and module.path == path:
            return Linked(deployed, Evaluator(program), module, attribute)
    return Linked(deployed)


def _module_names(path: str, mounts: tuple[Mount, ...]) -> Iterator[str]:
    for mount in mounts:
        if mount.source == path:
            yield mount.at.removesuffix(".py").replace("/", ".")
        elif path.startswith(f"{mount.source}/" if mount.source else ""):
            inner = path[len(mount.source) :].lstrip("/")
            yield (f"{mount.at}/{inner}" if mount.at else inner).removesuffix(".py").replace("/", ".")


class _Linker:
    def __init__(
        self,
        function: Function,
        handler: Setting[str],
        program: Program,
        mounts: tuple[Mount, ...],
        image: Image | None,
    ) -> None:
        self.function = function
        self.handler = handler
        self.program = program
        self.mounts = mounts
        self.image = image

    def linked(self) -> Linked:
        if isinstance(self.handler.value, Unknown):
            return self.unknown(self.handler.value.reason)
        text = self.own_handler(self.handler.value.value)
        if isinstance(text, Unknown):
            return self.unknown(text.reason)
        module_name, dot, name = text.value.rpartition(".")
        if self.is_script(text.value):
            return self.unknown(f"the handler is a script, {text.value}")
        if not dot or not module_name or " " in text.value:
            return self.unknown(f"'{text.value}' does not name a module and a function")
        module = self.program.module(module_name.replace("/", "."))
        if module is not None:
            return self.in_module(module, name)
        located = self.program.locate(module_name.replace("/", "."), installed=True)
        if located is not None:
            return self.deploy(Known(HandlerSource(located[0], name, 1)))
        if isinstance(self.function.code, InlineCode):
            return self.inline(module_name)
        reason = f"no module '{module_name}' is in the code"
        return self.deploy(Unknown(reason), missing=reason if self.is_complete() else None)

    def own_handler(self, text: str) -> Value[str]:
        """The function's own handler, also behind a monitoring layer's."""
        variable = wrapped_handler_variable(text)
        if variable is None:
            return Known(text)
        return self.function.environment.get(variable, Unknown(f"{variable} does not name the handler behind {text}"))

    def is_script(self, text: str) -> bool:
        """A file that the runtime's wrapper starts, such as run.sh with the Lambda Web Adapter."""
        return text.endswith((".sh", ".bash")) or any(
            self.program.sources.tree.is_file(join(mount.source, text) or "") for mount in self.mounts if not mount.at
        )

    def in_module(self, module: Module, name: str) -> Linked:
        evaluator = Evaluator(self.program)
        place = _definition(module, name, evaluator)
        if place is None:
            message = f"{module.path} defines no '{name}'"
            known = Known(HandlerSource(module.path, name, 1))
            return self.deploy(known, None if _is_open(module) else message, evaluator, module)
        source = HandlerSource(place.path, name, place.line)
        return self.deploy(Known(source), None, evaluator, module, name)

    def inline(self, module_name: str) -> Linked:
        code = self.function.code
        if module_name != "index":
            return self.unknown(f"inline code is module 'index', but the handler names '{module_name}'")
        place = code.place if isinstance(code, InlineCode) else self.function.defined_at
        name = self.handler.value.value.rpartition(".")[2] if isinstance(self.handler.value, Known) else "handler"
        return self.deploy(Known(HandlerSource(place.path, name, place.line)))

    def is_complete(self) -> bool:
        """Whether all that may hold the module is in sight: no build step, image or outside layer adds to it."""
        code = self.function.code
        if not isinstance(code, FolderCode) or any(layer.folder is None for layer in self.function.layers):
            return False
        tree = self.program.sources.tree
        names = set(tree.names(code.path)) if tree.is_dir(code.path) else {code.path}
        return bool(names) and not names & BUILD_FILES

    def unknown(self, reason: str) -> Linked:
        return self.deploy(Unknown(reason))

    def deploy(
        self,
        source: Value[HandlerSource],
        missing: str | None = None,
        evaluator: Evaluator | None = None,
        module: Module | None = None,
        entry: str | None = None,
    ) -> Linked:
        code = self.function.code
        if isinstance(code, InlineCode) and self.function.origin.inline_from_files and isinstance(source, Known):
            source = Unknown(f"the code is inline: no file is deployed; its text stands in {source.value.path}")
        deployed = Deployed(self.function, self.handler, source, self.mounts, self.image, missing)
        return Linked(deployed, evaluator, module, entry)


def _definition(module: Module, name: str, evaluator: Evaluator, seen: tuple[Module, ...] = ()) -> Place | None:
    """Where a module binds a name: its last function or assignment; through `import *` the line of the import."""
    if module in seen or len(seen) > MAX_STARS:
        return None
    bindings = module.body.bindings.get(name)
    if bindings:
        return module.place(bindings[-1].node)
    for unit in module.units.values():
        if name in unit.shared_names and name in unit.bindings:
            return module.place(unit.bindings[name][0].node)
    for binding in module.body.bindings.get("*", ()):
        target = evaluator.target_module(binding, module)
        if target is not None and _definition(target, name, evaluator, (*seen, module)):
            return module.place(binding.node)
    return None


def _is_open(module: Module) -> bool:
    """Whether a module may hold names that reading does not show."""
    return bool(module.body.bindings.get("*")) or "__getattr__" in module.body.bindings or "globals" in module.text
