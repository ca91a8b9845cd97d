"""Results: the pictures made, newest first, with the one under the cursor."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from textual import work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal

from tui.domain.job import Job, SavedOutput
from tui.domain.text import one_line
from tui.ui import words
from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.screens.place import Place
from tui.ui.watching import Watching
from tui.ui.widgets.heading import Heading
from tui.ui.widgets.listing import Line, Listing, spread
from tui.ui.widgets.picture_pane import PicturePane

LOOK_AFTER = 0.08


@dataclass(frozen=True, slots=True)
class Result:
    """A finished picture and the job it came from."""

    output: SavedOutput
    job: Job


def results_of(jobs: Sequence[Job]) -> Iterator[Result]:
    """The finished pictures of the jobs, newest first; `jobs` comes newest first."""
    for job in jobs:
        yield from (Result(output, job) for output in job.outputs if not output.is_temporary)


class ResultList(Listing[Result]):
    """The pictures made."""


class ResultsScreen(Place):
    """List and picture."""

    CSS_PATH = "places.tcss"
    AUTO_FOCUS = "#list"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "view", "Open in the viewer", id="results.view", show=False),
        Binding("y", "copy_path", "Copy the path", id="results.copy-path", show=False),
        Binding("u", "reuse", "Into the form", id="results.reuse", show=False),
        Binding("escape", "app.go('studio')", "Back to the studio", show=False),
    ]
    HINTS = (
        ("u", "into the form", "screen.reuse"),
        ("o", "viewer", "screen.view"),
        ("y", "copy path", "screen.copy_path"),
        ("f2", "studio", "app.go('studio')"),
        ("f1", "help", "app.help"),
    )

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
        return ([(left, ""), (right, "faint"), ("   ", ""), (title, "dim")],)

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

    @gesture
    async def action_view(self) -> None:
        """Open the picture in the system's viewer."""
        from tui.ui.viewer import open_in_viewer

        if self._list.current is not None:
            await open_in_viewer(self._list.current.output.path)

    def action_copy_path(self) -> None:
        """Copy the picture's path."""
        if self._list.current is not None:
            path = self._list.current.output.path
            app_of(self).copy_to_clipboard(path)
            app_of(self).say(f"Copied {path}")

    @gesture
    async def action_reuse(self) -> None:
        """Put the request that made it into the form, with its seed."""
        if self._list.current is not None:
            await app_of(self).reuse(self._list.current.job.request)
