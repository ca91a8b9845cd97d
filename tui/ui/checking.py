"""Why a value of a field cannot stand, in a few words, before any server is asked."""

from tui.domain.forms import ChoiceField, Field, IntegerField, NumberField, PictureField, SeedField
from tui.domain.request import FieldValue
from tui.domain.text import nearest

GRID = 8
"""Pixels; the width and height that diffusion models take are multiples of it."""


def complaint(field: Field, value: FieldValue) -> str:
    """What is wrong with the value, or nothing."""
    match field:
        case IntegerField():
            return _number(field, value) or _grid(field, value)
        case NumberField():
            return _number(field, value)
        case SeedField():
            return _seed(field, value)
        case ChoiceField():
            return _choice(field, value)
        case PictureField():
            return "a picture is needed here" if field.is_required and value is None else ""
        case _:
            return ""


def range_words(field: IntegerField | NumberField) -> str:
    """What a number field takes, as a hint."""
    low, high = figure(field.minimum), figure(field.maximum)
    words = f"{low} to {high}" if field.maximum < 10**7 else f"{low} or more"
    return f"{words}, by {figure(field.step)}" if field.step not in {0, 1} else words


def figure(value: float) -> str:
    """A number as people write it: no exponent, no trailing noise."""
    return str(value) if isinstance(value, int) else f"{value:.6f}".rstrip("0").rstrip(".") or "0"


def parse_number(field: IntegerField | NumberField, text: str) -> int | float | str:
    """The number typed, or the text itself when it is none."""
    plain = text.strip().replace(",", ".")
    try:
        return int(plain) if isinstance(field, IntegerField) else _finite(float(plain))
    except ValueError:
        return text


def _finite(value: float) -> float:
    if value != value or value in {float("inf"), float("-inf")}:
        raise ValueError("not a figure a field can hold")
    return value


def stepped(field: IntegerField | NumberField, value: FieldValue, count: int) -> int | float:
    """The value moved by `count` of the field's steps, within its range and without rounding noise."""
    start = value if isinstance(value, int | float) else field.default
    moved = round(start + count * (field.step or 1), 6)
    bounded = min(max(moved, field.minimum), field.maximum)
    return int(bounded) if isinstance(field, IntegerField) else float(bounded)


def _number(field: IntegerField | NumberField, value: FieldValue) -> str:
    if not isinstance(value, int | float):
        return "a whole number" if isinstance(field, IntegerField) else "a number"
    if value < field.minimum:
        return f"at least {figure(field.minimum)}"
    if value > field.maximum:
        return f"at most {figure(field.maximum)}"
    return ""


def _grid(field: IntegerField, value: FieldValue) -> str:
    if field.name not in {"width", "height"} or not isinstance(value, int) or value % GRID == 0:
        return ""
    below = value - value % GRID
    return f"a multiple of {GRID}: {below} or {below + GRID}"


def _seed(field: SeedField, value: FieldValue) -> str:
    if value is None:
        return ""
    if not isinstance(value, int):
        return "a whole number, or nothing for random"
    return "" if 0 <= value <= field.maximum else f"0 to {field.maximum}"


def _choice(field: ChoiceField, value: FieldValue) -> str:
    if not isinstance(value, str) or not field.choices or value in field.choices:
        return ""
    if not value:
        return "pick one" if field.is_required else ""
    like = next(iter(field.nearest), None) if value == field.default else nearest(value, field.choices)
    return f"not on this server; {like}?" if like else "not on this server"
