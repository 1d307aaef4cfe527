"""Reads the dated price table, the one that ships or a site's own."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from bot.domain.errors import BadInput
from bot.domain.prices import Prices, PriceTable, Rate

SHIPPED: Final = Path(__file__).parent / "prices.toml"


def load_prices(path: Path | None = None) -> PriceTable:
    """The price table from TOML; BadInput names file and key."""
    file = path or SHIPPED
    try:
        raw = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as exc:
        raise BadInput(f"The price table cannot be read: {exc.strerror}.", file=str(file)) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as exc:
        raise BadInput(f"This is not valid TOML: {exc}", file=str(file)) from None
    return _table(raw, str(file))


def _table(raw: Mapping[str, Any], file: str) -> PriceTable:
    lists = raw.get("list")
    if not isinstance(lists, list) or not lists:
        raise BadInput("There must be at least one [[list]] of prices.", file=file, key="list")
    read = sorted((_prices(each, file) for each in lists), key=lambda each: each.since)
    rate = raw.get("rate", {})
    return PriceTable(
        tuple(read),
        Rate(_amount(rate, "yen", file), _date(rate, "on", file), str(rate.get("source", ""))),
        _amount(raw, "usd_per_month", file),
        int(_amount({"looks_per_day": 0, **raw}, "looks_per_day", file)),
    )


def _prices(raw: Mapping[str, Any], file: str) -> Prices:
    names = ("post", "post_with_url", "alt_text", "read", "hide")
    amounts = {name: _amount(raw, name, file) for name in names}
    source = str(raw.get("source", ""))
    return Prices(since=_date(raw, "since", file), checked=_date(raw, "checked", file), source=source, **amounts)


def _amount(raw: Mapping[str, Any], key: str, file: str) -> float:
    value = raw.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1_000_000:
        raise BadInput("This must be a number that is not negative.", file=file, key=key)
    return float(value)


def _date(raw: Mapping[str, Any], key: str, file: str) -> date:
    value = raw.get(key)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise BadInput("This must be a day, for example 2026-02-06.", file=file, key=key)
    return value
