"""Slots found in graphs that nobody described."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.node_definitions import node_defs, object_info
from tui.domain.errors import WorkflowError
from tui.workflow.definitions import NodeDefs
from tui.workflow.field_values import default_of
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.opening import open_workflow
from tui.workflow.slots import Slot, SlotRole, Target
from tui.workflow.templates import WorkflowTemplate
from tui.workflow.trace import find_slots

GRAPHS = Path(__file__).parent.parent / "recordings" / "comfyui" / "graphs"
DEFS = node_defs()


def recorded(name: str) -> dict[str, Any]:
    return json.loads((GRAPHS / f"{name}.json").read_text())


def slots(graph: dict[str, Any]) -> dict[str, Slot]:
    return {slot.name: slot for slot in find_slots(graph, DEFS)}


def node(class_type: str, **inputs: object) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def test_a_plain_graph_has_all_the_usual_slots() -> None:
    found = slots(recorded("txt2img"))
    assert {name: slot.first for name, slot in found.items() if not slot.group} == {
        "prompt": Target("6", "text"),
        "negative_prompt": Target("7", "text"),
        "checkpoint": Target("4", "ckpt_name"),
        "loras": Target("4", ""),
        "width": Target("5", "width"),
        "height": Target("5", "height"),
        "steps": Target("3", "steps"),
        "cfg_scale": Target("3", "cfg"),
        "sampler": Target("3", "sampler_name"),
        "scheduler": Target("3", "scheduler"),
        "denoise": Target("3", "denoise"),
        "seed": Target("3", "seed"),
        "batch_size": Target("5", "batch_size"),
    }
    assert found["seed"].role is SlotRole.SEED


def test_everything_else_stands_under_its_node() -> None:
    found = slots(recorded("txt2img"))
    assert found["SaveImage.filename_prefix"].group == "SaveImage"


def test_prompts_are_told_apart_behind_a_controlnet() -> None:
    found = slots(recorded("controlnet_canny"))
    assert found["prompt"].first == Target("6", "text")
    assert found["negative_prompt"].first == Target("7", "text")
    assert found["control_image"].first == Target("10", "image")
    assert found["controlnet"].first == Target("15", "control_net_name")
    assert "init_image" not in found


def test_the_picture_and_the_mask_are_told_apart() -> None:
    found = slots(recorded("inpaint"))
    assert found["init_image"].role is SlotRole.PICTURE
    assert found["mask"].first == Target("12", "image")
    assert found["mask"].role is SlotRole.MASK
    assert found["mask"].follows == "init_image"


def test_values_behind_links_and_guiders_are_found() -> None:
    graph = {
        "1": node("CheckpointLoaderSimple", ckpt_name="a"),
        "2": node("PrimitiveString", value="a fox"),
        "3": node("CLIPTextEncode", text=["2", 0], clip=["1", 1]),
        "4": node("FluxGuidance", conditioning=["3", 0], guidance=3.5),
        "5": node("BasicGuider", model=["1", 0], conditioning=["4", 0]),
        "6": node("RandomNoise", noise_seed=7),
        "7": node("KSamplerSelect", sampler_name="euler"),
        "8": node("BasicScheduler", model=["1", 0], scheduler="normal", steps=20, denoise=1.0),
        "9": node("EmptySD3LatentImage", width=["10", 0], height=512, batch_size=1),
        "10": node("PrimitiveInt", value=768),
        "11": node(
            "SamplerCustomAdvanced",
            noise=["6", 0],
            guider=["5", 0],
            sampler=["7", 0],
            sigmas=["8", 0],
            latent_image=["9", 0],
        ),
        "12": node("VAEDecode", samples=["11", 0], vae=["1", 2]),
        "13": node("SaveImage", images=["12", 0], filename_prefix="x"),
    }
    found = slots(graph)
    assert found["prompt"].first == Target("2", "value")
    assert found["seed"].first == Target("6", "noise_seed")
    assert found["width"].first == Target("10", "value")
    assert found["steps"].first == Target("8", "steps")
    assert found["sampler"].first == Target("7", "sampler_name")
    assert "negative_prompt" not in found
    assert found["guidance"].first == Target("4", "guidance")


def test_of_two_samplers_the_first_to_run_has_the_short_names() -> None:
    graph = recorded("txt2img")
    graph["20"] = node(
        "KSampler",
        **{**graph["3"]["inputs"], "latent_image": ["3", 0], "steps": 5, "seed": 1, "denoise": 0.5},
    )
    graph["8"]["inputs"]["samples"] = ["20", 0]
    found = slots(graph)
    assert found["steps"].first == Target("3", "steps")
    assert found["KSampler #20.steps"].first == Target("20", "steps")
    assert found["KSampler #20.seed"].role is SlotRole.SEED


def test_nodes_that_lead_to_no_output_have_no_slots() -> None:
    graph = recorded("txt2img")
    graph["30"] = node("CLIPTextEncode", text="left over", clip=["4", 1])
    assert not any(slot.first.node_id == "30" for slot in slots(graph).values())


@pytest.mark.parametrize("name", [path.stem for path in sorted(GRAPHS.glob("*.json"))])
def test_a_form_that_is_left_alone_changes_nothing(name: str) -> None:
    graph = recorded(name)
    template = WorkflowTemplate(name=name, title=name, graph=graph, slots=find_slots(graph, DEFS))
    form = build_form(template, DEFS, {})
    values = {field.name: default_of(field) for field in form.fields if not field.unavailable}
    assert fill(template, values, DEFS).graph == graph


@pytest.mark.parametrize(
    "graph",
    [
        {"1": node("ImageInvert", image=["1", 0])},
        {"1": node("SaveImage", images=["2", 0]), "2": node("ImageInvert", image=["1", 0])},
        {"1": node("SaveImage", images=["nowhere", 99])},
        {"1": node("Unknown", x=[[["deep"]]], y={"a": 1}, z=None)},
        {"1": node("KSampler", positive=["1", 0], seed="text", steps=None, cfg=True)},
    ],
)
def test_graphs_that_cannot_run_are_walked_without_a_crash(graph: dict[str, Any]) -> None:
    template = WorkflowTemplate(name="x", title="x", graph=graph, slots=find_slots(graph, DEFS))
    build_form(template, DEFS, {})


def test_a_chain_of_ten_thousand_nodes_is_no_problem() -> None:
    graph = {str(n): node("ImageInvert", image=[str(n + 1), 0]) for n in range(10_000)}
    graph["save"] = node("SaveImage", images=["0", 0], filename_prefix="x")
    assert [slot.name for slot in find_slots(graph, DEFS)] == ["SaveImage.filename_prefix"]


def test_a_canvas_is_converted_and_kept() -> None:
    canvas = {
        "nodes": [
            {
                "id": 1,
                "type": "EmptyImage",
                "inputs": [],
                "outputs": [{"name": "IMAGE", "type": "IMAGE", "links": [1]}],
                "widgets_values": [64, 32, 1, 0],
            },
            {
                "id": 2,
                "type": "SaveImage",
                "inputs": [{"name": "images", "type": "IMAGE", "link": 1}],
                "outputs": [],
                "widgets_values": ["x"],
            },
        ],
        "links": [[1, 1, 0, 2, 0, "IMAGE"]],
    }
    template = open_workflow("mine", canvas, DEFS)
    assert template.canvas == canvas
    assert template.graph["2"]["inputs"]["images"] == ["1", 0]
    assert {"Empty Image.width", "Save Image.filename_prefix"} <= {slot.name for slot in template.slots}


def test_what_is_no_workflow_is_said() -> None:
    for data in (None, [], "text", {"a": 1}, {"prompt": {}}):
        with pytest.raises(WorkflowError):
            open_workflow("mine", data, DEFS)


def two_stages() -> dict[str, Any]:
    """A base that is refined: the loaders stand in an order of their own."""
    graph = recorded("txt2img")
    graph["2"] = node("CheckpointLoaderSimple", ckpt_name="refiner.safetensors")
    refined = {**graph["3"]["inputs"], "model": ["2", 0], "latent_image": ["3", 0]}
    graph["20"] = node("KSampler", **refined)
    graph["8"]["inputs"] = {"vae": ["2", 2], "samples": ["20", 0]}
    return {node_id: graph[node_id] for node_id in sorted(graph, key=int)}


def test_the_checkpoint_is_the_one_that_the_first_sampler_uses() -> None:
    assert slots(two_stages())["checkpoint"].first == Target("4", "ckpt_name")


def test_a_number_that_is_calculated_is_not_taken_for_what_it_is_made_of() -> None:
    graph = recorded("txt2img")
    graph["5"]["inputs"]["width"] = ["30", 0]
    graph["30"] = node("ComfyMathExpression", expression="a * 8", **{"values.a": ["31", 0]})
    graph["31"] = node("PrimitiveInt", value=64)
    found = slots(graph)
    assert "width" not in found
    assert found["height"].first == Target("5", "height")


@pytest.mark.parametrize(("switch", "steps"), [(True, "31"), (False, "32"), (["33", 0], "32")])
def test_a_switch_leads_to_the_value_that_it_lets_through(switch: object, steps: str) -> None:
    defs = NodeDefs(
        {
            **object_info(),
            "Switch": {
                "input": {"required": {"switch": ["BOOLEAN", {}], "on_true": ["INT"], "on_false": ["INT"]}},
                "output": ["INT"],
            },
        }
    )
    graph = recorded("txt2img")
    graph["3"]["inputs"]["steps"] = ["30", 0]
    graph["30"] = node("Switch", switch=switch, on_true=["31", 0], on_false=["32", 0])
    graph["31"], graph["32"] = node("PrimitiveInt", value=4), node("PrimitiveInt", value=20)
    graph["33"] = node("PrimitiveBoolean", value=False)
    found = {slot.name: slot for slot in find_slots(graph, defs)}
    assert found["steps"].first == Target(steps, "value")


def test_a_node_that_paints_by_itself_stands_in_front_with_all_its_fields() -> None:
    painter: dict[str, Any] = {
        "input": {
            "required": {
                "prompt": ["STRING", {"multiline": True}],
                "duration": ["INT", {"min": 1, "max": 10}],
                "seed": ["INT", {"max": 99}],
            }
        },
        "output": ["IMAGE"],
    }
    defs = NodeDefs({**object_info(), "Painter": painter})
    graph = {
        "1": node("Painter", prompt="a fox", duration=5, seed=3),
        "2": node("SaveImage", images=["1", 0], filename_prefix="x"),
    }
    front = [slot.name for slot in find_slots(graph, defs) if not slot.is_advanced]
    assert front == ["prompt", "seed", "Painter.duration"]
