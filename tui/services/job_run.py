"""One job from its hand-over to its end, and everything that may happen on the way."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

from tui.backends.base import ImageBackend
from tui.domain.errors import AnswerLostError, InputError, LatentuiError, ServerError, ServerUnreachableError
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobFailed,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    LastEvent,
    OutputReceived,
    PreviewReceived,
)
from tui.domain.server import ConnectionState
from tui.services.estimates import RateMeter, time_left, timing_key
from tui.services.folding import fold
from tui.services.saving import Desk, OutputSaver, save_failure
from tui.services.tasks import Courtesy, closed_after
from tui.storage.entries import Entry, Phase

_RECORD_SECONDS = 1.0
"""How often progress is written for other programs to see."""


class JobRun:
    """Hands one job to its backend, or finds it there again, and follows it.

    Ends with the job, or with `is_put_back`: the server could not be reached and the job may wait for it.
    `is_patient`: a job whose server went away is looked for when it is back, however long that takes.
    """

    def __init__(
        self,
        entry: Entry,
        backend: ImageBackend,
        desk: Desk,
        *,
        attaches: bool,
        is_patient: bool,
        on_taken: Callable[[], None],
    ) -> None:
        self.id = entry.job.id
        self.server = entry.job.server
        self.is_put_back = False
        self.is_taken = attaches
        """Whether the server is known to have the job."""

        self.error: LatentuiError | None = None
        """Why the job failed, where it was an error of ours rather than the server's word."""

        self.saver = OutputSaver(self.id, backend, desk)
        self._backend = backend
        self._desk = desk
        self._attaches = attaches
        self._is_patient = is_patient
        self._on_taken = on_taken
        self.wants_cancel = entry.wants_cancel
        self._meter = RateMeter()
        self._expected: float | None = None
        self._recorded_at = 0.0
        self._is_lost = False
        self._outputs: asyncio.Queue[OutputReceived | None] = asyncio.Queue()

    @property
    def _entry(self) -> Entry:
        return self._desk.roster.entry(self.id)

    @property
    def keeps_results(self) -> bool:
        """Whether the server still has the pictures when this run is cut short."""
        return self._backend.capabilities.keeps_results

    async def run(self) -> None:
        """Follow the job to its end."""
        self._expected = await self._desk.book.expected(self._key)
        last = await self._follow()
        while last is None and not self.is_put_back and not self._is_lost:
            if not await self._wait_for_server():
                await self._desk.book.release(self.id)
                return
            last = await self._follow()
        if last is not None:
            await self._end(last)

    async def cancel(self) -> None:
        """Stop the job at the server; while it is being handed over, as soon as the server has it."""
        self.wants_cancel = True
        if self._entry.phase is Phase.SENT:
            self._put(replace(self._entry, job=replace(self._entry.job, activity="cancelling")))
            await self._cancel_quietly()  # it may be kept from being sent; else again when it is there
        elif not self._entry.phase.status.is_over:
            await self._backend.cancel(self.id)

    async def give_up(self, reason: str) -> None:
        """End the job as unknown: the fault is ours, the server may be at it."""
        await self._settle(JobOutcomeUnknown(self.id, reason))

    async def _follow(self) -> LastEvent | None:
        """The last event of one watch; None when the watch broke and has to be taken up again."""
        if self._attaches:
            await self.saver.recall()
        saving = asyncio.create_task(self._save_outputs(), name=f"outputs of {self.id}")
        try:
            last = await self._watch()
            self._outputs.put_nowait(None)
            await saving
        finally:
            saving.cancel()
            await asyncio.wait({saving})  # nothing half-written is left when the program ends
        return last

    async def _watch(self) -> LastEvent | None:
        job, last = self._entry.job, None
        request = await self._desk.inputs.resolve(self.id, job.request)
        if not self._attaches:
            await self._desk.before_job(self.server)
        try:
            stream = (
                self._backend.attach(self.id, request, job.server_job_id)
                if self._attaches
                else self._backend.run(self.id, request)
            )
            courtesy = Courtesy()
            async with closed_after(stream):
                async for event in stream:
                    await courtesy.give_way()
                    if isinstance(event, LastEvent):
                        last = event
                    elif not await self._take(event):
                        return None
        except ServerUnreachableError as error:
            return self._unreachable(error)
        except LatentuiError as error:
            return self._failed(error)
        if isinstance(last, JobOutcomeUnknown) and await self._may_be_found_later():
            self._attaches = True
            return None
        return last or JobOutcomeUnknown(self.id, "The server's word on this job ended midway.")

    async def _may_be_found_later(self) -> bool:
        if not self._is_patient:
            return False
        try:
            connection = await self._desk.connections.check(self._entry.job.server)
        except InputError:
            return True  # switched off under way: it is looked for when it is on again
        return connection.state is not ConnectionState.CONNECTED

    async def _take(self, event: JobEvent) -> bool:
        """Fold, tell, write; False when the job is no longer ours to watch."""
        if not self.is_taken:
            self.is_taken = True
            self._on_taken()
        before, now = self._entry, time.time()
        entry = fold(before, event, now)
        match event:
            case JobProgressed():
                entry = self._estimated(entry, event, now)
            case OutputReceived():
                self._outputs.put_nowait(event)
            case PreviewReceived():
                self._desk.roster.tell(event)
                return True
            case _:
                pass
        self._desk.roster.put(entry, event)
        has_moved = (entry.phase, entry.job.queue_position) != (before.phase, before.job.queue_position)
        if has_moved or now - self._recorded_at > _RECORD_SECONDS:
            self._recorded_at = now
            self._is_lost = not await self._desk.book.record(entry)
        if self.wants_cancel and isinstance(event, JobQueued | JobStarted):
            await self._cancel_quietly()
        return not self._is_lost

    async def _cancel_quietly(self) -> None:
        try:
            await self._backend.cancel(self.id)
        except ServerError:
            self._desk.connections.check_soon(self._entry.job.server)  # the wish stays and is tried again

    def _estimated(self, entry: Entry, event: JobProgressed, now: float) -> Entry:
        self._meter.mark(event.step, event.total, time.monotonic())
        elapsed = now - (entry.job.started_at or now)
        left = time_left(self._meter.seconds_left, self._expected, elapsed)
        return replace(entry, job=replace(entry.job, rate=self._meter.rate, seconds_left=left))

    async def _save_outputs(self) -> None:
        while (received := await self._outputs.get()) is not None:
            await self.saver.save(received.output)

    def _unreachable(self, error: ServerUnreachableError) -> LastEvent | None:
        self._desk.connections.check_soon(self._entry.job.server)
        if self._attaches:
            return None
        if self.wants_cancel:
            return JobCancelled(self.id)
        if self._entry.waits_for_server:
            # a request that went out without an answer is asked after, never sent again by itself
            self._attaches = isinstance(error, AnswerLostError)
            self.is_put_back = not self._attaches
            return None
        return self._failed(error)

    def _failed(self, error: LatentuiError) -> LastEvent:
        if self.wants_cancel and self._entry.phase is Phase.SENT:
            return JobCancelled(self.id)
        self.error = error
        if self._attaches:
            return JobOutcomeUnknown(self.id, error.sentence)
        return JobFailed(self.id, error.title, error.advice)

    async def _wait_for_server(self) -> bool:
        """Return True once the server answers, False when it was switched off."""
        server = self._entry.job.server
        waiting = replace(self._entry.job, activity=f"waiting for {server}", rate=None, seconds_left=None)
        self._put(replace(self._entry, job=waiting))
        await asyncio.sleep(1)  # a server that answers checks and drops watches is not to be hammered
        try:
            await self._desk.connections.wait_until_connected(server)
        except InputError:
            return False
        return True

    async def _end(self, last: LastEvent) -> None:
        if isinstance(last, JobCompleted):
            await self.saver.finish()
        if self.saver.error is not None and isinstance(last, JobCompleted):
            self.error = self.saver.error
            last = JobFailed(self.id, *save_failure(self.saver.error))
        await self._settle(last)
        job = self._entry.job
        if isinstance(last, JobCompleted) and job.started_at is not None and job.ended_at is not None:
            await self._desk.book.learn(self._key, job.ended_at - job.started_at)

    async def _settle(self, last: LastEvent) -> None:
        entry = fold(self._entry, last, time.time())
        self._is_lost = not await self._desk.book.record(entry)  # written before it is told
        if not self._is_lost:
            self._put(entry, last)
            self._desk.after_job(entry.job)

    def _put(self, entry: Entry, *events: JobEvent) -> None:
        self._desk.roster.put(entry, *events)

    @property
    def _key(self) -> str:
        return timing_key(self._entry.job.server, self._entry.job.request)
