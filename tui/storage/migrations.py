"""The journal's schema, as the steps that lead to it; each runs once, in a transaction with its record."""

import sqlite3
from collections.abc import Callable

from tui.domain.errors import SaveError

Migration = Callable[[sqlite3.Connection], None]


def m001_initial(db: sqlite3.Connection) -> None:
    """Jobs with their requests, changes and outputs; who runs them; the queues; what was learned."""
    for statement in _INITIAL:
        db.execute(statement)


def m002_clients(db: sqlite3.Connection) -> None:
    """The names by which servers know this profile, so that a restarted program hears of its jobs again."""
    db.execute(
        """
        CREATE TABLE clients (
            id TEXT PRIMARY KEY,
            server TEXT NOT NULL,
            owner TEXT REFERENCES owners (id) ON DELETE SET NULL
        )
        """
    )


def m003_pictures(db: sqlite3.Connection) -> None:
    """Our copies of the pictures that jobs start from."""
    db.execute(
        """
        CREATE TABLE pictures (
            job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
            path TEXT NOT NULL,
            kept TEXT NOT NULL,
            size INTEGER NOT NULL,
            changed INTEGER NOT NULL,
            PRIMARY KEY (job, path)
        )
        """
    )


def m004_client_of_job(db: sqlite3.Connection) -> None:
    """The name under which a job was handed over: only to its holder some servers tell of it."""
    db.execute("ALTER TABLE jobs ADD COLUMN client TEXT")


MIGRATIONS: tuple[Migration, ...] = (m001_initial, m002_clients, m003_pictures, m004_client_of_job)

NEWEST = len(MIGRATIONS)


def migrate(db: sqlite3.Connection) -> None:
    """Bring the schema up to date. Refuses a journal of a newer Latentui."""
    if version(db) == NEWEST:
        return
    db.execute("BEGIN EXCLUSIVE")  # two programs that start at once migrate one after the other
    try:
        reached = version(db)
        if reached > NEWEST:
            raise SaveError(
                f"The journal was written by a newer Latentui (its version is {reached}, ours {NEWEST}).",
                "Update Latentui; until then jobs are kept in memory only.",
            )
        for number, step in enumerate(MIGRATIONS[reached:], reached + 1):
            step(db)
            db.execute(f"PRAGMA user_version = {number}")
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


def version(db: sqlite3.Connection) -> int:
    """The last migration that ran."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


_INITIAL = (
    """
    CREATE TABLE owners (
        id TEXT PRIMARY KEY,
        process INTEGER NOT NULL,
        host TEXT NOT NULL,
        began TEXT NOT NULL,
        heartbeat REAL NOT NULL
    )
    """,
    """
    CREATE TABLE jobs (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        id TEXT NOT NULL UNIQUE,
        server TEXT NOT NULL,
        phase TEXT NOT NULL CHECK (phase IN
            ('waiting', 'sent', 'queued', 'running', 'completed', 'failed', 'cancelled', 'unknown')),
        place INTEGER NOT NULL DEFAULT 0,
        owner TEXT REFERENCES owners (id) ON DELETE SET NULL,
        waits_for_server INTEGER NOT NULL DEFAULT 0,
        wants_cancel INTEGER NOT NULL DEFAULT 0,
        created_at REAL NOT NULL,
        started_at REAL,
        ended_at REAL,
        server_job_id TEXT,
        queue_position INTEGER,
        step INTEGER NOT NULL DEFAULT 0,
        total INTEGER NOT NULL DEFAULT 0,
        activity TEXT NOT NULL DEFAULT '',
        rate REAL,
        seconds_left REAL,
        notes TEXT NOT NULL DEFAULT '[]',
        error_title TEXT NOT NULL DEFAULT '',
        error_advice TEXT NOT NULL DEFAULT '',
        target TEXT,
        revision INTEGER NOT NULL DEFAULT 0,
        workflow TEXT NOT NULL,
        prompt TEXT NOT NULL
    )
    """,
    "CREATE INDEX jobs_waiting ON jobs (server, place) WHERE phase = 'waiting'",
    """
    CREATE INDEX jobs_unfinished ON jobs (server, phase)
        WHERE phase IN ('waiting', 'sent', 'queued', 'running')
    """,
    "CREATE INDEX jobs_by_phase ON jobs (phase, number)",
    "CREATE INDEX jobs_by_revision ON jobs (revision)",
    "CREATE INDEX jobs_by_owner ON jobs (owner) WHERE owner IS NOT NULL",
    """
    CREATE TABLE requests (
        job INTEGER PRIMARY KEY REFERENCES jobs (number) ON DELETE CASCADE,
        body TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE changes (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
        phase TEXT NOT NULL,
        at REAL NOT NULL,
        detail TEXT NOT NULL DEFAULT ''
    )
    """,
    "CREATE INDEX changes_of_job ON changes (job)",
    """
    CREATE TABLE outputs (
        job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
        place INTEGER NOT NULL,
        offer TEXT NOT NULL,
        path TEXT,
        size INTEGER,
        digest TEXT,
        saved TEXT,
        PRIMARY KEY (job, place)
    )
    """,
    """
    CREATE TABLE queues (
        server TEXT PRIMARY KEY,
        is_paused INTEGER NOT NULL
    )
    """,
    "CREATE TABLE clock (revision INTEGER NOT NULL)",
    "INSERT INTO clock (revision) VALUES (0)",
    """
    CREATE TABLE timings (
        key TEXT PRIMARY KEY,
        seconds REAL NOT NULL,
        samples INTEGER NOT NULL
    )
    """,
)
