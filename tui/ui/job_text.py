"""All there is to say about a job, as text."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Protocol, cast

from tui.domain.job import Job, JobStatus
from tui.domain.request import ControlUnit, GenerationRequest, Lora, PictureInput
from tui.domain.text import clean
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
_LABELS = {
    "cfg_scale": "CFG",
    "loras": "LoRAs",
    "init_image": "Picture",
    "vae": "VAE",
    "control": "ControlNet",
}
_PHASES = {
    "waiting": "waits here",
    "sent": "handed over",
    "queued": "taken by the server",
    "running": "started",
    "completed": "done",
    "failed": "failed",
    "cancelled": "cancelled",
    "unknown": "outcome unknown",
}


class StateChange(Protocol):
    """A line of a job's log, as the journal keeps it."""

    @property
    def phase(self) -> str: ...

    @property
    def at(self) -> float: ...

    @property
    def detail(self) -> str: ...


def job_text(job: Job, log: Sequence[StateChange] = ()) -> str:
    """State, failure, request, times, files and log of a job."""
    return "\n".join((*_lines(job), *_logged(log)))


def request_text(request: GenerationRequest) -> str:
    """Everything that is sent, the graph too, as JSON."""
    fields = [name for name in request.__dataclass_fields__ if name not in {"plan", "extras"}]
    tree = {name: getattr(request, name) for name in fields} | dict(request.extras)
    if request.plan is not None:
        tree["graph"] = dict(request.plan.graph)
    return clean(json.dumps(tree, indent=2, ensure_ascii=False, default=_spelled))


def _lines(job: Job) -> Iterator[str]:
    yield _standing(job)
    if job.error_title or job.error_advice:
        yield ""
        yield from filter(None, (job.error_title, job.error_advice))
    yield from (f"Note: {note}" for note in (*job.request.notes, *job.notes))
    yield ""
    yield from _request(job.request)
    yield ""
    yield from _times(job)
    if job.server_job_id and job.server_job_id != job.id:
        yield f"Id there    {job.server_job_id}"
    yield f"Id          {job.id}"
    yield from (f"File        {output.path}" for output in job.results)
    yield from (f"Shown only  {output.path}" for output in job.asides)


def _standing(job: Job) -> str:
    if job.status is JobStatus.PENDING:  # its place in line names the server
        return f"{_STATES[job.status]}: {words.job_state(job)}"
    if job.error_title:  # which follows
        return f"{_STATES[job.status]} on {words.server_label(job.server)}"
    return f"{_STATES[job.status]} on {words.server_label(job.server)}: {words.job_state(job)}"


def _request(request: GenerationRequest) -> Iterator[str]:
    yield f"Prompt      {request.prompt}"
    if request.negative_prompt:
        yield f"Negative    {request.negative_prompt}"
    for name, value in _values(request).items():
        yield f"{_label(name):<11} {value}"


def _label(name: str) -> str:
    return _LABELS.get(name) or name.replace("_", " ").capitalize()


def _values(request: GenerationRequest) -> Mapping[str, str]:
    found = {
        name: getattr(request, name)
        for name in request.__dataclass_fields__
        if name not in _SKIPPED and getattr(request, name) not in (None, ())
    }
    if request.plan is not None:
        found["graph"] = f"{len(request.plan.graph)} nodes"
    return {name: _spelled(value) for name, value in {**found, **request.extras}.items()}


def _spelled(value: object) -> str:
    if isinstance(value, PictureInput):
        return value.path
    if isinstance(value, Lora):
        return f"{value.name} at {value.strength:g}"
    if isinstance(value, ControlUnit):
        guide = value.model or value.preprocessor or "the picture itself"
        return f"{guide} at {value.strength:g}, from {value.image.path}"
    if isinstance(value, tuple):
        return ", ".join(map(_spelled, cast("tuple[object, ...]", value)))
    return str(value)


def _times(job: Job) -> Iterator[str]:
    yield f"Asked       {_clock(job.created_at)}"
    if job.started_at:
        yield f"Started     {_clock(job.started_at)}, after {_between(job.created_at, job.started_at)}"
    if job.ended_at and job.started_at:
        yield f"Ended       {_clock(job.ended_at)}, after {_between(job.started_at, job.ended_at)}"


def _logged(log: Sequence[StateChange]) -> Iterator[str]:
    if log:
        yield ""
        yield "Log"
    for change in log:
        said = f": {change.detail}" if change.detail else ""
        yield f"{_clock(change.at):<11} {_PHASES.get(change.phase, change.phase)}{said}"


def _between(start: float, end: float) -> str:
    return words.duration(max(end - start, 0))


def _clock(seconds: float) -> str:
    then = time.localtime(seconds)
    is_today = then[:3] == time.localtime()[:3]
    return time.strftime("%H:%M:%S" if is_today else "%d %b %Y %H:%M:%S", then)
