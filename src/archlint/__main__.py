"""`python -m archlint`."""

from archlint.cli.main import main

main()
