"""Requests made from what a person fills in, on a server that runs graphs."""

import asyncio
import sys
from pathlib import Path

import pytest

from tests.support.node_definitions import object_info
from tests.support.workflow_fakes import SERVER, FixedCatalogs, graph_workflows, inputs, request, settings_in
from tui.domain.errors import InputError, WorkflowError
from tui.domain.forms import ChoiceField
from tui.domain.request import ControlUnit, FieldValue, Lora, PictureInput, Task
from tui.domain.server import Capabilities
from tui.domain.workflow import NodeCatalog
from tui.services.workflows import WorkflowsService


async def test_the_list_has_the_templates_and_then_ones_own(
    workflows: WorkflowsService, own_folder: Path
) -> None:
    (own_folder / "flux").mkdir()
    (own_folder / "flux" / "mine.json").write_text("{}")
    found = await workflows.list(SERVER)
    assert next(summary.name for summary in found if summary.is_builtin) == "txt2img_default"
    assert [(s.name, s.title, s.task) for s in found if not s.is_builtin] == [
        ("flux/mine", "mine", Task.CUSTOM)
    ]


async def test_a_prompt_alone_makes_a_whole_request(workflows: WorkflowsService) -> None:
    made = await request(workflows, "txt2img_default", prompt="a red fox")
    assert made.task is Task.TEXT_TO_IMAGE
    assert (made.prompt, made.steps, made.width) == ("a red fox", 20, 512)
    assert made.checkpoint == "sub dir/tiny_sd15_b.safetensors"
    assert inputs(made, "3")["seed"] == made.seed
    assert inputs(made, "4")["ckpt_name"] == made.checkpoint
    assert made.notes == ()


async def test_a_seed_that_is_not_given_is_drawn_anew_and_concrete(workflows: WorkflowsService) -> None:
    seeds = {(await request(workflows, "txt2img_default", prompt="x")).seed for _ in range(5)}
    assert len(seeds) == 5
    assert all(0 <= seed < 2**32 for seed in seeds)


async def test_text_stands_for_any_value(workflows: WorkflowsService) -> None:
    made = await request(
        workflows, "txt2img_default", prompt="x", steps="7", cfg_scale="3.5", loras="tiny_lora:0.6", seed="9"
    )
    assert (made.steps, made.cfg_scale, made.seed) == (7, 3.5, 9)
    assert made.loras == (Lora("tiny_lora.safetensors", 0.6),)


async def test_a_field_can_be_named_by_the_input_it_fills(workflows: WorkflowsService) -> None:
    made = await workflows.request(SERVER, "txt2img_default", {"prompt": "x", "KSampler.steps": "12"})
    assert made.steps == 12


async def test_a_request_goes_back_into_a_form_and_comes_out_the_same(
    workflows: WorkflowsService, fox: str
) -> None:
    made = await request(
        workflows, "controlnet_canny", prompt="x", control_image=fox, control_strength="0.5", canny_low=0.2
    )
    assert made.control == (
        ControlUnit(image=PictureInput(fox), model="tiny_canny.safetensors", strength=0.5),
    )
    assert made.extras["canny_low"] == 0.2
    assert await workflows.request(SERVER, "controlnet_canny", workflows.values_of(made)) == made


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "The prompt is empty. Write what the picture should show."),
        ({"prompt": "x", "width": 100}, "Width is 100, which is not a multiple of 8. Use 96 or 104."),
        ({"prompt": "x", "steps": 0}, "Steps is 0, which is out of range. Use a number from 1 to 10000."),
        ({"prompt": "x", "sampler": "eulr"}, "Sampler “eulr” is not on the server. Did you mean “euler”?"),
        (
            {"prompt": "x", "checkpoint": "tiny_sd16.safetensors"},
            "Checkpoint “tiny_sd16.safetensors” is not on the server. Did you mean “tiny_sd15.safetensors”?",
        ),
        (
            {"prompt": "x", "loras": "tiny_laura"},
            "LoRA “tiny_laura” is not on the server. Did you mean “tiny_lora.safetensors”?",
        ),
        ({"prompt": "x", "stepz": 1}, "“Text to image” has no field “stepz”. Did you mean “steps”?"),
    ],
)
async def test_what_cannot_be_used_gets_a_sentence(
    workflows: WorkflowsService, values: dict[str, FieldValue], sentence: str
) -> None:
    with pytest.raises(InputError) as caught:
        await workflows.request(SERVER, "txt2img_default", values)
    assert caught.value.sentence == sentence


