"""The journal's jobs: written, found, listed."""

import sqlite3
import time
from dataclasses import dataclass

from tui.domain.job import Job, JobId, JobStatus
from tui.storage.encoding import names_to_json, notes_to_json, request_to_json
from tui.storage.entries import Entry, Phase, entries


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of a job's state."""

    phase: Phase
    at: float
    detail: str = ""


def insert(db: sqlite3.Connection, entry: Entry) -> None:
    """Write a new job at the end of its server's queue."""
    job = entry.job
    place = db.execute(
        "SELECT coalesce(max(place), 0) + 1 FROM jobs WHERE server = ? AND phase = 'waiting'", (job.server,)
    )
    number = db.execute(
        "INSERT INTO jobs (id, server, phase, place, owner, waits_for_server, created_at, notes, target,"
        " revision, workflow, prompt) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            job.id,
            job.server,
            entry.phase,
            place.fetchone()[0],
            entry.owner,
            entry.waits_for_server,
            job.created_at,
            notes_to_json(job.notes),
            entry.target,
            tick(db),
            job.request.workflow,
            job.request.prompt,
        ),
    ).lastrowid
    db.execute("INSERT INTO requests (job, body) VALUES (?, ?)", (number, request_to_json(job.request)))
    _record(db, job.id, entry.phase, job.created_at, "")


def insert_as_it_stands(db: sqlite3.Connection, entry: Entry) -> None:
    """Write a job that may have come further before it could be written."""
    insert(db, entry)
    if entry.phase is not Phase.WAITING:
        update(db, entry.job, entry.phase, entry.owner)


def insert_missing(db: sqlite3.Connection, entry: Entry) -> bool:
    """Write a job that the journal lost with all it had; False when it has it, and nothing is written."""
    if exists(db, entry.job.id):
        return False
    insert_as_it_stands(db, entry)
    return True


def update(db: sqlite3.Connection, job: Job, phase: Phase, owner: str | None) -> bool:
    """Write where a job stands. False, and nothing written, when it is no longer `owner`'s."""
    before = db.execute("SELECT phase FROM jobs WHERE id = ? AND owner IS ?", (job.id, owner)).fetchone()
    if before is None:
        return False
    db.execute(
        "UPDATE jobs SET phase = ?, started_at = ?, ended_at = ?, server_job_id = ?, queue_position = ?,"
        " step = ?, total = ?, activity = ?, rate = ?, seconds_left = ?, notes = ?, error_title = ?,"
        " error_advice = ?, revision = ?, owner = ? WHERE id = ?",
        (
            phase,
            job.started_at,
            job.ended_at,
            job.server_job_id,
            job.queue_position,
            job.step,
            job.total,
            job.activity,
            job.rate,
            job.seconds_left,
            notes_to_json(job.notes),
            job.error_title,
            job.error_advice,
            tick(db),
            None if phase.status.is_over else owner,
            job.id,
        ),
    )
    if before[0] != phase:
        _record(db, job.id, phase, time.time(), job.error_title)
    return True


def exists(db: sqlite3.Connection, job_id: JobId) -> bool:
    """Whether there is a job of that id."""
    return db.execute("SELECT 1 FROM jobs WHERE id = ?", (job_id,)).fetchone() is not None


def find(db: sqlite3.Connection, job_id: JobId) -> Entry | None:
    """The job of that id."""
    return next(iter(entries(db, "WHERE jobs.id = ?", (job_id,))), None)


def beginning_with(db: sqlite3.Connection, text: str) -> tuple[Entry, ...]:
    """The jobs whose id begins so, two at most: enough to know whether it is unique."""
    return entries(db, "WHERE jobs.id BETWEEN ? AND ? || '~' LIMIT 2", (text.lower(), text.lower()))


def unfinished(db: sqlite3.Connection) -> tuple[Entry, ...]:
    """Every job that is not over, in the order of their queues."""
    return entries(
        db,
        "WHERE jobs.phase IN ('waiting', 'sent', 'queued', 'running')"
        " ORDER BY jobs.server, jobs.place, jobs.number",
    )


def unfinished_and_recent(db: sqlite3.Connection, limit: int) -> tuple[Entry, ...]:
    """Every job that is not over and the last `limit` of all, oldest first."""
    together = {entry.job.id: entry for entry in (*page(db, limit=limit), *unfinished(db))}
    return tuple(sorted(together.values(), key=lambda entry: entry.number))


def is_busy(db: sqlite3.Connection, servers: tuple[str, ...]) -> bool:
    """Whether a job is with one of `servers`, or waits for it in a queue that is not held back."""
    row = db.execute(
        "SELECT 1 FROM jobs WHERE (phase IN ('sent', 'queued', 'running') OR (phase = 'waiting'"
        " AND server NOT IN (SELECT server FROM queues WHERE is_paused)))"
        " AND server IN (SELECT value FROM json_each(?)) LIMIT 1",
        (names_to_json(servers),),
    ).fetchone()
    return row is not None


