"""Who runs which job: leases, so that two programs never run the same one."""

import os
import secrets
import socket
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from tui.domain.job import JobId
from tui.storage.entries import Entry, Phase, entries
from tui.storage.jobs import find, set_phase

_STALE_SECONDS = 60.0
"""How long a program on another machine may be silent before its jobs are free."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """A running program as the holder of leases."""

    id: str
    process: int
    host: str
    began: str
    """When the process began, in the system's own terms; empty where it does not tell."""


def this_program() -> Owner:
    """A fresh holder in this process."""
    process = os.getpid()
    return Owner(
        id=f"{process}-{secrets.token_hex(6)}", process=process, host=_host(), began=_beginning_of(process)
    )


def beat(db: sqlite3.Connection, owner: Owner) -> None:
    """Say that `owner` lives."""
    db.execute(
        "INSERT INTO owners (id, process, host, began, heartbeat) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET heartbeat = excluded.heartbeat",
        (owner.id, owner.process, owner.host, owner.began, time.time()),
    )


def leave(db: sqlite3.Connection, owner: Owner) -> None:
    """Give up every lease of `owner`."""
    _free(db, owner.id)


def bury_dead(db: sqlite3.Connection) -> int:
    """Free the jobs of programs that are gone; returns how many programs that were."""
    gone = [
        row[0]
        for row in db.execute("SELECT id, process, host, began, heartbeat FROM owners")
        if not _lives(*row[1:])
    ]
    for owner in gone:
        _free(db, owner)
    return len(gone)


def take_client_id(db: sqlite3.Connection, server: str, owner: Owner) -> str:
    """The name by which `owner` is known to `server`: one that this profile used before, if it is free.

    Some servers tell a job's progress only to the name that submitted it, and only to its newest holder.
    """
    row = db.execute(
        "SELECT id FROM clients WHERE server = ? AND (owner IS NULL OR owner = ?)"
        " ORDER BY rowid DESC LIMIT 1",
        (server, owner.id),
    ).fetchone()
    client_id = row[0] if row else str(uuid4())
    db.execute(
        "INSERT INTO clients (id, server, owner) VALUES (?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET owner = excluded.owner",
        (client_id, server, owner.id),
    )
    return client_id


def inherit_client_id(db: sqlite3.Connection, server: str, client_id: str, owner: Owner) -> bool:
    """Be known to `server` by this name from here on, and by no other; False when somebody else bears it."""
    held = db.execute("SELECT owner FROM clients WHERE id = ? AND server = ?", (client_id, server)).fetchone()
    if held is None or held[0] not in (None, owner.id):
        return False
    db.execute("UPDATE clients SET owner = NULL WHERE server = ? AND owner = ?", (server, owner.id))
    db.execute("UPDATE clients SET owner = ? WHERE id = ?", (owner.id, client_id))
    return True


def claim_next(
    db: sqlite3.Connection, server: str, owner: Owner, *, depth: int, takes_free: bool, is_reachable: bool
) -> Entry | None:
    """Take the first job that waits for `server`, if it has room for one more of ours.

    The job is `sent` from here on. `takes_free`: also jobs that no program keeps for itself. Jobs that wait
    for their server are passed over while it is not reachable.
    """
    if _is_paused(db, server) or _held(db, server) >= depth:
        return None
    row = db.execute(
        "SELECT id FROM jobs WHERE server = ? AND phase = 'waiting' AND NOT wants_cancel"
        " AND (owner = ? OR (owner IS NULL AND ?)) AND (? OR NOT waits_for_server)"
        " ORDER BY place, number LIMIT 1",
        (server, owner.id, takes_free, is_reachable),
    ).fetchone()
    if row is None:
        return None
    beat(db, owner)
    set_phase(db, row[0], Phase.SENT, owner.id)
    db.execute(
        "UPDATE jobs SET client = (SELECT clients.id FROM clients WHERE clients.server = jobs.server"
        " AND clients.owner = ? ORDER BY clients.rowid DESC LIMIT 1) WHERE id = ?",
        (owner.id, row[0]),
    )
    return find(db, row[0])


def claim_orphans(db: sqlite3.Connection, server: str, owner: Owner) -> tuple[Entry, ...]:
    """Take every job that is with `server` and that no living program watches."""
    orphaned = entries(
        db,
        "WHERE jobs.server = ? AND jobs.phase IN ('sent', 'queued', 'running') AND jobs.owner IS NULL"
        " ORDER BY jobs.phase = 'running' DESC, jobs.number",
        (server,),
    )
    if orphaned:
        beat(db, owner)
    for entry in orphaned:
        db.execute("UPDATE jobs SET owner = ? WHERE id = ?", (owner.id, entry.job.id))
    return orphaned


def claim(db: sqlite3.Connection, job_id: JobId, owner: Owner) -> bool:
    """Take one unfinished job that no program holds; True also when it is ours already."""
    taken = db.execute(
        "UPDATE jobs SET owner = ? WHERE id = ? AND (owner IS NULL OR owner = ?)"
        " AND phase IN ('waiting', 'sent', 'queued', 'running')",
        (owner.id, job_id, owner.id),
    )
    return taken.rowcount > 0


def release(db: sqlite3.Connection, job_id: JobId, owner: Owner) -> None:
    """Let another program have the job."""
    db.execute("UPDATE jobs SET owner = NULL WHERE id = ? AND owner = ?", (job_id, owner.id))


def _free(db: sqlite3.Connection, owner: str) -> None:
    # nobody is there to read an error, so what waited goes on waiting while its server is away
    db.execute("UPDATE jobs SET waits_for_server = 1 WHERE owner = ? AND phase = 'waiting'", (owner,))
    db.execute("DELETE FROM owners WHERE id = ?", (owner,))


def _is_paused(db: sqlite3.Connection, server: str) -> bool:
    row = db.execute("SELECT is_paused FROM queues WHERE server = ?", (server,)).fetchone()
    return bool(row and row[0])


def _held(db: sqlite3.Connection, server: str) -> int:
    # a job that nobody watches holds no room: nobody would ever say that it is over
    query = (
        "SELECT count(*) FROM jobs WHERE server = ? AND phase IN ('sent', 'queued', 'running')"
        " AND owner IS NOT NULL"
    )
    return int(db.execute(query, (server,)).fetchone()[0])


def _lives(process: int, host: str, began: str, heartbeat: float) -> bool:
    if host != _host() or os.name != "posix":
        return time.time() - heartbeat < _STALE_SECONDS
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # it lives, and belongs to somebody else
    return began == _beginning_of(process)


def _host() -> str:
    try:
        space = str(Path("/proc/self/ns/pid").readlink())  # containers share names, not process numbers
    except OSError:
        space = ""
    return f"{socket.gethostname()}{space}"


def _beginning_of(process: int) -> str:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return ""
    fields = stat.rpartition(")")[2].split()  # the state and what follows it (proc(5))
    return "ended" if fields[0] in "ZX" else fields[19]
