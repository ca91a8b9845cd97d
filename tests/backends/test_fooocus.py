"""What the Fooocus backend sends and shows beside the contract: keys, pictures, tasks, other servers."""

from base64 import b64decode
from collections.abc import AsyncIterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.fooocus_peer import QUICK, at, small
from tests.support.fooocus_server import FooocusServer
from tests.support.job_events import Followed, fetched, follow
from tests.support.serving import serving
from tests.support.waiting import until
from tui.backends.fooocus import FooocusBackend
from tui.domain.errors import (
    InputError,
    NotFoundError,
    PictureError,
    RequestRejectedError,
    ServerError,
    ServerRefusedError,
)
from tui.domain.events import JobCompleted, JobNoted, JobProgressed
from tui.domain.job import OutputImage
from tui.domain.request import ControlUnit, PictureInput, Task
from tui.domain.settings import Secret

SIZE = (40, 24)


@pytest.fixture
async def server() -> AsyncIterator[FooocusServer]:
    running = FooocusServer(step_seconds=0.01)
    async with serving(running.app()) as url:
        running.url = url
        yield running


@pytest.fixture
async def backend(server: FooocusServer) -> AsyncIterator[FooocusBackend]:
    async with FooocusBackend(at(server.url), pace=QUICK) as opened:
        yield opened


@pytest.fixture
def picture(tmp_path: Path) -> PictureInput:
    path = tmp_path / "picture.jpg"
    Image.new("RGB", SIZE, "red").save(path)
    return PictureInput(str(path))


def mask_file(folder: Path, colour: int, size: tuple[int, int] = SIZE) -> PictureInput:
    path = folder / "mask.png"
    Image.new("L", size, colour).save(path)
    return PictureInput(str(path))


async def done(backend: FooocusBackend, **fields: Any) -> Followed:
    job = follow(backend, small(**fields))
    await job.over()
    assert isinstance(job.last, JobCompleted), job.events
    return job


def sent_picture(text: str) -> Image.Image:
    return Image.open(BytesIO(b64decode(text)))


async def test_the_key_goes_where_the_server_looks_for_it(server: FooocusServer) -> None:
    server.key = "sesame"
    async with FooocusBackend(at(server.url, api_key=Secret("sesame")), pace=QUICK) as backend:
        assert (await backend.connect()).product == "Fooocus-API"
        job = await done(backend)
        assert await fetched(backend, job.outputs[0])


@pytest.mark.parametrize("key", [None, Secret("wrong")])
async def test_without_the_key_it_is_said_which_setting_helps(
    server: FooocusServer, key: Secret | None
) -> None:
    server.key = "sesame"
    async with FooocusBackend(at(server.url, api_key=key), pace=QUICK) as backend:
        with pytest.raises(ServerRefusedError) as caught:
            await backend.connect()
    assert caught.value.title == "Fooocus on 127.0.0.1 wants an API key, or another one."


async def test_a_key_among_the_headers_comes_first(server: FooocusServer) -> None:
    server.key = "sesame"
    headers = {"x-api-key": Secret("sesame")}
    async with FooocusBackend(
        at(server.url, api_key=Secret("other"), headers=headers), pace=QUICK
    ) as backend:
        await backend.connect()
        assert backend.is_connected


async def test_the_status_tells_release_and_queue(server: FooocusServer, backend: FooocusBackend) -> None:
    server.gate.clear()
    idle = await backend.status()
    assert (idle.product, idle.version, idle.note) == ("Fooocus-API", "0.5", "")
    job = follow(backend, small())
    await until(lambda: server.queue)
    assert (await backend.status()).note == "one job in its queue"
    server.gate.set()
    await job.over()


async def test_an_old_release_is_told(server: FooocusServer, backend: FooocusBackend) -> None:
    server.dialect = "0.4"
    assert (await backend.status()).version == "0.4"


async def test_the_catalog_brings_lists_choices_and_defaults(backend: FooocusBackend) -> None:
    catalog = await backend.catalog()
    assert catalog.checkpoints[0] == "juggernautXL_v8Rundiffusion.safetensors"
    assert catalog.samplers[0] == "dpmpp_2m_sde_gpu"
    assert len(set(catalog.samplers)) == len(catalog.samplers) == 24
    assert catalog.controlnets[0] == "PyraCanny"
    assert catalog.upscalers[0] == "Upscale (2x)"
    assert "Fooocus V2" in catalog.styles
    assert catalog.choices["performance"][0] == "Speed"
    assert (catalog.defaults["width"], catalog.defaults["height"]) == (1152, 896)


async def test_several_pictures_have_seeds_in_a_row(backend: FooocusBackend) -> None:
    job = await done(backend, seed=2**63 - 2, batch_size=3)
    assert [output.seed for output in job.outputs] == [2**63 - 2, 2**63 - 1, 0]
    steps = [(event.step, event.total) for event in job.of(JobProgressed) if event.total]
    assert steps[-1][1] == 12
    pictures = [await fetched(backend, output) for output in job.outputs]
    assert len(set(pictures)) == 3


