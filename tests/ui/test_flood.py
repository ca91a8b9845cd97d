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

KEYS = 20


async def flood(generation: FakeGeneration, job: Job, is_enough: asyncio.Event) -> int:
    """About a thousand messages a second."""
    sent = 0
    while not is_enough.is_set():
        for _ in range(10):
            sent += 1
            generation.put(
                replace(job, status=JobStatus.IN_PROGRESS, step=sent, total=1_000_000, started_at=1.0)
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
        is_enough, begun = asyncio.Event(), time.monotonic()
        sending = asyncio.create_task(flood(services.generation, services.generation.jobs[0], is_enough))
        for _ in range(KEYS):
            await studio.press("a")
            await asyncio.sleep(0.05)
        await studio.until(lambda: studio.prompt.text == "x" + KEYS * "a")
        is_enough.set()  # the flood went on until the keys were seen
        sent = await sending
        await studio.until_text(f"{sent}/1000000")
        assert shown <= (time.monotonic() - begun + 1) * FRAMES_PER_SECOND
