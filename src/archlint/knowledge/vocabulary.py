"""The facts that conditions of rules/targets may name, and the problems that a target may solve. Closed lists."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_YES_NO = ("yes", "no")

WORDS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "gpu": ("none", "optional", "required"),
        "training": _YES_NO,
        "training_size": ("small", "large"),
        "model": ("none", "one", "many"),
        "caller": ("waits", "nobody"),
        "front": ("http", "none"),
        "contract": _YES_NO,
        "edge": _YES_NO,
        "queue": _YES_NO,
        "stream": _YES_NO,
        "schedule": _YES_NO,
        "object_events": _YES_NO,
        "ordered": _YES_NO,
        "state_machine": _YES_NO,
        "one_shot": _YES_NO,
        "package": ("zip", "image", "inline"),
        "zip_fit": ("fits", "mendable", "over", "outgrown"),
        "efs": ("none", "libraries", "models", "files"),
        "architecture": ("x86_64", "arm64"),
        "runtime": ("supported", "deprecated", "blocked", "image"),
        "snapstart_runtime": _YES_NO,
        "managed_runtime": _YES_NO,
        "private_data": _YES_NO,
        "wait": ("none", "short", "job", "long"),
        "loop": _YES_NO,
        "index": ("none", "fixed", "refreshed"),
        "bound_by": ("cpu", "waiting"),
        "init": ("light", "medium", "heavy"),
        "durable": _YES_NO,
        "provider": _YES_NO,
        "demand": ("sparse", "steady"),
        "traffic_known": _YES_NO,
        "second_cloud": _YES_NO,
        "publishes": _YES_NO,
        "python": _YES_NO,
    }
)
"""What a fact may be; one that is not known holds in no condition."""

NUMBERS: Mapping[str, str] = MappingProxyType(
    {
        "timeout_s": "s",
        "duration_s": "s",
        "memory_mb": "MB",
        "needed_memory_mb": "MB",
        "ephemeral_mb": "MB",
        "payload_mb": "MB",
        "image_mb": "MB",
        "models_mb": "MB",
        "gpu_memory_gb": "GB",
        "monthly_requests": "requests a month",
        "answer_within_s": "s",
        "reserved_concurrency": "environments",
        "peak_concurrency": "requests at once",
    }
)
"""Facts that are numbers, with their unit."""

PROBLEMS: Mapping[str, str] = MappingProxyType(
    {
        "no-gpu": "the code needs a GPU and the function has none",
        "too-long": "one run takes longer than a function may run",
        "too-much-memory": "it needs more memory than a function can have",
        "too-large": "the package does not fit a zip",
        "hand-filled-libraries": "its libraries lie on a file system that was filled by hand, for a runtime that ends",
        "moving-state": "a large index in memory changes while users wait for answers from it",
        "cold-users": "people meet the long start of a function that is called rarely",
        "paid-waiting": "the function is paid to wait for people or long events",
        "heavy-training": "its training takes all the time that a function may have, or more",
        "cost": "another target does the same for clearly less",
    }
)
"""Why a function would have to leave what it is today, worst first."""
