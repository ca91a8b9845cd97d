"""Our own queue in front of each server: paused, put in another order, moved elsewhere."""

import sqlite3

from tui.domain.job import JobId
from tui.domain.request import GenerationRequest
from tui.storage.encoding import request_to_json
from tui.storage.entries import Phase
from tui.storage.jobs import set_phase, tick


def set_paused(db: sqlite3.Connection, server: str, is_paused: bool) -> None:
    """Hold back, or let go, what waits for `server`."""
    db.execute(
        "INSERT INTO queues (server, is_paused) VALUES (?, ?)"
        " ON CONFLICT (server) DO UPDATE SET is_paused = excluded.is_paused",
        (server, is_paused),
    )
    tick(db)


def paused(db: sqlite3.Connection) -> frozenset[str]:
    """The servers whose queue is held back."""
    return frozenset(row[0] for row in db.execute("SELECT server FROM queues WHERE is_paused"))


def waiting(db: sqlite3.Connection, server: str | None = None) -> tuple[JobId, ...]:
    """The jobs that wait with us, in their order."""
    rows = db.execute(
        "SELECT id FROM jobs WHERE phase = 'waiting' AND (? IS NULL OR server = ?)"
        " ORDER BY server, place, number",
        (server, server),
    )
    return tuple(JobId(row[0]) for row in rows)


def move(db: sqlite3.Connection, job_id: JobId, place: int) -> bool:
    """Put a waiting job at `place` (0 is the next) of its queue; False when it waits no longer."""
    server = _server_of_waiting(db, job_id)
    if server is None:
        return False
    order = [other for other in waiting(db, server) if other != job_id]
    order.insert(max(place, 0), job_id)
    for number, other in enumerate(order, 1):
        db.execute("UPDATE jobs SET place = ?, revision = ? WHERE id = ?", (number, tick(db), other))
    return True


def move_to_server(
    db: sqlite3.Connection, job_id: JobId, server: str, request: GenerationRequest | None = None
) -> bool:
    """Put a waiting job at the end of another server's queue; False when it waits no longer.

    With `request`, it asks for that from here on.
    """
    if request is not None:
        edit(db, job_id, request)
    moved = db.execute(
        "UPDATE jobs SET server = ?, place = (SELECT coalesce(max(place), 0) + 1 FROM jobs"
        " WHERE server = ? AND phase = 'waiting'), revision = ? WHERE id = ? AND phase = 'waiting'",
        (server, server, tick(db), job_id),
    )
    return moved.rowcount > 0


def edit(db: sqlite3.Connection, job_id: JobId, request: GenerationRequest) -> bool:
    """Replace the request of a waiting job; False when it waits no longer."""
    if _server_of_waiting(db, job_id) is None:
        return False
    db.execute(
        "UPDATE requests SET body = ? WHERE job = (SELECT number FROM jobs WHERE id = ?)",
        (request_to_json(request), job_id),
    )
    db.execute(
        "UPDATE jobs SET workflow = ?, prompt = ?, revision = ? WHERE id = ?",
        (request.workflow, request.prompt, tick(db), job_id),
    )
    return True


def cancel_waiting(db: sqlite3.Connection, job_id: JobId) -> bool:
    """Take a job out of the queue for good; False when it waits no longer."""
    if _server_of_waiting(db, job_id) is None:
        return False
    set_phase(db, job_id, Phase.CANCELLED, None)
    return True


def wish_cancel(db: sqlite3.Connection, job_id: JobId) -> None:
    """Note that the person wants the job stopped, for whichever program watches it."""
    db.execute("UPDATE jobs SET wants_cancel = 1, revision = ? WHERE id = ?", (tick(db), job_id))


def put_back(db: sqlite3.Connection, job_id: JobId, owner: str) -> bool:
    """Return a job that could not be handed over to the head of its queue."""
    server = db.execute(
        "SELECT server FROM jobs WHERE id = ? AND phase = 'sent' AND owner = ?", (job_id, owner)
    ).fetchone()
    if server is None:
        return False
    set_phase(db, job_id, Phase.WAITING, owner)
    return move(db, job_id, 0)


def _server_of_waiting(db: sqlite3.Connection, job_id: JobId) -> str | None:
    row = db.execute("SELECT server FROM jobs WHERE id = ? AND phase = 'waiting'", (job_id,)).fetchone()
    return row[0] if row else None
