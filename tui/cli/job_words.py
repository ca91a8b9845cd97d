"""A job on the command line: one line for people, a tree for programs."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from tui.cli.faults import CANCELLED, FAILED
from tui.domain.job import Job, JobStatus
from tui.domain.request import FieldValue, PictureInput
from tui.domain.text import one_line

_SIGNS = {
    JobStatus.PENDING: "⌛",
    JobStatus.IN_PROGRESS: "▶",
    JobStatus.COMPLETED: "✓",
    JobStatus.FAILED: "✗",
    JobStatus.CANCELLED: "–",
    JobStatus.UNKNOWN: "?",
}
_LEFT_OUT = frozenset({"request", "is_with_server"})


def line_of(job: Job) -> str:
    """One line for people: "✓ 3f2a9c1b  14:02:11  comfyui  a red fox in fresh snow"."""
    progress = f"  {job.step}/{job.total}" if job.status is JobStatus.IN_PROGRESS and job.total else ""
    what = one_line(job.request.prompt or job.request.workflow, 60)
    return f"{_SIGNS[job.status]} {job.id[:8]}  {clock(job.created_at)}  {job.server}{progress}  {what}"


def summary(job: Job) -> dict[str, Any]:
    """All but the request, for JSON."""
    tree = {key: value for key, value in asdict(job).items() if key not in _LEFT_OUT and value is not None}
    return tree | {"workflow": job.request.workflow, "prompt": job.request.prompt, "seed": job.request.seed}


def plain(value: FieldValue) -> object:
    """A form's value for JSON."""
    match value:
        case PictureInput():
            return value.path
        case tuple():
            return [asdict(lora) for lora in value]
        case _:
            return value


def spelled(value: FieldValue) -> str:
    """A form's value for people."""
    if isinstance(value, tuple):
        return ", ".join(f"{lora.name} at {lora.strength:g}" for lora in value)
    return one_line(str(plain(value)), 500)


def exit_code(job: Job) -> int:
    """How a command ends that waited for this job."""
    match job.status:
        case JobStatus.FAILED | JobStatus.UNKNOWN:
            return FAILED
        case JobStatus.CANCELLED:
            return CANCELLED
        case _:
            return 0


def clock(at: float) -> str:
    """Date and time here."""
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")
