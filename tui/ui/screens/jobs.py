"""Jobs: all of them, and everything about the one under the cursor."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.reactive import reactive
from textual.widgets import Static

from tui.domain.errors import InputError, LatentuiError
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.text import one_line
from tui.ui.access import app_of, glyphs_of
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.job_pages import VIEWS, JobPages
from tui.ui.job_text import StateChange, job_text
from tui.ui.plain import plain
from tui.ui.queue_words import queue_state
from tui.ui.screens.place import Place
from tui.ui.screens.queue_place import QUEUE_KEYS, QueuePlace
from tui.ui.widgets.heading import Heading
from tui.ui.widgets.job_archive import JobArchive
from tui.ui.widgets.jobs_pane import JobList
from tui.ui.widgets.view_line import ViewLine

if TYPE_CHECKING:
    from tui.services.bundle import Services

LogKey = tuple[JobId, JobStatus, bool]
"""A job in a state: its log grows with each change of it."""

LOOK_AFTER = 0.08
"""Seconds the cursor rests, or typing pauses, before the journal is asked."""


class JobsScreen(QueuePlace):
    """Views, list and details."""

    CSS_PATH = "places.tcss"
    AUTO_FOCUS = "#list"
    VIEW_KEYS: ClassVar[list[BindingType]] = [
        Binding("right", "next_view(1)", "The next view", id="jobs.next-view", show=False),
        Binding("left", "next_view(-1)", "The view before", id="jobs.previous-view", show=False),
        *(
            Binding(str(index + 1), f"view({index})", f"Show {view.name}", id=f"jobs.{view.name}", show=False)
            for index, view in enumerate(VIEWS)
        ),
    ]
    BINDINGS: ClassVar[list[BindingType]] = [
        *QUEUE_KEYS,
        *VIEW_KEYS,
        *JobList.BINDINGS,  # here too, for the palette and while the details have the focus
        Binding("escape", "back", "Back", show=False),
    ]
    HINTS = (
        hint("cancel", "jobs.cancel"),
        hint("again", "job.retry"),
        hint("into the form", "job.reuse"),
        hint("pause", "jobs.pause"),
        hint("palette", "app.palette"),
        hint("help", "app.help"),
    )
    view: reactive[int] = reactive(0, init=False)
    """Which of `VIEWS` is listed."""

    def __init__(self) -> None:
        super().__init__()
        self._pages = JobPages(VIEWS[0])
        self._order: dict[JobId, int] = {}
        self._loading: JobPages | None = None
        self._is_loaded = False
        self._standing: object = None
        self._seconds_left: float | None = None
        self._log: tuple[StateChange, ...] = ()
        self._log_of: LogKey | None = None

    def compose_place(self) -> ComposeResult:
        yield Heading("Jobs").data_bind(Place.jobs)
        yield ViewLine().data_bind(shown=JobsScreen.view)
        with Horizontal(id="body"):
            yield JobArchive(id="list")
            with VerticalScroll(id="side"):
                yield Static("", id="details", markup=False)

    async def on_mount(self) -> None:
        self.set_interval(1, self._pass_time)
        app_of(self).jobs_dropped.subscribe(self, self._take_dropped)
        if not self._is_loaded:
            self._load()

    @property
    def _list(self) -> JobArchive:
        return self.query_one(JobArchive)

    @property
    def _opened(self) -> "Services | None":
        return app_of(self).services

    def action_view(self, index: int) -> None:
        """Show another view."""
        self.view = index

    def action_next_view(self, step: int) -> None:
        """Go to the view beside this one."""
        self.view = (self.view + step) % len(VIEWS)

    def watch_view(self) -> None:
        self._turn_to(self._pages.text)

    def on_job_archive_sought(self, event: JobArchive.Sought) -> None:
        self._turn_to(event.words)

    def action_back(self) -> None:
        """From the details to the list, from what was found to all, from here to the studio."""
        if not self._list.has_focus:
            self._list.focus()
        elif self._pages.text:
            self._turn_to("")
        else:
            app_of(self).call_later(app_of(self).action_go, "studio")

    def _turn_to(self, text: str) -> None:
        if (VIEWS[self.view], text.strip()) != (self._pages.view, self._pages.text):
            self._pages = JobPages(VIEWS[self.view], text)
            self._is_loaded = False
            self._show_jobs(from_top=True)
            self._show_state()
            self._load()

    def on_job_archive_end_neared(self) -> None:
        if self._is_loaded and self._pages.has_more and self._list.is_near_end:
            self._load()

    def _load(self) -> None:
        if self._loading is not self._pages and self._opened is not None:
            self._loading = self._pages
            self._fetch(self._pages, self._opened)

    @work(exclusive=True, group="pages")
    @gesture
    async def _fetch(self, pages: JobPages, services: "Services") -> None:
        try:
            if pages.text and not self._is_loaded:
                await asyncio.sleep(LOOK_AFTER)
            if pages.has_more:
                await pages.load(services.generation)
        finally:
            if pages is self._pages:  # else another view was turned to meanwhile
                self._loading, self._is_loaded = None, True
        self._show_jobs()

    def watch_jobs(self) -> None:
        self._show_jobs()
        standing = [(job.id, job.server, job.status, job.is_with_server) for job in self.jobs]
        if standing != self._standing:
            self._standing = standing
            self._tally()
        if not self._is_loaded:
            self._load()

    def _show_jobs(self, *, from_top: bool = False) -> None:
        listing, pages = self._list, self._pages
        jobs = pages.listed(self.jobs, self._order)
        listing.say(
            self._empty_words() if self._is_loaded or not pages.has_more else "looking in the journal"
        )
        listing.replace(jobs, from_top=from_top)
        self._show_details()

    def _empty_words(self) -> str:
        found = f"No job has “{one_line(self._pages.text, 20)}”. Esc shows all again."
        return found if self._pages.text else self._pages.view.empty

    def forget(self, job: Job) -> None:
        self._pages.forget(job.id)
        app_of(self).show_jobs(self.services.generation.jobs)
        self._show_jobs()
        self._tally()

    @property
    def listed_statuses(self) -> frozenset[JobStatus]:
        if self._pages.text:
            raise InputError("A search is on.", "Esc shows all jobs again; then D drops those that are over.")
        return self._pages.view.statuses

    def forget_all(self) -> None:
        app_of(self).show_jobs(self.services.generation.jobs)
        self._look_anew()

    def _take_dropped(self, job_ids: frozenset[JobId]) -> None:
        if self._pages.has(job_ids):  # else it was dropped here
            self._look_anew()

    def _look_anew(self) -> None:
        self._pages = JobPages(self._pages.view, self._pages.text)
        self._is_loaded = False
        self._load()
        self._tally()

    def queue_changed(self) -> None:
        self._tally()

    def _pass_time(self) -> None:
        if self.is_current and any(not job.status.is_over for job in self.jobs):
            self._tally()

    @work(exclusive=True, group="tally")
    async def _tally(self) -> None:
        # comes every second: what is wrong with the journal is told once, as `generation.problem`
        with suppress(LatentuiError):
            await self._count()

    async def _count(self) -> None:
        services = self._opened
        if services is None:
            return
        generation = services.generation
        order = {job_id: place for place, job_id in enumerate(await generation.waiting())}
        self.query_one(ViewLine).counts = await generation.counts()
        self._seconds_left = await generation.time_left()
        self._show_state()
        if order != self._order:
            self._order = order
            self._show_jobs()

    def _show_state(self) -> None:
        services = self._opened
        if services is None:
            return
        waiting = {job.server for job in self.jobs if job.status is JobStatus.PENDING}
        known = waiting | {connection.server for connection in self.connections}
        paused = sorted(server for server in known if services.generation.is_paused(server))
        is_held = any(server in waiting for server in paused)
        self.query_one(ViewLine).state = queue_state(
            sought=self._pages.text,
            paused=paused,
            servers=len(known),
            seconds_left=None if is_held else self._seconds_left,
            glyphs=glyphs_of(self),
        )

    def on_listing_moved(self) -> None:
        self._show_details()

    def on_listing_chosen(self) -> None:
        self.query_one("#side").focus()

    def _show_details(self) -> None:
        job = self._list.current
        key: LogKey | None = None if job is None else (job.id, job.status, job.is_with_server)
        is_known = key == self._log_of
        log = self._log if job is not None and self._log_of and job.id == self._log_of[0] else ()
        self.query_one("#details", Static).update(plain(job_text(job, log) if job else ""))
        if job is not None and key is not None and not is_known:
            self._fetch_log(job, key)

    @work(exclusive=True, group="log")
    @gesture
    async def _fetch_log(self, job: Job, key: LogKey) -> None:
        await asyncio.sleep(LOOK_AFTER)
        if self._opened is not None:
            self._log, self._log_of = await self._opened.generation.log(job.id), key
            self._show_details()