def page(
    db: sqlite3.Connection,
    *,
    limit: int = 100,
    before: JobId | None = None,
    status: JobStatus | None = None,
    text: str = "",
) -> tuple[Entry, ...]:
    """Jobs, newest first, submitted before `before`; `text` is looked for in prompt, workflow and id."""
    phases = [phase for phase in Phase if status is None or phase.status is status]
    conditions = [f"jobs.phase IN ({', '.join('?' * len(phases))})"] if status is not None else []
    parameters: list[object] = list(phases) if status is not None else []
    if before is not None:
        conditions.append("jobs.number < (SELECT number FROM jobs WHERE id = ?)")
        parameters.append(before)
    if text:
        conditions.append(
            "(instr(lower(jobs.prompt), ?) OR instr(jobs.id, ?) OR instr(lower(jobs.workflow), ?))"
        )
        parameters += [text.lower()] * 3
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    return entries(db, f"{where}ORDER BY jobs.number DESC LIMIT ?", (*parameters, limit))


def counts(db: sqlite3.Connection) -> dict[JobStatus, int]:
    """How many jobs there are of each status."""
    totals = dict.fromkeys(JobStatus, 0)
    for phase, count in db.execute("SELECT phase, count(*) FROM jobs GROUP BY phase"):
        totals[Phase(phase).status] += count
    return totals


def changed_since(db: sqlite3.Connection, revision: int) -> tuple[Entry, ...]:
    """The jobs that were written after `revision`, oldest change first."""
    return entries(db, "WHERE jobs.revision > ? ORDER BY jobs.revision", (revision,))


def changes(db: sqlite3.Connection, job_id: JobId) -> tuple[Change, ...]:
    """The history of one job."""
    rows = db.execute(
        "SELECT phase, at, detail FROM changes"
        " WHERE job = (SELECT number FROM jobs WHERE id = ?) ORDER BY number",
        (job_id,),
    )
    return tuple(Change(phase=Phase(phase), at=at, detail=detail) for phase, at, detail in rows)


def delete(db: sqlite3.Connection, job_id: JobId) -> bool:
    """Forget a job that is over; its files stay."""
    done = db.execute(
        "DELETE FROM jobs WHERE id = ? AND phase IN ('completed', 'failed', 'cancelled', 'unknown')",
        (job_id,),
    )
    return done.rowcount > 0


def delete_some(db: sqlite3.Connection, statuses: frozenset[JobStatus], until: float, most: int) -> int:
    """Forget at most `most` jobs of these statuses that ended until then; returns how many."""
    phases = [phase for phase in Phase if phase.status in statuses and phase.status.is_over]
    done = db.execute(
        "DELETE FROM jobs WHERE number IN (SELECT number FROM jobs"
        " WHERE phase IN (SELECT value FROM json_each(?)) AND coalesce(ended_at, 0) <= ? LIMIT ?)",
        (names_to_json(tuple(phases)), until, most),
    )
    return done.rowcount


def missing(db: sqlite3.Connection, job_ids: tuple[JobId, ...]) -> tuple[JobId, ...]:
    """Those of `job_ids` that the journal does not have."""
    rows = db.execute(
        "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM jobs)", (names_to_json(job_ids),)
    )
    return tuple(JobId(row[0]) for row in rows)


def revision(db: sqlite3.Connection) -> int:
    """The latest change's number."""
    return int(db.execute("SELECT revision FROM clock").fetchone()[0])


def data_version(db: sqlite3.Connection) -> int:
    """A number that changes when another program wrote to the journal."""
    return int(db.execute("PRAGMA data_version").fetchone()[0])


def tick(db: sqlite3.Connection) -> int:
    """The number of a new change."""
    return int(db.execute("UPDATE clock SET revision = revision + 1 RETURNING revision").fetchall()[0][0])


def set_completed(db: sqlite3.Connection, job_id: JobId) -> None:
    """Note that a job which had failed to be saved is done after all."""
    ended = db.execute("SELECT ended_at FROM jobs WHERE id = ?", (job_id,)).fetchone()
    set_phase(db, job_id, Phase.COMPLETED, None, "saved again")
    db.execute(
        "UPDATE jobs SET error_title = '', error_advice = '', ended_at = ? WHERE id = ?", (*ended, job_id)
    )


def set_phase(
    db: sqlite3.Connection, job_id: JobId, phase: Phase, owner: str | None, detail: str = ""
) -> None:
    """Move a job from one state to another, with the record of it."""
    now = time.time()
    ended = now if phase.status.is_over else None
    db.execute(
        "UPDATE jobs SET phase = ?, owner = ?, ended_at = ?, revision = ? WHERE id = ?",
        (phase, owner, ended, tick(db), job_id),
    )
    _record(db, job_id, phase, now, detail)


def _record(db: sqlite3.Connection, job_id: JobId, phase: Phase, at: float, detail: str) -> None:
    db.execute(
        "INSERT INTO changes (job, phase, at, detail) SELECT number, ?, ?, ? FROM jobs WHERE id = ?",
        (phase, at, detail, job_id),
    )
