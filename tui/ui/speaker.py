"""What a person is told outside the screen: title and progress while jobs run, a word when they end."""

from collections import Counter
from collections.abc import Callable, Sequence

from tui.domain.job import Job, JobStatus
from tui.domain.settings import NoticeSettings
from tui.domain.text import one_line
from tui.terminal import notices
from tui.terminal.notices import ProgressState
from tui.terminal.profile import TerminalProfile
from tui.ui import words

PAUSE = 0.25
"""Seconds between two looks at the jobs: nobody reads a title faster."""

LONG = 10.0
"""Seconds of work after which a person may look elsewhere."""

_NAME = "Latentui"
_TOLD = frozenset({JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.UNKNOWN})
"""Who cancels a job knows that it ended."""


class Speaker:
    """Writes only what changed since it was last written."""

    def __init__(self, profile: TerminalProfile, write: Callable[[bytes], None]) -> None:
        self._profile = profile
        self._write = write
        self._title = b""
        self._progress = b""

    def show(self, jobs: Sequence[Job], wishes: NoticeSettings) -> None:
        """Say how the jobs are."""
        if wishes.title:
            self._show_title(notices.title(title_words(jobs), self._profile))
        else:
            self._clear_title()
        if wishes.progress:
            self._show_progress(notices.progress(*progress_of(jobs), self._profile))
        else:
            self._clear_progress()

    def tell(self, ended: Sequence[Job], wishes: NoticeSettings, *, is_away: bool) -> None:
        """Call the person, where these jobs took long or the terminal is not looked at."""
        worth = [job for job in ended if job.status in _TOLD and (is_away or _seconds(job) > LONG)]
        if not worth:
            return
        told = notices.notification(_NAME, ending_words(worth), self._profile) if wishes.notification else b""
        if wishes.bell and told != notices.BELL and self._profile.is_tty:
            told += notices.BELL
        self._write(told)

    def clear(self) -> None:
        """Leave title and bar as they were found."""
        self._clear_title()
        self._clear_progress()

    def _show_title(self, title: bytes) -> None:
        if title != self._title:
            self._write(title if self._title else notices.push_title(self._profile) + title)
            self._title = title

    def _clear_title(self) -> None:
        if self._title:
            self._title = b""
            # the empty one is for terminals that cannot remember theirs
            self._write(notices.title("", self._profile) + notices.pop_title(self._profile))

    def _show_progress(self, progress: bytes) -> None:
        if progress != (self._progress or self._no_progress):
            self._write(progress)
            self._progress = progress

    def _clear_progress(self) -> None:
        if self._progress:
            self._progress = b""
            self._write(self._no_progress)

    @property
    def _no_progress(self) -> bytes:
        return notices.progress(ProgressState.NONE, 0, self._profile)


def title_words(jobs: Sequence[Job]) -> str:
    """42 % · 1 running · 2 waiting · Latentui"""
    counts = Counter(job.status for job in jobs)
    state, percent = progress_of(jobs)
    parts = [
        f"{percent} %" if state is ProgressState.RUNNING else "",
        f"{running} running" if (running := counts[JobStatus.IN_PROGRESS]) else "",
        f"{waiting} waiting" if (waiting := counts[JobStatus.PENDING]) else "",
        _NAME,
    ]
    return " · ".join(part for part in parts if part)


def progress_of(jobs: Sequence[Job]) -> tuple[ProgressState, int]:
    """How far the running jobs are, taken together."""
    running = [job for job in jobs if job.status is JobStatus.IN_PROGRESS]
    shares = [min(job.step / job.total, 1.0) for job in running if job.total]
    if shares:
        return ProgressState.RUNNING, int(100 * sum(shares) / len(shares))
    return (ProgressState.UNKNOWN if running else ProgressState.NONE), 0


def ending_words(ended: Sequence[Job]) -> str:
    """What became of them."""
    if len(ended) == 1:
        return _ending_of(ended[0])
    counts = Counter(job.status for job in ended)
    parts = [
        f"{done} jobs are done" if (done := counts[JobStatus.COMPLETED]) else "",
        f"{failed} failed" if (failed := counts[JobStatus.FAILED]) else "",
        f"of {unknown} the outcome is unknown" if (unknown := counts[JobStatus.UNKNOWN]) else "",
    ]
    return ", ".join(part for part in parts if part)


def _ending_of(job: Job) -> str:
    name = one_line(words.job_title(job), 60)
    match job.status:
        case JobStatus.COMPLETED:
            return f"{name} is done after {words.duration(_seconds(job))}"
        case JobStatus.FAILED:
            return f"{name} failed. {one_line(job.error_title, 120)}"
        case _:
            return f"What became of {name} is unknown"


def _seconds(job: Job) -> float:
    return max(job.ended_at - job.started_at, 0.0) if job.started_at and job.ended_at else 0.0
