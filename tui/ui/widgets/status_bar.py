"""The last line: how every server is, and the keys that matter here."""

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.dom import DOMNode
from textual.reactive import reactive
from textual.screen import Screen
from textual.style import Style
from textual.widgets import Static

from tui.ui.access import app_of, keymap_of
from tui.ui.hints import Hint, Hints, binding_at, keys_of
from tui.ui.plain import plain

if TYPE_CHECKING:
    from tui.domain.server import Connection


_DOTS = 4
"""Columns that the shapes of the servers keep, however many keys there are."""


class KeyHints(Static):
    """A few keys of this place, which can be clicked too."""

    DEFAULT_CSS = """
    KeyHints { dock: right; width: auto; height: 1; padding: 0 1; color: $label; }
    """
    hints: reactive[Hints] = reactive((), layout=True)

    def on_mount(self) -> None:
        # Textual leaves the screen's result type unknown
        self.screen.bindings_updated_signal.subscribe(  # pyright: ignore[reportUnknownMemberType]
            self, self._bindings_changed
        )

    def _bindings_changed(self, _screen: Screen[object]) -> None:
        """The focus moved, so that other keys are in reach; or the person set other keys."""
        self.refresh(layout=True)

    def render(self) -> Content:
        """The keys in the accent colour; where not all fit, the last one stays, which is that of the help."""
        pieces = [piece for said in self.hints if (piece := self._piece(said)) is not None]
        line = Content("  ").join(pieces)
        while len(pieces) > 1 and line.cell_length > self.screen.size.width - _DOTS:
            del pieces[-2]
            line = Content("  ").join(pieces)
        return line

    def _piece(self, said: Hint) -> Content | None:
        keys = keys_of(said, self._reach, keymap_of(self))
        if not keys:
            return None
        return plain((keys, "$accent"), f" {said.word}").stylize(Style.from_meta({"hint": said.ids[0]}))

    @property
    def _reach(self) -> DOMNode:
        return self.screen.focused or self.screen

    async def on_click(self, event: events.Click) -> None:
        name = event.style.meta.get("hint")
        found = binding_at(self._reach, name) if isinstance(name, str) else None
        if found is not None:
            home, binding = found
            await app_of(self).run_action(binding.action, home)


class StatusBar(Horizontal):
    """Servers on the left, keys on the right."""

    DEFAULT_CSS = """
    StatusBar { dock: bottom; height: 1; background: $surface; }
    """
    connections: "reactive[tuple[Connection, ...]]" = reactive(())
    hints: reactive[Hints] = reactive(())

    def compose(self) -> ComposeResult:
        yield KeyHints().data_bind(StatusBar.hints)

    def on_mount(self) -> None:
        self.call_after_refresh(self._furnish)

    def _furnish(self) -> None:
        from tui.ui.widgets.server_dots import ServerDots

        self.mount(ServerDots().data_bind(StatusBar.connections), before=0)
