"""A real ComfyUI's own templates, run from their forms. Models that it lacks are replaced by its nearest."""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from tui.domain.forms import ChoiceField, Form, PictureField
from tui.domain.job import JobStatus
from tui.domain.request import FieldValue
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.storage.paths import Paths

pytestmark = [
    pytest.mark.live,
    pytest.mark.skipif("LATENTUI_LIVE_COMFYUI" not in os.environ, reason="needs a real ComfyUI"),
]

SERVER = "real"
MEDIA = Path(__file__).parent.parent / "recordings" / "comfyui" / "media"
WITHOUT_A_MODEL = [
    "basic_datatype_conversion",
    "basic_image_color_adjustment",
    "basic_mask_operations_and_compositing",
    "utility_image_stitch",
    "utility_interpolation_image_upscale",
]
WITH_SMALL_MODELS = [
    "flux_schnell",
    "image_netayume_lumina_t2i",
    "sd3.5_large_canny_controlnet_example",
    "sd3.5_simple_example",
    "sdxl_refiner_prompt_example",
    "sdxl_simple_example",
    "sdxlturbo_example",
    "utility-gan_upscaler",
]


@pytest.fixture
async def services(tmp_path: Path) -> AsyncIterator[Services]:
    paths = Paths(**{name: tmp_path / name for name in ("config", "data", "state", "cache", "pictures")})
    paths.config.mkdir()
    paths.settings_file.write_text(f'pictures_folder = "{paths.pictures}"\n')
    url = os.environ["LATENTUI_LIVE_COMFYUI"]
    async with open_services(paths, watches=False) as opened:
        opened.connections.add(ServerSettings(name=SERVER, kind=ServerKind.COMFYUI, url=url, is_enabled=True))
        yield opened


@pytest.fixture
def picture(tmp_path: Path) -> str:
    Image.effect_noise((128, 96), 80).convert("RGB").save(tmp_path / "fox.png")
    return str(tmp_path / "fox.png")


def small_values(form: Form, picture: str) -> dict[str, FieldValue]:
    """What a person would give to try it quickly: a small size, few steps, models that are there."""
    values: dict[str, FieldValue] = {"width": 128, "height": 128, "steps": 2, "batch_size": 1}
    for field in form.fields:
        if isinstance(field, PictureField) and not field.default:
            values[field.name] = picture if field.media == "image" else str(MEDIA / "save_video.mp4")
        elif isinstance(field, ChoiceField) and field.note:
            values[field.name] = (field.nearest or field.choices)[0]
    return {name: value for name, value in values.items() if form.field(name)}


@pytest.mark.parametrize("name", WITHOUT_A_MODEL + WITH_SMALL_MODELS)
async def test_a_template_runs_from_its_form(services: Services, picture: str, name: str) -> None:
    workflow = f"server:templates/{name}"
    form = await services.workflows.form(SERVER, workflow)
    assert not form.problems
    request = await services.workflows.request(SERVER, workflow, small_values(form, picture))
    job = await services.generation.submit(SERVER, request)
    job = await services.generation.wait(job.id)
    assert job.status is JobStatus.COMPLETED, (job.error_title, job.error_advice)
    assert job.outputs
    assert all(Path(output.path).stat().st_size for output in job.outputs)


async def test_every_template_of_the_server_is_a_form(services: Services) -> None:
    found = [one for one in await services.workflows.list(SERVER) if one.source == "server"]
    assert len(found) > 50
    for summary in found:
        form = await services.workflows.form(SERVER, summary.name)
        needs = await services.workflows.needs(SERVER, summary.name)
        assert form.fields
        assert bool(needs.missing_nodes) <= bool(form.problems)
