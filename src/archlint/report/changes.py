"""What a branch changes in settings and prices of functions, for people and for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from archlint.model.change import Change, Price, SettingChange
from archlint.report.visible import visible
from archlint.values import Unknown, Value, known_or_none

OPEN = "?"
_LABELS = {
    "memory_mb": ("memory", " MB"),
    "timeout_s": ("timeout", " s"),
    "architecture": ("architecture", ""),
    "ephemeral_mb": ("/tmp", " MB"),
    "provisioned_concurrency": ("provisioned concurrency", ""),
}


def heading(changes: Sequence[Change]) -> str:
    """Over at least one change."""
    first = changes[0]
    return (
        "Changed functions; a million requests by their mean duration, on demand, without cold starts and free tier "
        f"({first.region}, prices of {first.priced_as_of}):"
    )


def change_lines(change: Change) -> Iterator[str]:
    """First the settings, then the price; as plain text that is safe to show."""
    name = visible(change.name) + (" (new)" if change.new else "")
    yield f"{name}: {', '.join(_setting(setting) for setting in change.settings if not _is_idle(setting))}"
    after = _price(change.after)
    if change.new:
        yield after
    elif change.before == change.after:
        yield f"{after}, as before"
    else:
        yield f"{_price(change.before)} -> {after}"


def change_row(change: Change) -> dict[str, Any]:
    return {
        "function": change.function,
        "name": change.name,
        "new": change.new,
        "settings": [
            {
                "attribute": setting.attribute,
                "before": None if setting.before is None else known_or_none(setting.before),
                "after": known_or_none(setting.after),
            }
            for setting in change.settings
        ],
        "price": {
            "region": change.region,
            "as_of": change.priced_as_of,
            "before": _price_row(change.before),
            "after": _price_row(change.after),
        },
    }


def _price_row(price: Price | None) -> dict[str, float] | None:
    if price is None:
        return None
    return {
        "usd_per_million_requests": round(price.requests, 6),
        "usd_per_million_requests_and_second": round(price.second, 6),
        "usd_per_provisioned_environment_month": round(price.environment_month, 6),
    }


def _is_idle(setting: SettingChange) -> bool:
    """A new function that has no provisioned concurrency."""
    return setting.attribute == "provisioned_concurrency" and setting.before is None and not _value(setting.after)


def _value(value: Value[object]) -> object:
    return OPEN if isinstance(value, Unknown) else value.value


def _setting(setting: SettingChange) -> str:
    label, unit = _LABELS.get(setting.attribute, (setting.attribute, ""))
    after = _shown(setting.after, unit)
    return f"{label} {after}" if setting.before is None else f"{label} {_shown(setting.before, unit)} -> {after}"


def _shown(value: Value[object], unit: str) -> str:
    found = _value(value)
    if isinstance(found, bool):
        return "on" if found else "off"
    if isinstance(found, int):
        return f"{found:,}{unit}"
    return visible(str(found))


def _price(price: Price | None) -> str:
    if price is None:
        return OPEN
    from archlint.plan.cost.money import usd

    text = f"{usd(price.requests)} + {usd(price.second)} per second"
    if price.environment_month:
        text += f", and {usd(price.environment_month)} a month for each provisioned environment"
    return text
