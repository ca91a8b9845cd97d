"""Values meant for one server's form, brought to another's: kept, spelled its way, or let go and said so."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import assert_never

from tui.domain.forms import (
    ChoiceField,
    Field,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PicksField,
    PictureField,
    SeedField,
    TextField,
    ToggleField,
    joined,
    picked,
)
from tui.domain.request import FieldValue, Lora, PictureInput
from tui.domain.text import one_line
from tui.services.names import alike, paired
from tui.workflow.slots import MULTIPLE, STANDARD_LABELS

_SIZES = frozenset({"width", "height"})
_FREE_AT_NOUGHT = frozenset({*_SIZES, "steps"})
"""0 leaves these to the server."""

_USUAL = {"batch_size": 1, "denoise": 1.0, "control_strength": 1.0}
"""What a server that does not ask does anyway."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The values that the other form takes, and sentences about those that it does not."""

    values: Mapping[str, FieldValue]
    losses: tuple[str, ...] = ()


def fitted(form: Form, values: Mapping[str, FieldValue], server: str) -> Fitted:
    """`values` of any form of the same task as the fields of `form` can hold them on `server`."""
    kept: dict[str, FieldValue] = {}
    losses: list[str] = []
    unused: list[str] = []
    for name, value in paired(form, values).items():
        if says_nothing(name, value):
            continue
        field = form.field(name)
        if field is None or field.unavailable:
            if _USUAL.get(name) != value:
                unused.append(_label(name))
            continue
        kept[name], words = _brought(field, value)
        losses += words
    if unused:
        losses.append(f"{server} has no use for: {', '.join(unused)}.")
    return Fitted(kept, tuple(losses))


def says_nothing(name: str, value: FieldValue) -> bool:
    """Whether a value leaves the field to the server."""
    return value is None or value in ("", ()) or (name in _FREE_AT_NOUGHT and value == 0)


def _label(name: str) -> str:
    label = STANDARD_LABELS.get(name, one_line(name, 60))
    return label.lower() if label[1:].islower() else label


def _brought(field: Field, value: FieldValue) -> tuple[FieldValue, tuple[str, ...]]:
    """The value as the field takes it, and what that costs in words."""
    match field:
        case ChoiceField():
            return _chosen(field, str(value))
        case LorasField():
            return _loras(field, value)
        case PicksField():
            return _picks(field, str(value))
        case PictureField():
            return _picture(field, value)
        case IntegerField() | NumberField():
            return _number(field, value)
        case SeedField():
            return _seed(field, value)
        case TextField() | ToggleField():
            return value, ()
        case _:
            assert_never(field)


def _chosen(field: ChoiceField, wanted: str) -> tuple[FieldValue, tuple[str, ...]]:
    if (found := alike(wanted, field.choices)) is not None:
        return found, ()
    instead = f": “{one_line(field.default, 60)}” instead." if field.default else "; it is left out."
    return field.default or None, (f"{field.label} “{one_line(wanted, 60)}” is not there{instead}",)


def _loras(field: LorasField, value: FieldValue) -> tuple[FieldValue, tuple[str, ...]]:
    if not isinstance(value, tuple):
        return None, (f"{field.label} is left out.",)
    found = [(lora, alike(lora.name, field.choices)) for lora in value]
    lost = [one_line(lora.name, 60) for lora, name in found if name is None]
    words = (f"{field.label} “{'”, “'.join(lost)}” is not there; it is left out.",) if lost else ()
    return tuple(Lora(name, lora.strength) for lora, name in found if name is not None), words


def _picks(field: PicksField, value: str) -> tuple[FieldValue, tuple[str, ...]]:
    found = {word: alike(word, field.choices) for word in picked(value)}
    lost = [one_line(word, 60) for word, name in found.items() if name is None]
    words = (f"{field.label} “{'”, “'.join(lost)}” is not there; it is left out.",) if lost else ()
    return joined(name for name in found.values() if name), words


def _picture(field: PictureField, value: FieldValue) -> tuple[FieldValue, tuple[str, ...]]:
    if isinstance(value, PictureInput) or value in field.choices:
        return value, ()
    name = one_line(str(value), 60)
    return None, (f"{field.label} “{name}” is a file on the server it came from; it is left out.",)


def _number(field: IntegerField | NumberField, value: FieldValue) -> tuple[FieldValue, tuple[str, ...]]:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None, (f"{field.label} is left out.",)
    near = min(max(value, field.minimum), field.maximum)
    if isinstance(field, IntegerField):
        unit = _unit(field)
        near = max(int(near) // unit * unit, -(-field.minimum // unit) * unit)
    return near, () if near == value else (f"{field.label} {value:g} becomes {near:g}.",)


def _unit(field: IntegerField) -> int:
    if field.name not in _SIZES:
        return 1
    return field.step if field.step % MULTIPLE == 0 else MULTIPLE


def _seed(field: SeedField, value: FieldValue) -> tuple[FieldValue, tuple[str, ...]]:
    if not isinstance(value, int):
        return None, ()
    near = value % (field.maximum + 1)
    return near, () if near == value else (f"{field.label} {value} is too large there and becomes {near}.",)
