"""A server that does not answer while it has a job: how long that is borne, and what is said then."""

from time import monotonic

from tui.domain.errors import ServerError
from tui.domain.events import JobOutcomeUnknown
from tui.domain.job import JobId


class Absence:
    """Since when a server has not answered; `patience` in seconds."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._since: float | None = None

    @property
    def has_begun(self) -> bool:
        """Whether the last look was in vain."""
        return self._since is not None

    @property
    def is_too_long(self) -> bool:
        """Whether it has lasted longer than our patience."""
        return self._since is not None and monotonic() - self._since >= self._patience

    def begin(self) -> bool:
        """A look was in vain. Whether the one before was not."""
        if self._since is not None:
            return False
        self._since = monotonic()
        return True

    def end(self) -> bool:
        """The server answered. Whether it had been away."""
        was_away, self._since = self.has_begun, None
        return was_away


def waiting_for_it(error: ServerError) -> str:
    """Said of a running job when the absence begins."""
    return f"{error.title} Waiting for it."


def stayed_away(job_id: JobId, error: ServerError) -> JobOutcomeUnknown:
    """The absence was too long."""
    return JobOutcomeUnknown(job_id, f"{error.title} It had the job, and may have gone on.")


def broke_off(job_id: JobId, label: str) -> JobOutcomeUnknown:
    """The server went away while it was sent the job, and cannot tell whether it has it."""
    return JobOutcomeUnknown(job_id, f"The connection to {label} broke off while the job was handed over.")


def not_known(job_id: JobId, label: str) -> JobOutcomeUnknown:
    """The server answers again, and has no such job, or none any more."""
    return JobOutcomeUnknown(job_id, f"{label} does not know the job, or no longer.")


def closed_here(job_id: JobId) -> JobOutcomeUnknown:
    """It was we who went away."""
    return JobOutcomeUnknown(job_id, "The connection was closed here; the job may go on.")
