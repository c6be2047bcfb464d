"""Changes named modules in one small way at a time and lists the changes that no test notices.

    python tools/mutate.py archlint.plan.waves [MODULE...] [--tests PATH...] [--most N] [--seed S]

mutmut makes the changes in a copy of the checkout and runs, for each of them, the tests that reach the function. Not
changed are functions with a decorator other than staticmethod and classmethod, what stands outside of functions, and
texts of several words. The exit code is 1 where a change survives.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

NOTICED = ("killed", "timeout", "segfault")
CONFIGURATION = """
[tool.mutmut]
source_paths = ["src"]
only_mutate = {only}
also_copy = {others}
pytest_add_cli_args_test_selection = {tests}
pytest_add_cli_args = ["-p", "no:cacheprovider", "-p", "no:xdist"]
process_isolation = "forkserver" # no test has run, and no cache is full, where a changed module is tried
timeout_constant = 2.0
timeout_multiplier = 3.0
use_git_change_detection = false
"""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `status` in mutmut's words, the line before and after it."""

    path: str
    line: int
    status: str
    old: str
    new: str


def mutate(top: Path, paths: Sequence[str], tests: Sequence[str], most: int | None, seed: int) -> list[Mutant]:
    """Tries at most `most` mutants of each file, in a copy of `top`; raises SystemExit where mutmut fails."""
    with tempfile.TemporaryDirectory(prefix="mutate-") as name:
        copy = Path(name).resolve() / "copy"
        shutil.copytree(top, copy, ignore=lambda at, names: _left_out(Path(at), names, top))
        others = sorted(path.name for path in copy.iterdir() if path.name != "src")
        with (copy / "pyproject.toml").open("a") as file:
            file.write(CONFIGURATION.format(only=list(paths), others=others, tests=list(tests)))
        done = subprocess.run(
            [sys.executable, "-c", f"import mutate; mutate.run_mutmut({most!r}, {seed!r})"],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            said = [line for line in done.stdout.splitlines() if line and line[0] not in "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"]
            sys.exit("\n".join(("mutmut failed:", *said, done.stderr)))
        with chdir(copy):
            return [mutant for path in paths for mutant in _mutants(path)]


def _left_out(at: Path, names: list[str], top: Path) -> set[str]:
    """Caches, and at the top what is hidden and virtual environments."""
    found = {"__pycache__"}.intersection(names)
    if at == top:
        found |= {name for name in names if name.startswith(".") or (at / name / "pyvenv.cfg").exists()}
    return found


def run_mutmut(most: int | None, seed: int) -> None:
    """In the copy, by a process of its own."""
    from mutmut.__main__ import cli
    from mutmut.mutation import file_mutation

    os.environ["PYTHONPATH"] = str(Path("mutants", "src").absolute())  # of what tests start
    create = file_mutation.create_mutations

    def sample(filename: str, *others: Any) -> Any:
        module, mutations, *ignored = create(filename, *others)
        inside = [one for one in mutations if one.contained_by_top_level_function and not _only_strict(one, module)]
        if most is not None and len(inside) > most:
            chosen = sorted(random.Random(seed).sample(range(len(inside)), most))
            inside = [inside[index] for index in chosen]
        return module, inside, *ignored

    file_mutation.mutation_operators[:] = _operators(file_mutation.mutation_operators)  # type: ignore[index]
    file_mutation.create_mutations = sample
    cli(["run", "--max-children", "2"])


def _only_strict(mutation: Any, module: Any) -> bool:
    """Whether all that changes is zip's `strict`, which decides nothing where the lengths are the same."""
    import libcst.matchers as m

    strict = m.Arg(keyword=m.Name("strict"))
    if any(arg.value is mutation.original_node for arg in m.findall(module, strict)):
        return True
    before, after = (m.findall(node, strict) for node in (mutation.original_node, mutation.mutated_node))
    return len(before) > len(after) or any(m.matches(arg.value, m.Name("None")) for arg in after)


def _operators(given: Any) -> list[tuple[type, Any]]:
    """mutmut's, and those that it lacks: conditions and filters forced, parts of conditions, statements and results
    dropped."""
    import libcst as cst
    from mutmut.mutation import mutators

    def word(node: Any) -> Iterator[Any]:
        if isinstance(node, cst.SimpleString) and " " not in node.value:
            yield from list(mutators.operator_string(node))[:1]

    def statement(node: Any) -> Iterator[Any]:
        if not isinstance(node, cst.Expr) or not isinstance(node.value, cst.BaseString | cst.Yield):
            yield cst.Pass()

    def result(node: Any) -> Iterator[Any]:
        constant = isinstance(node.value, cst.Name) and node.value.value in ("None", "True", "False")
        if node.value is not None and not constant:
            yield node.with_changes(value=cst.Name("None"), whitespace_after_return=cst.SimpleWhitespace(" "))

    def part(node: Any) -> Iterator[Any]:
        for kept in (node.left, node.right):
            yield kept.with_changes(lpar=[*node.lpar, *kept.lpar], rpar=[*kept.rpar, *node.rpar])

    return [
        *((kind, word if operator is mutators.operator_string else operator) for kind, operator in given),
        (cst.If, mutators.operator_if_exp),
        (cst.CompIf, mutators.operator_if_exp),
        (cst.BooleanOperation, part),
        (cst.Expr, statement),
        (cst.Continue, statement),
        (cst.Return, result),
    ]


def _mutants(path: str) -> Iterator[Mutant]:
    from mutmut.mutation.data import SourceFileMutationData
    from mutmut.mutation.diff_apply import get_diff_for_mutant
    from mutmut.stats import status_by_exit_code

    data = SourceFileMutationData(path=path)
    data.load()
    source = Path(path).read_text().splitlines()
    for name, code in data.exit_code_by_key.items():
        diff = get_diff_for_mutant(name, path=path).splitlines()[3:]
        yield replace(_placed(diff, source), path=path, status=status_by_exit_code[code])


def _placed(diff: Sequence[str], source: Sequence[str]) -> Mutant:
    """Where the hunk stands in the file; mutmut's diff counts from the beginning of the function."""
    before = [line[1:].strip() for line in diff if line[:1] in (" ", "-", "")]
    stripped = [line.strip() for line in source]
    at = next((n for n in range(len(source)) if stripped[n : n + len(before)] == before), 0)
    skipped = next((n for n, line in enumerate(diff) if line[:1] in ("-", "+")), 0)
    old, new = (" ".join(line[1:].strip() for line in diff if line.startswith(sign)) for sign in "-+")
    return Mutant("", at + skipped + 1, "", old, new)


def module_path(top: Path, module: str) -> str:
    """Of its source, seen from `top`; raises SystemExit."""
    stem = Path("src", *module.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if (top / path).is_file():
            return path.as_posix()
    sys.exit(f"there is no module {module} below src")


def tests_of(top: Path, modules: Sequence[str]) -> list[str]:
    """The folder of tests named after the modules' package, and the files that import one of them."""
    folders = {f"tests/{name}" for module in modules for name in module.split(".")[1:2]}
    found = sorted(folder for folder in folders if (top / folder).is_dir())
    for path in sorted((top / "tests").rglob("test_*.py")):
        name = path.relative_to(top).as_posix()
        if not name.startswith(tuple(f"{folder}/" for folder in found)) and _imports(path) & set(modules):
            found.append(name)
    return found


def _imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("modules", nargs="+", metavar="MODULE")
    parser.add_argument("--tests", nargs="+", metavar="PATH", help="by default those that go with the modules")
    parser.add_argument("--most", type=int, metavar="N", help="tries N changes of each module, chosen by chance")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="of that chance")
    options = parser.parse_args()
    top = Path.cwd()
    paths = [module_path(top, module) for module in options.modules]
    tests = options.tests or tests_of(top, options.modules)
    if not tests:
        sys.exit("no test imports these modules: name some with --tests")
    found = mutate(top, paths, tests, options.most, options.seed)
    left = [mutant for mutant in found if mutant.status not in NOTICED]
    for mutant in sorted(left, key=lambda mutant: (mutant.path, mutant.line)):
        print(f"{mutant.path}:{mutant.line}: {mutant.status}\n    - {mutant.old}\n    + {mutant.new}")
    for path in paths:
        mine = [mutant for mutant in found if mutant.path == path]
        noticed = sum(mutant.status in NOTICED for mutant in mine)
        print(f"{path}: {noticed} of {len(mine)} changes noticed ({noticed / max(1, len(mine)):.0%})")
    sys.exit(1 if left or not found else 0)


if __name__ == "__main__":
    main()
