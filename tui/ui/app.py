"""The studio as an application: it opens the services after the first frame and shows what they say."""

import asyncio
import gc
import importlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.binding import Binding, BindingType
from textual.reactive import Reactive, reactive
from textual.screen import Screen
from textual.signal import Signal
from textual.theme import Theme

from tui.domain.errors import LatentuiError
from tui.terminal.textual_host import host_for
from tui.ui.careful import CarefulApp
from tui.ui.glyphs import UNICODE, Glyphs
from tui.ui.options import StudioOptions
from tui.ui.stylesheet import LastingStylesheet
from tui.ui.theme import DARK, THEMES, other_theme

if TYPE_CHECKING:  # nothing that the first frame can do without is imported for it
    from tui.domain.events import OutputSaved, PreviewReceived
    from tui.domain.forms import WorkflowSummary
    from tui.domain.job import Job, JobId
    from tui.domain.request import GenerationRequest
    from tui.domain.server import Connection
    from tui.domain.settings import ServerSettings, Settings
    from tui.services.bundle import Services
    from tui.ui.session import Session

__all__ = ["LatentuiApp", "StudioOptions", "run_studio"]

ServicesFactory = Callable[[], AbstractAsyncContextManager["Services"]]
START_SECONDS = 0.05
"""What the first frame gets to reach the terminal before the services are opened."""


def _place(module: str, name: str) -> Callable[[], Screen[None]]:
    """A screen that is imported when it is first gone to."""
    return lambda: getattr(importlib.import_module(f"tui.ui.screens.{module}"), name)()