async def test_a_usual_value_that_a_workflow_has_no_field_for_is_left_out_and_said(
    workflows: WorkflowsService, fox: str
) -> None:
    made = await request(workflows, "upscale_model", init_image=fox, prompt="a fox", steps=None)
    assert made.notes == ("“Upscale” has no use for: prompt.",)


async def test_defaults_come_from_the_settings_of_the_server(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.set_defaults(checkpoint="tiny_sd15.safetensors", steps=33, width=640)
    catalogs = FixedCatalogs(
        Capabilities(tasks=frozenset(Task), runs_graphs=True), nodes=NodeCatalog(object_info(), "1")
    )
    made = await request(WorkflowsService(settings, catalogs), "txt2img_default", prompt="x")
    assert (made.checkpoint, made.steps, made.width, made.height) == ("tiny_sd15.safetensors", 33, 640, 512)


async def test_a_checkpoint_in_the_settings_that_the_server_lacks_is_said(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    settings.set_defaults(checkpoint="gone.safetensors")
    catalogs = FixedCatalogs(
        Capabilities(tasks=frozenset(Task), runs_graphs=True), nodes=NodeCatalog(object_info(), "1")
    )
    with pytest.raises(WorkflowError, match=r"“gone.safetensors” is not on the server"):
        await request(WorkflowsService(settings, catalogs), "txt2img_default", prompt="x")


async def test_a_changed_server_changes_the_form(tmp_path: Path) -> None:
    info = object_info()
    catalogs = FixedCatalogs(Capabilities(tasks=frozenset(Task), runs_graphs=True), nodes=NodeCatalog(info))
    workflows = WorkflowsService(settings_in(tmp_path), catalogs)
    await workflows.form(SERVER, "txt2img_default")
    changed = object_info()
    changed["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] = ["new.safetensors"]
    catalogs.nodes = NodeCatalog(changed)
    checkpoint = (await workflows.form(SERVER, "txt2img_default")).field("checkpoint")
    assert isinstance(checkpoint, ChoiceField)
    assert checkpoint.choices == ("new.safetensors",)


async def test_what_the_server_lacks_is_said_before_anything_is_sent(tmp_path: Path, fox: str) -> None:
    info = object_info()
    del info["Canny"]
    info["ControlNetLoader"]["input"]["required"]["control_net_name"][0] = []
    workflows = graph_workflows(tmp_path, info)
    form = await workflows.form(SERVER, "controlnet_canny")
    assert len(form.problems) == 2
    with pytest.raises(WorkflowError) as caught:
        await request(workflows, "controlnet_canny", prompt="x", control_image=fox)
    assert "no node “Canny”" in caught.value.advice
    assert "no ControlNet model" in caught.value.advice


async def test_a_request_without_pictures_does_not_load_pillow() -> None:
    code = "import sys, tui.services.workflows, tui.services.pictures; print('PIL' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0] == b"False\n"


async def test_a_model_that_came_after_the_server_was_asked_is_found_by_asking_again(tmp_path: Path) -> None:
    later = object_info()
    later["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] = ["new.safetensors"]
    abilities = Capabilities(tasks=frozenset(Task), runs_graphs=True)
    catalogs = FixedCatalogs(abilities, nodes=NodeCatalog(object_info(), "1"), later=NodeCatalog(later, "2"))
    workflows = WorkflowsService(settings_in(tmp_path), catalogs)
    made = await request(workflows, "txt2img_default", prompt="x", checkpoint="new.safetensors")
    assert made.checkpoint == "new.safetensors"
    assert catalogs.forgotten == 1
    with pytest.raises(WorkflowError, match="is not on the server"):
        await request(workflows, "txt2img_default", prompt="x", checkpoint="other.safetensors")
