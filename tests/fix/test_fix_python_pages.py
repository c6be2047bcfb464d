"""Every fixer of Python code on the Bad blocks of its rule's page."""

from __future__ import annotations

import ast

import pytest
from python_fixes import findings, fixed, is_python, offers

from archlint.fix import registry
from archlint.rulebook import registry as rules
from expectations import Example, examples

RULES = [rule for rule, module in registry.modules().items() if is_python(module)]
BAD = [e for rule in RULES for e in examples(rules.pages()[rule]) if e.section == "Bad"]

NOT_FIXED = {
    ("cache-dir-not-writable", "NLTK"),
    ("client-created-in-handler", "A database connection"),
    ("gpu-use-on-lambda", "A device that can only be the GPU"),
    ("gpu-use-on-lambda", "A library for GPUs only"),
    ("heavy-import-in-handler", "By importlib"),
    ("heavy-import-in-handler", "On some requests only, for information"),
    ("multiprocessing-on-lambda", "A queue and a lock, under another name"),
    ("multiprocessing-on-lambda", "A context"),
    ("removed-api", "A session of TensorFlow 1"),
    ("unbounded-model-cache", "A dict, by the event's key"),
    ("unbounded-model-cache", "In a helper of another module"),
    ("unbounded-model-cache", "A dict of an object that lives at module scope"),
    ("unsafe-model-format", "From a URL"),
    ("unsafe-model-format", "From S3 through a file"),
    ("unsafe-model-format", "From a hub"),
}
"""What only people can decide: how to cut the work, which file to trust, which bound to set."""


def test_which_rules_there_are() -> None:
    assert RULES == [
        "cache-dir-not-writable",
        "client-created-in-handler",
        "gpu-use-on-lambda",
        "heavy-import-in-handler",
        "model-load-in-handler",
        "multiprocessing-on-lambda",
        "removed-api",
        "unbounded-model-cache",
        "unsafe-model-format",
    ]
    assert [rule for rule in RULES if registry.kind(rule) == "safe"] == ["client-created-in-handler", "removed-api"]


@pytest.mark.parametrize("example", BAD, ids=lambda e: f"{e.page.name}: {e.title}")
def test_a_bad_example(example: Example) -> None:
    rule, before = example.page.name, dict(example.repository())
    after = fixed(before, rule)
    if (rule, example.title) in NOT_FIXED:
        assert after == before
        return
    assert findings(after, rule) == []
    assert set(after) == set(before)
    for path, text in after.items():
        if path.endswith(".py"):
            ast.parse(text)
        else:
            assert text == before[path]
    assert fixed(after, rule) == after, "what is fixed stays as it is"
    assert all(fix is None or not fix.safe or registry.kind(rule) == "safe" for fix in offers(before, rule))
