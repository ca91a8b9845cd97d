"""A thousand progress messages a second, and keys that do not lag."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

from tests.support.fake_services import FakeGeneration, connected, fake_services
from tests.support.studio import open_studio
from tui.domain.job import Job, JobStatus
from tui.ui.pump import FRAMES_PER_SECOND
from tui.ui.widgets.jobs_pane import JobsPane

SECONDS = 2.0


async def flood(generation: FakeGeneration, job: Job) -> int:
    """About a thousand messages a second."""
    sent, end = 0, time.monotonic() + SECONDS
    while time.monotonic() < end:
        for _ in range(10):
            sent += 1
            generation.put(
                replace(job, status=JobStatus.IN_PROGRESS, step=sent, total=10_000, started_at=1.0)
            )
        await asyncio.sleep(0.01)
    return sent


async def test_a_flood_of_progress_is_shown_at_a_calm_pace_and_keys_come_through(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("x")
        await studio.press("ctrl+g")
        await studio.until(lambda: services.generation.jobs)
        shown = 0

        def count() -> None:
            nonlocal shown
            shown += 1

        pane = studio.app.screen.query_one(JobsPane)
        studio.app.screen.watch(pane, "jobs", count, init=False)
        sending = asyncio.create_task(flood(services.generation, services.generation.jobs[0]))
        slowest = 0.0
        while not sending.done():
            start = time.monotonic()
            await studio.press("a")
            slowest = max(slowest, time.monotonic() - start)
            await asyncio.sleep(0.05)
        sent = await sending
        await studio.until_text(f"{sent}/10000")
        assert shown <= (SECONDS + 1) * FRAMES_PER_SECOND
        assert slowest < 1.0, "a key waited for the flood"
        assert set(studio.prompt.text) == {"x", "a"}
