"""Watching one ComfyUI job to its end: the socket tells, the server's queue and history decide."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

from tui.backends.absence import Absence, broke_off, closed_here, not_known, stayed_away, waiting_for_it
from tui.backends.comfyui_cancel import cancel_job
from tui.backends.comfyui_session import Session
from tui.backends.comfyui_submit import submission, submit, with_uploads
from tui.backends.mailbox import Mailbox
from tui.domain.errors import ServerError
from tui.domain.events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobQueued,
    LastEvent,
)
from tui.domain.job import JobId
from tui.domain.request import ApiWorkflow, GraphPlan
from tui.protocol.comfyui_answers import PromptAnswer, QueueAnswer
from tui.protocol.comfyui_errors import dropped_outputs
from tui.protocol.comfyui_messages import Message, QueueChanged
from tui.protocol.comfyui_run import Run


class JobWatch:
    """One job's listener and its eyes: what the socket misses is learnt from the server."""

    def __init__(self, session: Session, job_id: JobId, prompt_id: str, graph: ApiWorkflow) -> None:
        self._session = session
        self._pace = session.pace
        self._job_id = job_id
        self._prompt_id = prompt_id
        self._mailbox = Mailbox()
        self._run = Run(job_id, graph)
        self._position: int | None = None
        self._queue_changed = False
        self._is_attached = False
        self._is_submitted = False
        self._is_cancelled = False
        self._is_abandoned = False
        self._was_cut = False
        self._heard_at = self._looked_at = monotonic()
        self._absence = Absence(session.pace.patience)
        self._settling = 0
        self._settled_from = 0.0
        self._deaf_after = self._pace.deaf_from_start

    async def run(self, plan: GraphPlan) -> AsyncIterator[JobEvent]:
        """Send the job and watch it to its end."""
        graph = await with_uploads(self._session.api, plan)
        self._listen(self._prompt_id)
        has_socket = await self._session.socket.ready()
        if self._is_cancelled:
            yield JobCancelled(self._job_id)
            return
        body = submission(self._prompt_id, self._session.client_id, graph, plan)
        answer = await submit(self._session.api, body, self._pace)
        if answer is None:
            yield broke_off(self._job_id, self._session.api.label)
            return
        for event in await self._accept(answer, graph):
            yield event
        if not has_socket:
            yield JobNoted(self._job_id, "The server opens no socket: no progress and no previews.")
        async for event in self._events():
            yield event

    async def attach(self) -> AsyncIterator[JobEvent]:
        """Watch a job that is on the server already."""
        self._is_attached = self._is_submitted = True
        self._listen(self._prompt_id)
        self._looked_at = 0.0
        async for event in self._events():
            yield event

    async def cancel(self) -> None:
        """Stop the job, or keep it from being sent."""
        if self._is_submitted:
            await cancel_job(self._session.api, self._prompt_id)
            self._looked_at = 0.0
            self._mailbox.wake()
        self._is_cancelled = True

    def abandon(self) -> None:
        """The connection is being given up: end the stream, since nothing more can be learnt."""
        self._is_abandoned = True
        self._mailbox.wake()

    def close(self) -> None:
        """Stop listening."""
        self._session.socket.forget(self._prompt_id, self)

    def receive(self, message: Message) -> None:
        """See `Listener`."""
        if isinstance(message, QueueChanged):
            if not self._run.has_started:
                self._queue_changed = True
                self._mailbox.wake()
            return
        self._heard_at = monotonic()
        self._deaf_after = max(self._deaf_after, self._pace.deaf)
        for event in self._run.receive(message):
            self._mailbox.put(event)
        if self._run.is_ending:
            self._mailbox.wake()

    def lose_socket(self) -> None:
        """See `Listener`."""
        self._was_cut = True
        self._mailbox.wake()

    def _listen(self, prompt_id: str) -> None:
        self._prompt_id = prompt_id
        self._session.socket.listen(prompt_id, self)

    async def _accept(self, answer: PromptAnswer, graph: ApiWorkflow) -> tuple[JobEvent, ...]:
        if answer.prompt_id != self._prompt_id:  # a server too old to take ours
            self.close()
            self._listen(answer.prompt_id)
        self._is_submitted = True
        self._looked_at = monotonic()
        notes = dropped_outputs(answer.node_errors, graph)
        if self._is_cancelled:  # while it was on its way
            notes += await self._cancel_late()
        return (self._queued(None), *(JobNoted(self._job_id, note) for note in notes))

    async def _cancel_late(self) -> tuple[str, ...]:
        try:
            await self.cancel()
        except ServerError as error:
            self._is_cancelled = False
            return (f"The job could not be cancelled. {error.sentence}",)
        return ()

    def _queued(self, position: int | None) -> JobQueued:
        server_job_id = self._prompt_id if self._prompt_id != self._job_id else None
        return JobQueued(self._job_id, position, server_job_id)

    async def _events(self) -> AsyncIterator[JobEvent]:
        while True:
            events = await self._next_events()
            if any(isinstance(event, LastEvent) for event in events):
                events = [*self._mailbox.take(), *events]  # heard while the server was asked
            for event in events:
                yield event
                if isinstance(event, LastEvent):
                    return

    async def _next_events(self) -> list[JobEvent]:
        events = self._mailbox.take()
        if events:
            return events
        if self._is_abandoned:
            return [closed_here(self._job_id)]
        if self._run.is_ending:
            return await self._settle()
        if self._next_look() > monotonic():
            await self._mailbox.wait(self._next_look() - monotonic())
            return self._mailbox.take()
        return await self._look()

    def _next_look(self) -> float:
        """When the server should be asked, if nothing is heard until then."""
        pace = self._pace
        if self._is_cancelled or self._absence.has_begun or not self._session.socket.is_open:
            return self._looked_at + pace.blind
        if self._run.has_started:
            return max(self._heard_at, self._looked_at) + pace.silent
        if self._position is None:
            return self._looked_at + pace.first_look
        return self._looked_at + (pace.position if self._queue_changed else pace.waiting)

    async def _look(self) -> list[JobEvent]:
        """Ask the server how the job stands."""
        self._queue_changed = False
        try:
            events = await self._judge(await self._session.api.queue())
        except ServerError as error:
            events = self._miss(error)
        else:
            if self._absence.end():
                self._session.socket.hurry()
                events = [*self._note_return(), *events]
        self._looked_at = monotonic()
        return events

    def _note_return(self) -> list[JobEvent]:
        return [self._run.note_activity("")] if self._run.has_started else []

    async def _judge(self, queue: QueueAnswer) -> list[JobEvent]:
        if queue.is_running(self._prompt_id):
            return await self._note_running()
        position = queue.position(self._prompt_id)
        if position is not None:
            return self._note_position(position)
        entry = await self._session.api.history(self._prompt_id)
        if entry:
            return [*self._run.settle(entry)]
        return [] if self._run.is_ending else self._vanish()  # its end may have been heard meanwhile

    def _note_position(self, position: int) -> list[JobEvent]:
        if position == self._position:
            return []
        self._position = position
        return [self._queued(position)]

    async def _note_running(self) -> list[JobEvent]:
        if not self._run.has_started:
            self._heard_at = monotonic()
            return list(self._run.note_running())
        # silent about a running job: loading a model, or the server forgot the socket; a new one can tell
        if self._session.socket.is_open and monotonic() - self._heard_at > self._deaf_after:
            self._deaf_after = min(max(self._deaf_after * 2, self._pace.deaf), self._pace.deaf_most)
            self._heard_at = monotonic()
            await self._session.socket.reopen()
        return []

    def _miss(self, error: ServerError) -> list[JobEvent]:
        """The server does not answer: wait for it, but not for ever."""
        self._was_cut = True
        if self._absence.begin():
            note = self._run.note_activity(waiting_for_it(error))
            return [note] if self._run.has_started else []
        return [stayed_away(self._job_id, error)] if self._absence.is_too_long else []

    async def _settle(self) -> list[JobEvent]:
        """The job is said to be over: its history entry tells how, once it is written."""
        if not self._settling:
            self._settled_from = monotonic()
            if not self._run.is_closed:  # the closing message comes after it is written
                await self._mailbox.wait(self._pace.closing)
        else:
            await asyncio.sleep(min(0.002 * 2**self._settling, 0.5))
        self._settling += 1
        try:
            return await self._read_history()
        except ServerError as error:
            return self._end_without_history() if self._is_as_told() else self._miss(error)

    async def _read_history(self) -> list[JobEvent]:
        entry = await self._session.api.history(self._prompt_id)
        self._absence.end()
        if entry:
            return [*self._run.settle(entry)]
        if monotonic() - self._settled_from < self._pace.history:
            return []
        if (await self._session.api.queue()).has(self._prompt_id):
            self._settling = 0
            self._run.disbelieve_ending()
            return []
        return self._end_without_history()

    def _is_as_told(self) -> bool:
        """Whether a job that brings nothing more is waited for in vain: servers die of what ends a job."""
        return self._run.is_fruitless and monotonic() - self._settled_from >= self._pace.history

    def _end_without_history(self) -> list[JobEvent]:
        note = JobNoted(self._job_id, "The server lost its record of the job: a file may be missing here.")
        notes = [note] if self._was_cut else []
        return [*notes, *self._run.settle_without_history()]

    def _vanish(self) -> list[JobEvent]:
        """Neither waiting nor running nor over: what that means depends on what was seen."""
        label = self._session.api.label
        if self._is_cancelled:
            return [JobCancelled(self._job_id)]
        if self._is_attached:
            return [not_known(self._job_id, label)]
        if self._was_cut:
            advice = "It was restarted, or somebody removed the job. Generate again."
            return [JobFailed(self._job_id, f"{label} no longer has the job.", advice)]
        if not self._run.has_started:
            note = JobNoted(self._job_id, "Somebody took the job from the server's queue.")
            return [note, JobCancelled(self._job_id)]
        return [JobOutcomeUnknown(self._job_id, f"{label} deleted its record of the job.")]
