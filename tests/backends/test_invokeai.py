"""InvokeAI jobs end to end: pictures, masks, seeds, the queue, and cancelling nobody else's."""

import asyncio
import os
import random
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from tests.support.invokeai_peer import QUICK, settings_of, small, stranger_graph
from tests.support.invokeai_server import InvokeAIServer, invokeai_server
from tests.support.job_events import Followed, fetched, follow
from tui.backends.invokeai import InvokeAIBackend
from tui.domain.errors import InputError, NotFoundError, RequestRejectedError, ServerReplyError
from tui.domain.events import (
    JobCompleted,
    JobNoted,
    JobOutcomeUnknown,
    JobQueued,
    JobStarted,
)
from tui.domain.job import OutputImage, new_job_id
from tui.domain.request import ControlUnit, GenerationRequest, Lora, PictureInput, Task

LIVE = os.environ.get("LATENTUI_LIVE_INVOKEAI")
SIZE = (128, 96)
REPAINTED = (40, 24, 88, 64)


@pytest.fixture
async def server() -> AsyncIterator[InvokeAIServer]:
    async with invokeai_server() as running:
        yield running


@pytest.fixture
async def backend(server: InvokeAIServer) -> AsyncIterator[InvokeAIBackend]:
    async with InvokeAIBackend(settings_of(server.url), pace=QUICK) as opened:
        yield opened


@pytest.fixture
def picture(tmp_path: Path) -> PictureInput:
    """Blocks of colours, which a VAE of 8×8 blocks gives back as they are."""
    image = Image.new("RGB", SIZE)
    for x in range(0, SIZE[0], 8):
        for y in range(0, SIZE[1], 8):
            image.paste((x * 2 % 256, y * 2 % 256, 128), (x, y, x + 8, y + 8))
    image.save(tmp_path / "picture.png")
    return PictureInput(str(tmp_path / "picture.png"))


@pytest.fixture
def mask(tmp_path: Path) -> PictureInput:
    """White where it is to be repainted, as everywhere in this program."""
    image = Image.new("L", SIZE, 0)
    image.paste(255, REPAINTED)
    image.save(tmp_path / "mask.png")
    return PictureInput(str(tmp_path / "mask.png"))


def inpainting(picture: PictureInput, mask: PictureInput, **fields: object) -> GenerationRequest:
    return GenerationRequest(
        task=Task.INPAINT,
        prompt="a red cat",
        seed=random.randrange(2**31),
        steps=3,
        denoise=0.9,
        init_image=picture,
        mask=mask,
        **fields,  # pyright: ignore[reportArgumentType]  # the callers' fields are checked there
    )


