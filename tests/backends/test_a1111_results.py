"""What A1111 jobs bring: pictures with their seeds and infotexts, and what was done otherwise than asked."""

import base64
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from tests.support.a1111_peer import QUICK, A1111Peer, at
from tests.support.a1111_recordings import body_of, exchange
from tests.support.a1111_server import A1111Server, serving
from tests.support.fault_proxy import Answer, fault_proxy, reply
from tests.support.job_events import Followed, fetched, follow
from tests.support.sdcpp_server import SdCppServer
from tui.backends.a1111 import A1111Backend
from tui.domain.errors import InputError, PictureError
from tui.domain.events import JobCompleted, JobNoted
from tui.domain.request import ControlUnit, GenerationRequest, Lora, PictureInput, Task
from tui.media.metadata import read_texts


class Place:
    """A server and a backend for it."""

    def __init__(self, server: A1111Server, url: str) -> None:
        self.server = server
        self.backend = A1111Backend(at(url), pace=QUICK)
        self._peer = A1111Peer(url)

    async def done(self, **fields: Any) -> Followed:
        job = follow(self.backend, self._peer.request(seed=5, **fields))
        await job.over()
        assert isinstance(job.last, JobCompleted)
        return job


@pytest.fixture
async def place() -> AsyncIterator[Place]:
    server = A1111Server()
    async with serving(server.app()) as url:
        found = Place(server, url)
        async with found.backend:
            yield found


@pytest.fixture
def photo(tmp_path: Path) -> PictureInput:
    """A JPEG on its side, as cameras write them: 48×32 seen upright."""
    path = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (32, 48), (200, 10, 10)).save(path, exif=exif)
    return PictureInput(str(path))


@pytest.fixture
def mask(tmp_path: Path) -> PictureInput:
    path = tmp_path / "mask.png"
    painted = Image.new("L", (48, 32), 0)
    painted.paste(255, (0, 0, 24, 32))
    painted.save(path)
    return PictureInput(str(path))


def notes(job: Followed) -> list[str]:
    return [note.message for note in job.of(JobNoted)]


def sent(encoded: str) -> Image.Image:
    return Image.open(BytesIO(base64.b64decode(encoded)))


async def test_a_batch_brings_each_picture_with_its_seed_and_its_infotext(place: Place) -> None:
    job = await place.done(batch_size=3)
    assert [output.seed for output in job.outputs] == [5, 6, 7]
    data = await fetched(place.backend, job.outputs[2])
    assert "Seed: 7" in read_texts(data)["parameters"]


async def test_a_recorded_answer_with_a_grid_brings_the_pictures_only() -> None:
    _, response = exchange("a1111/txt2img_grid_first_save_images")
    async with serving(A1111Server().app()) as url, fault_proxy(url) as proxy:
        proxy.on("POST", "/sdapi/v1/txt2img", Answer(reply("200 OK", body_of(response))))
        async with A1111Backend(at(proxy.url), pace=QUICK) as backend:
            job = follow(backend, A1111Peer(proxy.url).request(seed=5, batch_size=2))
            await job.over()
    assert [output.seed for output in job.outputs] == [5, 6]


async def test_what_was_asked_for_and_done_leaves_no_notes(place: Place) -> None:
    job = await place.done(
        sampler="DPM++ 2M", scheduler="karras", checkpoint="tiny_b.safetensors", loras=(Lora("ink", 0.5),)
    )
    assert notes(job) == []
    assert place.server.bodies[0]["prompt"] == "a red cat <lora:ink:0.5>"


@pytest.mark.parametrize(
    ("asked", "note"),
    [
        ({"sampler": "Eulr"}, "The server used the sampler “DPM++ 2M” in place of “Eulr”."),
        (
            {"sampler": "Euler", "scheduler": "nope"},
            "The server used the scheduler “automatic” in place of “nope”.",
        ),
        ({"checkpoint": "gone"}, "The server used the checkpoint “tiny_a” in place of “gone”."),
        (
            {"width": 70},
            "The server made 64×64 in place of 70×64: it works in whole blocks of pixels.",
        ),
        ({"loras": (Lora("gone"),)}, "The server has no LoRA “gone”; it works without it."),
    ],
)
async def test_a_silent_replacement_is_said(place: Place, asked: dict[str, Any], note: str) -> None:
    assert notes(await place.done(**asked)) == [note]


async def test_a_photo_goes_upright_and_is_worked_on_at_its_own_size(
    place: Place, photo: PictureInput
) -> None:
    await place.done(task=Task.IMAGE_TO_IMAGE, init_image=photo, width=None, height=None, denoise=0.5)
    (body,) = place.server.bodies
    assert (body["width"], body["height"]) == (48, 32)
    assert body["denoising_strength"] == 0.5
    (encoded,) = body["init_images"]
    assert (sent(encoded).format, sent(encoded).size) == ("PNG", (48, 32))


