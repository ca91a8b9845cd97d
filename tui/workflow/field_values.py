"""What a person typed for a field, made the value that the field holds, or refused with a sentence."""

from math import isfinite
from pathlib import Path
from typing import assert_never

from tui.domain.errors import NotListedError, WorkflowError
from tui.domain.forms import (
    ChoiceField,
    Field,
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
from tui.domain.text import clean, nearest, one_line
from tui.workflow.slots import MULTIPLE

_YES = {"true", "yes", "on", "1", "y"}
_NO = {"false", "no", "off", "0", "n"}
_RANDOM = {"", "random", "-1"}
_SIZES = {"width", "height"}


def field_value(field: Field, given: FieldValue) -> FieldValue:
    """`given` as the field holds it. None is the field's default; a seed stays None, which means random."""
    match field:
        case TextField():
            return _text(field, given)
        case SeedField():
            return _seed(field, given)
        case IntegerField():
            return _integer(field, given)
        case NumberField():
            return _number(field, given)
        case ChoiceField():
            return _choice(field, given)
        case ToggleField():
            return _toggle(field, given)
        case PictureField():
            return _picture(field, given)
        case LorasField():
            return _loras(field, given)
        case PicksField():
            return _picks(field, given)
        case _:
            assert_never(field)


def default_of(field: Field) -> FieldValue:
    """What a field holds before anybody touched it."""
    if isinstance(field, PictureField):
        return field.default or None
    return field.default


def _text(field: TextField, given: FieldValue) -> str:
    text = clean(field.default if given is None else _plain(field, given))
    if field.is_required and not text.strip():
        raise WorkflowError(f"The {_low(field.label)} is empty.", "Write what the picture should show.")
    return text


def _seed(field: SeedField, given: FieldValue) -> int | None:
    if given is None:
        return field.default
    if isinstance(given, str) and given.strip().casefold() in _RANDOM:
        return None
    seed = _whole(field.label, given, f"Give a whole number from 0 to {field.maximum}, or “random”.")
    if not 0 <= seed <= field.maximum:
        raise _out_of_range(field.label, seed, 0, field.maximum)
    return seed


def _integer(field: IntegerField, given: FieldValue) -> int:
    range_of = f"Give a whole number from {field.minimum} to {field.maximum}."
    number = field.default if given is None else _whole(field.label, given, range_of)
    if not field.minimum <= number <= field.maximum:
        raise _out_of_range(field.label, number, field.minimum, field.maximum)
    if field.name in _SIZES:
        _check_multiple(field, number)
    return number


def _check_multiple(field: IntegerField, number: int) -> None:
    unit = max(field.step, MULTIPLE) if field.step % MULTIPLE == 0 else MULTIPLE
    rest = number % unit
    if rest == 0:
        return
    near = [size for size in (number - rest, number - rest + unit) if field.minimum <= size <= field.maximum]
    raise WorkflowError(
        f"{field.label} is {number}, which is not a multiple of {unit}.",
        f"Use {' or '.join(map(str, near))}.",
    )


def _number(field: NumberField, given: FieldValue) -> float:
    if given is None:
        number = field.default
    else:
        text = _plain(field, given)
        try:
            number = float(text)
        except ValueError:
            number = float("nan")
        if not isfinite(number):
            raise WorkflowError(
                f"{field.label} is “{one_line(text, 40)}”, which is not a number.",
                f"Give a number from {field.minimum:g} to {field.maximum:g}.",
            )
    if not field.minimum <= number <= field.maximum:
        raise _out_of_range(field.label, number, field.minimum, field.maximum)
    return number


def _choice(field: ChoiceField, given: FieldValue) -> str:
    text = field.default if given is None else _plain(field, given)
    if not text and not field.is_required:
        return ""
    return choose(field.label, text, field.choices)


def _toggle(field: ToggleField, given: FieldValue) -> bool:
    if given is None:
        return field.default
    if isinstance(given, bool):
        return given
    word = _plain(field, given).strip().casefold()
    if word not in _YES | _NO:
        raise WorkflowError(f"{field.label} is “{one_line(word, 40)}”.", "Say yes or no.")
    return word in _YES


def _picture(field: PictureField, given: FieldValue) -> PictureInput | str | None:
    """A file of the person's; else the name of one on the server."""
    if isinstance(given, PictureInput):
        return given
    name = field.default if given is None else _plain(field, given)
    path = Path(name).expanduser()
    if name in field.choices and not path.is_file():
        return name
    if name.endswith("]") and not path.is_file():  # "name [output]": a file of another of its folders
        return name
    return PictureInput(str(path.absolute())) if name else None


def _loras(field: LorasField, given: FieldValue) -> tuple[Lora, ...]:
    if given is None:
        given = field.default
    wanted = given if isinstance(given, tuple) else _typed_loras(_plain(field, given))
    return tuple(Lora(choose(field.label, lora.name, field.choices), _strength(lora)) for lora in wanted)


def _picks(field: PicksField, given: FieldValue) -> str:
    words = picked(field.default if given is None else _plain(field, given))
    if not field.choices:
        return joined(words)
    return joined(dict.fromkeys(choose(field.label, word, field.choices) for word in words))


def _typed_loras(text: str) -> tuple[Lora, ...]:
    """The LoRAs of "name, other:0.8"."""
    return tuple(_typed_lora(part.strip()) for part in text.split(",") if part.strip())


def _typed_lora(text: str) -> Lora:
    name, colon, strength = text.rpartition(":")
    if not colon:
        return Lora(text)
    try:
        return Lora(name, float(strength))
    except ValueError:
        return Lora(text)


def _strength(lora: Lora) -> float:
    if not isfinite(lora.strength) or abs(lora.strength) > 100:
        raise WorkflowError(
            f"The strength of “{lora.name}” is {lora.strength:g}.", "Use a number such as 0.8."
        )
    return lora.strength


def choose(label: str, text: str, choices: tuple[str, ...]) -> str:
    """The choice that `text` means: itself, or the one that differs in case, separators or extension only."""
    if text in choices:
        return text
    for fold in (_folded, _stem):
        alike = [choice for choice in choices if fold(choice) == fold(text)]
        if len(alike) == 1:
            return alike[0]
    raise _unknown(label, text, choices)


def _unknown(label: str, text: str, choices: tuple[str, ...]) -> WorkflowError:
    if not choices:
        return NotListedError(
            f"{label}: the server has none to choose from.", "Leave it empty, or add one there."
        )
    like = nearest(text, choices)
    few = ", ".join(choices[:5]) + (f" and {len(choices) - 5} more" if len(choices) > 5 else "")
    return NotListedError(
        f"{label} “{one_line(text, 80)}” is not on the server.",
        f"Did you mean “{like}”?" if like else f"It has {few}.",
    )


def _folded(name: str) -> str:
    return name.replace("\\", "/").casefold()


def _stem(name: str) -> str:
    file = _folded(name).rpartition("/")[2]
    return file.rpartition(".")[0] or file


def _plain(field: Field, given: FieldValue) -> str:
    if isinstance(given, PictureInput | tuple):
        raise WorkflowError(f"{field.label} does not take this kind of value.", "Give text or a number.")
    return str(given)


def _whole(label: str, given: FieldValue, advice: str) -> int:
    text = str(given).strip()
    try:
        if len(text) > 40 or isinstance(given, bool):
            raise ValueError(text)
        number = float(text)
        if not number.is_integer():
            raise ValueError(text)
        return int(text) if text.lstrip("+-").isdigit() else int(number)
    except (ValueError, OverflowError):
        raise WorkflowError(
            f"{label} is “{one_line(text, 40)}”, which is not a whole number.", advice
        ) from None


def _out_of_range(label: str, number: float, minimum: float, maximum: float) -> WorkflowError:
    return WorkflowError(
        f"{label} is {_shown(number)}, which is out of range.",
        f"Use a number from {_shown(minimum)} to {_shown(maximum)}.",
    )


def _shown(number: float) -> str:
    return str(number) if isinstance(number, int) else f"{number:g}"


def _low(label: str) -> str:
    return label[:1].lower() + label[1:]
