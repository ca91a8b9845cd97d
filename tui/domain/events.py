"""What happens to a job, as small frozen facts; read with `match`, closed with `assert_never`."""

from dataclasses import dataclass

from tui.domain.job import Job, JobId, OutputImage, SavedOutput


@dataclass(frozen=True, slots=True)
class JobQueued:
    """The server has the job. `position`: how many are before it, where the server tells."""

    job_id: JobId
    position: int | None = None
    server_job_id: str | None = None


@dataclass(frozen=True, slots=True)
class JobStarted:
    """The server began to work on the job."""

    job_id: JobId


@dataclass(frozen=True, slots=True, kw_only=True)
class JobProgressed:
    """`step` of `total` is done; total 0 where the server tells no steps. Replaceable by a later one."""

    job_id: JobId
    step: int
    total: int
    activity: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewReceived:
    """A glimpse while sampling: an encoded picture as the server sent it, not yet checked. Replaceable."""

    job_id: JobId
    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class OutputReceived:
    """A finished file is ready to be fetched."""

    job_id: JobId
    output: OutputImage


@dataclass(frozen=True, slots=True)
class JobNoted:
    """Something about the job that a person should know and that does not end it."""

    job_id: JobId
    message: str


@dataclass(frozen=True, slots=True)
class JobCompleted:
    """All is done; every output was announced before."""

    job_id: JobId


@dataclass(frozen=True, slots=True)
class JobFailed:
    """The job is over without success: what is wrong, and what to do about it."""

    job_id: JobId
    title: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class JobCancelled:
    """The job was stopped or taken from the queue."""

    job_id: JobId


@dataclass(frozen=True, slots=True)
class JobOutcomeUnknown:
    """Nobody can say what became of the job; a person decides. Never retried by itself."""

    job_id: JobId
    reason: str


JobEvent = (
    JobQueued
    | JobStarted
    | JobProgressed
    | PreviewReceived
    | OutputReceived
    | JobNoted
    | JobCompleted
    | JobFailed
    | JobCancelled
    | JobOutcomeUnknown
)


@dataclass(frozen=True, slots=True)
class OutputSaved:
    """A finished file lies whole on our disk: the service's fact that follows `OutputReceived`."""

    job_id: JobId
    output: SavedOutput


@dataclass(frozen=True, slots=True)
class JobChanged:
    """The job's new snapshot, after anything happened to it. Replaceable by a later one of the same job."""

    job: Job


@dataclass(frozen=True, slots=True)
class JobDropped:
    """The job was forgotten, here or by another program; its files stay."""

    job_id: JobId


ServiceEvent = JobEvent | OutputSaved | JobChanged | JobDropped
"""What the generation service tells its listeners."""

LastEvent = JobCompleted | JobFailed | JobCancelled | JobOutcomeUnknown
"""The last event of every stream is one of these."""
