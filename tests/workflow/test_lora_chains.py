"""LoRAs that a person adds: in the graph, on the canvas that goes with it, and found again."""

import copy
import json
from typing import Any

import pytest

from tests.support.canvas import canvas, definition, node, with_subgraphs
from tests.support.engine_canvas import txt2img_canvas
from tests.support.node_definitions import node_defs
from tui.domain.forms import LorasField
from tui.domain.request import GraphPlan, Lora
from tui.workflow.convert import convert
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.lora_chains import chain_in
from tui.workflow.opening import open_workflow
from tui.workflow.templates import WorkflowTemplate

DEFS = node_defs()
TINY, STYLE = Lora("tiny_lora.safetensors", 0.8), Lora("tiny_style.safetensors", -0.5)


def opened(ui: Any) -> WorkflowTemplate:
    return open_workflow("mine", ui, DEFS)


def made(template: WorkflowTemplate, *loras: Lora) -> GraphPlan:
    return fill(template, {"loras": loras}, DEFS)


def as_sent(plan: GraphPlan) -> dict[str, Any]:
    return json.loads(json.dumps(plan.graph))


def as_embedded(plan: GraphPlan) -> dict[str, Any]:
    """The graph that the page would make of the embedded canvas."""
    assert plan.canvas is not None
    return json.loads(json.dumps(convert(dict(plan.canvas), DEFS).api))


@pytest.fixture
def in_subgraph() -> dict[str, Any]:
    """A loader, a prompt and a sampler inside a subgraph; a picture outside."""
    inner = definition(
        "sub",
        node(1, "CheckpointLoaderSimple", ["a"], outputs=[("MODEL", [1]), ("CLIP", [2, 3]), ("VAE", [7])]),
        node(2, "CLIPTextEncode", ["fox"], inputs=[("clip", "CLIP", 2)], outputs=[("CONDITIONING", [4])]),
        node(3, "CLIPTextEncode", [""], inputs=[("clip", "CLIP", 3)], outputs=[("CONDITIONING", [5])]),
        node(4, "EmptyLatentImage", [64, 64, 1], outputs=[("LATENT", [6])]),
        node(
            5,
            "KSampler",
            [1, "fixed", 2, 7, "euler", "normal", 1],
            inputs=[
                ("model", "MODEL", 1),
                ("positive", "CONDITIONING", 4),
                ("negative", "CONDITIONING", 5),
                ("latent_image", "LATENT", 6),
            ],
            outputs=[("LATENT", [8])],
        ),
        node(
            6,
            "VAEDecode",
            inputs=[("samples", "LATENT", 8), ("vae", "VAE", 7)],
            outputs=[("IMAGE", [9])],
        ),
        links=[
            (1, 1, 0, 5, 0, "MODEL"),
            (2, 1, 1, 2, 0, "CLIP"),
            (3, 1, 1, 3, 0, "CLIP"),
            (4, 2, 0, 5, 1, "CONDITIONING"),
            (5, 3, 0, 5, 2, "CONDITIONING"),
            (6, 4, 0, 5, 3, "LATENT"),
            (7, 1, 2, 6, 1, "VAE"),
            (8, 5, 0, 6, 0, "LATENT"),
            (9, 6, 0, -20, 0, "IMAGE"),
        ],
        outputs=[("IMAGE", "IMAGE", [9])],
    )
    root = canvas(
        node(20, "sub", outputs=[("IMAGE", [1])]),
        node(21, "SaveImage", ["x"], inputs=[("images", "IMAGE", 1)]),
        links=[(1, 20, 0, 21, 0, "IMAGE")],
    )
    return with_subgraphs(root, inner)


@pytest.mark.parametrize("loras", [(), (TINY,), (TINY, STYLE)])
def test_the_embedded_canvas_makes_the_graph_that_was_sent(loras: tuple[Lora, ...]) -> None:
    plan = made(opened(txt2img_canvas()), *loras)
    assert as_embedded(plan) == as_sent(plan)


