"""One submission: its identity, where it stands, and what it left."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType
from uuid import uuid4

from tui.domain.request import GenerationRequest

JobId = NewType("JobId", str)
"""Ours, and the server's too wherever the server lets a client choose: a canonical lower-case UUID."""


def new_job_id() -> JobId:
    """A fresh id that every server with client-chosen ids accepts."""
    return JobId(str(uuid4()))


class JobStatus(StrEnum):
    """Where a job stands."""

    PENDING = "pending"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself."""
        return self in {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED, JobStatus.UNKNOWN}

    @property
    def is_settled(self) -> bool:
        """Whether it is over and it is known how: nobody has to decide anything."""
        return self.is_over and self is not JobStatus.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputImage:
    """A finished file as the server offers it; `backend.fetch` brings its bytes."""

    filename: str
    """As the server names it, cleaned; never a path of ours."""

    subfolder: str = ""
    folder: str = "output"
    media_type: str = "image/png"
    seed: int | None = None
    is_temporary: bool = False
    """A preview node's picture, not a saved one."""

    data: bytes | None = None
    """The bytes, from servers that send them inline."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedOutput:
    """A finished file on our disk."""

    path: str
    media_type: str
    seed: int | None = None
    is_temporary: bool = False
    """Whether a preview node made it."""

    is_kept: bool = True
    """Whether it lies among the person's pictures; else it is only there to be looked at, for a while."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A job as it stands now; a new value replaces it at each change. Times are seconds since the epoch."""

    id: JobId
    server: str
    request: GenerationRequest
    status: JobStatus = JobStatus.PENDING
    is_with_server: bool = False
    """Whether it was handed over; before that it waits in our own queue."""

    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    queue_position: int | None = None
    """How many are before it on the server; 0 is the next."""

    step: int = 0
    total: int = 0
    activity: str = ""
    """What the server is busy with, in its own words: a node's title, "loading the model"."""

    rate: float | None = None
    """Steps per second."""

    seconds_left: float | None = None
    outputs: tuple[SavedOutput, ...] = ()
    notes: tuple[str, ...] = ()
    error_title: str = ""
    error_advice: str = ""
    server_job_id: str | None = None
    """The server's own id, where it is not ours."""

    @property
    def results(self) -> tuple[SavedOutput, ...]:
        """What it made."""
        return tuple(output for output in self.outputs if output.is_kept)

    @property
    def asides(self) -> tuple[SavedOutput, ...]:
        """What its preview nodes showed besides."""
        return tuple(output for output in self.outputs if not output.is_kept)
