"""How keys are called on the screen, and which keys there are at which place."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "full_stop": ".",
    "plus": "+",
    "minus": "-",
    "equals_sign": "=",
    "tilde": "~",
    "pageup": "PgUp",
    "pagedown": "PgDn",
    "up": "↑",
    "down": "↓",
    "left": "←",
    "right": "→",
    "escape": "Esc",
    "enter": "Enter",
    "delete": "Del",
    "backspace": "Backspace",
    "space": "Space",
    "home": "Home",
    "end": "End",
    "tab": "Tab",
}


@dataclass(frozen=True, slots=True)
class KeyLine:
    """An action with the keys that do it."""

    keys: str
    words: str
    id: str


def key_words(keys: str) -> str:
    """Keys as they are written: ^g, F1, Alt+↑."""
    return ", ".join(_one(key.strip()) for key in keys.split(",") if key.strip())


def first_key(keys: str) -> str:
    """The first of several keys, as it is written."""
    return _one(keys.partition(",")[0].strip())


def _one(key: str) -> str:
    if key.startswith("ctrl+") and len(key) == len("ctrl+") + 1:
        return f"^{key[-1]}"
    *modifiers, last = key.split("+")
    name = _NAMES.get(last) or (last.upper() if last[:1] == "f" and last[1:].isdecimal() else last)
    return "+".join([*(modifier.capitalize() for modifier in modifiers), name])


def lines_of(bindings: Iterable[BindingType], keymap: Mapping[str, str]) -> Iterator[KeyLine]:
    """The named actions among the bindings, with the person's own keys where they set some."""
    for binding in bindings:
        if isinstance(binding, Binding) and binding.id and binding.description:
            keys = keymap.get(binding.id, binding.key)
            yield KeyLine(key_words(keys), binding.description, binding.id)
