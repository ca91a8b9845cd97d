"""Events folded into snapshots, and snapshots back into events."""

import pytest

from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputSaved,
)
from tui.domain.job import Job, JobId, JobStatus, SavedOutput
from tui.domain.request import GenerationRequest
from tui.services.folding import events_between, fold, with_output
from tui.storage.entries import Entry, Phase

ID = JobId("1")
SAVED = SavedOutput(path="/p/1.png", media_type="image/png")


def fresh() -> Entry:
    return Entry(job=Job(id=ID, server="paint", request=GenerationRequest(), created_at=1.0))


def after(*events) -> Entry:
    entry = fresh()
    for event in events:
        entry = fold(entry, event, 5.0)
    return entry


def progress(step: int, total: int = 10, activity: str = "") -> JobProgressed:
    return JobProgressed(job_id=ID, step=step, total=total, activity=activity)


def test_a_queued_job_knows_its_place_and_the_server_s_id():
    job = after(JobQueued(ID, 3, "server-7"), JobQueued(ID, 2)).job
    assert (job.status, job.queue_position, job.server_job_id) == (JobStatus.PENDING, 2, "server-7")
    assert job.is_with_server


def test_progress_alone_says_that_the_job_runs():
    job = after(JobQueued(ID), progress(4)).job
    assert (job.status, job.step, job.total, job.started_at) == (JobStatus.IN_PROGRESS, 4, 10, 5.0)


def test_an_activity_stays_until_another_is_told():
    assert after(JobStarted(ID), progress(1, activity="KSampler"), progress(2)).job.activity == "KSampler"


def test_a_late_word_of_the_queue_does_not_undo_that_the_job_runs():
    assert after(JobStarted(ID), JobQueued(ID, 0)).job.status is JobStatus.IN_PROGRESS


def test_a_note_is_told_once():
    assert after(JobNoted(ID, "resized"), JobNoted(ID, "resized")).job.notes == ("resized",)


@pytest.mark.parametrize(
    ("event", "status", "title"),
    [
        (JobCompleted(ID), JobStatus.COMPLETED, ""),
        (JobFailed(ID, "Out of memory.", "Smaller."), JobStatus.FAILED, "Out of memory."),
        (JobCancelled(ID), JobStatus.CANCELLED, ""),
        (JobOutcomeUnknown(ID, "The server forgot."), JobStatus.UNKNOWN, "The server forgot."),
    ],
)
def test_an_end_is_an_end(event, status, title):
    ended = after(JobStarted(ID), progress(4), event)
    assert (ended.job.status, ended.job.error_title, ended.job.ended_at) == (status, title, 5.0)
    assert (ended.job.rate, ended.job.seconds_left, ended.job.activity) == (None, None, "")
    assert fold(ended, JobStarted(ID), 6.0) is ended


def test_what_another_program_did_can_be_told_from_two_snapshots():
    waiting, running = fresh(), after(JobQueued(ID), JobStarted(ID))
    done = with_output(fold(running, JobCompleted(ID), 6.0), SAVED)
    assert events_between(None, waiting) == ()
    assert events_between(waiting, running) == (JobStarted(ID),)
    assert events_between(running, running) == ()
    assert events_between(running, done) == (OutputSaved(ID, SAVED), JobCompleted(ID))
    assert events_between(running, after(JobFailed(ID, "No.", ""))) == (JobFailed(ID, "No.", ""),)


def test_every_phase_has_a_status():
    assert {phase.status for phase in Phase} == set(JobStatus)
