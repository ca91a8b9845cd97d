"""Watching one Fooocus job to its end: its server is asked again and again, and says nothing by itself."""

from collections.abc import AsyncIterator
from time import monotonic

from tui.backends import fooocus_words as words
from tui.backends.absence import Absence, broke_off, closed_here, not_known, stayed_away, waiting_for_it
from tui.backends.fooocus_prepare import prepare
from tui.backends.fooocus_session import Session
from tui.backends.fooocus_submit import Place, find, submit
from tui.backends.pause import Pause
from tui.domain.errors import AnswerLostError, ServerError
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
from tui.domain.request import GenerationRequest
from tui.protocol.fooocus_job import JobAnswer, are_named
from tui.protocol.fooocus_request import pictures_of
from tui.protocol.fooocus_run import Run


class JobWatch:
    """One job from its submission to its last event."""

    def __init__(self, session: Session, job_id: JobId, request: GenerationRequest) -> None:
        self._session = session
        self._api = session.api
        self._pace = session.pace
        self._job_id = job_id
        self._request = request
        self._run = Run(job_id, pictures_of(request))
        self._pause = Pause()
        self._is_certain = False
        self._is_attached = False
        self._is_cancelled = False
        self._is_stopped = False
        self._is_abandoned = False
        self._was_cut = False
        self._told: set[str] = set()
        self._position: int | None = None
        self._line: tuple[int, int] | None = None
        self._line_seen_at = 0.0
        self._absence = Absence(session.pace.patience)
        self.server_job_id = ""
        """The server's id, once it is known."""

    async def run(self) -> AsyncIterator[JobEvent]:
        """Send the job and watch it to its end."""
        prepared = await prepare(self._session, self._job_id, self._request)
        if self._is_cancelled or self._is_abandoned:
            yield JobCancelled(self._job_id)  # nothing was sent
            return
        place = await submit(self._session, self._job_id, prepared, self._is_given_up)
        if place is None:
            yield broke_off(self._job_id, self._api.label)
            return
        self._claim(place)
        yield JobQueued(self._job_id, None, place.server_job_id)
        for note in prepared.notes:
            yield JobNoted(self._job_id, note)
        async for event in self._events():
            yield event

    async def attach(self, server_job_id: str | None) -> AsyncIterator[JobEvent]:
        """Watch a job that is on the server already; it is looked for where its id there is not known."""
        self._is_attached = True
        try:
            place = Place(server_job_id) if server_job_id else await self._found()
        except ServerError as error:
            yield JobOutcomeUnknown(self._job_id, f"{error.title} It may have the job.")
            return
        if place is None:
            label = self._api.label
            yield closed_here(self._job_id) if self._is_abandoned else not_known(self._job_id, label)
            return
        self._claim(place)
        yield JobQueued(self._job_id, None, place.server_job_id)
        async for event in self._events():
            yield event

    def cancel(self) -> None:
        """Stop the job as soon as that hits no other, or keep it from being sent."""
        self._is_cancelled = True
        self._pause.wake()

    def abandon(self) -> None:
        """The connection is being given up: end the stream, since nothing more can be learnt."""
        self._is_abandoned = True
        self._pause.wake()

    def _claim(self, place: Place) -> None:
        self.server_job_id, self._is_certain = place.server_job_id, place.is_certain
        self._session.claimed.add(place.server_job_id)

    async def _found(self) -> Place | None:
        return await find(self._session, self._job_id, self._is_given_up)

    def _is_given_up(self) -> bool:
        return self._is_abandoned

    async def _events(self) -> AsyncIterator[JobEvent]:
        while True:
            for event in await self._look():
                yield event
                if isinstance(event, LastEvent):
                    return
            await self._pause.rest(self._interval())

    def _interval(self) -> float:
        if not self._run.has_started and self._position != 0:
            return self._pace.waiting
        is_stopping = self._is_cancelled and not self._absence.has_begun
        return self._pace.stopping if is_stopping else self._pace.running

    async def _look(self) -> list[JobEvent]:
        """Ask the server how the job stands, and do what the person wished."""
        if self._is_abandoned:
            return [closed_here(self._job_id)]
        try:
            offer = await self._session.offer()
            answer = await self._api.job(self.server_job_id, offer.preview_parameter)
            events = await self._judge(answer)
        except ServerError as error:
            return self._miss(error)
        self._absence.end()
        return events

    async def _judge(self, answer: JobAnswer) -> list[JobEvent]:
        if not answer.is_known:
            return [await self._vanish()]
        if answer.is_over:
            return self._end(answer)
        events = self._run.receive(answer)
        if not self._run.has_started:
            events.extend(await self._queued())
        if self._is_cancelled:
            events.extend(await self._obey())
        return events

    async def _queued(self) -> list[JobEvent]:
        """Where the job stands; everybody's jobs are only listed when something has moved."""
        size = await self._api.queue_size()
        line = (size.waiting, size.finished)
        if line == self._line and monotonic() - self._line_seen_at < self._pace.position:
            return []
        self._line, self._line_seen_at = line, monotonic()
        position = (await self._api.jobs()).position(self.server_job_id)
        if position is None or position == self._position:
            return []
        self._position = position
        return [JobQueued(self._job_id, position, self.server_job_id)]

    async def _obey(self) -> list[JobEvent]:
        """Send the stop, when the job is seen at work and nothing else would be hit."""
        if self._is_stopped:
            return self._run.insist(words.STOPPING)
        if not self._run.has_started:
            return self._tell(words.CANNOT_DROP)
        if not self._is_certain:
            return self._tell(words.MAY_BE_ANOTHERS)
        if not self._run.may_be_stopped:
            has_sampled = self._run.has_sampled
            return self._run.insist(words.NEARLY_DONE if has_sampled else words.STOPS_AT_SAMPLING)
        if (await self._api.jobs()).position(self.server_job_id) != 0:
            return []
        # the stop has no name on it: it goes out right after the look that finds our job sampling
        answer = await self._api.job(self.server_job_id)
        if not answer.is_known or answer.is_over:
            return []
        events = self._run.receive(answer)
        return [*events, *await self._stop()] if self._run.may_be_stopped else events

    async def _stop(self) -> list[JobEvent]:
        self._is_stopped = True
        try:
            await self._api.stop()
        except AnswerLostError:
            pass  # it may have arrived, and a second one would hit the next job
        except ServerError:
            self._is_stopped = False
            raise
        return self._run.insist(words.STOPPING)

    def _tell(self, note: str) -> list[JobEvent]:
        if note in self._told:
            return []
        self._told.add(note)
        return [JobNoted(self._job_id, note)]

    def _miss(self, error: ServerError) -> list[JobEvent]:
        """The server does not answer: wait for it, but not for ever."""
        self._was_cut = True
        if self._absence.begin():
            return self._run.note_activity(waiting_for_it(error))
        return [stayed_away(self._job_id, error)] if self._absence.is_too_long else []

    def _end(self, answer: JobAnswer) -> list[JobEvent]:
        if not self._is_certain and are_named(answer, self._job_id) is False:
            return [JobOutcomeUnknown(self._job_id, words.ANOTHERS_AFTER_ALL)]
        return self._run.end(answer, is_stopped=self._is_stopped, is_cancelled=self._is_cancelled)

    async def _vanish(self) -> JobEvent:
        """The server does not know the job: what that means depends on what was seen."""
        label = self._api.label
        if self._is_attached:
            return not_known(self._job_id, label)
        size = await self._api.queue_size()
        if self._was_cut or size.is_fresh:
            return JobFailed(
                self._job_id, f"{label} no longer has the job.", "It was restarted. Generate again."
            )
        is_deleted = size.newest == self.server_job_id  # nothing came since, so it was not begun anew
        reason = words.forgotten(label) if is_deleted else words.forgotten_or_restarted(label)
        return JobOutcomeUnknown(self._job_id, reason)
