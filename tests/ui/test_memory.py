"""Events do not pile up: a short run for the tests; an hour's worth is in benchmarks."""

import gc
import io
import tracemalloc
from dataclasses import replace
from pathlib import Path

from PIL import Image

from tests.support.fake_services import FakeServices, connected, fake_services
from tests.support.running_job import running_job
from tests.support.studio import Studio, open_studio
from tui.domain.job import Job

ROUNDS = 60
MESSAGES = 100
MOST_GROWTH = 400_000
"""Bytes; half of that was seen. 6000 messages kept would be some hundred bytes each."""


def frame(shade: int) -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (64, 64), (shade % 256, 80, 90)).save(target, "JPEG")
    return target.getvalue()


async def pour(studio: Studio, services: FakeServices, job: Job, rounds: int) -> None:
    """Progress messages and a preview, again and again."""
    for number in range(rounds):
        for step in range(MESSAGES):
            services.generation.put(replace(job, step=step))
        services.generation.preview(job, frame(number))
        await studio.pilot.pause(0.02)


async def test_memory_is_flat_over_progress_and_previews(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    job = running_job(total=MESSAGES)
    async with open_studio(services) as studio:
        await pour(studio, services, job, ROUNDS)
        tracemalloc.start()
        try:
            gc.collect()
            before = tracemalloc.get_traced_memory()[0]
            await pour(studio, services, job, ROUNDS)
            gc.collect()
            growth = tracemalloc.get_traced_memory()[0] - before
        finally:
            tracemalloc.stop()
    assert growth < MOST_GROWTH
