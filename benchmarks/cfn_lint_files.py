"""cfn-lint over templates, as its own command does it, except that one it fails on does not end the run. Prints
{"failed": how many it failed on}.

    python benchmarks/cfn_lint_files.py TEMPLATE...
"""

from __future__ import annotations

import glob
import json
import os
import sys
from importlib import import_module
from typing import Any


def main(paths: list[str]) -> int:
    runner = import_module("cfnlint.runner").Runner(_settings(paths[:1]))
    failed = 0
    for path in paths:
        try:
            runner.config = _settings([path])
            list(runner.run())
        except (Exception, SystemExit):
            failed += 1
    return failed


def _settings(paths: list[str]) -> Any:
    """Those of cfn-lint, without the settings of a user or a repository."""
    return import_module("cfnlint.config").ConfigMixIn(
        ["--config-file", os.devnull, "--template", *(glob.escape(path) for path in paths)]
    )


if __name__ == "__main__":
    print(json.dumps({"failed": main(sys.argv[1:])}))
