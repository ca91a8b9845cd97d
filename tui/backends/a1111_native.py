"""Watching one job in stable-diffusion.cpp's own queue: it waits, works without a word, and is done."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator

import msgspec

from tui.backends import a1111_words as words
from tui.backends.a1111_outcome import Outcome, measured, results
from tui.backends.a1111_pictures import source_pictures
from tui.backends.a1111_session import Session
from tui.backends.absence import Absence, stayed_away
from tui.backends.pause import Pause
from tui.domain.errors import AnswerLostError, InputError, NotFoundError, ServerError
from tui.domain.events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobQueued,
    JobStarted,
    LastEvent,
)
from tui.domain.job import JobId
from tui.domain.request import GenerationRequest
from tui.media.metadata import read_texts
from tui.protocol.a1111_answer import Known
from tui.protocol.a1111_dialect import capabilities
from tui.protocol.a1111_sdcpp import NativeJob, NativeStatus, beyond_limits, native_body, read_native_pictures


class NativeWatch:
    """One job; the server chooses its id, by which it can be found again for ten minutes after its end."""

    def __init__(
        self, session: Session, job_id: JobId, request: GenerationRequest, server_job_id: str | None = None
    ) -> None:
        self._session = session
        self._pace = session.pace
        self._job_id = job_id
        self._request = request
        self._server_job_id = server_job_id
        self._is_attached = server_job_id is not None
        self._pause = Pause()
        self._position: int | None = None
        self._has_told = self._has_started = False
        self._is_cancelled = False
        self._is_abandoned = False
        self._size: tuple[int | None, int | None] = (None, None)
        self._absence = Absence(session.pace.patience)

    async def run(self) -> AsyncGenerator[JobEvent]:
        """Queue the job and follow it."""
        found = await self._session.server()
        able = capabilities(found.dialect, found.options)
        if self._request.task not in able.tasks:
            raise InputError(able.missing.get(self._request.task, "The server cannot do this task."))
        pictures = await asyncio.to_thread(source_pictures, self._request)
        server = await self._session.api.native_server()
        body, notes = native_body(self._request, pictures, server)
        if excess := beyond_limits(body, server):
            raise InputError(excess, "Ask for less.")
        self._size = (body.get("width"), body.get("height"))
        content = await asyncio.to_thread(msgspec.json.encode, body)
        for note in notes:
            yield JobNoted(self._job_id, note)
        if self._is_cancelled:
            yield JobCancelled(self._job_id)
            return
        try:
            job = await self._session.api.native_submit(content)
        except AnswerLostError as error:
            label = self._session.api.label
            reason = f"{error.title} {label} may have the job, and cannot be asked for it without its number."
            yield JobOutcomeUnknown(self._job_id, reason)
            return
        self._server_job_id = job.id
        async for event in self._follow(job):
            yield event

    async def attach(self) -> AsyncGenerator[JobEvent]:
        """Follow a job that is there already."""
        label = self._session.api.label
        if self._server_job_id is None:
            reason = f"{label} gave the job a number that was never received, so it cannot be asked for it."
            yield JobOutcomeUnknown(self._job_id, reason)
            return
        async for event in self._follow(None):
            yield event

    def cancel(self) -> None:
        """Drop the job while it waits."""
        self._is_cancelled = True
        self.wake()

    def abandon(self) -> None:
        """The connection is being given up: end the stream, since nothing more can be learnt."""
        self._is_abandoned = True
        self.wake()

    def wake(self) -> None:
        """Look up: something changed."""
        self._pause.wake()

    async def _follow(self, job: NativeJob | None) -> AsyncIterator[JobEvent]:
        events = self._told(job) if job else []
        while True:
            for event in events:
                yield event
                if isinstance(event, LastEvent):
                    return
            await self._pause.rest(self._pace.running if self._has_told else 0.0)
            events = await self._look()

    async def _look(self) -> list[JobEvent]:
        server_job_id = self._server_job_id or ""
        if self._is_abandoned:
            return [JobOutcomeUnknown(self._job_id, "The connection was closed here; the job goes on.")]
        try:
            if self._is_cancelled and not await self._session.api.native_cancel(server_job_id):
                return [JobNoted(self._job_id, words.GOES_ON), JobCancelled(self._job_id)]
            job = await self._session.api.native_job(server_job_id)
        except NotFoundError:
            return self._vanished()
        except ServerError as error:
            return self._miss(error)
        self._absence.end()
        if job.status is NativeStatus.COMPLETED and not self._is_cancelled:
            return await self._finish(job)
        return self._told(job)

    def _told(self, job: NativeJob) -> list[JobEvent]:
        match job.status:
            case NativeStatus.QUEUED:
                return self._queued(job.position)
            case NativeStatus.GENERATING:
                return self._started()
            case NativeStatus.CANCELLED:
                note = [] if self._is_cancelled else [JobNoted(self._job_id, words.DROPPED_BY_OTHERS)]
                return [*note, JobCancelled(self._job_id)]
            case NativeStatus.COMPLETED if self._is_cancelled:
                return [JobNoted(self._job_id, words.DONE_BEFORE), JobCancelled(self._job_id)]
            case NativeStatus.COMPLETED:
                return self._queued(None)  # the next look brings the pictures
            case NativeStatus.FAILED:
                title = f"{self._session.api.label} failed at the job: {job.said}."
                return [JobFailed(self._job_id, title, "Its own log tells more.")]

    def _queued(self, position: int | None) -> list[JobEvent]:
        if self._has_told and position == self._position:
            return []
        self._has_told, self._position = True, position
        return [JobQueued(self._job_id, position, self._server_job_id)]

    def _started(self) -> list[JobEvent]:
        if self._has_started:
            return []
        queued = [] if self._has_told else self._queued(None)  # which tells the server's id
        self._has_started = True
        return [*queued, JobStarted(self._job_id)]

    async def _finish(self, job: NativeJob) -> list[JobEvent]:
        outcome = await asyncio.to_thread(self._outcome, job)
        return [*self._started(), *results(self._job_id, self._request, outcome, Known(), self._size)]

    def _outcome(self, job: NativeJob) -> Outcome:
        files = job.pictures()
        infotexts = tuple(read_texts(data).get("parameters", "") for data in files)
        pictures, info = read_native_pictures(files, infotexts, self._request)
        return measured(pictures, info)

    def _miss(self, error: ServerError) -> list[JobEvent]:
        """The server does not answer: wait for it, but not for ever."""
        self._absence.begin()
        return [stayed_away(self._job_id, error)] if self._absence.is_too_long else []

    def _vanished(self) -> list[JobEvent]:
        label = self._session.api.label
        if self._is_cancelled:
            return [JobCancelled(self._job_id)]
        if self._is_attached:
            reason = f"{label} does not know the job, or no longer: it keeps pictures for ten minutes."
            return [JobOutcomeUnknown(self._job_id, reason)]
        advice = "It was restarted. Generate again."
        return [JobFailed(self._job_id, f"{label} no longer has the job.", advice)]
