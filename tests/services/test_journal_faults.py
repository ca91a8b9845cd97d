"""The journal in trouble while jobs run: said in words, and no job is harmed."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.scripted import FixedSettings, ScriptedFleet, server_settings
from tests.support.waiting import until
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.services import lookout
from tui.services.connections import ConnectionsService
from tui.services.generation import GenerationService
from tui.services.results import ResultsService
from tui.storage import database

FOX = GenerationRequest(prompt="a red fox", seed=7)


@pytest.fixture(autouse=True)
def impatience(monkeypatch):
    monkeypatch.setattr(database, "BUSY_MILLISECONDS", 50)
    monkeypatch.setattr(lookout, "_POLL_SECONDS", 0.02)


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite3"


@asynccontextmanager
async def program(fleet: ScriptedFleet, journal: Path) -> AsyncGenerator[GenerationService]:
    settings = FixedSettings(str(journal.parent / "pictures"), server_settings())
    async with (
        ConnectionsService(settings, opener=fleet.open) as connections,
        GenerationService(settings, connections, ResultsService(settings), journal) as generation,
    ):
        yield generation


@asynccontextmanager
async def locked(journal: Path) -> AsyncGenerator[None]:
    holder = sqlite3.connect(journal, isolation_level=None)
    holder.execute("BEGIN EXCLUSIVE")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


async def over(generation: GenerationService, job_id: JobId) -> Job:
    async with asyncio.timeout(10):
        return await generation.wait(job_id)


def rows(journal: Path) -> list[tuple[str, str]]:
    db = sqlite3.connect(journal)
    found = db.execute("SELECT id, phase FROM jobs ORDER BY number").fetchall()
    db.close()
    return found


async def test_a_job_runs_though_the_journal_is_held_and_is_written_afterwards(fleet, journal):
    async with program(fleet, journal) as generation:
        async with locked(journal):
            job = await generation.submit("paint", FOX)
            done = await over(generation, job.id)
            assert done.status is JobStatus.COMPLETED
            assert Path(done.outputs[0].path).is_file()
            assert generation.problem is not None
            assert "Another program holds" in generation.problem.title
            assert rows(journal) == []
        await until(lambda: rows(journal) == [(job.id, "completed")])
        await until(lambda: generation.problem is None)
    assert fleet["paint"].runs == [job.id]


async def test_a_job_that_could_not_be_written_can_be_cancelled_while_it_waits(fleet, journal):
    fleet["paint"].is_gated = True
    async with program(fleet, journal) as generation, locked(journal):
        submitted = [await generation.submit("paint", FOX) for _ in range(3)]
        await until(lambda: len(fleet["paint"].runs) == 2)
        await generation.cancel(submitted[2].id)
        assert generation.job(submitted[2].id).status is JobStatus.CANCELLED
        for job in submitted[:2]:
            fleet["paint"].gate(job.id).set()
            await over(generation, job.id)
    assert submitted[2].id not in fleet["paint"].runs


async def test_a_job_whose_end_could_not_be_written_is_written_later(fleet, journal):
    fleet["paint"].is_gated = True
    async with program(fleet, journal) as generation:
        job = await generation.submit("paint", FOX)
        await until(lambda: rows(journal) == [(job.id, "running")])
        async with locked(journal):
            fleet["paint"].gate(job.id).set()
            await over(generation, job.id)
            assert rows(journal) == [(job.id, "running")]
        await until(lambda: rows(journal) == [(job.id, "completed")])
    assert fleet["paint"].runs == [job.id]


def damage(journal: Path) -> None:
    """Ruin the file beneath a program that has it open, and make it look at the file again."""
    other = sqlite3.connect(journal, isolation_level=None)
    other.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    other.execute("UPDATE queues SET is_paused = 0").fetchall()
    other.execute("SELECT * FROM clock").fetchall()
    with journal.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    other.execute("UPDATE clock SET revision = revision + 1")
    other.close()


async def test_a_journal_damaged_while_jobs_run_is_set_aside_and_the_jobs_go_on(fleet, journal):
    fleet["paint"].is_gated = True
    async with program(fleet, journal) as generation:
        job = await generation.submit("paint", FOX)
        await until(lambda: generation.job(job.id).status is JobStatus.IN_PROGRESS)
        damage(journal)
        await until(lambda: list(journal.parent.glob("*.damaged-*")))
        fleet["paint"].gate(job.id).set()
        assert (await over(generation, job.id)).status is JobStatus.COMPLETED
        later = await generation.submit("paint", FOX)
        fleet["paint"].gate(later.id).set()
        assert (await over(generation, later.id)).status is JobStatus.COMPLETED
        assert generation.problem is not None
        assert "damaged" in generation.problem.title
        await until(lambda: rows(journal) == [(job.id, "completed"), (later.id, "completed")])
    assert fleet["paint"].runs == [job.id, later.id]


async def test_what_waits_goes_on_in_the_journal_that_another_program_began(fleet, journal, monkeypatch):
    monkeypatch.setattr("tui.services.lookout._POLLS_A_BEAT", 1)
    async with program(fleet, journal) as generation:
        await generation.pause("paint")
        job = await generation.submit("paint", FOX)
        for part in journal.parent.glob(f"{journal.name}*"):
            part.rename(part.with_name(f"{part.name}.damaged-by-another"))
        async with program(fleet, journal) as other:
            await until(lambda: rows(journal) == [(job.id, "waiting")])
            await until(lambda: other.is_paused("paint"))
            assert fleet["paint"].runs == []
            assert generation.problem is not None
            assert "set aside or removed by another program" in generation.problem.title
            await generation.resume("paint")
            assert (await over(generation, job.id)).status is JobStatus.COMPLETED
            later = await generation.submit("paint", FOX)
            assert (await over(other, later.id)).status is JobStatus.COMPLETED
    assert fleet["paint"].runs == [job.id, later.id]


async def test_what_nobody_holds_follows_into_the_new_journal_later(fleet, journal, monkeypatch):
    monkeypatch.setattr("tui.services.lookout._POLLS_A_BEAT", 1)
    monkeypatch.setattr("tui.services.lookout._FREE_ONES_SECONDS", 0.0)
    async with program(fleet, journal) as generation:
        await generation.pause("paint")
        job = await generation.submit("paint", FOX, detach=True)
        for part in journal.parent.glob(f"{journal.name}*"):
            part.rename(part.with_name(f"{part.name}.damaged-by-another"))
        async with program(fleet, journal):
            await until(lambda: rows(journal) == [(job.id, "waiting")])
            await generation.resume("paint")
            assert (await over(generation, job.id)).status is JobStatus.COMPLETED
    assert fleet["paint"].runs == [job.id]


async def test_a_journal_found_damaged_at_the_start_is_set_aside(fleet, journal):
    async with program(fleet, journal) as generation:
        for _ in range(20):
            await generation.submit("paint", FOX)
        async with asyncio.timeout(10):
            await generation.until_empty()
    with journal.open("r+b") as file:
        size = file.seek(0, 2)
        file.seek(4096)
        file.write(b"\xff" * (size - 4096))
    async with program(fleet, journal) as generation:
        assert generation.problem is not None
        assert "set aside" in generation.problem.advice
        job = await generation.submit("paint", FOX)
        assert (await over(generation, job.id)).status is JobStatus.COMPLETED


async def test_a_program_starts_though_the_journal_is_held(fleet, journal):
    async with program(fleet, journal) as generation:
        before = await generation.submit("paint", FOX)
        await over(generation, before.id)
    holder = locked(journal)
    await holder.__aenter__()
    async with program(fleet, journal) as generation:
        assert generation.job(before.id).status is JobStatus.COMPLETED
        assert generation.problem is not None
        await holder.__aexit__(None, None, None)
        job = await generation.submit("paint", FOX)
        assert (await over(generation, job.id)).status is JobStatus.COMPLETED
        await until(lambda: rows(journal)[-1] == (job.id, "completed"))
