"""Opening the journal: older and newer versions, damage, other programs at it, and no place for it."""

import asyncio
import sqlite3
import time
from pathlib import Path

import pytest

from tui.domain.errors import SaveError
from tui.domain.job import Job, JobId, JobStatus, new_job_id
from tui.domain.request import GenerationRequest
from tui.storage import database, jobs
from tui.storage.entries import Entry, Phase
from tui.storage.journal import Journal
from tui.storage.migrations import MIGRATIONS, NEWEST, migrate, version


def entry(server: str = "paint", prompt: str = "a red fox", **values) -> Entry:
    request = GenerationRequest(prompt=prompt, seed=7)
    job = Job(id=new_job_id(), server=server, request=request, created_at=time.time())
    return Entry(job=job, **values)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "journal.sqlite3"


async def test_a_journal_of_any_older_version_opens(tmp_path):
    for older in range(NEWEST):
        path = tmp_path / f"{older}.sqlite3"
        db = sqlite3.connect(path)
        for number, step in enumerate(MIGRATIONS[:older], 1):
            step(db)
            db.execute(f"PRAGMA user_version = {number}")
        db.commit()
        db.close()
        async with Journal(path) as journal:
            assert journal.problem is None
            assert await journal.read(version) == NEWEST
            await journal.do(jobs.insert, entry())


async def test_a_job_of_an_older_journal_is_read_as_it_was(tmp_path):
    path = tmp_path / "j.sqlite3"
    db = sqlite3.connect(path)
    for step in MIGRATIONS[:3]:
        step(db)
    db.execute("PRAGMA user_version = 3")
    body = '{"prompt": "a fox", "seed": 7}'
    db.execute(
        "INSERT INTO jobs (id, server, phase, created_at, workflow, prompt)"
        " VALUES ('an-id', 'paint', 'running', 1.0, 'txt2img_default', 'a fox')"
    )
    db.execute("INSERT INTO requests (job, body) VALUES (1, ?)", (body,))
    db.commit()
    db.close()
    async with Journal(path) as journal:
        found = await journal.read(jobs.find, JobId("an-id"))
    assert found is not None
    assert (found.job.request.prompt, found.phase, found.client) == ("a fox", Phase.RUNNING, None)


async def test_a_journal_of_a_newer_version_is_refused_and_left_alone(path):
    async with Journal(path) as journal:
        await journal.do(jobs.insert, entry())
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {NEWEST + 1}")
    db.close()
    async with Journal(path) as journal:
        assert journal.problem is not None
        assert "newer Latentui" in journal.problem.title
        await journal.do(jobs.insert, entry())  # in memory
    db = sqlite3.connect(path)
    assert version(db) == NEWEST + 1
    assert db.execute("SELECT count(*) FROM jobs").fetchone() == (1,)
    db.close()


def test_a_migration_that_fails_leaves_nothing_behind(tmp_path, monkeypatch):
    def half(db: sqlite3.Connection) -> None:
        db.execute("CREATE TABLE half (x)")
        raise sqlite3.OperationalError("no more")

    monkeypatch.setattr("tui.storage.migrations.MIGRATIONS", (*MIGRATIONS, half))
    monkeypatch.setattr("tui.storage.migrations.NEWEST", NEWEST + 1)
    db = sqlite3.connect(tmp_path / "x.sqlite3", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrate(db)
    assert db.execute("SELECT count(*) FROM sqlite_schema").fetchone() == (0,)
    db.close()


async def test_two_programs_that_start_at_once_migrate_once(path):
    async with Journal(path) as one, Journal(path) as two:
        await asyncio.gather(*(journal.do(jobs.insert, entry()) for journal in (one, two)))
        assert (await one.read(jobs.counts))[JobStatus.PENDING] == 2


@pytest.mark.parametrize("garbage", [b"this is no database, " * 100, b"SQLite format 3\x00" + bytes(4096)])
async def test_a_damaged_journal_is_set_aside_and_said_so(path, garbage):
    path.parent.mkdir()
    path.write_bytes(garbage)
    async with Journal(path) as journal:
        assert journal.problem is not None
        assert "damaged" in journal.problem.title
        assert "set aside" in journal.problem.advice
        await journal.do(jobs.insert, entry())
    (aside,) = path.parent.glob("*.damaged-*[0-9]")
    assert aside.read_bytes() == garbage
    async with Journal(path) as journal:
        assert journal.problem is None
        assert (await journal.read(jobs.counts))[JobStatus.PENDING] == 1


async def test_damage_that_shows_while_running_is_set_aside_too(path):
    async with Journal(path) as journal:
        for _ in range(50):
            await journal.do(jobs.insert, entry(prompt="x" * 500))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))
    async with Journal(path) as journal:
        with pytest.raises(SaveError, match="damaged"):
            await journal.do(jobs.insert, entry())
        await journal.do(jobs.insert, entry())
        assert journal.problem is not None
        assert "set aside" in journal.problem.advice


async def test_a_journal_held_by_another_program_is_said_and_works_again_afterwards(path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    async with Journal(path) as journal:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        with pytest.raises(SaveError, match="Another program holds"):
            await journal.do(jobs.insert, entry())
        holder.execute("ROLLBACK")
        holder.close()
        await journal.do(jobs.insert, entry())


async def test_a_journal_that_has_no_place_is_kept_in_memory(tmp_path):
    (tmp_path / "file").write_text("no folder")
    async with Journal(tmp_path / "file" / "journal.sqlite3") as journal:
        assert journal.problem is not None
        await journal.do(jobs.insert, entry())
        assert (await journal.read(jobs.counts))[JobStatus.PENDING] == 1


async def test_the_event_loop_runs_on_while_the_journal_waits(path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 30_000)
    async with Journal(path) as journal:
        holder = sqlite3.connect(path, isolation_level=None)
        holder.execute("BEGIN EXCLUSIVE")
        writing = asyncio.create_task(journal.do(jobs.insert, entry()))
        await asyncio.sleep(0.05)  # a loop that waits too comes back when the writing has failed
        assert not writing.done()
        holder.execute("ROLLBACK")
        holder.close()
        await writing


async def test_another_program_s_writes_show(path):
    async with Journal(path) as one, Journal(path) as two:
        before, revision = await two.read(jobs.data_version), await two.read(jobs.revision)
        written = entry()
        await one.do(jobs.insert, written)
        assert await two.read(jobs.data_version) != before
        (seen,) = await two.read(jobs.changed_since, revision)
        assert seen.job == written.job
