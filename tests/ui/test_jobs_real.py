"""The jobs screen on the real services: a queue at the embedded engine, and a long journal."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.studio import Studio
from tui.demo.server import EmbeddedEngine
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.services.generation import GenerationService
from tui.storage import jobs
from tui.storage.database import open_database, transaction
from tui.storage.entries import Entry, Phase
from tui.storage.paths import default_paths
from tui.ui.app import LatentuiApp
from tui.ui.widgets.job_archive import JobArchive

MANY = 100_000


@asynccontextmanager
async def jobs_screen(engine: EmbeddedEngine | None) -> AsyncGenerator[tuple[Studio, list[Services]]]:
    """The studio at its jobs, on services whose only server is the engine, if any."""
    held: list[Services] = []

    @asynccontextmanager
    async def opened() -> AsyncGenerator[Services]:
        async with open_services() as services:
            if engine is not None:
                services.connections.add(
                    ServerSettings(name="engine", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
                )
            held.append(services)
            yield services

    app = LatentuiApp(opened)
    async with app.run_test(size=(120, 40), notifications=True) as pilot:
        studio = Studio(app, pilot)
        await studio.until(lambda: studio.is_ready if engine is not None else app.services, 30)
        await studio.press("f3")
        await studio.until(lambda: list(app.screen.query(JobArchive)))
        yield studio, held


async def test_a_real_queue_is_held_back_put_in_another_order_and_let_go() -> None:
    async with EmbeddedEngine(step_delay=0.0) as engine, jobs_screen(engine) as (studio, held):
        services = held[0]
        listing = studio.app.screen.query_one(JobArchive)
        await services.generation.pause("engine")
        asked: list[JobId] = []
        for number, prompt in enumerate(("a fox", "an owl")):
            values = {"prompt": prompt, "seed": number + 1, "steps": 2}
            request = await services.workflows.request("engine", "txt2img_default", values)
            asked.append((await services.generation.submit("engine", request, wait_for_server=True)).id)
        await studio.until(lambda: [job.id for job in listing.items] == asked)
        await studio.until_text("‖ paused")
        await studio.press("g", "J")
        await studio.until(lambda: [job.id for job in listing.items] == asked[::-1])
        assert await services.generation.waiting("engine") == tuple(asked[::-1])
        await studio.press("p")
        await studio.press("4")
        await studio.until(lambda: len(listing.items) == 2, 30)
        assert {job.status for job in listing.items} == {JobStatus.COMPLETED}
        fox, owl = map(services.generation.job, asked)
        assert (owl.started_at or 0) < (fox.started_at or 0)
        await studio.until_text("handed over")
        await studio.press("d")
        await studio.until_text("Its pictures stay")
        await studio.press("y")
        await studio.until(lambda: len(listing.items) == 1)
        await studio.until_text("done 1")


def fill(path: Path) -> None:
    """A journal with `MANY` jobs that are done."""
    db = open_database(path)
    with transaction(db):
        for number in range(10):
            request = GenerationRequest(prompt="a fox", seed=number)
            job = Job(id=JobId(f"f{number}"), server="paint", request=request, created_at=0.0)
            jobs.insert(db, Entry(job=job))
            jobs.set_phase(db, job.id, Phase.COMPLETED, None)
        columns = [row[1] for row in db.execute("PRAGMA table_info(jobs)") if row[1] not in {"number", "id"}]
        named = ", ".join(columns)
        db.execute(
            f"WITH RECURSIVE n(i) AS (SELECT 11 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY})"
            f" INSERT INTO jobs (number, id, {named})"
            f" SELECT i, 'j' || i, {named} FROM n, jobs WHERE number = 1"
        )
        db.execute(
            "INSERT INTO requests (job, body) SELECT number, (SELECT body FROM requests WHERE job = 1)"
            " FROM jobs WHERE number > 10"
        )
    db.close()


async def test_a_hundred_thousand_rows_of_the_journal_are_counted_but_not_read(
    own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = default_paths().journal
    assert own_home in path.parents
    path.parent.mkdir(parents=True, exist_ok=True)
    fill(path)
    read: list[int] = []
    history = GenerationService.history

    async def counted(self: GenerationService, **words: Any) -> tuple[Job, ...]:
        page = await history(self, **words)
        read.append(len(page))
        return page

    monkeypatch.setattr(GenerationService, "history", counted)
    async with jobs_screen(None) as (studio, _):
        listing = studio.app.screen.query_one(JobArchive)
        await studio.until_text(f"all {MANY}")
        await studio.press("4")
        await studio.until(lambda: listing.items and read)
        assert sum(read) <= 200
        before = sum(read)
        await studio.press("G", "G")
        await studio.until(lambda: sum(read) > before)
        assert all(count == 100 for count in read)
        assert len(listing.items) < 600
