"""The studio on fakes, for what real terminals show: with a job that runs, or with pictures that are done.

python -m tests.terminal.studio_app running|done FOLDER
"""

import asyncio
import io
import sys
import time
from pathlib import Path

from PIL import Image, ImageDraw

from tests.support.fake_services import FakeServices, connected, fake_services
from tui.domain.job import Job, JobStatus, SavedOutput, new_job_id
from tui.domain.request import GenerationRequest
from tui.terminal.detect import detect_terminal
from tui.terminal.textual_host import attach
from tui.ui.app import LatentuiApp

RED, BLUE = (255, 0, 0), (0, 0, 255)
PREVIEWS_A_SECOND = 5


def drawn(color: tuple[int, int, int]) -> bytes:
    """A disc before every grey."""
    image = Image.linear_gradient("L").convert("RGB").resize((512, 512))
    ImageDraw.Draw(image).ellipse((156, 156, 356, 356), fill=color)
    target = io.BytesIO()
    image.save(target, "PNG")
    return target.getvalue()


def done(path: Path, color: tuple[int, int, int], at: float) -> Job:
    """A job with a picture."""
    path.write_bytes(drawn(color))
    output = SavedOutput(path=str(path), media_type="image/png", seed=1)
    return Job(
        id=new_job_id(),
        server="gpu-box",
        request=GenerationRequest(prompt=path.stem, seed=1),
        status=JobStatus.COMPLETED,
        created_at=at,
        started_at=at,
        ended_at=at + 4,
        outputs=(output,),
    )


def running() -> Job:
    return Job(
        id=new_job_id(),
        server="gpu-box",
        request=GenerationRequest(prompt="a disc", seed=1),
        status=JobStatus.IN_PROGRESS,
        created_at=time.time(),
        started_at=time.time(),
        step=3,
        total=20,
    )


async def run(mode: str, folder: Path) -> None:
    services = fake_services(folder, connected())
    app = LatentuiApp(services.factory)
    attach(app, detect_terminal())
    previews: asyncio.Task[None] | None = None
    if mode == "running":
        previews = asyncio.create_task(play(services, running()))
    else:
        services.generation.jobs = (
            done(folder / "red.png", RED, time.time()),
            done(folder / "blue.png", BLUE, time.time() - 60),
        )
    await app.run_async()
    if previews is not None:
        previews.cancel()


async def play(services: FakeServices, job: Job) -> None:
    """Glimpses of the job, for ever."""
    services.generation.jobs = (job,)
    frame = drawn(RED)
    while True:
        await asyncio.sleep(1 / PREVIEWS_A_SECOND)
        services.generation.preview(job, frame)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2])))
