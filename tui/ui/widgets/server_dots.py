"""How every server is, as one line."""

from collections.abc import Iterator, Sequence

from textual.content import Content
from textual.reactive import reactive
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
        """As much as fits: with all figures, with the first, names alone, or only shapes."""
        listed = [state for state in self.connections if state.state is not ConnectionState.OFF]
        if not listed:
            return plain(("no server is switched on", "$faint"))
        width = self.content_size.width
        lines = (Content("   ").join(self._indicators(listed, detail)) for detail in (2, 1, 0))
        return next((line for line in lines if line.cell_length <= width), self._shapes(listed))

    def _shapes(self, listed: Sequence[Connection]) -> Content:
        glyphs = glyphs_of(self)
        return Content(" ").join(
            plain((glyphs.connection(state.state), _TONES[state.state])) for state in listed
        )

    def _indicators(self, listed: Sequence[Connection], detail: int) -> Iterator[Content]:
        glyphs = glyphs_of(self)
        for state in listed:
            said = words.connection(state, detail)
            yield plain(
                (glyphs.connection(state.state), _TONES[state.state]),
                f" {one_line(words.server_label(state.server), 40 if detail else 16)}",
                (f" {said}" if said else "", "$label"),
            )