async def test_a_job_is_marked_as_ours_and_carries_its_values_in_the_graph(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    job = follow(backend, small(seed=77))
    await job.over()
    item = server.item_for(job.id)
    assert item.origin == "latentui"
    assert item.graph["nodes"]["noise_0"]["seed"] == 77
    assert job.of(JobQueued)[0].server_job_id == str(item.item_id)
    assert job.outputs[0].seed == 77


async def test_every_picture_of_a_batch_tells_its_own_seed(backend: InvokeAIBackend) -> None:
    job = follow(backend, small(seed=2**32 - 1, batch_size=2))
    await job.over()
    assert [output.seed for output in job.outputs] == [2**32 - 1, 0]
    first, second = [await fetched(backend, output) for output in job.outputs]
    assert first != second


async def test_a_folded_seed_is_said_and_the_used_one_reported(backend: InvokeAIBackend) -> None:
    job = follow(backend, small(seed=2**32 + 5))
    await job.over()
    assert job.outputs[0].seed == 5
    assert "5 is used for 4294967301" in job.of(JobNoted)[0].message


async def test_the_mask_goes_out_with_black_where_it_repaints(
    server: InvokeAIServer, backend: InvokeAIBackend, picture: PictureInput, mask: PictureInput
) -> None:
    await follow(backend, inpainting(picture, mask)).over()
    sent_picture, sent_mask = [Image.open(BytesIO(server.pictures[name])) for name in server.uploads]
    assert sent_picture.size == sent_mask.size == SIZE
    assert sent_mask.mode == "L"
    assert sent_mask.getpixel((REPAINTED[0] + 4, REPAINTED[1] + 4)) == 0
    assert sent_mask.getpixel((2, 2)) == 255


async def test_picture_and_mask_are_cut_alike_to_whole_blocks(
    server: InvokeAIServer, backend: InvokeAIBackend, tmp_path: Path
) -> None:
    Image.new("RGB", (301, 203), "green").save(tmp_path / "p.png")
    Image.new("L", (301, 203), 255).save(tmp_path / "m.png")
    request = inpainting(PictureInput(str(tmp_path / "p.png")), PictureInput(str(tmp_path / "m.png")))
    job = follow(backend, request)
    await job.over()
    sizes = [Image.open(BytesIO(server.pictures[name])).size for name in server.uploads]
    assert sizes == [(304, 200), (304, 200)]
    assert "304×200" in job.of(JobNoted)[0].message


async def test_denoise_is_how_much_is_made_anew(
    server: InvokeAIServer, backend: InvokeAIBackend, picture: PictureInput
) -> None:
    job = follow(backend, small(task=Task.IMAGE_TO_IMAGE, init_image=picture, denoise=0.25, steps=8))
    await job.over()
    node = server.item_for(job.id).graph["nodes"]["denoise_0"]
    assert node["denoising_start"] == 0.75


async def test_a_guide_and_a_lora_reach_the_graph(
    server: InvokeAIServer, backend: InvokeAIBackend, picture: PictureInput
) -> None:
    unit = ControlUnit(image=picture, strength=0.7)
    job = follow(backend, small(task=Task.CONTROL, control=(unit,), loras=(Lora("tiny-lora", 0.4),)))
    await job.over()
    nodes = server.item_for(job.id).graph["nodes"]
    assert nodes["guide_0"]["image"]["image_name"] in server.pictures
    assert nodes["lora_0"]["weight"] == 0.4
    assert nodes["control_0"]["control_weight"] == 0.7


async def test_a_model_installed_since_is_found(server: InvokeAIServer, backend: InvokeAIBackend) -> None:
    await backend.catalog()
    newcomer = {**server.models[2], "key": "new", "name": "newcomer"}
    server.models.append(newcomer)
    job = follow(backend, small(checkpoint="newcomer"))
    await job.over()
    assert server.item_for(job.id).graph["nodes"]["checkpoint"]["model"]["key"] == "new"


async def test_a_wrong_name_is_said_before_anything_is_sent(
    server: InvokeAIServer, backend: InvokeAIBackend, picture: PictureInput
) -> None:
    request = small(task=Task.IMAGE_TO_IMAGE, init_image=picture, loras=(Lora("tiny-lara"),))
    with pytest.raises(InputError, match=r"no LoRA “tiny-lara”\. Did you mean “tiny-lora”"):
        await follow(backend, request).over()
    assert not server.uploads
    assert not server.items


async def test_what_the_server_refuses_is_a_sentence_and_no_job(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    with pytest.raises(RequestRejectedError, match="Sampler: Input should be"):
        await follow(backend, small(sampler="eulr")).over()
    assert not server.items


async def test_a_job_is_found_again_by_number_or_by_name(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    for names_number in (True, False):
        job_id, request = new_job_id(), small(steps=10)
        item = server.add(stranger_graph(), job_id)
        number = str(item.item_id) if names_number else None
        again = Followed(backend.attach(job_id, request, number), job_id)
        await again.over()
        assert isinstance(again.last, JobCompleted)


async def test_a_job_that_is_over_gives_its_pictures_and_seeds_to_who_comes_late(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    request = small(seed=9, batch_size=2)
    job = follow(backend, request)
    await job.over()
    async with InvokeAIBackend(settings_of(server.url), pace=QUICK) as other:
        again = Followed(other.attach(job.id, request, job.of(JobQueued)[0].server_job_id), job.id)
        await again.over()
    assert again.outputs == job.outputs


async def test_another_kind_of_server_is_not_taken_for_one(server: InvokeAIServer) -> None:
    async with InvokeAIBackend(settings_of(f"{server.url}/elsewhere"), pace=QUICK) as backend:
        with pytest.raises(ServerReplyError, match="a web page"):
            await backend.connect()


async def test_a_picture_that_was_deleted_is_said(backend: InvokeAIBackend) -> None:
    for name in ("gone.png", "../../version"):
        with pytest.raises(RequestRejectedError, match="no longer has the picture"):
            await fetched(backend, OutputImage(filename=name))


async def test_the_huge_description_of_all_routes_is_never_asked_for(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    await backend.connect()
    await backend.catalog()
    await follow(backend, small()).over()
    assert not any("openapi" in request for request in server.requests)


async def test_capabilities_say_which_models_are_missing(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    assert Task.UPSCALE in backend.capabilities.tasks
    await backend.catalog()
    assert Task.UPSCALE not in backend.capabilities.tasks
    assert backend.capabilities.missing[Task.UPSCALE] == "This server has no upscale model."
    assert Task.CONTROL in backend.capabilities.tasks


async def test_a_closed_connection_ends_the_watching(backend: InvokeAIBackend) -> None:
    job = follow(backend, small(steps=200))
    await job.until(JobStarted)
    await backend.disconnect()
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)


async def test_a_refused_route_is_no_invokeai(backend: InvokeAIBackend, server: InvokeAIServer) -> None:
    with pytest.raises(NotFoundError, match="does not know"):
        await backend._api._send(dict[str, str], "POST", "/api/v1/nope")


@pytest.mark.live
@pytest.mark.parametrize("checkpoint", ["tiny-sd15", "tiny-sd15-inpaint", "tiny-sdxl"])
async def test_what_is_not_masked_stays_to_the_last_bit(
    picture: PictureInput, mask: PictureInput, checkpoint: str
) -> None:
    if not LIVE:
        pytest.skip("LATENTUI_LIVE_INVOKEAI is not set")
    async with InvokeAIBackend(settings_of(LIVE)) as backend:
        job = follow(backend, inpainting(picture, mask, checkpoint=checkpoint))
        await job.over()
        made = Image.open(BytesIO(await fetched(backend, job.outputs[0]))).convert("RGB")
    before = await asyncio.to_thread(Image.open, picture.path)
    changed = ImageChops.difference(before.convert("RGB"), made).getbbox()
    assert changed is not None
    assert changed[0] >= REPAINTED[0]
    assert changed[1] >= REPAINTED[1]
    assert changed[2] <= REPAINTED[2]
    assert changed[3] <= REPAINTED[3]
