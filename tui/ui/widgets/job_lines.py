"""How a job reads in a list, in one line or two."""

from collections.abc import Sequence

from tui.domain.job import Job, JobStatus
from tui.domain.text import one_line
from tui.ui import words
from tui.ui.glyphs import Glyphs
from tui.ui.widgets.listing import Line

_TONES = {
    JobStatus.PENDING: "dim",
    JobStatus.IN_PROGRESS: "accent",
    JobStatus.COMPLETED: "good",
    JobStatus.FAILED: "bad",
    JobStatus.CANCELLED: "dim",
    JobStatus.UNKNOWN: "warn",
}


def one(job: Job, width: int, glyphs: Glyphs, share: float = 0.3) -> Sequence[Line]:
    """Mark, title, bar and figures in one line; the columns keep their place from job to job.

    `share`: of the width, what the title gets.
    """
    mark = _mark(job, glyphs)
    title_width = max(int(width * share), 14)
    title = one_line(words.job_title(job), title_width).ljust(title_width)
    state = words.job_state(job)
    if job.status is not JobStatus.IN_PROGRESS:
        room = max(width - title_width - 5, 4)
        return ([mark, (title, _title_tone(job)), ("  ", ""), (one_line(state, room), _state_tone(job))],)
    room = width - title_width - 5
    bar_width = min(max(room - 30, 6), 40)
    rest = max(room - bar_width - 2, 4)
    pieces = [mark, (title, _title_tone(job)), ("  ", ""), *bar(job, bar_width, glyphs), ("  ", "")]
    return ([*pieces, (one_line(words.progress(job, rest), rest), "dim")],)


def two(job: Job, width: int, glyphs: Glyphs) -> Sequence[Line]:
    """Mark and title, and below them bar and figures, and an empty line."""
    mark = _mark(job, glyphs)
    title = one_line(words.job_title(job), max(width - 4, 4))
    state = words.job_state(job)
    below: Line = [("   ", ""), (one_line(state, max(width - 4, 4)), _state_tone(job))]
    if job.status is JobStatus.IN_PROGRESS:
        bar_width = max(width - 5 - len(state), 6)
        below = [("   ", ""), *bar(job, bar_width, glyphs), ("  ", ""), (one_line(state, width), "dim")]
    return ([mark, (title, _title_tone(job))], below, [])


def bar(job: Job, width: int, glyphs: Glyphs) -> Line:
    """How far it is; where the server tells no steps the bar stays empty rather than lie."""
    full = round(width * min(job.step / job.total, 1)) if job.total else 0
    return [(glyphs.full * full, "accent"), (glyphs.empty * (width - full), "track")]


def _mark(job: Job, glyphs: Glyphs) -> tuple[str, str]:
    return (f"{glyphs.job(job.status)}  ", _TONES[job.status])


def _title_tone(job: Job) -> str:
    return "dim" if job.status in {JobStatus.PENDING, JobStatus.CANCELLED} else ""


def _state_tone(job: Job) -> str:
    return {JobStatus.FAILED: "bad", JobStatus.UNKNOWN: "warn"}.get(job.status, "dim")
