"""Templates filled with values."""

import json
from typing import Any

import pytest

from tests.support.canvas import DEFS as SMALL
from tests.support.node_definitions import node_defs, object_info
from tui.domain.forms import ChoiceField
from tui.domain.request import FieldValue, GraphPlan, Lora, PictureInput, Upload
from tui.services.workflow_files import BUILTIN, builtin_templates
from tui.workflow.definitions import NodeDefs
from tui.workflow.field_values import default_of
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.opening import open_workflow
from tui.workflow.slots import Slot, Target
from tui.workflow.templates import WorkflowTemplate


def filled(name: str, defs: NodeDefs | None = None, **values: FieldValue) -> GraphPlan:
    return fill(builtin_templates()[name], values, defs or node_defs())


def inputs(plan: GraphPlan, node_id: str) -> dict[str, Any]:
    return plan.graph[node_id]["inputs"]


def test_values_land_in_their_inputs() -> None:
    plan = filled("txt2img_default", prompt="a fox", steps=9, seed=5, sampler="ddim", width=768)
    assert inputs(plan, "6")["text"] == "a fox"
    assert [inputs(plan, "3")[name] for name in ("steps", "seed", "sampler_name")] == [9, 5, "ddim"]
    assert inputs(plan, "5") == {"width": 768, "height": 512, "batch_size": 1}


def test_filling_leaves_the_template_as_it_was() -> None:
    before = json.dumps(dict(builtin_templates()["txt2img_default"].graph))
    filled("txt2img_default", prompt="a fox", loras=(Lora("tiny_lora.safetensors"),))
    assert json.dumps(dict(builtin_templates()["txt2img_default"].graph)) == before


def test_a_value_goes_to_all_targets_of_its_slot() -> None:
    plan = filled("inpaint_masked", batch_size=3)
    assert inputs(plan, "13")["amount"] == inputs(plan, "16")["amount"] == 3


@pytest.mark.parametrize("count", [0, 1, 3])
def test_loras_form_a_chain_between_the_checkpoint_and_its_users(count: int) -> None:
    loras = tuple(Lora("tiny_lora.safetensors", 0.1 * n) for n in range(count))
    graph = filled("txt2img_default", loras=loras).graph
    source, strengths = graph["3"]["inputs"]["model"], []
    assert graph["6"]["inputs"]["clip"] == graph["7"]["inputs"]["clip"] == [source[0], 1]
    while source[0] != "4":
        node = graph[source[0]]
        assert node["class_type"] == "LoraLoader"
        assert node["inputs"]["clip"] == [node["inputs"]["model"][0], 1]
        strengths.append(node["inputs"]["strength_model"])
        source = node["inputs"]["model"]
    assert strengths[::-1] == [lora.strength for lora in loras]
    assert graph["8"]["inputs"]["vae"] == ["4", 2]


def test_pictures_become_uploads() -> None:
    picture, mask = PictureInput("/a/fox.png"), PictureInput("/a/mask.png")
    plan = filled("inpaint_masked", init_image=picture, mask=mask)
    assert plan.uploads == (Upload("10", "image", picture), Upload("14", "image", mask))
    assert inputs(plan, "10")["image"] == "fox.png"


def test_the_servers_own_spelling_of_a_name_is_sent() -> None:
    info = object_info()
    info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] = ["a\x07.safetensors"]
    plan = filled("txt2img_default", NodeDefs(info), checkpoint="a.safetensors")
    assert inputs(plan, "4")["ckpt_name"] == "a\x07.safetensors"


def test_a_choice_that_is_a_number_stays_one() -> None:
    defs = NodeDefs({"X": {"input": {"required": {"size": [[256, 512]]}}}})
    template = WorkflowTemplate(
        name="x",
        title="x",
        graph={"1": {"class_type": "X", "inputs": {"size": 256}}},
        slots=(Slot(name="size", targets=(Target("1", "size"),)),),
    )
    assert inputs(fill(template, {"size": "512"}, defs), "1") == {"size": 512}


@pytest.mark.parametrize("name", BUILTIN)
def test_a_filled_graph_is_json(name: str) -> None:
    plan = filled(name)
    assert json.loads(json.dumps(plan.graph)) == plan.graph


def dynamic() -> tuple[WorkflowTemplate, NodeDefs]:
    graph = {
        "1": {
            "class_type": "Switchboard",
            "inputs": {"format": "video", "format.codec": "h264", "format.codec.crf": 23, "name": "a"},
        }
    }
    return open_workflow("mine", graph, SMALL), SMALL


def test_another_choice_of_a_dynamic_combo_brings_its_inputs_and_drops_the_old_ones() -> None:
    template, defs = dynamic()
    form = build_form(template, defs, {})
    [choice] = form.labelled("format")
    assert isinstance(choice, ChoiceField)
    assert (choice.choices, choice.default) == (("png", "video"), "video")
    values = {field.name: default_of(field) for field in form.fields}
    assert fill(template, values, defs).graph == template.graph
    values[choice.name] = "png"
    assert fill(template, values, defs).graph["1"]["inputs"] == {
        "name": "a",
        "format": "png",
        "format.level": 6,
    }


def test_a_choice_within_a_choice_can_be_changed() -> None:
    template, defs = dynamic()
    values = {field.name: default_of(field) for field in build_form(template, defs, {}).fields}
    values[next(name for name in values if name.endswith("format.codec"))] = "raw"
    made = fill(template, values, defs).graph["1"]["inputs"]
    assert made == {"format": "video", "format.codec": "raw", "name": "a"}