async def test_a_mask_goes_as_it_is_with_white_to_repaint(
    place: Place, photo: PictureInput, mask: PictureInput
) -> None:
    await place.done(task=Task.INPAINT, init_image=photo, mask=mask)
    body = place.server.bodies[0]
    painted = sent(body["mask"]).convert("L")
    assert (painted.getpixel((1, 1)), painted.getpixel((40, 1))) == (255, 0)
    assert body["inpainting_mask_invert"] == 0
    assert "show_progress_every_n_steps" in body["override_settings"]


async def test_progress_of_a_shortened_run_counts_to_its_own_end(place: Place, photo: PictureInput) -> None:
    place.server.step_seconds = 0.05
    job = await place.done(task=Task.IMAGE_TO_IMAGE, init_image=photo, steps=20, denoise=0.5)
    assert place.server.state["sampling_steps"] == 11
    assert isinstance(job.last, JobCompleted)


async def test_a_picture_is_enlarged(place: Place, photo: PictureInput) -> None:
    job = await place.done(
        task=Task.UPSCALE, init_image=photo, extras={"upscaler": "Lanczos"}, width=None, height=None
    )
    (output,) = job.outputs
    assert output.seed is None
    with Image.open(BytesIO(await fetched(place.backend, output))) as enlarged:
        assert enlarged.size == (192, 128)
    assert notes(job) == []


async def test_an_upscaler_that_has_yet_to_be_downloaded_is_said(place: Place, photo: PictureInput) -> None:
    job = await place.done(
        task=Task.UPSCALE, init_image=photo, extras={"upscaler": "DAT x2"}, width=None, height=None
    )
    (note,) = notes(job)
    assert note.startswith("The server has yet to download “DAT x2”")


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (
            GenerationRequest(task=Task.IMAGE_TO_IMAGE),
            "No picture is chosen. Choose the picture to start from.",
        ),
        (GenerationRequest(task=Task.UPSCALE), "No picture is chosen. Choose the picture to enlarge."),
        (
            GenerationRequest(task=Task.CONTROL, control=(ControlUnit(image=PictureInput("/x.png")),)),
            "This A1111 has no ControlNet extension.",
        ),
        (GenerationRequest(task=Task.CUSTOM), "A1111 cannot do this task."),
    ],
)
async def test_a_request_that_cannot_be_sent_is_said_and_not_sent(
    place: Place, request_: GenerationRequest, sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        await follow(place.backend, request_).over()
    assert caught.value.sentence == sentence
    assert place.server.bodies == []


async def test_an_unknown_upscaler_is_said_before_anything_is_sent(place: Place, photo: PictureInput) -> None:
    request = GenerationRequest(task=Task.UPSCALE, init_image=photo, extras={"upscaler": "Lancsoz"})
    with pytest.raises(InputError, match="Did you mean “Lanczos”"):
        await follow(place.backend, request).over()


async def test_a_file_that_is_no_picture_is_not_sent(place: Place, tmp_path: Path) -> None:
    path = tmp_path / "notes.png"
    path.write_text("not a picture")
    request = GenerationRequest(task=Task.IMAGE_TO_IMAGE, init_image=PictureInput(str(path)))
    with pytest.raises(PictureError):
        await follow(place.backend, request).over()
    assert place.server.bodies == []


@pytest.fixture
async def native() -> AsyncIterator[tuple[SdCppServer, A1111Backend]]:
    server = SdCppServer(step_seconds=0.005)
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        yield server, backend


async def test_stable_diffusion_cpp_brings_seeds_and_says_what_it_rounded(
    native: tuple[SdCppServer, A1111Backend],
) -> None:
    server, backend = native
    request = GenerationRequest(
        prompt="a fox", seed=2**40, steps=2, width=70, height=64, batch_size=2, loras=(Lora("ink", 0.5),)
    )
    job = follow(backend, request)
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert [output.seed for output in job.outputs] == [2**40, 2**40 + 1]
    assert notes(job) == ["The server made 128×64 in place of 70×64: it works in whole blocks of pixels."]
    assert server.bodies[0]["lora"] == [{"path": "sub/ink.safetensors", "multiplier": 0.5}]


async def test_stable_diffusion_cpp_gets_picture_and_mask(
    native: tuple[SdCppServer, A1111Backend], tmp_path: Path, photo: PictureInput, mask: PictureInput
) -> None:
    server, backend = native
    request = GenerationRequest(
        task=Task.INPAINT, prompt="x", steps=1, init_image=photo, mask=mask, width=64, height=64
    )
    await follow(backend, request).over()
    assert sent(server.bodies[0]["init_image"]).size == (48, 32)
    assert sent(server.bodies[0]["mask_image"]).size == (48, 32)


async def test_stable_diffusion_cpp_does_not_enlarge_and_says_so(
    native: tuple[SdCppServer, A1111Backend], photo: PictureInput
) -> None:
    _, backend = native
    with pytest.raises(InputError, match="does not enlarge"):
        await follow(backend, GenerationRequest(task=Task.UPSCALE, init_image=photo)).over()
