"""What the application does in any terminal: clean pastes, plain characters, a sentence for a fault."""

from collections.abc import Sequence
from pathlib import Path

from rich.text import Text
from textual import events
from textual.app import App
from textual.css.query import NoMatches
from textual.filter import LineFilter
from textual.worker import WorkerFailed

from tui.domain.text import clean
from tui.ui.glyphs import Glyphs
from tui.ui.screens.place import Place


class CarefulApp(App[int]):
    """Keeps what comes in and what goes out in order, whatever is shown."""

    def __init__(self, glyphs: Glyphs) -> None:
        super().__init__()
        self.glyphs = glyphs
        self._fault = ""

    @property
    def fault_log(self) -> Path | None:
        """Where an unexpected fault is written down."""
        return None

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Terminals without unicode get plain characters."""
        filters = super().get_line_filters()
        if self.glyphs.is_unicode:
            return filters
        from tui.ui.ascii_filter import AsciiFilter

        return (*filters, AsciiFilter())

    async def on_event(self, event: events.Event) -> None:
        """What is pasted carries no control characters; a place may take it before the text in focus does."""
        if isinstance(event, events.Paste):
            event.text = clean(event.text)
            if isinstance(self.screen, Place) and self.screen.takes_paste(event.text):
                return
        await super().on_event(event)

    def _handle_exception(self, error: Exception) -> None:
        """An unexpected fault ends the program: the log gets all of it, the person a sentence."""
        from tui.ui.fault import record_fault

        inside = error.error if isinstance(error, WorkerFailed) else error
        if isinstance(inside, NoMatches) and not self.is_running:
            return  # it is being left, and a worker that was not stopped yet finds its screen empty
        self._fault = self._fault or record_fault(inside, self.fault_log)
        super()._handle_exception(error)

    def _fatal_error(self) -> None:
        """In place of Textual's traceback."""
        if not self._exit_renderables:
            self._exit_renderables.append(Text(self._fault))
        self._close_messages_no_wait()
