"""Figures and states as people say them."""

import time
from pathlib import Path

from tui.domain.job import Job, JobStatus
from tui.domain.server import Connection, ConnectionState
from tui.domain.settings import ServerKind
from tui.domain.text import one_line

_ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_GIB = 1024**3
ENGINE = "embedded engine"
"""Our own engine is no model and is never shown as one."""

_KINDS = frozenset(kind.value for kind in ServerKind)


def duration(seconds: float) -> str:
    """4.1 s, 38 s, 2 min 5 s, 1 h 4 min."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def clock(seconds: float) -> str:
    """The time of day, with the date where it was not today."""
    then, now = time.localtime(seconds), time.localtime()
    is_today = then[:3] == now[:3]
    return time.strftime("%H:%M" if is_today else "%d %b %H:%M", then)


def ago(seconds: float) -> str:
    """How long something is past, roughly."""
    if seconds < 60:
        return "just now"
    if seconds < 3600:
        return f"{seconds // 60:.0f} min ago"
    return f"{seconds // 3600:.0f} h ago" if seconds < 172_800 else f"{seconds // 86_400:.0f} days ago"


def size(count: int) -> str:
    """Bytes as KB, MB or GB."""
    if count < 1_000_000:
        return f"{max(count / 1000, 0.1):.0f} KB" if count >= 1000 else f"{count} bytes"
    return f"{count / 1_000_000:.1f} MB" if count < 1_000_000_000 else f"{count / 1_000_000_000:.1f} GB"


def memory(free: int, total: int) -> str:
    """Memory in use of all there is: 5.1/24 GB."""
    return f"{(total - free) / _GIB:.1f}/{total / _GIB:.0f} GB"


def rate(steps_per_second: float) -> str:
    """it/s, or s/it where one step takes longer than a second."""
    if steps_per_second < 1:
        return f"{1 / max(steps_per_second, 1e-6):.1f} s/it"
    return f"{steps_per_second:.1f} it/s"


def server_label(name: str) -> str:
    """A server's name as people write it; those that were never renamed carry their kind's."""
    if name == ENGINE:
        return f"{ENGINE}, procedural pictures"
    return ServerKind(name).label if name in _KINDS else one_line(name, 40)


def place_in_line(job: Job) -> str:
    """Where a waiting job stands."""
    if not job.is_with_server:
        return f"waits here for {server_label(job.server)}"
    if job.queue_position is None:
        return f"waiting for {server_label(job.server)}"
    if job.queue_position == 0:
        return f"next on {server_label(job.server)}"
    if job.queue_position < len(_ORDINALS):
        return f"{_ORDINALS[job.queue_position]} in line on {server_label(job.server)}"
    return f"{job.queue_position} before it on {server_label(job.server)}"


def job_title(job: Job) -> str:
    """What a job is called in a list: its prompt, or its workflow where it has none."""
    return one_line(job.request.prompt) or workflow_title(job.request.workflow)


def workflow_title(name: str) -> str:
    """A workflow by its name; one that was opened from a file, by the file's."""
    return one_line(Path(name).stem if Path(name).is_absolute() else name)


def job_state(job: Job) -> str:
    """What is to be said of a job beside its bar, in one line."""
    match job.status:
        case JobStatus.PENDING:
            return place_in_line(job)
        case JobStatus.IN_PROGRESS:
            return progress(job)
        case JobStatus.COMPLETED:
            return _ended(job)
        case JobStatus.FAILED:
            return one_line(job.error_title) or "failed"
        case JobStatus.CANCELLED:
            return "cancelled"
        case JobStatus.UNKNOWN:
            return one_line(job.error_title) or "nobody can say what became of it"


def jobs(count: int) -> str:
    """1 job, 2 jobs."""
    return "1 job" if count == 1 else f"{count} jobs"


def ended(status: JobStatus) -> str:
    """How jobs that are over are counted."""
    return "done" if status is JobStatus.COMPLETED else status.value


def progress(job: Job, room: int = 1000) -> str:
    """Step, speed and time left of a running job; where there is little room, the last is the most."""
    step = f"{job.step}/{job.total}" if job.total else ""
    speed = rate(job.rate) if job.rate else ""
    left = f"{duration(job.seconds_left)} left" if job.seconds_left is not None else ""
    for parts in ((step, speed, left), (step, left), (left,)):
        if (said := "  ".join(filter(None, parts))) and len(said) <= room:
            return said
    return one_line(job.activity, 60) or step or "at work"


def _ended(job: Job) -> str:
    pictures = job.results
    kind = "picture" if all(one.media_type.startswith("image/") for one in pictures) else "file"
    plural = "" if len(pictures) == 1 else "s"
    count = f"{len(pictures)} {kind}{plural}" if pictures else f"no {kind}"
    if job.started_at and job.ended_at:
        return f"{count} in {duration(job.ended_at - job.started_at)}"
    return count


def connection(state: Connection, detail: int = 2) -> str:
    """What is to be said of a server beside its dot: 2 is everything, 1 the first figure, 0 nothing."""
    match state.state:
        case ConnectionState.CONNECTED:
            return " · ".join(_figures(state)[: (0, 1, None)[detail]])
        case ConnectionState.CONNECTING:
            return (reason(state) if state.error_title else "connecting") if detail else ""
        case ConnectionState.UNREACHABLE:
            return reason(state) if detail else ""
        case ConnectionState.OFF:
            return "off" if detail else ""


def reason(state: Connection) -> str:
    """Why a server does not answer, in two or three words where its error allows."""
    title = state.error_title.casefold()
    for sign, words in _REASONS:
        if sign in title:
            return words
    return one_line(state.error_title, 28) or "unreachable"


_REASONS = (
    ("refused the connection", "refused"),
    ("password", "wants a password"),
    ("did not answer", "no answer"),
    ("timed out", "no answer"),
    ("not found", "unknown host"),
    ("is starting", "starting"),
)


def _figures(state: Connection) -> list[str]:
    """What matters most comes first."""
    parts: list[str] = []
    status = state.status
    if status and state.kind == "lmstudio" and status.model:
        parts.append(one_line(status.model, 24))
    if state.latency is not None:
        parts.append(f"{state.latency * 1000:.0f} ms")
    if status and status.memory_total and status.memory_free is not None:
        parts.append(memory(status.memory_free, status.memory_total))
    if status and status.note:
        parts.append(one_line(status.note.rstrip("."), 28))
    return parts
