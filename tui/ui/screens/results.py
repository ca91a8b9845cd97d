"""Results: the pictures made, newest first, with the one under the cursor."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui.domain.job import Job
from tui.domain.text import one_line
from tui.ui import words
from tui.ui.access import app_of, glyphs_of
from tui.ui.finished import Result, results_of
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.screens.place import Place
from tui.ui.watching import Watching
from tui.ui.widgets.heading import Heading
from tui.ui.widgets.listing import Line, Listing, spread
from tui.ui.widgets.picture_pane import PicturePane

LOOK_AFTER = 0.08


class ResultList(Listing[Result]):
    """The pictures made."""


class ResultsScreen(Place):
    """List and picture."""

    CSS_PATH = "places.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "mark", "Mark for comparing", id="results.mark", show=False),
        Binding(
            "c", "compare", "Compare with the marked, or the one before", id="results.compare", show=False
        ),
        Binding("t", "contact", "Contact sheet", id="results.contact", show=False),
        Binding("p", "pane('aside')", "What preview nodes showed", id="results.aside", show=False),
        Binding("s", "pane('keep')", "Save a preview with the results", id="results.keep", show=False),
        Binding("o", "do('view')", "Open in the viewer", id="results.view", show=False),
        Binding("y", "do('copy_path')", "Copy the path", id="results.copy-path", show=False),
        Binding("Y", "do('copy_recipe')", "Copy the recipe", id="results.copy-recipe", show=False),
        Binding("C", "do('copy_picture')", "Copy the picture", id="results.copy-picture", show=False),
        Binding("u", "reuse", "Into the form", id="results.reuse", show=False),
        Binding("escape", "app.go('studio')", "Back to the studio", show=False),
    ]
    HINTS = (
        hint("into the form", "results.reuse"),
        hint("compare", "results.compare"),
        hint("contact sheet", "results.contact"),
        hint("viewer", "results.view"),
        hint("studio", "place.studio"),
        hint("help", "app.help"),
    )

    def __init__(self) -> None:
        super().__init__()
        self._marked: Result | None = None

    def compose_place(self) -> ComposeResult:
        yield Heading("Results").data_bind(Place.jobs)
        with Horizontal(id="body"):
            yield ResultList(self._draw, empty="No pictures yet. ^g in the studio makes one.", id="list")
            yield PicturePane(id="side")

    async def on_mount(self) -> None:
        pane = self.query_one(PicturePane)
        await pane.open()
        self._watching = Watching(pane)
        self._look()

    @property
    def _list(self) -> ResultList:
        return self.query_one(ResultList)

    def _draw(self, result: Result, width: int) -> Sequence[Line]:
        ended = result.job.ended_at or result.job.created_at
        left, right = spread(Path(result.output.path).name, words.clock(ended), max(width // 2, 24))
        title = one_line(words.job_title(result.job), max(width - len(left) - len(right) - 3, 4))
        mark = self._marked is not None and result.output == self._marked.output
        if mark:
            left = f"{glyphs_of(self).connected} {left}"[: len(left)]
        return ([(left, "accent" if mark else ""), (right, "faint"), ("   ", ""), (title, "dim")],)

    def watch_jobs(self, jobs: tuple[Job, ...]) -> None:
        """List what is new; the cursor stays on its picture, or at the newest."""
        marked = self._list.current if self._list.cursor > 0 else None
        results = list(results_of(jobs))
        if results == list(self._list.items):
            return
        paths = [result.output.path for result in results]
        at = paths.index(marked.output.path) if marked and marked.output.path in paths else 0
        self._list.show(results, at)
        self._look()

    def on_listing_moved(self) -> None:
        self._look()

    def on_listing_chosen(self) -> None:
        self.query_one(PicturePane).focus()

    @work(exclusive=True, group="look")
    async def _look(self) -> None:
        await asyncio.sleep(LOOK_AFTER)
        result, services = self._list.current, app_of(self).services
        if result is not None and services is not None:
            await self._watching.show(result.output, services, result.job)

    def action_do(self, verb: str) -> None:
        """Do something with the picture under the cursor."""
        self._do(verb)

    @work(group="picture")
    @gesture
    async def _do(self, verb: str) -> None:
        from tui.ui.picture_deeds import do

        await do(verb, self, self._list.current)

    def action_mark(self) -> None:
        """Mark this one, to be compared with another; once more takes the mark away."""
        current = self._list.current
        is_marked = current is not None and self._marked is not None and current.output == self._marked.output
        self._marked = None if is_marked else current
        self._list.refresh()

    @gesture
    async def action_compare(self) -> None:
        """The one under the cursor beside the marked one, else beside the one made before."""
        from tui.ui.picture_deeds import compare

        current, marked = self._list.current, self._marked
        if current is not None:
            compare(self, current, marked if marked is not None and marked.output != current.output else None)

    @gesture
    async def action_contact(self) -> None:
        """All of them, small; the one that is opened comes under the cursor."""
        from tui.ui.picture_deeds import open_contact

        open_contact(self, list(self._list.items), self._list.current, self._open)

    def action_pane(self, verb: str) -> None:
        """Do to the picture beside the list what its own keys do."""
        pane = self.query_one(PicturePane)
        if verb == "aside":
            pane.action_aside()
        else:
            pane.action_keep()

    @work(exclusive=True, group="look")
    async def on_picture_pane_chosen(self, event: PicturePane.Chosen) -> None:
        services, result = app_of(self).services, event.result
        if result in self._list.items:
            self._open(result)
        elif services is not None:
            await self._watching.show(result.output, services, result.job)

    def _open(self, result: Result) -> None:
        paths = [item.output.path for item in self._list.items]
        if result.output.path in paths:
            self._list.cursor = paths.index(result.output.path)
            self.query_one(PicturePane).focus()

    @gesture
    async def action_reuse(self) -> None:
        """Put the request that made it into the form, with its seed."""
        if self._list.current is not None:
            await app_of(self).reuse(self._list.current.job.request)
