"""A job as the journal has it: the snapshot, and how far its hand-over is."""

import sqlite3
from dataclasses import dataclass
from enum import StrEnum

from tui.domain.job import Job, JobId, JobStatus
from tui.storage.encoding import notes_from_json, request_from_json, saved_from_json


class Phase(StrEnum):
    """A job's state, finer than people need it: what must be known to go on after a crash."""

    WAITING = "waiting"
    """In our queue; nothing was sent."""

    SENT = "sent"
    """About to be handed over, or handed over without an answer yet."""

    QUEUED = "queued"
    RUNNING = "running"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"

    @property
    def status(self) -> JobStatus:
        """The state as people know it."""
        return _STATUSES[self]

    @property
    def is_with_server(self) -> bool:
        """Whether the server may be at it."""
        return self in {Phase.SENT, Phase.QUEUED, Phase.RUNNING}


_STATUSES = {
    Phase.WAITING: JobStatus.PENDING,
    Phase.SENT: JobStatus.PENDING,
    Phase.QUEUED: JobStatus.PENDING,
    Phase.RUNNING: JobStatus.IN_PROGRESS,
    Phase.COMPLETED: JobStatus.COMPLETED,
    Phase.FAILED: JobStatus.FAILED,
    Phase.CANCELLED: JobStatus.CANCELLED,
    Phase.UNKNOWN: JobStatus.UNKNOWN,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of the journal with what belongs to it."""

    job: Job
    phase: Phase = Phase.WAITING
    number: int = 0
    """The order of submission; given by the journal."""

    revision: int = 0
    """Grows with every change of any job."""

    owner: str | None = None
    """The running program that answers for it."""

    waits_for_server: bool = False
    """Whether it stays in our queue while its server is away, rather than fail."""

    wants_cancel: bool = False
    """Whether the person wants it stopped, by any program of ours."""

    client: str | None = None
    """The name under which its server knows who handed it over."""

    target: str | None = None
    """The file or folder the results go to, where it is not the pictures folder."""


SELECT = """
    SELECT jobs.*, requests.body AS request, (
        SELECT '[' || group_concat(saved) || ']' FROM (
            SELECT saved FROM outputs WHERE job = jobs.number AND saved IS NOT NULL ORDER BY place
        )
    ) AS saved
    FROM jobs JOIN requests ON requests.job = jobs.number
"""
"""Begins every query for entries; `entries` reads its rows."""


def entries(db: sqlite3.Connection, query: str, parameters: tuple[object, ...] = ()) -> tuple[Entry, ...]:
    """The entries that `query`, which continues `SELECT`, finds."""
    cursor = db.execute(SELECT + query, parameters)
    cursor.row_factory = sqlite3.Row
    return tuple(_entry(row) for row in cursor)


def _entry(row: sqlite3.Row) -> Entry:
    phase = Phase(row["phase"])
    return Entry(
        job=_job(row, phase),
        phase=phase,
        number=row["number"],
        revision=row["revision"],
        owner=row["owner"],
        waits_for_server=bool(row["waits_for_server"]),
        wants_cancel=bool(row["wants_cancel"]),
        client=row["client"],
        target=row["target"],
    )


def _job(row: sqlite3.Row, phase: Phase) -> Job:
    return Job(
        id=JobId(row["id"]),
        server=row["server"],
        request=request_from_json(row["request"]),
        status=phase.status,
        is_with_server=phase.is_with_server,
        created_at=row["created_at"],
        started_at=row["started_at"],
        ended_at=row["ended_at"],
        queue_position=row["queue_position"],
        step=row["step"],
        total=row["total"],
        activity=row["activity"],
        rate=row["rate"],
        seconds_left=row["seconds_left"],
        outputs=saved_from_json(row["saved"] or "[]"),
        notes=notes_from_json(row["notes"]),
        error_title=row["error_title"],
        error_advice=row["error_advice"],
        server_job_id=row["server_job_id"],
    )
