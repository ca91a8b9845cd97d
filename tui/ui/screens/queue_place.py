"""What can be done to the queue: order, pause, another server or request, what is over forgotten."""

from typing import TYPE_CHECKING

from textual import work
from textual.binding import Binding, BindingType

from tui.domain.errors import InputError
from tui.domain.job import Job, JobStatus
from tui.ui import words
from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.screens.job_place import JobPlace

if TYPE_CHECKING:
    from tui.domain.server import Connection

QUEUE_KEYS: list[BindingType] = [
    Binding("ctrl+x", "cancel", "Cancel the job", id="jobs.cancel", priority=True, show=False),
    Binding("K,alt+up", "move(-1)", "Earlier in its queue", id="jobs.earlier", show=False),
    Binding("J,alt+down", "move(1)", "Later in its queue", id="jobs.later", show=False),
    Binding("m", "move_to_server", "To another server", id="jobs.to-server", show=False),
    Binding("w", "whole", "The whole request, as it is sent", id="jobs.whole", show=False),
    Binding("e", "edit", "Change a waiting job in the form", id="jobs.edit", show=False),
    Binding("p", "pause", "Pause or resume this server's queue", id="jobs.pause", show=False),
    Binding("P", "pause_all", "Pause or resume every queue", id="jobs.pause-all", show=False),
    Binding("d,delete", "drop", "Drop a job that is over", id="jobs.drop", show=False),
    Binding("D", "drop_all", "Drop all of this view that are over", id="jobs.drop-all", show=False),
]


class QueuePlace(JobPlace):
    """A place where the queue is arranged."""

    def queue_changed(self) -> None:
        """Something was done that no event tells."""

    @property
    def chosen_job(self) -> Job:
        """The job under the cursor; raises InputError when there is none."""
        if self.job_under_cursor is None:
            raise InputError("There is no job under the cursor.")
        return self.job_under_cursor

    @work(group="queue")
    @gesture
    async def action_move(self, by: int) -> None:
        """Put the job under the cursor earlier or later in its queue."""
        job, generation = self.chosen_job, self.services.generation
        order = await generation.waiting(job.server)
        if job.id not in order:
            raise InputError(
                "This job cannot be moved.",
                "Only a job that waits here, in our own queue, has a place in it.",
            )
        place = order.index(job.id) + by
        if 0 <= place < len(order):
            await generation.move(job.id, place)
            self.queue_changed()

    @work(group="queue")
    @gesture
    async def action_move_to_server(self) -> None:
        """Put a waiting job into another server's queue."""
        from tui.ui.screens.pick_sheet import PickSheet
        from tui.ui.widgets.search_list import Option

        job = self.chosen_job
        if job.status.is_over or job.is_with_server:
            raise InputError(
                "This job waits no longer.", "Press u: in the form its request can go to any server."
            )
        options = [
            Option(state.server, words.server_label(state.server), words.connection(state))
            for state in self._servers_for(job)
        ]
        if not options:
            raise InputError(f"No server but {words.server_label(job.server)} is on.", "F6 adds another one.")
        server = await app_of(self).push_screen_wait(PickSheet("To which server?", options))
        if server:
            await self._move_to(job, server)

    async def _move_to(self, job: Job, server: str) -> None:
        """Move it, after a question where something does not go with it."""
        from tui.ui.screens.question import Question

        transfers = self.services.transfers
        transfer = await transfers.plan(job.id, server)
        if transfer.losses:
            question = Question(f"Move it to {words.server_label(server)}?", "\n".join(transfer.losses))
            if not await app_of(self).push_screen_wait(question):
                return
        await transfers.carry_out(transfer)
        self.queue_changed()

    def _servers_for(self, job: Job) -> "list[Connection]":
        session = app_of(self).session
        servers = session.image_servers if session is not None else ()
        return [state for state in servers if state.server != job.server]

    def action_whole(self) -> None:
        """Show all that the job under the cursor asks for."""
        from tui.ui.job_text import request_text
        from tui.ui.screens.text_sheet import TextSheet

        job = self.job_under_cursor
        if job is not None:
            app_of(self).push_screen(TextSheet(words.job_title(job)[:60], request_text(job.request)))

    @gesture
    async def action_edit(self) -> None:
        """Put a waiting job's request into the form; generating replaces it where it waits."""
        job, session = self.chosen_job, app_of(self).session
        if job.status.is_over or job.is_with_server or session is None:
            raise InputError(
                "This job waits no longer.", "Press u: its request goes into the form as a new one."
            )
        session.edit_job(job)
        await app_of(self).show_draft()
        app_of(self).say("Change it, then press ^g: the job keeps its place in the queue.")

    @work(group="queue")
    @gesture
    async def action_pause(self) -> None:
        """Hold back or let go what waits for the server of the job under the cursor, else the chosen one."""
        job, session = self.job_under_cursor, app_of(self).session
        server = job.server if job is not None else session.draft.server if session is not None else ""
        if not server:
            raise InputError("There is no server whose queue could be paused.")
        await self._set_paused(server, is_paused=not self.services.generation.is_paused(server))

    @work(group="queue")
    @gesture
    async def action_pause_all(self) -> None:
        """Hold back or let go what waits for any server."""
        servers = [state.server for state in app_of(self).connections]
        is_any_open = any(not self.services.generation.is_paused(server) for server in servers)
        await self._set_paused(None, is_paused=is_any_open)

    async def _set_paused(self, server: str | None, *, is_paused: bool) -> None:
        generation = self.services.generation
        await (generation.pause(server) if is_paused else generation.resume(server))
        self.queue_changed()
        queue = f"The queue of {words.server_label(server)}" if server else "Every queue"
        goes_on = "is paused; what a server already has goes on." if is_paused else "goes on."
        app_of(self).say(f"{queue} {goes_on}")

    @work(group="queue")
    @gesture
    async def action_drop(self) -> None:
        """Forget a job that is over, after a question; its pictures stay."""
        from tui.ui.screens.question import Question

        job = self.chosen_job
        if not job.status.is_over:
            raise InputError("This job is not over.", "Cancel it first.")
        question = Question(f"Drop {words.job_title(job)[:40]}?", "Its pictures stay where they are.")
        if await app_of(self).push_screen_wait(question):
            await self.services.generation.drop(job.id)
            self.forget(job)

    @property
    def listed_statuses(self) -> frozenset[JobStatus]:
        """The statuses of the jobs that are shown."""
        return frozenset(JobStatus)

    @work(group="queue")
    @gesture
    async def action_drop_all(self) -> None:
        """Forget all of the shown jobs that are over, after a question with their number."""
        from tui.ui.screens.question import Question

        generation = self.services.generation
        statuses = frozenset(status for status in self.listed_statuses if status.is_settled)
        counts = await generation.counts()
        numbers = {words.ended(status): counts[status] for status in JobStatus if status in statuses}
        if not any(numbers.values()):
            raise InputError("Nothing here is over.", "What is done, failed or cancelled can be dropped.")
        detail = ", ".join(f"{count} {word}" for word, count in numbers.items() if count)
        if counts[JobStatus.UNKNOWN]:
            detail += "; those whose outcome is unknown stay"
        question = Question(
            f"Drop {words.jobs(sum(numbers.values()))}?", f"{detail}.\nTheir pictures stay where they are."
        )
        if await app_of(self).push_screen_wait(question):
            await generation.drop_ended(statuses)
            self.forget_all()

    def forget_all(self) -> None:
        """Many jobs were dropped."""

    def forget(self, job: Job) -> None:
        """A job was dropped."""
