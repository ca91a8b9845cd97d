"""Watching one InvokeAI job to its end: the socket tells, the server's item decides."""

from collections.abc import AsyncIterator
from time import monotonic

from tui.backends.absence import Absence, broke_off, closed_here, not_known, stayed_away, waiting_for_it
from tui.backends.invokeai_queue import QueueView
from tui.backends.invokeai_session import Session
from tui.backends.invokeai_submit import Prepared, enqueue
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
from tui.domain.json_values import object_of
from tui.protocol.invokeai_answers import ENDED, QueueItem
from tui.protocol.invokeai_messages import Message
from tui.protocol.invokeai_run import Run


class JobWatch:
    """One job's listener and its eyes: what the socket misses is learnt from the server."""

    def __init__(self, session: Session, job_id: JobId, item_id: int | None = None) -> None:
        self._session = session
        self._pace = session.pace
        self._job_id = job_id
        self._item_id = item_id
        self._mailbox = Mailbox()
        self._run = Run(job_id)
        self._queue = QueueView(session.api, session.pace)
        self._is_attached = False
        self._is_submitted = False
        self._is_cancelled = False
        self._is_abandoned = False
        self._owes_cancel = False
        self._was_cut = False
        self._was_away = False
        self._has_waited = False
        self._must_look = False
        self._was_ending = False
        self._heard_at = self._looked_at = monotonic()
        self._absence = Absence(session.pace.patience)

    async def run(self, prepared: Prepared) -> AsyncIterator[JobEvent]:
        """Send the job and watch it to its end."""
        self._run.expect(object_of(prepared.graph["nodes"]))
        self._session.socket.listen(self._job_id, self)
        if not await self._session.socket.ready():
            yield JobNoted(self._job_id, "The server opens no socket: no progress and no previews.")
        if self._is_cancelled:
            yield JobCancelled(self._job_id)
            return
        item_id = await enqueue(self._session.api, prepared.graph, self._job_id, self._pace)
        if item_id is None:
            yield broke_off(self._job_id, self._session.api.label)
            return
        self._item_id = item_id
        self._is_submitted = True
        self._looked_at = monotonic()
        yield self._queued(None)
        for note in prepared.notes:
            yield JobNoted(self._job_id, note)
        if self._is_cancelled:  # while it was on its way
            self._owes_cancel = self._must_look = True
        async for event in self._events():
            yield event

    async def attach(self) -> AsyncIterator[JobEvent]:
        """Watch a job that is on the server already."""
        self._is_attached = self._is_submitted = self._must_look = True
        self._session.socket.listen(self._job_id, self)
        async for event in self._events():
            yield event

    async def cancel(self) -> None:
        """Stop the job, or keep it from being sent."""
        self._is_cancelled = True
        if self._is_submitted:
            # by the destination that only we chose: a number alone may be another's after a cleared queue
            await self._session.api.cancel_for(self._job_id)
            self.look_soon()

    def abandon(self) -> None:
        """The connection is being given up: end the stream, since nothing more can be learnt."""
        self._is_abandoned = True
        self._mailbox.wake()

    def close(self) -> None:
        """Stop listening."""
        self._session.socket.forget(self._job_id, self)

    def receive(self, message: Message) -> None:
        """See `Listener`."""
        self._heard_at = monotonic()
        for event in self._run.receive(message):
            self._mailbox.put(event)
        if self._run.is_ending:
            self._mailbox.wake()

    def look_soon(self) -> None:
        """See `Listener`."""
        self._must_look = True
        self._mailbox.wake()

    def lose_socket(self) -> None:
        """See `Listener`."""
        self._was_cut = True
        self._mailbox.wake()

    def _queued(self, position: int | None) -> JobQueued:
        return JobQueued(self._job_id, position, str(self._item_id) if self._item_id is not None else None)

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
        due = self._next_look()
        if due > monotonic():
            await self._mailbox.wait(due - monotonic())
            return self._mailbox.take()
        return await self._look()

    def _next_look(self) -> float:
        """When the server should be asked, if nothing is heard until then."""
        pace = self._pace
        if self._absence.has_begun:
            return self._looked_at + pace.blind
        if self._must_look or self._run.is_ending:
            return 0.0
        if self._is_cancelled or not self._session.socket.is_open:
            return self._looked_at + pace.blind
        if self._run.has_started:
            return max(self._heard_at, self._looked_at) + pace.silent
        return self._looked_at + (pace.waiting if self._has_waited else pace.first_look)

    async def _look(self) -> list[JobEvent]:
        """Ask the server how the job stands."""
        self._must_look = False
        self._was_ending, self._run.is_ending = self._run.is_ending, False  # heard from here on: look again
        try:
            if self._owes_cancel:
                await self._session.api.cancel_for(self._job_id)
                self._owes_cancel = False
            item = await self._find()
            events = await self._judge(item) if item else self._vanish()
        except ServerError as error:
            events = self._miss(error)
        else:
            if self._absence.end() and self._run.has_started:
                events.insert(0, self._run.note_activity(""))
        self._looked_at = monotonic()
        return events

    async def _find(self) -> QueueItem | None:
        """The job's item; none that has the number but another destination."""
        api = self._session.api
        if self._item_id is not None:
            item = await api.item(self._item_id)
            return item if item and item.destination == self._job_id else None
        items = await api.items_for(self._job_id)
        return min(items, key=lambda item: item.item_id, default=None)

    async def _judge(self, item: QueueItem) -> list[JobEvent]:
        events: list[JobEvent] = []
        if self._item_id is None:
            self._item_id = item.item_id
            events.append(self._queued(None))
        if not self._run.knows_graph:
            self._run.expect(item.session.graph.nodes)
        if item.status in ENDED:
            return [*events, *self._end(item)]
        if item.status == "pending":
            self._has_waited = True
            return [*events, *await self._waiting()]
        return [*events, *self._run.note_running()]

    async def _waiting(self) -> list[JobEvent]:
        news = await self._queue.look()
        events: list[JobEvent] = [JobNoted(self._job_id, news.note)] if news.note else []
        if news.position is not None:
            events.append(self._queued(news.position))
        return events

    def _end(self, item: QueueItem) -> list[JobEvent]:
        events = [*self._run.settle(item)]
        if item.status != "canceled" or self._is_cancelled:
            return events
        if self._was_away or self._was_cut:
            advice = "It was restarted, or somebody cancelled the job there. Generate again."
            return [
                *events[:-1],
                JobFailed(self._job_id, f"{self._session.api.label} stopped the job.", advice),
            ]
        note = "It was cancelled on the server."
        if self._is_attached:
            note = "It was cancelled on the server, or the server was restarted."
        return [*events[:-1], JobNoted(self._job_id, note), events[-1]]

    def _miss(self, error: ServerError) -> list[JobEvent]:
        """The server does not answer: wait for it, but not for ever."""
        self._was_away = True
        if self._absence.begin():
            note = self._run.note_activity(waiting_for_it(error))
            return [note] if self._run.has_started else []
        return [stayed_away(self._job_id, error)] if self._absence.is_too_long else []

    def _vanish(self) -> list[JobEvent]:
        """The server has no such item: what that means depends on what was seen."""
        label = self._session.api.label
        if self._is_cancelled:
            return [JobCancelled(self._job_id)]
        if self._is_attached and self._item_id is None:
            return [not_known(self._job_id, label)]
        if self._was_cut or self._was_away or self._is_attached or self._was_ending:
            return [JobOutcomeUnknown(self._job_id, f"{label} deleted its record of the job.")]
        note = JobNoted(self._job_id, "Somebody cleared the server’s queue, and the job with it.")
        return [note, JobCancelled(self._job_id)]
