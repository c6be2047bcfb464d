"""archlint: a static architecture linter and migration planner for AWS Lambda repositories."""

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from archlint.api import (
        Config,
        ConfigError,
        Coverage,
        Deployed,
        Finding,
        Function,
        Known,
        NotEvaluated,
        Page,
        Place,
        Problem,
        ScanResult,
        Setting,
        Step,
        Unknown,
        UnknownRuleError,
        Value,
        known_or_none,
        load_config,
        rule_pages,
        scan,
        to_json,
    )

__all__ = [
    "Config",
    "ConfigError",
    "Coverage",
    "Deployed",
    "Finding",
    "Function",
    "Known",
    "NotEvaluated",
    "Page",
    "Place",
    "Problem",
    "ScanResult",
    "Setting",
    "Step",
    "Unknown",
    "UnknownRuleError",
    "Value",
    "__version__",
    "known_or_none",
    "load_config",
    "rule_pages",
    "scan",
    "to_json",
]

if not TYPE_CHECKING:

    def __getattr__(name: str) -> object:
        """From archlint.api when first asked for, so that `archlint --version` does not wait for it."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        from archlint import api

        return getattr(api, name)

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
