"""How a running job is told: JSON lines, a bar on a terminal, or quiet lines."""

import json
import os
import sys
from abc import ABC, abstractmethod
from typing import Any, TextIO

from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputSaved,
    PreviewReceived,
)
from tui.domain.job import Job, JobId
from tui.domain.text import one_line


def choose_reporter(*, as_json: bool) -> "Reporter":
    """JSON lines on stdout when asked for, else people's words on stderr and paths on stdout."""
    if as_json:
        return JsonReporter(sys.stdout)
    return BarReporter() if _moves_cursor() else LineReporter()


def _moves_cursor() -> bool:
    return sys.stderr.isatty() and os.environ.get("TERM") != "dumb"


class Reporter(ABC):
    """Tells what happens to one job."""

    @abstractmethod
    def queued(self, event: JobQueued) -> None: ...
    @abstractmethod
    def started(self, event: JobStarted) -> None: ...
    @abstractmethod
    def progressed(self, event: JobProgressed, job: Job) -> None: ...
    @abstractmethod
    def preview(self, event: PreviewReceived) -> None: ...
    @abstractmethod
    def saved(self, event: OutputSaved) -> None: ...
    @abstractmethod
    def note(self, message: str, job_id: JobId | None = None) -> None: ...
    @abstractmethod
    def completed(self, event: JobCompleted) -> None: ...
    @abstractmethod
    def failed(self, job_id: JobId, title: str, advice: str) -> None: ...
    @abstractmethod
    def cancelled(self, event: JobCancelled) -> None: ...


class JsonReporter(Reporter):
    """One ASCII JSON object a line per event."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def queued(self, event: JobQueued) -> None:
        self._write("queued", event.job_id, position=event.position)

    def started(self, event: JobStarted) -> None:
        self._write("started", event.job_id)

    def progressed(self, event: JobProgressed, job: Job) -> None:
        self._write(
            "progress", event.job_id, step=event.step, total=event.total, activity=event.activity or None,
            rate=job.rate and round(job.rate, 2),
            seconds_left=job.seconds_left and round(job.seconds_left, 1),
        )  # fmt: skip

    def preview(self, event: PreviewReceived) -> None:
        self._write("preview", event.job_id, media_type=event.media_type, bytes=len(event.data))

    def saved(self, event: OutputSaved) -> None:
        output = event.output
        kind = "output" if output.is_kept else "shown"
        self._write(kind, event.job_id, path=output.path, seed=output.seed, media_type=output.media_type)

    def note(self, message: str, job_id: JobId | None = None) -> None:
        self._write("note", job_id, message=message)

    def completed(self, event: JobCompleted) -> None:
        self._write("completed", event.job_id)

    def failed(self, job_id: JobId, title: str, advice: str) -> None:
        self._write("failed", job_id, title=title, message=advice or None)

    def cancelled(self, event: JobCancelled) -> None:
        self._write("cancelled", event.job_id)

    def _write(self, event: str, job_id: JobId | None, **values: Any) -> None:
        line: dict[str, Any] = {"event": event, "job": job_id}
        line |= {key: value for key, value in values.items() if value is not None}
        print(json.dumps(line), file=self._stream, flush=True)


class LineReporter(Reporter):
    """A line for what matters, on stderr; paths on stdout."""

    def queued(self, event: JobQueued) -> None:
        if event.position:
            self._say(f"waiting, {event.position} before it")

    def started(self, event: JobStarted) -> None:
        del event
        self._say("started")

    def __init__(self) -> None:
        self._last = ""

    def progressed(self, event: JobProgressed, job: Job) -> None:
        del job
        line = f"step {event.step}/{event.total}"
        if event.total and event.step == event.total and line != self._last:
            self._say(line)

    def preview(self, event: PreviewReceived) -> None:
        del event

    def saved(self, event: OutputSaved) -> None:
        if event.output.is_kept:
            print(event.output.path, flush=True)
        else:
            self._say(f"shown by a preview node, not kept: {event.output.path}")

    def note(self, message: str, job_id: JobId | None = None) -> None:
        del job_id
        self._say(f"note: {message}")

    def completed(self, event: JobCompleted) -> None:
        del event
        self._say("done")

    def failed(self, job_id: JobId, title: str, advice: str) -> None:
        del job_id
        self._say(f"failed: {title}")
        if advice:
            self._say(f"  {advice}")

    def cancelled(self, event: JobCancelled) -> None:
        del event
        self._say("cancelled")

    def _say(self, text: str) -> None:
        self._last = text
        print(text, file=sys.stderr, flush=True)


class BarReporter(LineReporter):
    """The same with a bar that stays on its line, for a terminal."""

    _WIDTH = 24

    def started(self, event: JobStarted) -> None:
        del event

    def progressed(self, event: JobProgressed, job: Job) -> None:
        filled = self._WIDTH * event.step // event.total if event.total else 0
        bar = "█" * filled + "░" * (self._WIDTH - filled)
        rate = f"  {job.rate:.1f} it/s" if job.rate else ""
        left = f"  {job.seconds_left:.0f} s left" if job.seconds_left is not None else ""
        activity = f"  {one_line(event.activity, 30)}" if event.activity else ""
        line = f"{bar}  {event.step}/{event.total}{rate}{left}{activity}"
        print(f"\r{line}\x1b[K", end="", file=sys.stderr, flush=True)

    def _say(self, text: str) -> None:
        print(f"\r{text}\x1b[K", file=sys.stderr, flush=True)

    def saved(self, event: OutputSaved) -> None:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
        super().saved(event)
