"""SARIF 2.1.0, as OASIS defines it and as GitHub's code scanning takes it."""

from archlint.report.sarif.document import render_sarif

__all__ = ["render_sarif"]
