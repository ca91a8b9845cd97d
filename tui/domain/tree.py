"""Decoded JSON whose shape nobody promised: each reader gives a plain type or nothing."""

from typing import Any, cast


def mapping(value: object) -> dict[str, Any]:
    """`value` where it is an object, else an empty one."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else {}  # JSON keys are text


def sequence(value: object) -> list[Any]:
    """`value` where it is a list, else an empty one."""
    return cast("list[Any]", value) if isinstance(value, list) else []  # of whatever JSON holds


def mappings(value: object) -> list[dict[str, Any]]:
    """The objects in a list; everything else in it is passed over."""
    return [tree for item in sequence(value) if (tree := mapping(item)) or item == {}]


def text(value: object) -> str:
    """`value` where it is text, else nothing."""
    return value if isinstance(value, str) else ""


def integer(value: object) -> int | None:
    """`value` where it is a whole number; true and false are not."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def number(value: object) -> float | None:
    """`value` where it is a number; true and false are not."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
