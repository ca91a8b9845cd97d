"""The one place that opens SQLite, and that says in words what goes wrong with it."""

import shutil
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from tui.domain.errors import SaveError
from tui.storage.migrations import migrate

BUSY_MILLISECONDS = 2000
"""How long another process may hold the database before a write gives up."""

_LEAST_ROOM = 64 * 1024
"""Bytes that a journal needs beside itself to be opened."""


class CorruptedError(SaveError):
    """The database file is damaged; it has to be set aside."""


def open_database(path: Path) -> sqlite3.Connection:
    """The database at `path`, made or brought up to date. Raises SaveError, CorruptedError when damaged."""
    with words(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        with words(path):
            _prepare(db)
            migrate(db)
    except SaveError:
        db.close()
        raise
    return db


def open_in_memory() -> sqlite3.Connection:
    """A database that ends with the program."""
    db = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    _prepare(db)
    migrate(db)
    return db


def set_aside(path: Path) -> Path:
    """Move a damaged database out of the way, with all that belongs to it; nothing is deleted."""
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%d-%H%M%S')}")
    for suffix in ("", "-wal", "-shm"):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.replace(aside.with_name(aside.name + suffix))
    return aside


@contextmanager
def transaction(db: sqlite3.Connection) -> Generator[None]:
    """All or nothing; takes the write lock at once, so that what is read is still true when it is written."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    finally:
        if db.in_transaction:
            db.execute("ROLLBACK")


@contextmanager
def words(path: Path) -> Generator[None]:
    """Turn SQLite's and the disk's errors into ours."""
    try:
        yield
    except sqlite3.Error as error:
        raise _error_of(error, path) from error
    except OSError as error:
        raise SaveError(
            f"The journal {path} cannot be used: {error.strerror or error}.", "Check the disk and the folder."
        ) from error


def _prepare(db: sqlite3.Connection) -> None:
    db.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = NORMAL")  # the hand-over to a server raises it to FULL for its commit
    db.execute("PRAGMA foreign_keys = ON")


def _error_of(error: sqlite3.Error, path: Path) -> SaveError:
    match getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB:
            return CorruptedError(f"The journal {path} is damaged.", "It is set aside and a new one begun.")
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return SaveError(
                f"Another program holds the journal {path}.", "Jobs run on; they are written once it lets go."
            )
        case sqlite3.SQLITE_FULL:
            return _full(path)
        case sqlite3.SQLITE_IOERR | sqlite3.SQLITE_CANTOPEN if _has_no_room(path):
            return _full(path)  # where not even the lock's file can be made
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_PERM:
            return SaveError(
                f"The journal {path} cannot be written to.", "Check the permissions of its folder."
            )
        case _:
            return SaveError(f"The journal {path} cannot be used: {error}.", "Check the disk.")


def _full(path: Path) -> SaveError:
    return SaveError(f"The disk of the journal {path} is full.", "Free some space; jobs run on meanwhile.")


def _has_no_room(path: Path) -> bool:
    try:
        return shutil.disk_usage(path.parent).free < _LEAST_ROOM
    except OSError:
        return False
