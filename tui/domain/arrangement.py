"""How a person wants the fields of one workflow: in front, out of sight, under other names."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class Arrangement:
    """The person's wishes by field name; what they do not name stays as the form has it."""

    pinned: tuple[str, ...] = ()
    """These come first, in this order."""

    hidden: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def is_empty(self) -> bool:
        """Whether nothing is wished."""
        return self == Arrangement()

    def pin(self, name: str) -> "Arrangement":
        """Put a field in front, after those that are there."""
        return replace(self.show(name), pinned=(*_without(self.pinned, name), name))

    def unpin(self, name: str) -> "Arrangement":
        """Let a field go back to its place."""
        return replace(self, pinned=_without(self.pinned, name))

    def hide(self, name: str) -> "Arrangement":
        """Put a field out of sight; its value stays."""
        return replace(self.unpin(name), hidden=(*_without(self.hidden, name), name))

    def show(self, name: str) -> "Arrangement":
        """Let a hidden field be seen again."""
        return replace(self, hidden=_without(self.hidden, name))

    def rename(self, name: str, label: str) -> "Arrangement":
        """Call a field something else; an empty label gives it its own name back."""
        kept = {key: value for key, value in self.labels.items() if key != name}
        return replace(
            self, labels=MappingProxyType({**kept, name: label.strip()} if label.strip() else kept)
        )

    def move(self, name: str, by: int) -> "Arrangement":
        """Move a pinned field up (negative) or down among the pinned ones; another is pinned first."""
        arranged = self if name in self.pinned else self.pin(name)
        place = max(arranged.pinned.index(name) + by, 0)
        others = _without(arranged.pinned, name)
        return replace(arranged, pinned=(*others[:place], name, *others[place:]))


def _without(names: tuple[str, ...], name: str) -> tuple[str, ...]:
    return tuple(other for other in names if other != name)
