"""Requests made from what a person fills in, on a server that runs graphs."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from tests.support.node_definitions import object_info
from tests.support.workflow_fakes import SERVER, FixedCatalogs, graph_workflows, settings_in
from tui.domain.errors import InputError, PictureError, WorkflowError
from tui.domain.forms import ChoiceField, PictureField
from tui.domain.request import ControlUnit, FieldValue, GenerationRequest, Lora, PictureInput, Task
from tui.domain.server import Capabilities
from tui.domain.workflow import NodeCatalog
from tui.media.images import open_picture
from tui.services.workflows import WorkflowsService

GRAPHS = Path(__file__).parent.parent / "recordings" / "comfyui" / "graphs"


@pytest.fixture
def workflows(tmp_path: Path) -> WorkflowsService:
    return graph_workflows(tmp_path, object_info())


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "config" / "workflows"
    folder.mkdir(parents=True)
    return folder


@pytest.fixture
def fox(tmp_path: Path) -> str:
    Image.effect_noise((128, 96), 80).convert("RGB").save(tmp_path / "fox.png")
    return str(tmp_path / "fox.png")


def picture(folder: Path, name: str, size: tuple[int, int], mode: str = "L", colour: Any = 255) -> str:
    Image.new(mode, size, colour).save(folder / name)
    return str(folder / name)


async def request(workflows: WorkflowsService, name: str, **values: FieldValue) -> GenerationRequest:
    return await workflows.request(SERVER, name, values)


def inputs(made: GenerationRequest, node_id: str) -> dict[str, Any]:
    assert made.plan is not None
    return made.plan.graph[node_id]["inputs"]


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


async def test_a_size_of_zero_is_the_pictures(workflows: WorkflowsService, fox: str) -> None:
    made = await request(workflows, "img2img_default", prompt="x", init_image=fox)
    assert (made.width, made.height, made.notes) == (128, 96, ())
    assert made.init_image == PictureInput(fox)
    half = await request(workflows, "img2img_default", prompt="x", init_image=fox, width=64)
    assert (half.width, half.height) == (64, 48)


async def test_a_picture_of_an_odd_size_is_worked_on_in_whole_blocks(
    workflows: WorkflowsService, tmp_path: Path
) -> None:
    odd = picture(tmp_path, "odd.png", (101, 67))
    made = await request(workflows, "img2img_default", prompt="x", init_image=odd)
    assert (made.width, made.height) == (104, 64)
    assert made.notes == ("The picture is 101×67; it is worked on at 104×64.",)


async def test_a_huge_picture_is_worked_on_at_a_size_that_a_server_can_bear(
    workflows: WorkflowsService, tmp_path: Path
) -> None:
    made = await request(
        workflows, "img2img_default", prompt="x", init_image=picture(tmp_path, "h.png", (6000, 3000))
    )
    assert made.width is not None
    assert made.height is not None
    assert made.width * made.height <= 4_100_000
    assert abs(made.width / made.height - 2) < 0.02


async def test_a_mask_that_fits_is_sent_as_it_is(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (128, 96))
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert made.mask == PictureInput(mask)
    assert made.notes == ()


async def test_a_mask_of_another_size_is_resized_in_a_copy_and_said(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (64, 48))
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert made.notes == ("The mask was resized from 64×48 to the picture's 128×96.",)
    assert made.mask is not None
    assert Path(made.mask.path).is_relative_to(tmp_path / "cache")
    assert open_picture(Path(made.mask.path)).size == (128, 96)
    assert open_picture(Path(mask)).size == (64, 48)
    again = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert again.mask == made.mask


async def test_a_mask_made_for_another_picture_is_refused(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (96, 960))
    with pytest.raises(PictureError, match="96×960 and the picture 128×96"):
        await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)


async def test_the_transparency_of_the_picture_can_be_the_mask(
    workflows: WorkflowsService, tmp_path: Path
) -> None:
    holed = picture(tmp_path, "holed.png", (64, 64), "RGBA", (1, 2, 3, 0))
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=holed)
    assert made.mask is not None
    assert open_picture(Path(made.mask.path)).getextrema() == ((255, 255),) * 3
    assert "what is transparent is repainted" in made.notes[0]


async def test_a_mask_that_repaints_nothing_is_said(
    workflows: WorkflowsService, fox: str, tmp_path: Path
) -> None:
    mask = picture(tmp_path, "mask.png", (128, 96), "L", 0)
    made = await request(workflows, "inpaint_masked", prompt="x", init_image=fox, mask=mask)
    assert made.notes == ("The mask is black everywhere: nothing is repainted.",)


@pytest.mark.parametrize(
    ("workflow", "values", "words"),
    [
        ("img2img_default", {}, "No picture is chosen for “Picture”. Pick one, or give it with --image."),
        ("img2img_default", {"init_image": "gone.png"}, "Picture: There is no file “gone.png”."),
        ("inpaint_masked", {"init_image": "FOX"}, "No picture is chosen for “Mask”."),
        ("inpaint_masked", {"init_image": "FOX", "mask": "NOTES"}, "Mask: “notes.png” is not a picture."),
        ("controlnet_canny", {"control_image": "NOTES"}, "Control picture: “notes.png” is not a picture."),
        ("controlnet_canny", {"control_image": "CUT"}, "Control picture: “cut.png” is broken or cut short."),
    ],
)
async def test_a_picture_that_cannot_be_used_is_said_with_its_field(
    workflows: WorkflowsService,
    fox: str,
    tmp_path: Path,
    workflow: str,
    values: dict[str, FieldValue],
    words: str,
) -> None:
    (tmp_path / "notes.png").write_text("not a picture at all, but a text\n")
    (tmp_path / "cut.png").write_bytes(Path(fox).read_bytes()[:3000])
    files = {"FOX": fox, "NOTES": str(tmp_path / "notes.png"), "CUT": str(tmp_path / "cut.png")}
    given = {name: files.get(str(value), value) for name, value in values.items()}
    with pytest.raises(PictureError) as caught:
        await workflows.request(SERVER, workflow, {"prompt": "x", **given})
    assert words in caught.value.sentence


async def test_ones_own_graph_runs_by_name_and_by_path(workflows: WorkflowsService, own_folder: Path) -> None:
    graph = json.loads((GRAPHS / "txt2img.json").read_text())
    (own_folder / "mine.json").write_text(json.dumps(graph))
    for name in ("mine", str(own_folder / "mine.json"), str(GRAPHS / "txt2img.json")):
        made = await workflows.request(SERVER, name, {"prompt": "a fox", "KSampler.steps": "5", "seed": 3})
        assert made.workflow == name
        assert inputs(made, "6")["text"] == "a fox"
        assert [inputs(made, "3")[key] for key in ("steps", "seed")] == [5, 3]


async def test_values_of_ones_own_graph_keep_their_names(
    workflows: WorkflowsService, own_folder: Path
) -> None:
    graph = json.loads((GRAPHS / "txt2img.json").read_text())
    (own_folder / "mine.json").write_text(json.dumps({"prompt": graph}))
    made = await workflows.request(SERVER, "mine", {"SaveImage.filename_prefix": "foxes"})
    assert inputs(made, "9")["filename_prefix"] == "foxes"
    assert workflows.values_of(made)["SaveImage.filename_prefix"] == "foxes"


async def test_a_picture_opens_as_the_workflow_that_made_it(
    workflows: WorkflowsService, tmp_path: Path
) -> None:
    graph = (GRAPHS / "txt2img.json").read_text()
    info = PngImagePlugin.PngInfo()
    info.add_text("prompt", graph)
    info.add_text("workflow", '{"nodes": [], "links": []}')
    Image.new("RGB", (8, 8)).save(tmp_path / "made.png", pnginfo=info)
    made = await workflows.request(SERVER, str(tmp_path / "made.png"), {"steps": 4})
    assert made.plan is not None
    assert made.plan.canvas == {"nodes": [], "links": []}
    assert inputs(made, "6")["text"] == json.loads(graph)["6"]["inputs"]["text"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.json", "{not json", "is not JSON"),
        ("a.json", "[" * 100_000, "is not JSON"),
        ("a.json", "[1, 2]", "holds no ComfyUI workflow"),
        ("a.json", '{"3": {"inputs": {}}}', "is no node"),
        ("a.png", "", "carries no ComfyUI workflow"),
        ("missing.json", None, "There is no workflow"),
    ],
)
async def test_a_file_that_is_no_workflow_is_said(
    workflows: WorkflowsService, tmp_path: Path, name: str, content: str | None, words: str
) -> None:
    if content is not None:
        (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=words):
        await workflows.form(SERVER, str(tmp_path / name))


async def test_a_description_beside_ones_own_graph_gives_its_slots(
    workflows: WorkflowsService, own_folder: Path
) -> None:
    (own_folder / "mine.json").write_text((GRAPHS / "txt2img.json").read_text())
    slots = {"title": "Mine", "task": "txt2img", "slots": [{"name": "prompt", "targets": [["6", "text"]]}]}
    (own_folder / "mine.slots.json").write_text(json.dumps(slots))
    form = await workflows.form(SERVER, "mine")
    assert (form.title, form.task, [field.name for field in form.fields]) == (
        "Mine",
        Task.TEXT_TO_IMAGE,
        ["prompt"],
    )
    assert [s.name for s in await workflows.list(SERVER) if not s.is_builtin] == ["mine"]


async def test_a_request_without_pictures_does_not_load_pillow() -> None:
    code = "import sys, tui.services.workflows, tui.services.pictures; print('PIL' in sys.modules)"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE)
    assert (await process.communicate())[0] == b"False\n"


async def test_ones_own_graph_is_read_again_once_it_was_changed(
    workflows: WorkflowsService, own_folder: Path
) -> None:
    graph = json.loads((GRAPHS / "txt2img.json").read_text())
    (own_folder / "mine.json").write_text(json.dumps(graph))
    assert inputs(await workflows.request(SERVER, "mine", {}), "3")["cfg"] == 7.0
    graph["3"]["inputs"]["cfg"] = 4.25
    (own_folder / "mine.json").write_text(json.dumps(graph))
    assert inputs(await workflows.request(SERVER, "mine", {}), "3")["cfg"] == 4.25


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


async def test_a_file_on_the_server_is_a_value_of_a_picture_field(
    workflows: WorkflowsService, own_folder: Path
) -> None:
    graph = json.loads((GRAPHS / "img2img.json").read_text())
    [name] = {node["inputs"]["image"] for node in graph.values() if node["class_type"] == "LoadImage"}
    (own_folder / "mine.json").write_text(json.dumps(graph))
    form = await workflows.form(SERVER, "mine")
    field = form.field("init_image")
    assert isinstance(field, PictureField)
    if name in field.choices:
        assert field.default == name
    made = await request(workflows, "mine", init_image=field.choices[0])
    assert made.init_image is None
    assert made.plan is not None
    assert not made.plan.uploads
    assert field.choices[0] in [node["inputs"].get("image") for node in made.plan.graph.values()]
    assert workflows.values_of(made)["init_image"] == field.choices[0]


async def test_a_label_that_two_fields_have_must_be_said_more_closely(
    workflows: WorkflowsService, own_folder: Path
) -> None:
    graph = json.loads((GRAPHS / "txt2img.json").read_text())
    graph["90"] = {"class_type": "SaveImage", "inputs": {**graph["9"]["inputs"], "filename_prefix": "b"}}
    (own_folder / "mine.json").write_text(json.dumps(graph))
    with pytest.raises(WorkflowError, match="2 fields “filename_prefix”"):
        await request(workflows, "mine", filename_prefix="x")