class LatentuiApp(CarefulApp):
    """The studio."""

    TITLE = "Latentui"
    ENABLE_COMMAND_PALETTE = False
    CSS_PATH = "app.tcss"
    DEFAULT_MODE = "studio"
    MODES: ClassVar[dict[str, str | Callable[[], Screen[None]]]] = {
        "studio": _place("studio", "StudioScreen"),
        "jobs": _place("jobs", "JobsScreen"),
        "results": _place("results", "ResultsScreen"),
        "workflows": _place("workflows", "WorkflowsScreen"),
        "settings": _place("settings", "SettingsScreen"),
    }
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f1", "help", "Help", id="app.help", priority=True, show=False),
        Binding("question_mark", "help", "Help, outside a text", id="app.help-else", show=False),
        Binding("f2", "go('studio')", "Studio", id="place.studio", priority=True, show=False),
        Binding("f3", "go('jobs')", "Jobs", id="place.jobs", priority=True, show=False),
        Binding("f4", "go('results')", "Results", id="place.results", priority=True, show=False),
        Binding("f5", "go('workflows')", "Workflows", id="place.workflows", priority=True, show=False),
        Binding("f6", "go('settings')", "Settings", id="place.settings", priority=True, show=False),
        Binding(
            "f8", "last_message", "The last message in full", id="app.message", priority=True, show=False
        ),
        Binding("f9", "turn_theme", "Light or dark", id="app.theme", priority=True, show=False),
        Binding("ctrl+p", "palette", "Palette", id="app.palette", priority=True, show=False),
        Binding("ctrl+q", "quit", "Quit; jobs live on", id="app.quit", priority=True, show=False),
    ]
    theme: Reactive[str] = Reactive(DARK.name)
    """Ours from the start: with a change of theme the styles would be read twice for the first frame."""

    jobs: "reactive[tuple[Job, ...]]" = reactive((), repaint=False)
    """Every job known, newest first."""

    connections: "reactive[tuple[Connection, ...]]" = reactive((), repaint=False)
    """Every server's indicator, in the order of the settings."""

    offers: "reactive[tuple[ServerSettings, ...]]" = reactive((), repaint=False)
    """Servers found on this machine that are not used yet."""

    def __init__(
        self, open_services: ServicesFactory, options: StudioOptions | None = None, glyphs: Glyphs = UNICODE
    ) -> None:
        super().__init__(glyphs)
        self.stylesheet = LastingStylesheet(self.theme_variables)
        self._open_services = open_services
        self._options = options or StudioOptions()
        self.services: Services | None = None
        self.session: Session | None = None
        self._life: asyncio.Task[None] | None = None
        self.workflows: tuple[WorkflowSummary, ...] = ()
        """What the palette offers: the workflows of the chosen server."""

        self._message = ""
        self.session_opened: Signal[Session] = Signal(self, "session opened")
        self.preview_received: Signal[PreviewReceived] = Signal(self, "preview received")
        self.output_saved: Signal[OutputSaved] = Signal(self, "output saved")
        self.job_ended: Signal[Job] = Signal(self, "job ended")
        self.jobs_dropped: Signal[frozenset[JobId]] = Signal(self, "jobs dropped")
        self.settings_changed: Signal[Settings] = Signal(self, "settings changed")
        if self._options.theme in self.available_themes:
            self.theme = self._options.theme

    @property
    def fault_log(self) -> Path | None:
        """See `CarefulApp`."""
        return self._options.log or (self.services.settings.paths.log if self.services else None)

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Ours, and Textual's own."""
        return {**super().available_themes, **{theme.name: theme for theme in THEMES}}

    def on_resize(self) -> None:
        """Follow the font."""
        host_for(self).measure()

    def on_ready(self) -> None:
        """The first frame is out: open the services once it has reached the terminal."""
        host_for(self).begin()
        self.set_timer(START_SECONDS, self._begin)

    def _begin(self) -> None:
        if not gc.isenabled():
            gc.freeze()  # classes and styles stay for good: later collections need not look at them
            gc.enable()
        self._life = asyncio.create_task(self._live(), name="services")
        self._life.add_done_callback(self._life_ended)

    async def on_unmount(self) -> None:
        """Close the services; jobs go on where they are."""
        if self._life is not None:
            self._life.cancel()
            await asyncio.wait({self._life}, timeout=5)

    async def _live(self) -> None:
        life = await asyncio.to_thread(importlib.import_module, "tui.ui.life")
        await life.live(self, self._open_services, self._options)

    def _life_ended(self, life: "asyncio.Task[None]") -> None:
        error = None if life.cancelled() else life.exception()
        if isinstance(error, Exception):
            self._handle_exception(error)

    def apply(self, settings: "Settings") -> None:
        """Look and keys as the person set them."""
        if settings.theme in self.available_themes:
            self.theme = settings.theme
        self.set_keymap(dict(settings.keys))

    def show_jobs(self, jobs: "tuple[Job, ...]") -> None:
        """From the pump."""
        self.jobs = jobs

    def show_connections(self, connections: "tuple[Connection, ...]") -> None:
        """From the pump."""
        self.connections = connections

    def show_settings(self, settings: "Settings") -> None:
        """From the pump."""
        self.apply(settings)
        self.settings_changed.publish(settings)

    def show_preview(self, preview: "PreviewReceived") -> None:
        """From the pump."""
        self.preview_received.publish(preview)

    def show_output(self, saved: "OutputSaved") -> None:
        """From the pump."""
        self.output_saved.publish(saved)

    def show_ending(self, job: "Job") -> None:
        """From the pump."""
        self.job_ended.publish(job)

    def show_dropped(self, job_ids: "frozenset[JobId]") -> None:
        """From the pump."""
        self.jobs_dropped.publish(job_ids)

    def tell(self, error: LatentuiError) -> None:
        """Show what went wrong and what to do about it; the whole of it is one key away."""
        self._message = f"{error.title}\n\n{error.advice}".strip()
        self.notify(error.sentence, severity="error", markup=False)

    def say(self, words: str) -> None:
        """A short notice."""
        self._message = words
        self.notify(words, markup=False)

    async def action_go(self, place: str) -> None:
        """Go to a place; it is as it was left."""
        await self.switch_mode(place)

    async def choose(self, what: str, value: str) -> None:
        """Take another server, workflow or prompt in the studio, from wherever we are."""
        session = self.session
        if session is None:
            return
        match what:
            case "server":
                session.choose_server(value)
            case "workflow":
                session.choose_workflow(value)
            case _:
                session.edit("prompt", value)
        await self.show_draft()

    async def reuse(self, request: "GenerationRequest") -> None:
        """Put an earlier request into the studio's form."""
        if self.session is not None:
            self.session.reuse(request)
            await self.show_draft()

    async def show_draft(self) -> None:
        """Go to the studio and show what the session has in its draft."""
        from tui.ui.screens.studio import StudioScreen

        await self.switch_mode("studio")
        if isinstance(self.screen, StudioScreen):
            self.screen.show_draft()

    async def action_quit(self) -> None:
        """Leave; asks where a server keeps no pictures for us."""
        if self.services is not None and (at_risk := self.services.generation.at_risk):
            self._ask_to_quit(len(at_risk))
        else:
            self.exit()

    @work(exclusive=True, group="quit")
    async def _ask_to_quit(self, count: int) -> None:
        from tui.ui.screens.question import Question

        jobs = "1 job is" if count == 1 else f"{count} jobs are"
        detail = f"{jobs} on a server that keeps no pictures: they are lost if you leave now."
        if await self.push_screen_wait(Question("Quit?", detail)):
            self.exit()

    def action_last_message(self) -> None:
        """Show the last notice in full."""
        from tui.ui.screens.text_sheet import TextSheet

        self.push_screen(TextSheet("The last message", self._message or "Nothing was said yet."))

    def action_help(self) -> None:
        """Every key, by place."""
        from tui.ui.screens.help import HelpSheet

        self.push_screen(HelpSheet())

    def action_palette(self) -> None:
        """Everything that can be done, to be searched."""
        from tui.ui.screens.palette import PaletteSheet

        self.push_screen(PaletteSheet())

    async def action_turn_theme(self) -> None:
        """From dark to light or back, and remember it."""
        self.theme = other_theme(self.theme)
        if self.services is not None:
            try:
                await self.services.settings.change(theme=self.theme)
            except LatentuiError as error:
                self.tell(error)


def run_studio(options: StudioOptions, open_services: ServicesFactory | None = None) -> int:
    """Run the studio in this terminal; gives the exit code."""
    from tui.ui.launch import launch

    return launch(options, open_services)