@pytest.mark.parametrize("loras", [(TINY,), (TINY, STYLE)])
def test_the_same_holds_where_the_loader_stands_in_a_subgraph(
    in_subgraph: dict[str, Any], loras: tuple[Lora, ...]
) -> None:
    plan = made(opened(in_subgraph), *loras)
    assert sum("LoraLoader" in str(entry["class_type"]) for entry in as_sent(plan).values()) == len(loras)
    assert as_embedded(plan) == as_sent(plan)


def test_a_subgraph_that_is_used_twice_is_left_as_it_is(in_subgraph: dict[str, Any]) -> None:
    in_subgraph["nodes"].append(node(22, "sub"))
    plan = made(opened(in_subgraph), TINY)
    assert "LoraLoader" in str(as_sent(plan))
    assert "LoraLoader" not in str(as_embedded(plan))


@pytest.mark.parametrize("carrier", ["canvas", "graph", "both"])
def test_the_loras_are_in_the_form_when_the_result_is_opened(carrier: str) -> None:
    plan = made(opened(txt2img_canvas()), TINY, STYLE)
    canvas_, graph = dict(plan.canvas or {}), as_sent(plan)
    again = (
        open_workflow("again", graph, DEFS, canvas_ if carrier == "both" else None)
        if carrier != "canvas"
        else opened(canvas_)
    )
    field = build_form(again, DEFS, {}).field("loras")
    assert isinstance(field, LorasField)
    assert field.default == (TINY, STYLE)
    assert not [slot for slot in again.slots if "lora_name" in slot.name]
    repeated = as_sent(made(again, TINY, STYLE))
    assert chain_in(repeated) is not None
    assert carrier == "graph" or repeated == graph  # without the canvas its numbers are not known
    changed = as_sent(made(again, STYLE))
    assert changed["3"]["inputs"]["model"] == [changed["6"]["inputs"]["clip"][0], 0]
    assert str(changed).count("'LoraLoader'") == 1


def test_taking_the_loras_away_gives_the_first_workflow_back() -> None:
    first = opened(txt2img_canvas())
    plan = made(first, TINY, STYLE)
    again = open_workflow("again", as_sent(plan), DEFS, dict(plan.canvas or {}))
    assert again.key == first.key
    without = made(again)
    assert as_sent(without) == as_sent(made(first)) == as_embedded(without)


def test_a_lora_that_the_server_does_not_have_is_told() -> None:
    graph = as_sent(made(opened(txt2img_canvas()), Lora("tiny_lara.safetensors", 1.0)))
    field = build_form(open_workflow("again", graph, DEFS), DEFS, {}).field("loras")
    assert isinstance(field, LorasField)
    assert "“tiny_lara.safetensors” is not on this server. Nearest: tiny_lora.safetensors" in field.note


def broken(graph: dict[str, Any], how: str) -> dict[str, Any]:
    graph = copy.deepcopy(graph)
    first, second = [name for name, entry in graph.items() if entry["class_type"] == "LoraLoader"]
    match how:
        case "another title":
            graph[first]["_meta"]["title"] = "Load LoRA"
        case "uneven strengths":
            graph[second]["inputs"]["strength_clip"] = 0.1
        case "a user of the middle":
            graph["7"]["inputs"]["clip"] = [first, 1]
        case "a cycle":
            graph[first]["inputs"]["model"] = [second, 0]
        case "a linked name":
            graph[first]["inputs"]["lora_name"] = ["5", 0]
        case _:
            graph[second]["inputs"]["model"] = ["4", 0]
    return graph


@pytest.mark.parametrize(
    "how",
    ["another title", "uneven strengths", "a user of the middle", "a cycle", "a linked name", "side by side"],
)
def test_other_chains_stay_nodes_of_the_workflow(how: str) -> None:
    graph = broken(as_sent(made(opened(txt2img_canvas()), TINY, STYLE)), how)
    assert dict(open_workflow("again", graph, DEFS).graph) == graph
