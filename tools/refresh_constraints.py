"""Writes constraints.txt: the versions with which the project's commands and its CI are known to pass.

    python tools/refresh_constraints.py

uv resolves pyproject.toml with all of its extras, for every Python and platform at once. Run the tests before you
commit what changed.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONSTRAINTS = ROOT / "constraints.txt"
HEADER = """\
# Versions with which the commands of the README and the CI are known to pass: pip install -c constraints.txt …
# Made by tools/refresh_constraints.py.
"""


def resolved(uv: str) -> str:
    """One line a distribution, sorted, with its marker where it is not for every Python or platform."""
    with tempfile.NamedTemporaryFile("r", suffix=".txt") as file:
        command = [uv, "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--all-extras"]
        command += ["--upgrade", "--no-header", "--no-annotate", "--no-emit-index-url", "--no-emit-find-links"]
        command += ["--output-file", file.name, str(ROOT / "pyproject.toml")]
        subprocess.run(command, check=True, cwd=ROOT)
        lines = Path(file.name).read_text(encoding="utf-8").splitlines()
    return "".join(f"{line}\n" for line in lines if not line.startswith(("archlint-aws", "-e ")))


def main() -> None:
    try:
        from uv import find_uv_bin
    except ImportError:
        sys.exit("uv is missing: pip install -e '.[online]'")
    CONSTRAINTS.write_text(HEADER + resolved(find_uv_bin()), encoding="utf-8")


if __name__ == "__main__":
    main()
