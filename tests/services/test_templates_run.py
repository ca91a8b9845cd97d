"""Every template, filled by the service and run on the embedded engine and, if there is one, on ComfyUI."""

import os
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageChops, ImageDraw

from tests.support.job_events import fetched, follow
from tests.support.peers import image_backend, open_peer
from tests.support.workflow_fakes import SERVER, FixedCatalogs, settings_in
from tui.backends.base import ImageBackend
from tui.domain.events import JobCompleted
from tui.domain.forms import LorasField
from tui.domain.request import FieldValue
from tui.services.workflows import WorkflowsService

LIVE = [
    pytest.param(
        "comfyui live",
        marks=[
            pytest.mark.live,
            pytest.mark.skipif("LATENTUI_LIVE_COMFYUI" not in os.environ, reason="needs a real ComfyUI"),
        ],
    )
]


@dataclass(frozen=True, slots=True)
class Studio:
    """A server and the service that fills its workflows."""

    backend: ImageBackend
    workflows: WorkflowsService
    is_live: bool

    async def make(self, workflow: str, **values: FieldValue) -> list[Image.Image]:
        """The pictures of one job."""
        seed = values.pop("seed", random.randrange(2**32))  # a real server answers a repeated job from memory
        request = await self.workflows.request(SERVER, workflow, {"seed": seed, **values})
        job = follow(self.backend, request)
        await job.over()
        assert isinstance(job.last, JobCompleted), job.last
        return [Image.open(BytesIO(await fetched(self.backend, output))) for output in job.outputs]


@pytest.fixture(params=["comfyui", *LIVE])
async def studio(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Studio]:
    async with open_peer(request.param) as peer, image_backend(peer.settings) as backend:
        await backend.connect()
        catalogs = FixedCatalogs(backend.capabilities, nodes=await backend.node_catalog())
        workflows = WorkflowsService(settings_in(tmp_path), catalogs)
        yield Studio(backend, workflows, request.param.endswith("live"))


@pytest.fixture
def fox(tmp_path: Path) -> str:
    image = Image.effect_noise((128, 96), 90).convert("RGB")
    ImageDraw.Draw(image).ellipse((30, 20, 90, 70), fill=(210, 90, 20))
    image.save(tmp_path / "fox.png")
    return str(tmp_path / "fox.png")


@pytest.fixture
def disc(tmp_path: Path) -> str:
    mask = Image.new("L", (128, 96))
    ImageDraw.Draw(mask).ellipse((40, 20, 100, 80), fill=255)
    mask.save(tmp_path / "disc.png")
    return str(tmp_path / "disc.png")


def differs_outside(mask: str, one: Image.Image, other: Image.Image) -> bool:
    difference = ImageChops.difference(one.convert("RGB"), other.convert("RGB"))
    with Image.open(mask) as opened:
        difference.paste((0, 0, 0), mask=opened.resize(one.size).point(lambda value: 255 if value else 0))
    return difference.getbbox() is not None


async def test_text_makes_pictures(studio: Studio) -> None:
    made = await studio.make("txt2img_default", prompt="a fox", steps=2, width=64, height=96, batch_size=2)
    assert [picture.size for picture in made] == [(64, 96)] * 2
    assert made[0].tobytes() != made[1].tobytes()


async def test_the_same_seed_makes_the_same_picture(studio: Studio) -> None:
    seed = random.randrange(2**32)
    values: dict[str, FieldValue] = {"prompt": "a fox", "steps": 2, "width": 64, "height": 64}
    one, other = [await studio.make("txt2img_default", seed=seed, **values) for _ in range(2)]
    changed = await studio.make("txt2img_default", seed=seed + 1, **values)
    assert one[0].tobytes() == other[0].tobytes() != changed[0].tobytes()


async def test_loras_are_run(studio: Studio) -> None:
    form = await studio.workflows.form(SERVER, "txt2img_default")
    field = form.field("loras")
    assert isinstance(field, LorasField)
    name = field.choices[0]
    values: dict[str, FieldValue] = {"prompt": "a fox", "steps": 2, "width": 64, "height": 64, "seed": 5}
    plain = await studio.make("txt2img_default", **values)
    twice = await studio.make("txt2img_default", loras=f"{name}:0.9,{name}:0.5", **values)
    assert plain[0].tobytes() != twice[0].tobytes()


async def test_a_picture_is_made_over(studio: Studio, fox: str) -> None:
    made = await studio.make("img2img_default", prompt="a cat", init_image=fox, steps=2, denoise=0.5)
    assert [picture.size for picture in made] == [(128, 96)]


async def test_a_batch_of_one_picture_is_made_over_each_for_itself(studio: Studio, fox: str) -> None:
    made = await studio.make(
        "img2img_default", prompt="a cat", init_image=fox, steps=2, batch_size=2, width=64
    )
    assert [picture.size for picture in made] == [(64, 48)] * 2
    assert made[0].tobytes() != made[1].tobytes()


async def test_denoise_zero_returns_the_picture(studio: Studio, fox: str) -> None:
    if studio.is_live:
        pytest.skip("a real VAE does not return what it was given")
    made = await studio.make("img2img_default", prompt="a cat", init_image=fox, steps=2, denoise=0)
    with Image.open(fox) as original:
        assert made[0].convert("RGB").tobytes() == original.tobytes()


@pytest.mark.parametrize("working_width", [0, 64])
async def test_inpainting_keeps_every_pixel_outside_the_mask(
    studio: Studio, fox: str, disc: str, working_width: int
) -> None:
    made = await studio.make(
        "inpaint_masked",
        prompt="a cat",
        init_image=fox,
        mask=disc,
        steps=2,
        width=working_width,
        batch_size=2,
    )
    assert len(made) == 2
    with Image.open(fox) as original:
        for picture in made:
            assert picture.size == original.size
            assert not differs_outside(disc, picture, original)
            assert picture.convert("RGB").tobytes() != original.tobytes()


async def test_inpainting_keeps_an_odd_size(studio: Studio, disc: str, tmp_path: Path) -> None:
    odd = Image.effect_noise((101, 67), 90).convert("RGB")
    odd.save(tmp_path / "odd.png")
    with Image.open(disc) as mask:
        mask.resize(odd.size).save(tmp_path / "mask.png")
    made = await studio.make(
        "inpaint_masked",
        prompt="a cat",
        init_image=str(tmp_path / "odd.png"),
        mask=str(tmp_path / "mask.png"),
        steps=2,
    )
    assert made[0].size == odd.size
    assert not differs_outside(str(tmp_path / "mask.png"), made[0], odd)


async def test_the_edges_of_a_picture_guide(studio: Studio, fox: str) -> None:
    values: dict[str, FieldValue] = {"prompt": "a cat", "control_image": fox, "steps": 2, "seed": 3}
    values |= {"width": 128, "height": 96}
    made = await studio.make("controlnet_canny", **values)
    weaker = await studio.make("controlnet_canny", control_strength=0.1, **values)
    assert [picture.size for picture in made] == [(128, 96)]
    assert made[0].tobytes() != weaker[0].tobytes()


async def test_a_picture_is_made_larger(studio: Studio, fox: str) -> None:
    made = await studio.make("upscale_model", init_image=fox)
    width, height = made[0].size
    assert width > 128
    assert width * 96 == height * 128
