"""What a repository's owners ask for: `archlint.toml`, or `[tool.archlint]` in pyproject.toml."""

from archlint.config.reader import ConfigError, Loaded, load, load_config, read_config
from archlint.config.settings import FAIL_ON, PERSONAS, Config, PerFile, rule_names

__all__ = [
    "FAIL_ON",
    "PERSONAS",
    "Config",
    "ConfigError",
    "Loaded",
    "PerFile",
    "load",
    "load_config",
    "read_config",
    "rule_names",
]
