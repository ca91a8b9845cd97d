"""Watching one A1111 job to its end: one POST that blocks, and looks at the server beside it."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from time import monotonic

from tui.backends import a1111_words as words
from tui.backends.a1111_outcome import Outcome, results, send
from tui.backends.a1111_prepare import Prepared, prepare
from tui.backends.a1111_session import Session
from tui.backends.a1111_sighting import Sighting
from tui.backends.a1111_stop import Stop
from tui.backends.a1111_track import BlindTracker, TaskTracker, Tracker, open_tracker
from tui.backends.absence import Absence, not_known, stayed_away, waiting_for_it
from tui.backends.pause import Pause
from tui.domain.errors import (
    AnswerLostError,
    JobFailedError,
    LatentuiError,
    ServerError,
    ServerUnreachableError,
)
from tui.domain.events import (
    JobCancelled,
    JobEvent,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobStarted,
    LastEvent,
)
from tui.domain.job import JobId
from tui.domain.request import GenerationRequest
from tui.protocol.a1111_answer import Known
from tui.protocol.a1111_progress import Stage

_EASING = 1.2
"""How much longer each pause between looks is than the one before."""


class JobWatch:
    """One job from its place in our line to its last event."""

    def __init__(self, session: Session, job_id: JobId, request: GenerationRequest) -> None:
        self._session = session
        self._pace = session.pace
        self._job_id = job_id
        self._request = request
        self._pause = Pause()
        self._tracker: Tracker = BlindTracker()
        self._sighting = Sighting(job_id)
        self._post: asyncio.Task[Outcome] | None = None
        self._is_limited = False
        self._stop = Stop(session.api, job_id)
        self._is_abandoned = False
        self._absence = Absence(session.pace.patience)
        self._over_since: float | None = None

    async def run(self) -> AsyncGenerator[JobEvent]:
        """Wait in our line, send the job, and follow it."""
        prepared = await prepare(self._session, self._job_id, self._request)
        try:
            async for event in self._wait_turn():
                yield event
            if self._is_abandoned:
                yield JobFailed(self._job_id, words.NEVER_SENT, "Generate again.")
                return
            for note in prepared.notes:
                yield JobNoted(self._job_id, note)
            async with aclosing(self._sent(prepared)) as events:
                async for event in events:
                    yield event
        finally:
            self._session.line.leave(self.wake)

    async def attach(self) -> AsyncGenerator[JobEvent]:
        """Follow a job that another connection sent: its pictures cannot be had any more."""
        label = self._session.api.label
        found = await self._session.server()
        if not found.dialect.has_tasks:
            yield JobOutcomeUnknown(
                self._job_id, f"{label} cannot be asked after a job, and {words.NOT_KEPT}."
            )
            return
        self._tracker = TaskTracker(self._session.api, self._job_id)
        async for event in self._alone(not_known(self._job_id, label), patience=0.0):
            yield event

    def cancel(self) -> None:
        """Stop the job as soon as that hits no other, or keep it from being sent."""
        self._stop.is_wished = True
        self.wake()

    def abandon(self) -> None:
        """The connection is being given up: end the stream, since nothing more can be learnt."""
        self._is_abandoned = True
        self.wake()

    def wake(self) -> None:
        """Look up: something changed."""
        self._pause.wake()

    async def _wait_turn(self) -> AsyncIterator[JobEvent]:
        line = self._session.line
        line.join(self.wake)
        while (before := line.position(self.wake)) and not (self._stop.is_wished or self._is_abandoned):
            for event in self._sighting.waits(before - 1):
                yield event
            await self._pause.rest(None)

    async def _sent(self, prepared: Prepared) -> AsyncGenerator[JobEvent]:
        found = await self._session.server()
        self._is_limited = found.dialect.is_limited
        api = self._session.api
        self._tracker = await open_tracker(
            api, found.dialect, self._job_id, prepared.expected, gap=self._pace.gap
        )
        if self._stop.is_wished:
            yield JobCancelled(self._job_id)  # nothing was sent
            return
        post = self._post = asyncio.create_task(send(api, prepared))
        post.add_done_callback(self._posted)
        try:
            async for event in self._follow(post, prepared):
                yield event
        finally:
            if not post.done():
                post.cancel()  # the server goes on: it does not notice
                await asyncio.wait((post,))

    def _posted(self, post: asyncio.Task[Outcome]) -> None:
        if not post.cancelled():
            post.exception()  # looked at, also when nobody follows the job any more
        self.wake()

    async def _follow(self, post: asyncio.Task[Outcome], prepared: Prepared) -> AsyncIterator[JobEvent]:
        await self._pause.rest(self._pace.first_look)
        while not post.done():
            for event in await self._look():
                if isinstance(event, LastEvent):
                    if post.done():
                        break  # the answer came during the look, and knows better
                    yield event
                    return
                yield event
            if not post.done():
                await self._pause.rest(self._interval())
        try:
            outcome = post.result()
        except AnswerLostError as error:
            async for event in self._lost(error):
                yield event
        except LatentuiError as error:
            yield self._failed(error)
        else:
            for event in await self._finish(outcome, prepared):
                yield event

    def _interval(self) -> float:
        if self._stop.is_wished:
            return self._pace.limited_stopping if self._is_limited else self._pace.stopping
        slowest = self._pace.running if self._sighting.has_started else self._pace.waiting
        slowest = self._pace.limited if self._is_limited else slowest
        return min(self._pace.eager * _EASING**self._sighting.looks, slowest)

    async def _look(self) -> list[JobEvent]:
        """Ask the server how the job stands, and do what the person wished."""
        if self._is_abandoned:
            return [JobOutcomeUnknown(self._job_id, words.CLOSED_HERE)]
        try:
            sight = await self._tracker.look()
            obeyed = await self._stop.obey(self._tracker, sight)
        except ServerError as error:
            return self._miss(error)
        back = self._sighting.activity("The server answers again.") if self._absence.end() else []
        if sight.stage in {Stage.QUEUED, Stage.ACTIVE} and not sight.is_idle:
            self._over_since = None
        elif self._waited_for_answer() > self._pace.silence:
            return [JobOutcomeUnknown(self._job_id, words.SILENT)]
        return [*back, *self._sighting.take(sight), *obeyed]

    def _waited_for_answer(self) -> float:
        self._over_since = self._over_since or monotonic()
        return monotonic() - self._over_since

    def _miss(self, error: ServerError) -> list[JobEvent]:
        """The server does not answer: wait for it, but not for ever."""
        if self._absence.begin():
            return self._sighting.activity(waiting_for_it(error))
        is_waited_for = self._post is not None and not self._post.done()
        is_there = isinstance(error, AnswerLostError) or not isinstance(error, ServerUnreachableError)
        if is_waited_for and is_there:
            return []  # it loads a model or fails at looks: the answer may come all the same
        return [stayed_away(self._job_id, error)] if self._absence.is_too_long else []

    def _failed(self, error: LatentuiError) -> JobEvent:
        """What the server said against the job; raised while it has told nothing else."""
        if self._is_abandoned:
            return JobOutcomeUnknown(self._job_id, words.CLOSED_HERE)
        if self._stop.is_wished:
            return JobCancelled(self._job_id)  # SD.Next answers an interrupted job with an error
        if self._sighting.others_stopped_at is not None:
            return JobFailed(self._job_id, "Somebody stopped this job on the server.", error.title)
        if isinstance(error, JobFailedError) or self._sighting.has_told:
            return JobFailed(self._job_id, error.title, error.advice)
        raise error

    async def _finish(self, outcome: Outcome, prepared: Prepared) -> list[JobEvent]:
        started: list[JobEvent] = [] if self._sighting.has_started else [JobStarted(self._job_id)]
        if self._stop.is_wished:
            return [*started, *self._stop.ended()]
        self._session.version = outcome.info.version or self._session.version
        await self._look_back(outcome.info.run)
        known = await self._known()
        stopped_at = self._sighting.others_stopped_at
        if stopped_at is not None:
            note = words.UNFINISHED.format(where=words.where(stopped_at))
            started.append(JobNoted(self._job_id, note))
        return [*started, *results(self._job_id, self._request, outcome, known, prepared.size)]

    async def _look_back(self, run: str) -> None:
        """Somebody may have stopped the job after our last look; the server remembers until the next run."""
        if isinstance(self._tracker, BlindTracker) or self._is_limited:
            return
        try:
            progress = await self._session.api.progress()
        except ServerError:
            return
        if progress.is_interrupted and progress.run and progress.run in {run, self._tracker.run}:
            self._sighting.note_stopped()

    async def _known(self) -> Known:
        try:
            return await self._session.known()
        except ServerError:
            return Known()  # the picture is there; only the comparison of names goes without

    async def _lost(self, error: AnswerLostError) -> AsyncIterator[JobEvent]:
        """The answer will not come: what became of the job can only be asked."""
        if self._is_abandoned:
            yield JobOutcomeUnknown(self._job_id, words.CLOSED_HERE)
            return
        label = self._session.api.label
        if not isinstance(self._tracker, TaskTracker):
            reason = f"{error.title} {label} may have gone on, but {words.NOT_KEPT}."
            yield JobOutcomeUnknown(self._job_id, reason)
            return
        gone = JobFailed(
            self._job_id,
            f"{label} does not have the job.",
            "The connection broke before it arrived, or the server was restarted. Generate again.",
        )
        async for event in self._alone(gone, patience=self._pace.confirming):
            yield event

    async def _alone(self, unknown: LastEvent, *, patience: float) -> AsyncIterator[JobEvent]:
        """Follow a task whose answer nobody waits for; `unknown` when the server does not have it."""
        since, is_known = monotonic(), False
        while True:
            for event in await self._look():
                yield event
                if isinstance(event, LastEvent):
                    return
            if not self._absence.has_begun:
                stage = self._sighting.stage
                if stage is not Stage.UNKNOWN and not is_known:
                    is_known = True
                    if stage is not Stage.COMPLETED:
                        yield JobNoted(self._job_id, words.LOST_WHILE_RUNNING)
                if self._sighting.is_over or (is_known and stage is Stage.UNKNOWN):
                    for event in self._end_alone():
                        yield event
                    return
                if not is_known and monotonic() - since >= patience:
                    yield unknown
                    return
            await self._pause.rest(self._interval())

    def _end_alone(self) -> list[JobEvent]:
        """The task is over: its pictures are gone, and all that can be said is how it ended."""
        if self._stop.is_wished:
            return self._stop.ended()
        label = self._session.api.label
        if self._sighting.stage is Stage.COMPLETED:
            reason = f"{label} finished the job, but {words.NOT_KEPT}. The same seed makes them again."
        else:
            reason = f"{label} gave the job up, or was restarted."
        return [JobOutcomeUnknown(self._job_id, reason)]
