"""The last line: how every server is, and the keys that matter here."""

from typing import TYPE_CHECKING

from textual import events
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.reactive import reactive
from textual.style import Style
from textual.widgets import Static

from tui.ui.plain import plain

if TYPE_CHECKING:
    from tui.domain.server import Connection


class KeyHints(Static):
    """A few keys of this place, which can be clicked too."""

    DEFAULT_CSS = """
    KeyHints { dock: right; width: auto; height: 1; padding: 0 1; color: $label; }
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
    connections: "reactive[tuple[Connection, ...]]" = reactive(())
    hints: reactive[tuple[tuple[str, str, str], ...]] = reactive(())

    def compose(self) -> ComposeResult:
        yield KeyHints().data_bind(StatusBar.hints)

    def on_mount(self) -> None:
        self.call_after_refresh(self._furnish)

    def _furnish(self) -> None:
        from tui.ui.widgets.server_dots import ServerDots

        self.mount(ServerDots().data_bind(StatusBar.connections), before=0)
