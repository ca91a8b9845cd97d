"""The keys at the foot of a place: named by their bindings, so that they are shown as the person set them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from textual.binding import Binding
from textual.dom import DOMNode

from tui.ui.keys import first_key


@dataclass(frozen=True, slots=True)
class Hint:
    """One word for one binding, or for a few that belong together; a click runs the first."""

    word: str
    ids: tuple[str, ...]


Hints = tuple[Hint, ...]


def hint(word: str, *ids: str) -> Hint:
    """A hint as it is written down: its word and the names of its bindings."""
    return Hint(word, ids)


def binding_at(node: DOMNode, name: str) -> tuple[DOMNode, Binding] | None:
    """The binding of that name which a key would find from the node on, and where it is at home."""
    for home in node.ancestors_with_self:
        for binding in _declared(type(home)):
            if binding.id == name:
                return home, binding
    return None


def keys_of(said: Hint, node: DOMNode, keymap: Mapping[str, str]) -> str:
    """The first key of each of its bindings, as it is written; empty where none of them can be reached."""
    found = (binding_at(node, name) for name in said.ids)
    keys = [first_key(keymap.get(binding.id or "", binding.key)) for _, binding in filter(None, found)]
    are_letters = all(len(key) == 1 and key.isalpha() for key in keys)
    return ("" if are_letters else " ").join(keys)


def _declared(kind: type) -> Iterator[Binding]:
    for base in kind.__mro__:
        for binding in vars(base).get("BINDINGS", ()):
            if isinstance(binding, Binding):
                yield binding
