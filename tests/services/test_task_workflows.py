"""The same workflows on a server that runs no graphs."""

from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.support.workflow_fakes import SERVER, FixedCatalogs, settings_in
from tui.domain.errors import InputError
from tui.domain.request import FieldValue, Task
from tui.domain.server import Capabilities, Catalog
from tui.services.workflows import WorkflowsService

CATALOG = Catalog(
    checkpoints=("sd15.safetensors", "xl.safetensors"),
    samplers=("Euler a", "DPM++ 2M"),
    schedulers=("Automatic", "Karras"),
    upscalers=("Lanczos", "ESRGAN_4x"),
)
TASKS = frozenset({Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE, Task.INPAINT, Task.UPSCALE})
FIELDS = frozenset(
    {
        "prompt",
        "negative_prompt",
        "checkpoint",
        "sampler",
        "scheduler",
        "steps",
        "cfg_scale",
        "seed",
        "width",
        "height",
        "denoise",
        "batch_size",
        "init_image",
        "mask",
        "upscaler",
    }
)


def service(folder: Path, **changes: object) -> WorkflowsService:
    values: dict[str, object] = {"tasks": TASKS, "fields": FIELDS, **changes}
    return WorkflowsService(settings_in(folder), FixedCatalogs(Capabilities(**values), CATALOG))  # type: ignore[arg-type]  # a test names them


async def names(workflows: WorkflowsService, workflow: str) -> list[str]:
    return [field.name for field in (await workflows.form(SERVER, workflow)).fields]


async def test_only_the_tasks_that_the_server_can_do_are_listed(tmp_path: Path) -> None:
    found = await service(tmp_path).list(SERVER)
    assert [summary.name for summary in found] == [
        "txt2img_default",
        "img2img_default",
        "inpaint_masked",
        "upscale_model",
    ]


async def test_a_form_has_what_the_task_needs_and_the_server_honours(tmp_path: Path) -> None:
    workflows = service(tmp_path)
    text = await names(workflows, "txt2img_default")
    assert text[:3] == ["prompt", "negative_prompt", "checkpoint"]
    assert not {"init_image", "mask", "denoise", "loras", "upscaler", "control_image"} & set(text)
    assert {"init_image", "mask", "denoise"} <= set(await names(workflows, "inpaint_masked"))
    assert await names(workflows, "upscale_model") == ["init_image", "upscaler"]


async def test_what_the_server_cannot_do_is_shown_with_the_reason(tmp_path: Path) -> None:
    workflows = service(tmp_path, missing={"loras": "No LoRA extension.", "control": "No ControlNet here."})
    loras = (await workflows.form(SERVER, "txt2img_default")).field("loras")
    assert loras is not None
    assert loras.unavailable == "No LoRA extension."
    assert (await workflows.form(SERVER, "controlnet_canny")).problems[0] == "No ControlNet here."
    with pytest.raises(InputError, match="No LoRA extension"):
        await workflows.request(SERVER, "txt2img_default", {"prompt": "x", "loras": "ink"})


async def test_a_request_carries_the_values_and_no_graph(tmp_path: Path) -> None:
    made = await service(tmp_path).request(
        SERVER, "txt2img_default", {"prompt": "a fox", "sampler": "dpm++ 2m", "steps": "9"}
    )
    assert made.plan is None
    assert (made.task, made.sampler, made.steps) == (Task.TEXT_TO_IMAGE, "DPM++ 2M", 9)
    assert made.checkpoint == "sd15.safetensors"
    assert 0 <= made.seed < 2**32


async def test_pictures_are_prepared_as_for_any_server(tmp_path: Path) -> None:
    Image.new("RGB", (101, 64)).save(tmp_path / "a.png")
    Image.new("L", (202, 128), 255).save(tmp_path / "m.png")
    made = await service(tmp_path).request(
        SERVER,
        "inpaint_masked",
        {"prompt": "x", "init_image": str(tmp_path / "a.png"), "mask": str(tmp_path / "m.png")},
    )
    assert (made.width, made.height) == (104, 64)
    assert [note.split()[1] for note in made.notes] == ["mask", "picture"]


@pytest.mark.parametrize(
    ("workflow", "values", "words"),
    [
        ("mine.json", {}, "does not run ComfyUI workflows"),
        ("controlnet_canny", {"prompt": "x"}, "cannot run on box"),
        ("txt2img_default", {"prompt": "x", "sampler": "Euler b"}, "Did you mean “Euler a”"),
        ("txt2img_default", {"prompt": "x", "height": "100"}, "Use 96 or 104"),
        ("txt2img_default", {"prompt": ""}, "prompt is empty"),
    ],
)
async def test_what_cannot_be_used_gets_a_sentence(
    tmp_path: Path, workflow: str, values: dict[str, FieldValue], words: str
) -> None:
    with pytest.raises(InputError, match=words):
        await service(tmp_path).request(SERVER, workflow, values)


OWN = replace(
    CATALOG,
    styles=("Fooocus V2", "Fooocus Sharp"),
    choices={"performance": ("Speed", "Quality"), "outpaint": ("left", "right")},
    defaults={"cfg_scale": 4.0, "width": 1152, "height": 896, "scheduler": "Karras"},
)
OWN_FIELDS = FIELDS | {"performance", "styles", "outpaint"}


def with_own_fields(folder: Path) -> WorkflowsService:
    return WorkflowsService(
        settings_in(folder), FixedCatalogs(Capabilities(tasks=TASKS, fields=OWN_FIELDS), OWN)
    )


async def test_a_form_starts_from_the_servers_own_defaults(tmp_path: Path) -> None:
    made = await with_own_fields(tmp_path).request(SERVER, "txt2img_default", {"prompt": "x"})
    assert (made.width, made.height, made.cfg_scale, made.scheduler) == (1152, 896, 4.0, "Karras")


async def test_fields_of_one_kind_of_server_are_offered_and_carried(tmp_path: Path) -> None:
    workflows = with_own_fields(tmp_path)
    assert {"performance", "styles"} <= set(await names(workflows, "txt2img_default"))
    assert "outpaint" not in await names(workflows, "txt2img_default")
    chosen = {"performance": "quality", "styles": "fooocus v2,Fooocus Sharp"}
    values: dict[str, FieldValue] = {"prompt": "x", **chosen}
    made = await workflows.request(SERVER, "txt2img_default", values)
    assert made.extras == {"performance": "Quality", "styles": "Fooocus V2, Fooocus Sharp"}
    assert made.steps == 0  # the performance's own
    with pytest.raises(InputError, match="Performance"):
        await workflows.request(SERVER, "txt2img_default", {"prompt": "x", "performance": "Turbo"})
    with pytest.raises(InputError, match="Did you mean “Fooocus Sharp”"):
        await workflows.request(SERVER, "txt2img_default", {"prompt": "x", "styles": "Fooocus Shrap"})


async def test_a_picture_that_can_be_widened_needs_no_mask(tmp_path: Path) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "a.png")
    values: dict[str, FieldValue] = {
        "prompt": "x",
        "init_image": str(tmp_path / "a.png"),
        "outpaint": "Left",
    }
    made = await with_own_fields(tmp_path).request(SERVER, "inpaint_masked", values)
    assert (made.mask, made.extras["outpaint"]) == (None, "left")
    with pytest.raises(InputError, match="Mask"):
        await service(tmp_path).request(SERVER, "inpaint_masked", {**values, "outpaint": ""})
