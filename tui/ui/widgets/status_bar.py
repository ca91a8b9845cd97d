"""The last line: how every server is, and the keys that matter here."""

from collections.abc import Iterator, Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widgets import Static

from tui.domain.server import Connection, ConnectionState
from tui.domain.text import one_line
from tui.ui import words
from tui.ui.access import glyphs_of
from tui.ui.plain import plain

_TONES = {
    ConnectionState.CONNECTED: "$text-success",
    ConnectionState.CONNECTING: "$text-warning",
    ConnectionState.UNREACHABLE: "$text-error",
    ConnectionState.OFF: "$faint",
}


class ServerDots(Static):
    """One indicator per enabled server: dot, name, and how it is where there is room."""

    DEFAULT_CSS = """
    ServerDots { width: 1fr; height: 1; padding: 0 1; }
    """
    connections: reactive[tuple[Connection, ...]] = reactive(())

    def render(self) -> Content:
        """As much as fits: with all figures, with the first, or names alone."""
        listed = [state for state in self.connections if state.state is not ConnectionState.OFF]
        if not listed:
            return plain(("no server is switched on", "$faint"))
        width = self.content_size.width
        lines = (Content("   ").join(self._indicators(listed, detail)) for detail in (2, 1))
        return next((line for line in lines if line.cell_length <= width), self._names(listed))

    def _names(self, listed: Sequence[Connection]) -> Content:
        return Content("  ").join(self._indicators(listed, 0))

    def _indicators(self, listed: Sequence[Connection], detail: int) -> Iterator[Content]:
        glyphs = glyphs_of(self)
        for state in listed:
            said = words.connection(state, detail)
            yield plain(
                (glyphs.connection(state.state), _TONES[state.state]),
                f" {one_line(words.server_label(state.server), 40 if detail else 16)}",
                (f" {said}" if said else "", "$label"),
            )


class KeyHints(Static):
    """A few keys of this place, which can be clicked too."""

    DEFAULT_CSS = """
    KeyHints { width: auto; height: 1; padding: 0 1; color: $label; }
    """
    hints: reactive[tuple[tuple[str, str, str], ...]] = reactive((), layout=True)
    """Key as shown, word, and the action a click runs."""

    def render(self) -> Content:
        """The keys in the accent colour."""
        return Content("  ").join(
            plain((key, "$accent"), f" {word}").stylize(Style.from_meta({"hint": action}))
            for key, word, action in self.hints
        )

    async def on_click(self, event: events.Click) -> None:
        action = event.style.meta.get("hint")
        if isinstance(action, str):
            await self.run_action(action)


class StatusBar(Horizontal):
    """Servers on the left, keys on the right."""

    DEFAULT_CSS = """
    StatusBar { dock: bottom; height: 1; background: $surface; }
    """
    connections: reactive[tuple[Connection, ...]] = reactive(())
    hints: reactive[tuple[tuple[str, str, str], ...]] = reactive(())

    def compose(self) -> ComposeResult:
        yield ServerDots().data_bind(StatusBar.connections)
        yield KeyHints().data_bind(StatusBar.hints)
