"""What a function's code needs: a GPU, models in memory, an index that changes, time to wait in."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from archlint.code.abstract import Constant
from archlint.code.ml import LibraryUse, imported_names, is_own, libraries_in_use, model_calls
from archlint.code.origin import varies
from archlint.code.reach import Call, Phase, Reach
from archlint.finding import Finding
from archlint.knowledge.contracts import announced_operations, hosted_operations, hosts_models_elsewhere
from archlint.knowledge.prices import assumption
from archlint.model.deployed import Deployed
from archlint.model.place import Place
from archlint.plan.needs.facts import FactCollector, of_rules

_SLEEPS = ("time.sleep", "asyncio.sleep")


def longest_wait(reach: Reach) -> float | None:
    """Seconds that the longest sleep takes with all its repetitions; None where no bound shows, or a waiter polls."""
    longest: float = 0
    for call in reach.calls():
        if call.phase is not Phase.INVOKE:
            continue
        if call.path.endswith(".get_waiter().wait"):
            return None
        if call.path in _SLEEPS and call.node.args:
            whole = _whole(call, reach)
            if whole is None:
                return None
            longest = max(longest, whole)
    return longest


def _whole(call: Call, reach: Reach) -> float | None:
    seconds = _number(call.node.args[0], call, reach)
    if seconds is None:
        return None
    for loop in _loops(call):
        rounds = _rounds(loop, call, reach)
        if rounds is None:
            return None
        seconds *= rounds
    return seconds


def _loops(call: Call) -> list[ast.While | ast.For | ast.AsyncFor]:
    unit = call.site.unit
    if isinstance(unit.node, ast.Lambda):
        return []
    nodes = (node for statement in unit.node.body for node in ast.walk(statement))
    found = [node for node in nodes if isinstance(node, ast.While | ast.For | ast.AsyncFor)]
    return [node for node in found if any(inner is call.node for inner in ast.walk(node))]


def _rounds(loop: ast.While | ast.For | ast.AsyncFor, call: Call, reach: Reach) -> float | None:
    """The n of `for … in range(n)` or `while … < n`, or the length of a list that is written out."""
    if isinstance(loop, ast.While):
        test = loop.test
        if isinstance(test, ast.Compare) and isinstance(test.ops[0], ast.Lt | ast.LtE):
            return _number(test.comparators[0], call, reach)
        return None
    over = loop.iter
    if isinstance(over, ast.List | ast.Tuple):
        return float(len(over.elts))
    if isinstance(over, ast.Call) and isinstance(over.func, ast.Name) and over.func.id == "range" and over.args:
        return _number(over.args[:2][-1], call, reach)
    return None


def _number(node: ast.expr, call: Call, reach: Reach) -> float | None:
    """The largest of the numbers that an expression may be, if all are known."""
    values = reach.evaluator.values(node, call.site.unit)
    found = [v.value for v in values if isinstance(v, Constant) and isinstance(v.value, int | float)]
    return max(map(float, found)) if found and len(found) == len(values) else None


_MEMORY_OF_HOLDERS = frozenset({"framework", "vision", "speech", "nlp", "inference", "index", "training", "gpu"})
_CLOCKS = ("time.time", "time.monotonic", "datetime.", "time.perf_counter")
_VERSIONS = ("head_object", "get_object_attributes", "getmtime", "stat")


def note_code(noted: FactCollector, deployed: Deployed, reach: Reach | None, findings: tuple[Finding, ...]) -> None:
    """Everything that is read from the code; a function without readable code has these facts unknown."""
    noted.word("python", "yes" if deployed.function.is_python else "no")
    if not deployed.function.is_python:
        for name in ("gpu", "model", "training"):
            noted.unknown(name, "its code is not Python")
        return
    if reach is None:
        for name in ("gpu", "model", "training", "init", "wait", "loop", "index", "bound_by"):
            noted.unknown(name, "its code is not in the repository, or cannot be read")
        return
    uses = libraries_in_use(reach, deployed.distributions)
    _note_gpu(noted, deployed, reach, findings, uses)
    _note_training(noted, findings)
    _note_models(noted, reach, findings, uses)
    _note_index(noted, reach, findings)
    _note_init(noted, findings, uses)
    _note_waits(noted, reach, findings)
    _note_bound(noted, reach, uses)
    loop = next(of_rules(findings, "record-loop-near-limit"), None)
    if loop is not None:
        noted.finding("loop", "yes", loop)
    noted.word("loop", "no")


def _note_gpu(
    noted: FactCollector, deployed: Deployed, reach: Reach, findings: tuple[Finding, ...], uses: tuple[LibraryUse, ...]
) -> None:
    needed = next(of_rules(findings, "gpu-use-on-lambda"), None)
    if needed is not None:
        noted.finding("gpu", "required", needed)
    if deployed.function.accelerator:
        noted.word("gpu", "required", "the function asks for one (AcceleratorConfig)", deployed.function.defined_at)
    for found in model_calls(reach, "probe", "gpu"):
        text = "the code asks whether there is a GPU and goes on without one"
        noted.word("gpu", "optional", text, _place(found.call), confidence="medium")
    for use in uses:
        if use.library.gpu == "required" or use.library.gpu_expected:
            text = f"{use.library.name} is hardly ever run without a GPU"
            noted.word("gpu", "optional", text, use.place, confidence="medium")
    noted.word("gpu", "none", "nothing in the code that runs asks for one", confidence="medium")


def _note_training(noted: FactCollector, findings: tuple[Finding, ...]) -> None:
    """Rows that are reported as information alone may as well transform data."""
    found = next((f for f in of_rules(findings, "training-on-lambda") if f.severity != "info"), None)
    if found is not None:
        noted.finding("training", "yes", found)
    noted.word("training", "no")


def _note_models(
    noted: FactCollector, reach: Reach, findings: tuple[Finding, ...], uses: tuple[LibraryUse, ...]
) -> None:
    many = next(of_rules(findings, "unbounded-model-cache"), None)
    if many is not None:
        noted.finding("model", "many", many)
    loads = [found for found in model_calls(reach, "load", "infer") if found.meaning.category != "data"]
    for found in loads:
        if found.meaning.kind == "load" and _chosen_by_event(found.call, reach):
            noted.word("model", "many", "which model is loaded depends on the event", _place(found.call))
    for use in uses:
        if use.library.category in _MEMORY_OF_HOLDERS and use.library.min_memory_mb:
            noted.word("model", "one", f"{use.library.name} runs in the function", use.place)
    for found in loads:
        noted.word("model", "one", f"{found.meaning.library} loads a model", _place(found.call))
    noted.word("model", "none", "no library that runs or loads a model is used", confidence="medium")


def _chosen_by_event(call: Call, reach: Reach) -> bool:
    given = [*call.node.args, *(keyword.value for keyword in call.node.keywords)]
    return any(varies(value, call.site.unit, call.reached, reach.evaluator) for value in given[:2])


def _note_index(noted: FactCollector, reach: Reach, findings: tuple[Finding, ...]) -> None:
    found = next(of_rules(findings, "in-memory-index-in-lambda"), None)
    if found is None:
        noted.word("index", "none")
        return
    refreshed = _refreshes(reach)
    if refreshed is not None:
        text = "the index in memory is loaded again while the environment lives"
        noted.word("index", "refreshed", text, refreshed, rule=found.rule, confidence="medium")
    noted.finding("index", "fixed", found)


def _refreshes(reach: Reach) -> Place | None:
    """A load that a clock or an object's version leads to."""
    for call in reach.calls():
        watched = call.path.startswith(_CLOCKS) or call.path.rpartition(".")[2] in _VERSIONS
        if watched and call.phase is not Phase.IMPORT and _is_in_condition(call, reach):
            return _place(call)
    return None


