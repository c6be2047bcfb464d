"""Carries out a Dockerfile's instructions on paper: what each stage holds, sets and runs."""

from __future__ import annotations

import posixpath
from collections import ChainMap
from collections.abc import Mapping

from archlint.model.image import Copied, Gap
from archlint.packaging.image.base import base_image, split_reference
from archlint.packaging.image.files import MAX_FILES, Files, copied, resolve
from archlint.packaging.image.installs import Scene, find_install
from archlint.packaging.image.shell import run_commands
from archlint.packaging.image.stage import Stage, child_stage
from archlint.packaging.image.steps import record
from archlint.packaging.image.variables import UnsetVariable, Variables, expand, pairs
from archlint.syntax.dockerfile import Instruction
from archlint.tree import Tree
from archlint.values import Known, Unknown, Value

MAX_STAGES = 100
"""Stages after these are not built; the image is then a problem."""
MAX_LOOKUPS = 5_000
"""Files named by RUN commands that are looked for."""
MAX_WORK = 30_000
"""Files of stages times sources of COPY --from; about a second for every 10,000 at worst."""

_ADAPTER = "aws-lambda-adapter"
_MOVES = frozenset({"cp", "mv", "ln", "tar", "unzip", "git", "rsync"})
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".txz", ".tbz2")

NO_TEXT: Value[str] = Known("")
"""PYTHONPATH in an image whose Dockerfile has not set it yet: `${PYTHONPATH}:/app` is a habit."""


