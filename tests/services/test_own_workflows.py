"""Graphs of one's own, and pictures that carry one, run as they are."""

import json
from pathlib import Path

import pytest
from PIL import Image, PngImagePlugin

from tests.support.workflow_fakes import SERVER, inputs, request
from tui.domain.errors import InputError, WorkflowError
from tui.domain.forms import PictureField
from tui.domain.request import Task
from tui.services.workflows import WorkflowsService

GRAPHS = Path(__file__).parent.parent / "recordings" / "comfyui" / "graphs"


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


async def test_ones_own_graph_is_read_again_once_it_was_changed(
    workflows: WorkflowsService, own_folder: Path
) -> None:
    graph = json.loads((GRAPHS / "txt2img.json").read_text())
    (own_folder / "mine.json").write_text(json.dumps(graph))
    assert inputs(await workflows.request(SERVER, "mine", {}), "3")["cfg"] == 7.0
    graph["3"]["inputs"]["cfg"] = 4.25
    (own_folder / "mine.json").write_text(json.dumps(graph))
    assert inputs(await workflows.request(SERVER, "mine", {}), "3")["cfg"] == 4.25


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