def _is_in_condition(clock: Call, reach: Reach) -> bool:
    """Whether a load of a model or array stands under a condition in the unit that asks the clock."""
    unit = clock.site.unit
    loads = {
        found.call.site.unit for found in model_calls(reach, "load", "download") if found.call.site.context.conditions
    }
    loads |= {
        call.site.unit
        for call in reach.calls()
        if call.path in ("numpy.load", "numpy.frombuffer") and call.site.context.conditions
    }
    callers = {other.parent.unit for other in reach.best.values() if other.unit in loads and other.parent is not None}
    return (
        unit in loads
        or unit in callers
        or any(
            step.unit is unit
            for target in loads
            if (known := reach.best.get(target)) is not None
            for step in known.way()
        )
    )


def _note_init(noted: FactCollector, findings: tuple[Finding, ...], uses: tuple[LibraryUse, ...]) -> None:
    slow = next(of_rules(findings, "slow-init"), None)
    if slow is not None:
        noted.finding("init", "heavy", slow)
    heaviest = max(uses, key=lambda use: use.library.min_memory_mb or 0, default=None)
    least = heaviest.library.min_memory_mb or 0 if heaviest is not None else 0
    if heaviest is not None and least >= assumption("medium_library_mb").estimate:
        word = "heavy" if least >= assumption("heavy_library_mb").estimate else "medium"
        noted.word("init", word, f"{heaviest.library.name} is loaded at the start", heaviest.place, confidence="medium")
    noted.word("init", "light")


def _note_waits(noted: FactCollector, reach: Reach, findings: tuple[Finding, ...]) -> None:
    found = next(of_rules(findings, "waiting-in-handler"), None)
    if found is None:
        noted.word("wait", "none")
        return
    longest = longest_wait(reach)
    long = "job" if _asks_for_a_job(reach) else "long"
    noted.finding("wait", long if longest is None or longest >= assumption("paid_wait_s").estimate else "short", found)


def _asks_for_a_job(reach: Reach) -> bool:
    """Whether it waits for work of AWS that ends with an event."""
    for call in reach.calls():
        asks = call.path.rpartition(".")[2] in announced_operations() or call.path.endswith(".get_waiter().wait")
        if asks and call.phase is Phase.INVOKE:
            return True
    return False


def _note_bound(noted: FactCollector, reach: Reach, uses: tuple[LibraryUse, ...]) -> None:
    """Waiting for a model behind an API, with nothing in memory that computes."""
    waits = next(_hosted(reach), None)
    computes = any(use.library.is_ml and use.library.min_memory_mb for use in uses)
    if waits is not None and not computes:
        noted.word("bound_by", "waiting", "it waits for a model behind an API", waits, confidence="medium")
    elif computes:
        noted.word("bound_by", "cpu", "a library that computes runs in the function", confidence="medium")
    else:
        noted.unknown("bound_by", "the code does not show whether it computes or waits")


def _hosted(reach: Reach) -> Iterator[Place]:
    for call in reach.calls():
        if call.path.startswith(("boto3", "?.")) and call.path.rpartition(".")[2] in hosted_operations():
            yield _place(call)
    for name, place in imports(reach):
        if hosts_models_elsewhere(name):
            yield place


def imports(reach: Reach) -> Iterator[tuple[str, Place]]:
    """The dotted names of libraries that the running code imports."""
    for reached in reach.best.values():
        for site in reach.sites_in(reached.unit):
            if isinstance(site.node, ast.Import | ast.ImportFrom):
                names: Iterable[str] = imported_names(site.node)
                yield from ((n, site.unit.module.place(site.node)) for n in names if not is_own(n, reach.evaluator))


def _place(call: Call) -> Place:
    return call.site.unit.module.place(call.node)