class Builder:
    """Builds stages in order. `build_args` are those of the template."""

    def __init__(self, tree: Tree, context: Files, build_args: Mapping[str, str]) -> None:
        self.tree = tree
        self.context = context
        self.build_args = build_args
        self.globals: dict[str, Value[str]] = {}
        self.stages: list[Stage] = []
        self.exported: dict[str, tuple[str, ...]] = {}
        self.lookups = MAX_LOOKUPS
        self.work = MAX_WORK
        self._steps = {
            "ADD": self._copy,
            "ARG": self._arg,
            "CMD": self._cmd,
            "COPY": self._copy,
            "ENTRYPOINT": self._entrypoint,
            "ENV": self._env,
            "RUN": self._run,
            "WORKDIR": self._workdir,
        }

    def build(self, instructions: tuple[Instruction, ...], target: str | None) -> Stage | None:
        """The stage that `target` names (by name or number), the last one for None; None when it is not there."""
        for instruction in instructions:
            if instruction.keyword == "FROM":
                if target is not None and self.stages and self._wanted(target):
                    break
                if len(self.stages) >= MAX_STAGES:
                    return None
                self.stages.append(self._from(instruction))
            elif not self.stages:
                self._global(instruction)
            elif instruction.keyword in self._steps:
                self._carry_out(self.stages[-1], instruction)
        return self.stages[-1] if target is None else self.stage(target)

    def _carry_out(self, stage: Stage, instruction: Instruction) -> None:
        copies, installs = len(stage.entries), len(stage.installs)
        self._steps[instruction.keyword](stage, instruction)
        if instruction.keyword in ("ADD", "COPY", "RUN"):
            runs = instruction.keyword == "RUN"
            done = stage.installs[installs:] if runs else []
            stage.steps.append(record(self.tree, stage, instruction, stage.entries[copies:], done))

    def stage(self, name: str) -> Stage | None:
        """An earlier or present stage by its name or number."""
        for stage in reversed(self.stages):
            if stage.name and stage.name == name.lower():
                return stage
        if name.isdecimal() and len(name) < 6 and int(name) < len(self.stages):
            return self.stages[int(name)]
        return None

    def _wanted(self, target: str) -> bool:
        return self.stage(target) is self.stages[-1]

    def _global(self, instruction: Instruction) -> None:
        for name, value in self._declared(instruction, self.globals):
            self.globals[name] = value

    def _declared(self, instruction: Instruction, variables: Variables) -> list[tuple[str, Value[str]]]:
        found: list[tuple[str, Value[str]]] = []
        words = instruction.words if "=" not in instruction.value else ()
        for name, text in pairs(instruction.value) if not words else [(word, None) for word in words]:
            if name in self.build_args:
                found.append((name, Known(self.build_args[name])))
            elif text is not None:
                found.append((name, expand(text, variables)))
            else:
                found.append((name, UnsetVariable(f"the build argument {name} has no default")))
        return found

    def _from(self, instruction: Instruction) -> Stage:
        name = instruction.words[2].lower() if len(instruction.words) == 3 else ""
        text = instruction.words[0]
        flag = instruction.flag("platform")
        platform = expand(flag, self.globals) if flag else None
        stated = platform.value if isinstance(platform, Known) else None
        reference = expand(text, self.globals)
        parent = self.stage(reference.value) if isinstance(reference, Known) else None
        if parent is not None:
            return child_stage(parent, name, stated)
        if isinstance(reference, Known):
            base = base_image(*split_reference(reference.value))
        else:
            path = expand(split_reference(text)[0], self.globals)
            base = base_image(path.value if isinstance(path, Known) else None, None)
            reference = Unknown(f"{text}: {reference.reason}")
        entry: Value[tuple[str, ...]] = Unknown("the base image may bring its own ENTRYPOINT")
        stage = Stage(
            name,
            base,
            reference,
            instruction.line,
            stated or (base.platform if not flag else None),
            base.working_directory,
            entry if base.entrypoint is None else Known(base.entrypoint),
            environment=dict(base.environment),
            folders={base.working_directory, "/", "/opt", "/tmp", "/usr/local/bin", "/usr/bin", "/home", "/root"},
        )
        stage.adapter = isinstance(stage.reference, Known) and _ADAPTER in stage.reference.value
        return stage

    def _arg(self, stage: Stage, instruction: Instruction) -> None:
        for name, value in self._declared(instruction, stage.variables):
            inherited = self.globals.get(name)
            stage.arguments[name] = inherited if isinstance(value, UnsetVariable) and inherited is not None else value

    def _env(self, stage: Stage, instruction: Instruction) -> None:
        before = ChainMap(*stage.variables.maps, {"PYTHONPATH": NO_TEXT})
        stage.environment |= {name: expand(text, before) for name, text in pairs(instruction.value)}

    def _workdir(self, stage: Stage, instruction: Instruction) -> None:
        text = expand(instruction.value, stage.variables)
        folder = resolve(stage.folder, text.value) if isinstance(text, Known) else None
        if folder is None:
            reason = text.reason if isinstance(text, Unknown) else "it leads out of the base image's own"
            stage.gaps.append(Gap(instruction.line, f"the working directory {instruction.value}: {reason}"))
            folder = ""
        stage.folder = folder
        stage.folders.add(folder)

    def _cmd(self, stage: Stage, instruction: Instruction) -> None:
        stage.command, stage.command_here = instruction, True

    def _entrypoint(self, stage: Stage, instruction: Instruction) -> None:
        stage.entrypoint_shell = not instruction.json_form and bool(instruction.value)
        if stage.entrypoint_shell:
            stage.entrypoint = Known(("/bin/sh", "-c", instruction.value))
        else:
            stage.entrypoint = Known(instruction.words)
        if not stage.command_here:
            stage.command = None

    def _copy(self, stage: Stage, instruction: Instruction) -> None:
        words: list[str] = []
        for word in instruction.words:
            if not instruction.json_form and word.startswith("<<"):
                continue
            text = expand(word, stage.variables)
            if isinstance(text, Unknown):
                stage.gaps.append(Gap(instruction.line, f"{instruction.keyword} {word}: {text.reason}"))
                return
            words.append(text.value)
        path = resolve(stage.folder, words[-1]) if words and words[-1] else None
        if path is None or (len(words) < 2 and not instruction.heredocs):
            stage.gaps.append(Gap(instruction.line, f"{instruction.keyword} has no usable destination"))
            return
        if instruction.heredocs:
            stage.gaps.append(Gap(instruction.line, "a file is written in the Dockerfile itself", path))
        files = self._source(stage, instruction, words, path)
        if files is not None:
            self._place(stage, instruction, files, words[:-1], (words[-1], path))

    def _source(self, stage: Stage, instruction: Instruction, words: list[str], path: str) -> Files | None:
        """The files that a COPY or ADD draws from; None for another image."""
        name = instruction.flag("from") if instruction.keyword == "COPY" else None
        if _ADAPTER in instruction.value or _ADAPTER in (name or "") or words[-1].endswith("extensions/lambda-adapter"):
            stage.adapter = True
        if name is None:
            return self.context
        text = expand(name, ChainMap(dict(stage.arguments), self.globals))
        origin = self.stage(text.value) if isinstance(text, Known) else None
        if origin is None or origin is stage:
            stage.foreign.append((text.value if isinstance(text, Known) else name, instruction.line))
            if _ADAPTER not in name:
                stage.gaps.append(Gap(instruction.line, f"files come from the image {name}", path))
            return None
        self.work -= len(origin.entries) * len(words)
        if self.work < 0:
            stage.gaps.append(Gap(instruction.line, "very much is copied between stages", path))
            return None
        stage.origins += [origin] if all(origin is not known for known in stage.origins) else []
        stage.installs += [install for install in origin.installs if install not in stage.installs]
        stage.runs += [run for run in origin.runs if run not in stage.runs]
        return Files(self.tree, tuple(origin.entries))

    def _place(
        self, stage: Stage, instruction: Instruction, files: Files, sources: list[str], to: tuple[str, str]
    ) -> None:
        written, path = to
        own = Files(self.tree, tuple(stage.entries))
        is_folder = written.endswith(("/", "/.")) or written in (".", "..") or path in stage.folders or own.is_dir(path)
        parents = instruction.flag("parents") not in (None, "false")
        several = is_folder or len(sources) > 1
        for source in sources:
            if instruction.keyword == "ADD" and ("://" in source or source.startswith("git@")):
                stage.gaps.append(Gap(instruction.line, "ADD fetches from a URL", path))
                continue
            found = files.match(source)
            if instruction.keyword == "ADD" and any(name.endswith(_ARCHIVES) for name in found):
                stage.gaps.append(Gap(instruction.line, "ADD unpacks an archive", path))
                found = [name for name in found if not name.endswith(_ARCHIVES)]
                if not found:
                    continue
            placed = copied(files, found, path, several, parents, instruction.line)
            if not placed:
                where = "in the build context" if files is self.context else "among what that stage copied"
                stage.gaps.append(Gap(instruction.line, f"{source} is not {where}", path))
            stage.entries += placed
            if several or any(files.is_dir(name) for name in found):
                stage.folders.add(path)
        if instruction.flag("exclude") is not None:
            stage.gaps.append(Gap(instruction.line, "--exclude is not evaluated", path))
        if len(stage.entries) > MAX_FILES:
            del stage.entries[MAX_FILES:]
            stage.gaps.append(Gap(instruction.line, f"more than {MAX_FILES:,} files and folders are copied"))

    def _run(self, stage: Stage, instruction: Instruction) -> None:
        files = Files(self.tree, (*stage.entries, *self._mounted(stage, instruction)))

        def file(path: str) -> str | None:
            self.lookups -= 1
            place = resolve(stage.folder, path) if self.lookups > 0 else None
            return files.file(place) if place is not None else None

        def fill(text: str) -> Value[str]:
            return expand(text, stage.variables, shell=True)

        stage.runs.append(instruction.value)
        scene = Scene(file, fill, instruction.line, instruction.end_line, stage.folder, self.exported)
        moved = False
        for command in run_commands(instruction):
            program = posixpath.basename(command.words[0])
            if program in ("cd", "pushd") and len(command.words) > 1:
                folder = fill(command.words[1])
                place = resolve(scene.folder, folder.value) if isinstance(folder, Known) else None
                scene.folder = scene.folder if place is None else place
            elif program == "mkdir":
                stage.folders |= self._made(scene, command.words[1:])
            elif (install := find_install(command, scene)) is not None:
                stage.installs.append(install)
            moved = moved or (program in _MOVES and not (program == "git" and "clone" not in command.words))
        if moved:
            stage.gaps.append(Gap(instruction.line, "a RUN command puts files in place"))

    def _made(self, scene: Scene, words: tuple[str, ...]) -> set[str]:
        texts = [scene.expand(word) for word in words if not word.startswith("-")]
        paths = [resolve(scene.folder, text.value) for text in texts if isinstance(text, Known)]
        return {path for path in paths if path is not None}

    def _mounted(self, stage: Stage, instruction: Instruction) -> list[Copied]:
        """Files that `RUN --mount=type=bind` shows to the command alone."""
        found: list[Copied] = []
        for name, value in instruction.flags:
            if name != "mount":
                continue
            options = dict(part.partition("=")[::2] for part in value.split(","))
            target = options.get("target") or options.get("dst") or options.get("destination")
            path = resolve(stage.folder, target) if target and options.get("type", "bind") == "bind" else None
            origin = self.stage(options["from"]) if "from" in options else None
            if path is None or ("from" in options and origin is None):
                continue
            files = self.context if origin is None else Files(self.tree, tuple(origin.entries))
            source = options.get("source") or options.get("src") or "/"
            found += copied(files, files.match(source)[:1], path, False, False, instruction.line)
        return found[:MAX_FILES]
