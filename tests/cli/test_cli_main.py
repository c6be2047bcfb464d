from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner

import archlint.cli
from archlint import __version__
from archlint.cli.main import main


def test_version_imports_nothing_slow() -> None:
    code = (
        "import sys\nfrom archlint.cli.main import main\n"
        "try: main(['--version'])\nexcept SystemExit: pass\n"
        "print(sorted({'libcst', 'yaml', 'rich', 'networkx', 'pathspec', 'tomllib'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [f"archlint, version {__version__}", "[]"]


def test_help_names_the_commands() -> None:
    result = CliRunner().invoke(main, ["--help"])
    assert result.exit_code == 0
    listed = [line.split()[0] for line in result.stdout.split("Commands:\n")[1].splitlines()]
    folder = Path(archlint.cli.__file__).parent
    modules = (path.stem for path in folder.glob("*.py"))
    assert listed == sorted(name for name in modules if "@click.command(" in (folder / f"{name}.py").read_text("utf-8"))


def test_an_unknown_command() -> None:
    result = CliRunner().invoke(main, ["scam"])
    assert result.exit_code == 2
    assert "No such command 'scam'" in result.stderr


def test_python_m_is_the_same() -> None:
    done = subprocess.run([sys.executable, "-m", "archlint", "--version"], capture_output=True, text=True, check=True)
    assert done.stdout == f"archlint, version {__version__}\n"
