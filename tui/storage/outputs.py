"""What jobs left: as the server offers it, as it is about to be named, and as it lies on the disk."""

import sqlite3
from dataclasses import dataclass

from tui.domain.job import JobId, OutputImage, SavedOutput
from tui.storage.encoding import offer_from_json, offer_to_json, saved_from_json, saved_to_json
from tui.storage.jobs import tick


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputEntry:
    """One output of a job. `path`, `size` and `digest` are set just before the file takes its name."""

    place: int
    offer: OutputImage
    path: str | None = None
    size: int = 0
    digest: str = ""
    saved: SavedOutput | None = None


def offer(db: sqlite3.Connection, job_id: JobId, place: int, output: OutputImage) -> None:
    """Note that the server has an output ready; one that is noted already stays as it is."""
    db.execute(
        "INSERT INTO outputs (job, place, offer) SELECT number, ?, ? FROM jobs WHERE id = ?"
        " ON CONFLICT (job, place) DO NOTHING",
        (place, offer_to_json(output), job_id),
    )


def announce(db: sqlite3.Connection, job_id: JobId, place: int, path: str, size: int, digest: str) -> None:
    """Note which file is about to appear, so that after a crash it is known for ours."""
    db.execute(
        "UPDATE outputs SET path = ?, size = ?, digest = ?"
        " WHERE job = (SELECT number FROM jobs WHERE id = ?) AND place = ?",
        (path, size, digest, job_id, place),
    )


def save(db: sqlite3.Connection, job_id: JobId, place: int, output: SavedOutput) -> None:
    """Note that the file lies on the disk."""
    db.execute(
        "UPDATE outputs SET saved = ? WHERE job = (SELECT number FROM jobs WHERE id = ?) AND place = ?",
        (saved_to_json(output), job_id, place),
    )
    db.execute("UPDATE jobs SET revision = ? WHERE id = ?", (tick(db), job_id))


def of_job(db: sqlite3.Connection, job_id: JobId) -> tuple[OutputEntry, ...]:
    """Every output of a job, in order."""
    rows = db.execute(
        "SELECT place, offer, path, size, digest, saved FROM outputs"
        " WHERE job = (SELECT number FROM jobs WHERE id = ?) ORDER BY place",
        (job_id,),
    )
    return tuple(
        OutputEntry(
            place=place,
            offer=offer_from_json(offered),
            path=path,
            size=size or 0,
            digest=digest or "",
            saved=saved_from_json(f"[{saved}]")[0] if saved else None,
        )
        for place, offered, path, size, digest, saved in rows
    )
