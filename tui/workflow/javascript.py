"""JSON as JavaScript reads and writes it."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeVar

from tui.domain.json_values import Json

T = TypeVar("T")

_EXACT = 2**53
_LARGEST_INDEX = 2**32 - 2


def is_index(key: str) -> bool:
    """Whether JavaScript keeps this key among the numbers, before all others."""
    if not (key.isascii() and key.isdigit()) or len(key) > 10 or (key[0] == "0" and key != "0"):
        return False
    return int(key) <= _LARGEST_INDEX


def in_javascript_order(keys: Iterable[str]) -> list[str]:
    """Whole numbers first, ascending; the others as they came."""
    listed = list(keys)
    if not any(map(is_index, listed)):
        return listed
    return sorted(filter(is_index, listed), key=int) + [key for key in listed if not is_index(key)]


def ordered(mapping: Mapping[str, T]) -> dict[str, T]:
    """The mapping as JavaScript would write it."""
    return {key: mapping[key] for key in in_javascript_order(mapping)}


def javascript_number(value: float) -> int | float:
    """A number as JavaScript writes it: 20.0 is 20, and whole numbers past 2**53 are doubles."""
    if isinstance(value, int):
        return value if -_EXACT <= value <= _EXACT else _rounded(value)
    return int(Decimal(repr(value))) if value.is_integer() and abs(value) < 1e21 else value


def _rounded(value: int) -> int | float:
    try:
        double = float(value)
    except OverflowError:
        return math.inf
    return int(Decimal(repr(double))) if abs(double) < 1e21 else double


def javascript_value(value: Json) -> Json:
    """`value` with every number in it as JavaScript writes it; numbers past all bounds are null."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int | float):
        number = javascript_number(value)
        return number if isinstance(number, int) or math.isfinite(number) else None
    if isinstance(value, list):
        return [javascript_value(item) for item in value]
    return {key: javascript_value(item) for key, item in value.items()}


def javascript_text(value: Json) -> str:
    """`String(value)`."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(javascript_number(value))
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join("" if item is None else javascript_text(item) for item in value)
    return "[object Object]"


def is_truthy(value: Json) -> bool:
    """What JavaScript takes for true: also empty arrays and objects."""
    return isinstance(value, list | dict) or bool(value)
