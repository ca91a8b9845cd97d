"""What every place has: the jobs and servers as they are, and the status bar."""

from typing import TYPE_CHECKING, ClassVar

from textual.app import ComposeResult
from textual.reactive import reactive
from textual.screen import Screen

from tui.ui.access import app_of
from tui.ui.glyphs import Glyphs
from tui.ui.hints import Hints
from tui.ui.widgets.status_bar import StatusBar

if TYPE_CHECKING:
    from tui.domain.job import Job
    from tui.domain.server import Connection


class Place(Screen[None]):
    """A screen of its own that keeps its state while others are shown."""

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012 - Textual declares it so
        (0, "-narrow"),
        (100, "-normal"),
        (160, "-wide"),
    ]
    HINTS: ClassVar[Hints] = ()
    """The keys shown at the foot."""

    jobs: "reactive[tuple[Job, ...]]" = reactive((), repaint=False)
    connections: "reactive[tuple[Connection, ...]]" = reactive((), repaint=False)
    hints: reactive[Hints] = reactive((), repaint=False)

    @property
    def glyphs(self) -> Glyphs:
        """The shapes this terminal has."""
        return app_of(self).glyphs

    def compose(self) -> ComposeResult:
        yield from self.compose_place()
        yield StatusBar().data_bind(Place.connections, Place.hints)

    def compose_place(self) -> ComposeResult:
        """What is above the status bar."""
        yield from ()

    def takes_paste(self, text: str) -> bool:  # noqa: ARG002 - for places that look at it first
        """Whether the place deals with a pasted text itself, whichever widget has the focus."""
        return False

    async def on_mount(self) -> None:
        app = app_of(self)
        self.hints = self.HINTS
        self.watch(app, "jobs", self._take_jobs)
        self.watch(app, "connections", self._take_connections)

    def _take_jobs(self, jobs: "tuple[Job, ...]") -> None:
        if self.is_current:
            self.jobs = jobs

    def _take_connections(self, connections: "tuple[Connection, ...]") -> None:
        if self.is_current:
            self.connections = connections

    def on_screen_resume(self) -> None:
        """Catch up with what happened while another place was shown."""
        self.jobs = app_of(self).jobs
        self.connections = app_of(self).connections
