"""Copies of the pictures that jobs start from: what was meant when a job was submitted is what it gets."""

import sqlite3
import stat
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tui.domain.errors import SaveError
from tui.domain.job import JobId
from tui.storage.new_file import NewFile

_PIECE = 1024 * 1024
_LARGEST = 256 * 1024 * 1024
_KEPT_SECONDS = 30 * 24 * 3600.0
_FRESH_SECONDS = 24 * 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPicture:
    """A picture of the person's, our copy of it, and how to see whether the original is still the same."""

    path: str
    kept: str
    size: int
    changed: int
    """When the original was last changed, in nanoseconds."""

    @property
    def is_unchanged(self) -> bool:
        """Whether the original is what it was."""
        try:
            now = Path(self.path).stat()
        except OSError:
            return False
        return (now.st_size, now.st_mtime_ns) == (self.size, self.changed)


def keep(folder: Path, path: str) -> KeptPicture | None:
    """Copy a picture under a name made from its content; None when it cannot be read or copied."""
    try:
        before = Path(path).stat()
        if not stat.S_ISREG(before.st_mode) or before.st_size > _LARGEST:
            return None
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with Path(path).open("rb") as original:
            file = NewFile(folder)
            try:
                while piece := original.read(_PIECE):
                    file.write(piece)
                file.seal()
                kept = folder / f"{file.digest}{Path(path).suffix.lower()}"
                file.name(kept)  # taken: the same picture is here already
            finally:
                file.discard()
    except (OSError, SaveError):
        return None  # the job starts from the original then, and says it if that cannot be read
    return KeptPicture(path=path, kept=str(kept), size=before.st_size, changed=before.st_mtime_ns)


def note(db: sqlite3.Connection, job_id: JobId, pictures: Iterable[KeptPicture]) -> None:
    """Remember which copies belong to a job."""
    db.executemany(
        "INSERT OR REPLACE INTO pictures (job, path, kept, size, changed)"
        " SELECT number, ?, ?, ?, ? FROM jobs WHERE id = ?",
        [(picture.path, picture.kept, picture.size, picture.changed, job_id) for picture in pictures],
    )


def of_job(db: sqlite3.Connection, job_id: JobId) -> tuple[KeptPicture, ...]:
    """The copies that belong to a job."""
    rows = db.execute(
        "SELECT path, kept, size, changed FROM pictures WHERE job = (SELECT number FROM jobs WHERE id = ?)",
        (job_id,),
    )
    return tuple(
        KeptPicture(path=path, kept=kept, size=size, changed=changed) for path, kept, size, changed in rows
    )


def needed(db: sqlite3.Connection) -> frozenset[str]:
    """The copies of jobs that are not over, or have not been for long."""
    rows = db.execute(
        "SELECT DISTINCT kept FROM pictures JOIN jobs ON jobs.number = pictures.job"
        " WHERE jobs.ended_at IS NULL OR jobs.ended_at > ?",
        (time.time() - _KEPT_SECONDS,),
    )
    return frozenset(row[0] for row in rows)


def sweep(folder: Path, in_use: frozenset[str]) -> None:
    """Remove the copies that no job needs any more."""
    oldest = time.time() - _FRESH_SECONDS
    for path in folder.glob("*"):
        with suppress(OSError):  # another program sweeps too
            if str(path) not in in_use and path.stat().st_mtime < oldest:
                path.unlink()
