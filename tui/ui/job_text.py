"""All there is to say about a job, as text."""

import time
from collections.abc import Iterator, Mapping
from typing import cast

from tui.domain.job import Job, JobStatus
from tui.domain.request import GenerationRequest, PictureInput
from tui.ui import words

_STATES = {
    JobStatus.PENDING: "Waiting",
    JobStatus.IN_PROGRESS: "Running",
    JobStatus.COMPLETED: "Done",
    JobStatus.FAILED: "Failed",
    JobStatus.CANCELLED: "Cancelled",
    JobStatus.UNKNOWN: "Outcome unknown",
}
_SKIPPED = frozenset({"plan", "prompt", "negative_prompt", "notes", "extras", "task"})


def job_text(job: Job) -> str:
    """State, failure, request, times and files of a job."""
    return "\n".join(_lines(job))


def _lines(job: Job) -> Iterator[str]:
    yield f"{_STATES[job.status]} on {words.server_label(job.server)}: {words.job_state(job)}"
    if job.error_title or job.error_advice:
        yield ""
        yield from filter(None, (job.error_title, job.error_advice))
    yield from (f"Note: {note}" for note in (*job.request.notes, *job.notes))
    yield ""
    yield from _request(job.request)
    yield ""
    yield from _times(job)
    yield f"Id          {job.id}"
    yield from (f"File        {output.path}" for output in job.outputs)


def _request(request: GenerationRequest) -> Iterator[str]:
    yield f"Prompt      {request.prompt}"
    if request.negative_prompt:
        yield f"Negative    {request.negative_prompt}"
    for name, value in _values(request).items():
        yield f"{name.replace('_', ' ').capitalize():<11} {value}"


def _values(request: GenerationRequest) -> Mapping[str, str]:
    found = {
        name: getattr(request, name)
        for name in request.__dataclass_fields__
        if name not in _SKIPPED and getattr(request, name) not in (None, ())
    }
    return {name: _spelled(value) for name, value in {**found, **request.extras}.items()}


def _spelled(value: object) -> str:
    if isinstance(value, PictureInput):
        return value.path
    if isinstance(value, tuple):
        return ", ".join(map(str, cast("tuple[object, ...]", value)))
    return str(value)


def _times(job: Job) -> Iterator[str]:
    yield f"Asked       {_clock(job.created_at)}"
    if job.started_at:
        yield f"Started     {_clock(job.started_at)}, after {_between(job.created_at, job.started_at)}"
    if job.ended_at and job.started_at:
        yield f"Ended       {_clock(job.ended_at)}, after {_between(job.started_at, job.ended_at)}"


def _between(start: float, end: float) -> str:
    return words.duration(max(end - start, 0))


def _clock(seconds: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(seconds))
