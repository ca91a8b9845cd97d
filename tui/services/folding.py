"""One event after another becomes the job as it stands."""

from dataclasses import replace
from typing import assert_never

from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    LastEvent,
    OutputReceived,
    OutputSaved,
    PreviewReceived,
    ServiceEvent,
)
from tui.domain.job import Job, SavedOutput
from tui.storage.entries import Entry, Phase


def is_last(event: JobEvent) -> bool:
    """Whether nothing follows."""
    return isinstance(event, LastEvent)


def fold(entry: Entry, event: JobEvent, now: float) -> Entry:
    """The entry after `event`; `now` in seconds since the epoch. What came after the end changes nothing."""
    if entry.phase.status.is_over:
        return entry
    job = entry.job
    match event:
        case JobQueued():
            server_job_id = event.server_job_id or job.server_job_id
            queued = replace(job, queue_position=event.position, server_job_id=server_job_id)
            is_running = entry.phase is Phase.RUNNING
            return at_phase(entry, Phase.RUNNING if is_running else Phase.QUEUED, queued)
        case JobStarted():
            return at_phase(entry, Phase.RUNNING, _started(job, now))
        case JobProgressed():
            progressed = replace(
                _started(job, now),
                step=event.step,
                total=event.total,
                activity=event.activity or job.activity,
            )
            return at_phase(entry, Phase.RUNNING, progressed)
        case JobNoted():
            known = event.message in job.notes
            return entry if known else replace(entry, job=replace(job, notes=(*job.notes, event.message)))
        case PreviewReceived() | OutputReceived():
            return entry
        case JobCompleted() | JobFailed() | JobCancelled() | JobOutcomeUnknown():
            return _ended(entry, event, now)
        case _:
            assert_never(event)


def at_phase(entry: Entry, phase: Phase, job: Job) -> Entry:
    """The entry in another phase, its snapshot with the status that belongs to it."""
    job = replace(job, status=phase.status, is_with_server=phase.is_with_server)
    return replace(entry, phase=phase, job=job)


def _started(job: Job, now: float) -> Job:
    return replace(job, started_at=now if job.started_at is None else job.started_at, queue_position=None)


def _ended(entry: Entry, event: LastEvent, now: float) -> Entry:
    job = replace(entry.job, ended_at=now, queue_position=None, activity="", rate=None, seconds_left=None)
    match event:
        case JobCompleted():
            return at_phase(entry, Phase.COMPLETED, replace(job, step=job.total))
        case JobCancelled():
            return at_phase(entry, Phase.CANCELLED, job)
        case JobFailed():
            failed = replace(job, error_title=event.title, error_advice=event.advice)
            return at_phase(entry, Phase.FAILED, failed)
        case JobOutcomeUnknown():
            unknown = replace(
                job,
                error_title=event.reason,
                error_advice="Look again, run it again, or drop it.",
            )
            return at_phase(entry, Phase.UNKNOWN, unknown)
        case _:
            assert_never(event)


def with_output(entry: Entry, output: SavedOutput) -> Entry:
    """The entry with one more file."""
    return replace(entry, job=replace(entry.job, outputs=(*entry.job.outputs, output)))


def events_between(before: Entry | None, after: Entry) -> tuple[ServiceEvent, ...]:
    """What must have happened to a job that another program runs, from two of its snapshots."""
    job = after.job
    known = before.job.outputs if before is not None else ()
    saved = [OutputSaved(job.id, output) for output in job.outputs if output not in known]
    if before is not None and before.phase is after.phase:
        return tuple(saved)
    match after.phase:
        case Phase.WAITING | Phase.SENT:
            return ()
        case Phase.QUEUED:
            return (JobQueued(job.id, job.queue_position, job.server_job_id),)
        case Phase.RUNNING:
            return (JobStarted(job.id),)
        case Phase.COMPLETED:
            return (*saved, JobCompleted(job.id))
        case Phase.FAILED:
            return (*saved, JobFailed(job.id, job.error_title, job.error_advice))
        case Phase.CANCELLED:
            return (*saved, JobCancelled(job.id))
        case Phase.UNKNOWN:
            return (*saved, JobOutcomeUnknown(job.id, job.error_title))
        case _:
            assert_never(after.phase)
