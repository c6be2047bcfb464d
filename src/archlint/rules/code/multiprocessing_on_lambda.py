"""AL112: process pools and queues, which need shared memory that Lambda does not have."""

from __future__ import annotations

from collections.abc import Iterator

from archlint.code.abstract import Constant
from archlint.code.call_path import way_to
from archlint.code.reach import Call, Reach
from archlint.finding import Hit
from archlint.project import Project
from archlint.rulebook.page import Page

NEEDS_SHARED_MEMORY = frozenset(
    "Pool Queue SimpleQueue JoinableQueue Lock RLock Semaphore BoundedSemaphore Event Condition Barrier Value"
    " Array".split()
)
_ROOTS = ("multiprocessing", "multiprocess", "torch.multiprocessing", "billiard")


def check(project: Project, page: Page) -> Iterator[Hit]:
    """multiprocessing's pools, queues and locks, process executors, data loaders with workers."""
    for deployed, reach in project.python_functions():
        for call in reach.calls():
            what = _uses(call, reach)
            if what is not None:
                yield Hit(
                    message=f"{what} needs /dev/shm, which Lambda does not have: it raises OSError there",
                    place=call.site.unit.module.place(call.node),
                    function=deployed.function.id,
                    confidence="medium" if deployed.by_name else None,
                    trace=way_to(call.reached),
                )


def _uses(call: Call, reach: Reach) -> str | None:
    owner, _, name = call.path.removeprefix("multiprocessing.get_context().").rpartition(".")
    from_context = call.path.startswith("multiprocessing.get_context().")
    if name in NEEDS_SHARED_MEMORY and (owner in _ROOTS or (from_context and not owner)):
        return f"{owner or 'multiprocessing'}.{name}"
    if call.path in ("concurrent.futures.ProcessPoolExecutor", "concurrent.futures.process.ProcessPoolExecutor"):
        return "ProcessPoolExecutor"
    if call.path in ("torch.utils.data.DataLoader", "torch.utils.data.dataloader.DataLoader"):
        workers = next((k.value for k in call.node.keywords if k.arg == "num_workers"), None)
        values = reach.evaluator.values(workers, call.site.unit) if workers is not None else ()
        counts = [value.value for value in values if isinstance(value, Constant) and isinstance(value.value, int)]
        if counts and all(count > 0 for count in counts):
            return f"DataLoader with {counts[0]} workers"
    return None
