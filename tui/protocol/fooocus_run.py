"""One Fooocus-API job as a small state machine: answers in, events out."""

from collections.abc import Iterator

from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobFailed,
    JobNoted,
    JobProgressed,
    JobStarted,
    OutputReceived,
    PreviewReceived,
)
from tui.domain.job import JobId
from tui.protocol.fooocus_job import JobAnswer, activity_of, read_outputs, read_preview, read_step

_PNG = b"\x89PNG"
"""How every preview begins (img_utils.py narray_to_base64img)."""

_MARGIN = 2
"""Looks at the stop flag that must still lie ahead of a job for a stop to hit it and no other."""

_PREPARED = 15
"""Percent that the preparations may take; sampling counts from there (worker.py callback)."""


class Run:
    """What is known of one submitted job. Steps only grow, and nothing is told twice."""

    def __init__(self, job_id: JobId, pictures: int) -> None:
        self._job_id = job_id
        self._pictures = pictures
        self._step, self._total, self._activity = 0, 0, ""
        self._insisted = ""
        self._preview = ""
        self._may_be_stopped = False
        self._has_said_running = False
        self.has_sampled = False
        """Whether a step was told."""

        self.has_started = False
        """Whether the server was seen to work on it."""

    @property
    def may_be_stopped(self) -> bool:
        """Whether a stop sent now hits this job: it samples, and is not near its end.

        The server heeds the flag only at the end of a step (core.py callback). One that comes after the last
        of them waits for the next job, whosever that is.
        """
        return self._may_be_stopped

    def receive(self, answer: JobAnswer) -> list[JobEvent]:
        """What an answer about a job that is not over means."""
        self._may_be_stopped = False
        if not answer.is_running:
            return []
        self._has_said_running = self._has_said_running or answer.job_stage == "RUNNING"
        events: list[JobEvent] = [*self._started(), *self._progressed(answer)]
        return [*events, *self._previewed(answer.job_step_preview)]

    def note_activity(self, words: str) -> list[JobEvent]:
        """Something to say where the steps stand; nothing before the job began."""
        if not self.has_started or words == self._activity:
            return []
        self._activity = words
        return [JobProgressed(job_id=self._job_id, step=self._step, total=self._total, activity=words)]

    def insist(self, words: str) -> list[JobEvent]:
        """The same, and what the server says it is busy with is not told any more."""
        self._insisted = words
        return self.note_activity(words)

    def end(self, answer: JobAnswer, *, is_stopped: bool, is_cancelled: bool) -> list[JobEvent]:
        """The events of a job that is over. The server does not say why there are too few pictures:
        `is_stopped` tells whether a stop was sent for it, `is_cancelled` whether one was wished for."""
        self._may_be_stopped = False
        outputs = list(read_outputs(self._job_id, answer))
        if answer.has_failed or not outputs:
            return [JobCancelled(self._job_id)] if is_stopped else [self._without_pictures(answer)]
        events = self._started()
        if lost := outputs.count(None):
            words = f"{lost} of {len(outputs)} pictures cannot be found on the server."
            events.append(JobNoted(self._job_id, words))
        events.extend(OutputReceived(self._job_id, output) for output in outputs if output is not None)
        is_whole = len(outputs) >= self._pictures
        if is_stopped and not is_whole:
            done = JobNoted(
                self._job_id, f"{len(outputs)} of {self._pictures} pictures were finished before."
            )
            return [*events, done, JobCancelled(self._job_id)]
        if is_stopped:
            events.append(JobNoted(self._job_id, "The stop came too late; it may hit the server's next job."))
        elif not is_whole:
            made = f"{len(outputs)} of {self._pictures} pictures"
            events.append(JobNoted(self._job_id, f"Somebody stopped the job on the server after {made}."))
        elif is_cancelled:
            events.append(JobNoted(self._job_id, "The job was done before it could be stopped."))
        return [*events, JobCompleted(self._job_id)]

    def _started(self) -> list[JobEvent]:
        if self.has_started:
            return []
        self.has_started = True
        return [JobStarted(self._job_id)]

    def _progressed(self, answer: JobAnswer) -> list[JobEvent]:
        step = read_step(answer.job_status)
        before = (self._step, self._total)
        if step is not None:
            self.has_sampled = True
            pictures = max(self._pictures, step.picture)
            done = (step.picture - 1) * step.total + step.done
            self._step, self._total = max(self._step, done), max(self._total, pictures * step.total)
            self._may_be_stopped = pictures * step.total - done >= _MARGIN
        elif answer.percent > _PREPARED and not self.has_sampled:
            # no step was ever told: only enlarged, or a server with other words
            self._step, self._total = max(self._step, answer.percent), 100
        words = self._insisted or activity_of(answer, self._pictures)
        if (self._step, self._total) == before:
            return self.note_activity(words)
        self._activity = words
        return [JobProgressed(job_id=self._job_id, step=self._step, total=self._total, activity=words)]

    def _previewed(self, preview: str | None) -> Iterator[JobEvent]:
        if not preview or preview == self._preview:
            return
        self._preview = preview
        data = read_preview(preview)
        if data.startswith(_PNG):
            yield PreviewReceived(job_id=self._job_id, data=data, media_type="image/png")

    def _without_pictures(self, answer: JobAnswer) -> JobFailed:
        if answer.has_failed:
            # 0.4 ends a stopped job like this too
            stopped = " or it was stopped," if self._has_said_running else ""
            return JobFailed(
                self._job_id,
                f"Fooocus failed at the job,{stopped} and does not say why.",
                "Its own log tells more: often a lack of memory, or a model that cannot be loaded.",
            )
        return JobFailed(
            self._job_id,
            "Fooocus ended the job without a picture: somebody stopped it.",
            "A stop sent while the server was idle hits the next job as well. Generate again.",
        )