async def test_a_picture_is_varied(
    server: FooocusServer, backend: FooocusBackend, picture: PictureInput
) -> None:
    job = await done(
        backend, task=Task.IMAGE_TO_IMAGE, init_image=picture, denoise=0.6, width=None, height=None
    )
    path, body = server.bodies[0]
    assert path == "/v2/generation/image-upscale-vary"
    assert sent_picture(body["input_image"]).size == SIZE
    assert sent_picture(body["input_image"]).format == "PNG"
    assert body["advanced_params"]["overwrite_vary_strength"] == 0.6
    assert "enlarges small pictures" in job.of(JobNoted)[0].message


async def test_a_picture_is_sent_at_the_size_that_is_asked_for(
    server: FooocusServer, backend: FooocusBackend, picture: PictureInput
) -> None:
    await done(backend, task=Task.IMAGE_TO_IMAGE, init_image=picture, width=80, height=48)
    assert sent_picture(server.bodies[0][1]["input_image"]).size == (80, 48)


async def test_a_mask_is_sent_white_for_what_is_repainted_and_fits(
    server: FooocusServer, backend: FooocusBackend, picture: PictureInput, tmp_path: Path
) -> None:
    mask = mask_file(tmp_path, 255, (20, 12))
    await done(backend, task=Task.INPAINT, init_image=picture, mask=mask, width=None, height=None)
    path, body = server.bodies[0]
    assert path == "/v2/generation/image-inpaint-outpaint"
    sent = sent_picture(body["input_mask"])
    assert (sent.size, sent.getextrema()) == (SIZE, (255, 255))


@pytest.mark.parametrize("colour", [0, 127])
async def test_a_mask_that_repaints_nothing_is_refused(
    server: FooocusServer, backend: FooocusBackend, picture: PictureInput, tmp_path: Path, colour: int
) -> None:
    job = follow(backend, small(task=Task.INPAINT, init_image=picture, mask=mask_file(tmp_path, colour)))
    with pytest.raises(PictureError, match="black everywhere"):
        await job.over()
    assert server.bodies == []


async def test_a_picture_is_widened_without_a_mask(
    server: FooocusServer, backend: FooocusBackend, picture: PictureInput
) -> None:
    await done(backend, task=Task.INPAINT, init_image=picture, extras={"outpaint": "right, top"})
    body = server.bodies[0][1]
    assert body["input_mask"] is None
    assert body["outpaint_selections"] == ["Right", "Top"]


async def test_a_picture_is_enlarged_and_counts_percent(
    server: FooocusServer, backend: FooocusBackend, picture: PictureInput
) -> None:
    server.step_seconds = 0.05
    job = await done(backend, task=Task.UPSCALE, init_image=picture, extras={"upscaler": "Upscale (Fast 2x)"})
    assert server.bodies[0][1]["uov_method"] == "Upscale (Fast 2x)"
    assert [(event.step, event.total) for event in job.of(JobProgressed) if event.total] == [(100, 100)]
    assert len(job.outputs) == 1


async def test_a_control_picture_guides(
    server: FooocusServer, backend: FooocusBackend, picture: PictureInput
) -> None:
    await done(backend, task=Task.CONTROL, control=(ControlUnit(image=picture, model="CPDS", strength=0.7),))
    path, body = server.bodies[0]
    assert path == "/v2/generation/image-prompt"
    (prompt,) = body["image_prompts"]
    assert (prompt["cn_type"], prompt["cn_weight"]) == ("CPDS", 0.7)
    assert sent_picture(prompt["cn_img"]).size == SIZE


@pytest.mark.parametrize("task", [Task.IMAGE_TO_IMAGE, Task.INPAINT, Task.UPSCALE, Task.CONTROL])
async def test_a_task_without_its_picture_is_refused(
    server: FooocusServer, backend: FooocusBackend, task: Task
) -> None:
    job = follow(backend, small(task=task))
    with pytest.raises(PictureError, match="picture is chosen"):
        await job.over()
    assert server.bodies == []


async def test_a_model_that_would_be_replaced_is_refused(
    server: FooocusServer, backend: FooocusBackend
) -> None:
    job = follow(backend, small(checkpoint="juggernaut.safetensors"))
    with pytest.raises(InputError, match="Did you mean"):
        await job.over()
    assert server.bodies == []


async def test_what_the_server_refuses_is_said_in_our_words(backend: FooocusBackend) -> None:
    job = follow(backend, small(extras={"performance": "Nope"}))
    with pytest.raises(RequestRejectedError, match="does not take the performance"):
        await job.over()


async def test_notes_come_with_the_job(backend: FooocusBackend) -> None:
    job = await done(backend, sampler="nope")
    assert "may not know the sampler nope" in job.of(JobNoted)[0].message


@pytest.mark.parametrize("filename", ["gone.png", "../../etc/passwd", "a?b#c.png", ""])
async def test_a_picture_that_is_not_there_is_said(backend: FooocusBackend, filename: str) -> None:
    with pytest.raises(ServerError) as caught:
        await fetched(backend, OutputImage(filename=filename, subfolder="2026-11-21"))
    assert isinstance(caught.value, NotFoundError)


async def test_new_settings_reach_another_server(server: FooocusServer, backend: FooocusBackend) -> None:
    other = FooocusServer("0.4")
    async with serving(other.app()) as url:
        await backend.configure(replace(backend.settings, url=url))
        assert (await backend.connect()).version == "0.4"
