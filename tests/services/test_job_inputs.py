"""The pictures that jobs start from: what was meant at submission is what is sent."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.support.programs import FOX, over, studio
from tests.support.scripted import ScriptedFleet, png
from tui.domain.job import Job
from tui.domain.request import PictureInput


@pytest.fixture
def fox_picture(tmp_path: Path) -> Path:
    picture = tmp_path / "fox.png"
    picture.write_bytes(png(1))
    return picture


def sent_picture(fleet: ScriptedFleet, job: Job) -> Path:
    sent = fleet["paint"].requests[job.id].init_image
    assert sent is not None
    return Path(sent.path)


async def test_a_waiting_job_starts_from_the_picture_that_was_meant(fleet, settings, tmp_path, fox_picture):
    request = replace(FOX, init_image=PictureInput(str(fox_picture)))
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        await it.generation.pause()
        painted_over = await it.generation.submit("paint", request)
        fox_picture.write_bytes(png(2) + b"painted over")
        gone = await it.generation.submit("paint", request)
        fox_picture.unlink()
        assert it.generation.job(gone.id).request == request  # people see the name they gave
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        await it.generation.resume()
        for job, content in ((painted_over, png(1)), (gone, png(2) + b"painted over")):
            await over(it.generation, job.id)
            assert sent_picture(fleet, job).read_bytes() == content
        again = await it.generation.retry(painted_over.id)
        await over(it.generation, again.id)
        assert sent_picture(fleet, again).read_bytes() == png(1)


async def test_an_unchanged_picture_is_sent_from_where_it_lies(fleet, settings, tmp_path, fox_picture):
    request = replace(FOX, init_image=PictureInput(str(fox_picture)))
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        jobs = [await it.generation.submit("paint", request) for _ in range(2)]
        for job in jobs:
            await over(it.generation, job.id)
            assert sent_picture(fleet, job) == fox_picture
    assert len(list((tmp_path / "inputs").iterdir())) == 1


async def test_a_picture_that_is_not_there_is_the_backend_s_to_tell(fleet, settings, tmp_path):
    request = replace(FOX, init_image=PictureInput(str(tmp_path / "nowhere.png")))
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        job = await it.generation.submit("paint", request)
        await over(it.generation, job.id)
        assert fleet["paint"].requests[job.id] == request
