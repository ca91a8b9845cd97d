"""JSON read without trust, and as JavaScript would read and write it."""

import math
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import TypeAlias, TypeVar, cast

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]

T = TypeVar("T")

_EXACT = 2**53
_LARGEST_INDEX = 2**32 - 2


def object_of(value: object) -> JsonObject:
    """`value` if it is a JSON object, else an empty one."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}  # a JSON object has text keys


def list_of(value: object) -> list[Json]:
    """`value` if it is a JSON array, else an empty one."""
    return cast("list[Json]", value) if isinstance(value, list) else []  # JSON arrays hold JSON


def objects_in(value: object) -> list[JsonObject]:
    """The JSON objects in the array `value`."""
    return [cast("JsonObject", item) for item in list_of(value) if isinstance(item, dict)]


def text_of(value: object, default: str = "") -> str:
    """`value` if it is text, else the default."""
    return value if isinstance(value, str) else default


def number_of(value: object, default: float) -> float:
    """`value` if it is a number, else the default."""
    return value if isinstance(value, int | float) and not isinstance(value, bool) else default


def integer_of(value: object) -> int | None:
    """`value` as a whole number: 3, 3.0 and "3" are 3; anything else is None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if value.is_integer() else None
    if isinstance(value, str) and len(value) < 20 and value.isascii() and value.isdigit():
        return int(value)
    return None


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
