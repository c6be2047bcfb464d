"""`python -m archlint`."""

import sys

if not sys.flags.safe_path:
    del sys.path[0]  # the current folder: what is scanned there must not stand in for a library

from archlint.cli.main import main

main()
