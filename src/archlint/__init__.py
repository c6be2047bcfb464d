"""archlint: a static architecture linter and migration planner for AWS Lambda repositories."""

__version__ = "0.1.0"
