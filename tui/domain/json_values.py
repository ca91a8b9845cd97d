"""Decoded JSON whose shape nobody promised: each reader gives a plain value, or an empty one."""

from typing import TypeAlias, TypeVar, cast, overload

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
JsonObject: TypeAlias = dict[str, Json]

T = TypeVar("T")


def object_of(value: object) -> JsonObject:
    """`value` if it is a JSON object, else an empty one."""
    return cast("JsonObject", value) if isinstance(value, dict) else {}  # a JSON object has text keys


def list_of(value: object) -> list[Json]:
    """`value` if it is a JSON array, else an empty one."""
    return cast("list[Json]", value) if isinstance(value, list) else []  # JSON arrays hold JSON


def objects_in(value: object) -> list[JsonObject]:
    """The JSON objects in the array `value`; everything else in it is passed over."""
    return [cast("JsonObject", item) for item in list_of(value) if isinstance(item, dict)]


def text_of(value: object, default: str = "") -> str:
    """`value` if it is text, else the default."""
    return value if isinstance(value, str) else default


@overload
def number_of(value: object) -> float | None: ...


@overload
def number_of(value: object, default: T) -> float | T: ...


def number_of(value: object, default: object = None) -> object:
    """`value` if it is a number, else the default; true and false are none."""
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
