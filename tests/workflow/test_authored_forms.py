"""Forms that authors described: App mode, SwarmUI's and Krita's nodes, titles, promoted widgets."""

import json
from typing import Any

import pytest

from tests.support.canvas import canvas, definition, node, with_subgraphs
from tests.support.engine_canvas import txt2img_canvas
from tests.support.node_definitions import node_defs
from tui.domain.forms import ChoiceField, Field, Form, IntegerField, NumberField, SeedField
from tui.domain.request import FieldValue
from tui.workflow.field_values import default_of
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.needs import needs_of
from tui.workflow.opening import open_workflow
from tui.workflow.templates import WorkflowTemplate

MORE_CLASSES: Any = {
    "PrimitiveStringMultiline": {
        "input": {"required": {"value": ["STRING", {"multiline": True}]}},
        "output": ["STRING"],
    },
}
DEFS = node_defs().extended(MORE_CLASSES)
CHECKPOINT = "tiny_sd15.safetensors"


def opened(data: object) -> tuple[WorkflowTemplate, Form]:
    template = open_workflow("mine", data, DEFS)
    return template, build_form(template, DEFS, {})


def front(form: Form) -> list[tuple[str, str, str]]:
    return [(field.name, field.label, field.group) for field in form.fields if not field.is_advanced]


def field(form: Form, name: str) -> Field:
    found = form.field(name)
    assert found is not None, [field.name for field in form.fields]
    return found


def filled(template: WorkflowTemplate, form: Form, **values: FieldValue) -> dict[str, Any]:
    defaults = {one.name: default_of(one) for one in form.fields if not one.unavailable}
    return json.loads(json.dumps(dict(fill(template, {**defaults, **values}, DEFS).graph)))


def api(class_type: str, title: str = "", /, **inputs: object) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs, "_meta": {"title": title or class_type}}


def sampling(**inputs: object) -> dict[str, Any]:
    """A whole graph; `inputs` are the sampler's."""
    values = {
        "seed": 1,
        "steps": 4,
        "cfg": 7.0,
        "sampler_name": "euler",
        "scheduler": "normal",
        "denoise": 1.0,
    }
    links = {"model": ["1", 0], "positive": ["2", 0], "negative": ["3", 0], "latent_image": ["4", 0]}
    return {
        "1": api("CheckpointLoaderSimple", ckpt_name=CHECKPOINT),
        "2": api("CLIPTextEncode", text="a fox", clip=["1", 1]),
        "3": api("CLIPTextEncode", text="blurry", clip=["1", 1]),
        "4": api("EmptyLatentImage", width=128, height=96, batch_size=1),
        "5": api("KSampler", **{**values, **links, **inputs}),
        "6": api("VAEDecode", samples=["5", 0], vae=["1", 2]),
        "7": api("SaveImage", images=["6", 0], filename_prefix="x"),
    }


@pytest.mark.parametrize(
    ("entry", "name"),
    [
        (["3", "cfg"], "cfg_scale"),
        ([3, "cfg"], "cfg_scale"),
        (["3", "cfg", {"height": 40}], "cfg_scale"),
        (["11111111-2222-3333-4444-555555555555:3:cfg", "cfg"], "cfg_scale"),
        (["11", "value"], "steps"),
        (["3", "steps"], "steps"),
        (["9", "filename_prefix"], "Save Image.filename_prefix"),
    ],
)
def test_app_mode_names_an_input_in_all_its_spellings(entry: list[object], name: str) -> None:
    data = txt2img_canvas(CHECKPOINT, id="11111111-2222-3333-4444-555555555555")
    data["extra"] = {"linearData": {"inputs": [entry], "outputs": ["9"]}}
    assert [found[0] for found in front(opened(data)[1])] == [name]


@pytest.mark.parametrize(
    "linear",
    [None, [], "x", {"inputs": None}, {"inputs": [[], [1], [True, "cfg"], ["3"], [{}, {}], "3", ["3", 4]]}],
)
def test_app_mode_that_makes_no_sense_leaves_the_traced_form(linear: object) -> None:
    data = txt2img_canvas(CHECKPOINT, extra={"linearData": linear})
    assert [name for name, _, _ in front(opened(data)[1])][:2] == ["prompt", "negative_prompt"]


def subgraphed(*instances: int) -> dict[str, Any]:
    """Samplers of one subgraph, each with the steps and the seed that it promotes."""
    inner = definition(
        "sub",
        node(
            30,
            "KSampler",
            [5, "fixed", 4, 7, "euler", "normal", 1],
            inputs=[("model", "MODEL", 1), ("steps", "INT", 2, True)],
            outputs=[("LATENT", [3])],
        ),
        links=[(1, -10, 0, 30, 0, "MODEL"), (2, -10, 1, 30, 1, "INT"), (3, 30, 0, -20, 0, "LATENT")],
        inputs=[("model", "MODEL", [1]), ("steps", "INT", [2])],
        outputs=[("LATENT", "LATENT", [3])],
    )
    nodes = [
        node(
            number,
            "sub",
            [12 + number],
            title=f"Painter {number}",
            inputs=[("model", "MODEL", None), ("steps", "INT", None, True)],
            outputs=[("LATENT", [100 + number])],
        )
        for number in instances
    ]
    ends = [
        node(50 + number, "SaveLatent", ["x"], inputs=[("samples", "LATENT", 100 + number)])
        for number in instances
    ]
    links = [(100 + number, number, 0, 50 + number, 0, "LATENT") for number in instances]
    return with_subgraphs(canvas(*nodes, *ends, links=links), inner)


def test_a_promoted_value_stands_under_its_subgraph_and_is_set_there() -> None:
    template, form = opened(subgraphed(1))
    assert template.named("Painter 1.steps") is template.slot("steps")
    graph = filled(template, form, steps=33)
    assert graph["1:30"]["inputs"]["steps"] == 33
    seed = field(form, "seed")
    assert isinstance(seed, SeedField)
    assert seed.default == 5  # the canvas keeps it


def test_of_two_instances_the_second_has_its_titles_name() -> None:
    template, form = opened(subgraphed(1, 2))
    assert field(form, "Painter 2.steps").group == "Painter 2"
    graph = filled(template, form, **{"Painter 2.steps": 9})
    assert [graph[name]["inputs"]["steps"] for name in ("1:30", "2:30")] == [13, 9]


def test_an_inner_node_in_app_mode_counts_when_one_place_is_meant() -> None:
    extra = {"linearData": {"inputs": [["30", "denoise"]]}}
    one = front(opened({**subgraphed(1), "extra": extra})[1])
    assert [name for name, _, _ in one] == ["denoise"]
    two = front(opened({**subgraphed(1, 2), "extra": extra})[1])
    assert [name for name, _, _ in two] != ["denoise"]


def swarm(kind: str, title: str, value: object, **more: object) -> dict[str, Any]:
    return api(f"SwarmInput{kind}", title=title, value=value, **more)


def test_swarmui_input_nodes_are_the_form() -> None:
    graph = sampling(steps=["20", 0], cfg=["21", 0], sampler_name=["22", 0], seed=["23", 0])
    graph["2"]["inputs"]["text"] = ["24", 0]
    graph |= {
        "19": api("SwarmInputGroup", title="Sampling", order_priority=1, is_advanced=False),
        "20": swarm("Integer", "How many", 6, min=2, max=12, step=2, group=["19", 0], order_priority=2),
        "21": swarm("Float", "Strength", 5.5, min=0, max=9, step=0.5, group=["19", 0], order_priority=1),
        "22": swarm(
            "Dropdown", "Way", "euler", values="", group=["19", 0], order_priority=3, is_advanced=True
        ),
        "23": swarm("Integer", "Chance", 5, view_type="seed", order_priority=2),
        "24": swarm("Text", "Words", "an owl", view_type="prompt", order_priority=1),
    }
    template, form = opened(graph)
    assert front(form) == [
        ("prompt", "Words", ""),
        ("seed", "Chance", ""),
        ("cfg_scale", "Strength", "Sampling"),
        ("steps", "How many", "Sampling"),
    ]
    steps, way = field(form, "steps"), field(form, "sampler")
    assert isinstance(steps, IntegerField)
    assert (steps.minimum, steps.maximum, steps.step, steps.default) == (2, 12, 2, 6)
    assert isinstance(way, ChoiceField)
    assert "dpmpp_2m" in way.choices
    assert not form.problems
    made = filled(template, form, steps=8, seed=77)
    assert [made["5"]["inputs"][name] for name in ("steps", "cfg", "sampler_name", "seed")] == [
        8,
        5.5,
        "euler",
        77,
    ]
    assert made["2"]["inputs"]["text"] == "an owl"
    assert not any(one["class_type"].startswith("Swarm") for one in made.values())


def parameter(name: str, kind: str, default: object, **more: object) -> dict[str, Any]:
    return api("ETN_Parameter", name=name, type=kind, default=default, **more)


def test_krita_parameters_are_the_form_and_are_replaced_by_their_values() -> None:
    graph = sampling(steps=["20", 0], cfg=["21", 0], sampler_name=["22", 0], denoise=["25", 0])
    graph["2"]["inputs"]["text"] = ["24", 0]
    graph |= {
        "20": parameter("2. Sampling/1. Steps taken", "number (integer)", "6", min=1.0, max=50.0),
        "21": parameter("2. Sampling/2. CFG", "number", "5.5", min=0.0, max=20.0),
        "22": parameter("2. Sampling/3. Method", "choice", "euler"),
        "24": parameter("1. Words", "prompt (positive)", "an owl"),
        "25": parameter("unseen", "auto", "1.0"),
    }
    template, form = opened(graph)
    assert front(form) == [
        ("prompt", "Words", ""),
        ("steps", "Steps taken", "Sampling"),
        ("cfg_scale", "CFG", "Sampling"),
        ("sampler", "Method", "Sampling"),
    ]
    cfg = field(form, "cfg_scale")
    assert isinstance(cfg, NumberField)
    assert (cfg.default, cfg.maximum) == (5.5, 20.0)
    assert not form.problems  # the server needs no pack
    made = filled(template, form, steps=9)
    inputs = made["5"]["inputs"]
    assert (inputs["steps"], inputs["cfg"], inputs["sampler_name"]) == (9, 5.5, "euler")
    assert made["2"]["inputs"]["text"] == "an owl"
    assert not any(one["class_type"] == "ETN_Parameter" for one in made.values())


def test_what_krita_would_serve_comes_from_files() -> None:
    graph = {
        "1": api("ETN_KritaCanvas"),
        "2": api("ETN_KritaSelection"),
        "3": api(
            "ImageScale",
            image=["1", 0],
            upscale_method="lanczos",
            width=["1", 1],
            height=["1", 2],
            crop="disabled",
        ),
        "4": api("ETN_KritaOutput", images=["3", 0]),
    }
    template, form = opened(graph)
    assert field(form, "init_image").is_required
    made = filled(template, form, init_image="canvas.png")
    assert made["1"] == {
        "class_type": "LoadImage",
        "inputs": {"image": "canvas.png"},
        "_meta": {"title": "ETN_KritaCanvas"},
    }
    assert made["3"]["inputs"]["width"] == ["1.size", 0]
    assert made["4"]["class_type"] == "SaveImage"


def styled(**more: dict[str, Any]) -> dict[str, Any]:
    """A graph whose models, prompts and sampling come from a style of Krita's."""
    graph = sampling(
        model=["30", 0], steps=["30", 7], cfg=["30", 8], sampler_name=["30", 5], scheduler=["30", 6]
    )
    for node_id, prompt in (("2", 3), ("3", 4)):
        graph[node_id]["inputs"] = {"text": ["30", prompt], "clip": ["30", 1]}
    graph["6"]["inputs"]["vae"] = ["30", 2]
    return {**graph, "30": api("ETN_KritaStyle", name="Look", sampler_preset="auto"), **more}


@pytest.mark.parametrize("kind", ["ETN_KritaStyle", "ETN_KritaStyleAndPrompt"])
def test_a_style_of_kritas_is_a_checkpoint_and_the_values_behind_it(kind: str) -> None:
    graph = styled()
    graph["30"]["class_type"] = kind
    template, form = opened(graph)
    assert not form.problems
    made = filled(template, form, prompt="a fox", steps=9, cfg_scale=4.5, sampler="ddim")
    assert made["30"]["class_type"] == "CheckpointLoaderSimple"
    assert made["2"]["inputs"] == {"text": "a fox", "clip": ["30", 1]}
    sampler = made["5"]["inputs"]
    assert (sampler["steps"], sampler["cfg"], sampler["sampler_name"]) == (9, 4.5, "ddim")
    assert not any(one["class_type"].startswith("ETN_") for one in made.values())


def test_a_style_beside_parameters_stays_in_front() -> None:
    graph = styled(**{"31": parameter("Strength of it", "number", "0.5", min=0.0, max=1.0)})
    graph["5"]["inputs"]["denoise"] = ["31", 0]
    shown = {name for name, _, _ in front(opened(graph)[1])}
    assert {"checkpoint", "prompt", "negative_prompt", "steps", "cfg_scale", "sampler", "denoise"} <= shown


def test_one_value_of_a_style_goes_to_all_that_took_it() -> None:
    graph = styled(**{"32": api("CLIPTextEncode", text=["30", 3], clip=["30", 1])})
    graph["5"]["inputs"]["positive"] = ["33", 0]
    graph["33"] = api("ConditioningCombine", conditioning_1=["2", 0], conditioning_2=["32", 0])
    template, form = opened(graph)
    made = filled(template, form, prompt="a fox")
    assert made["2"]["inputs"]["text"] == made["32"]["inputs"]["text"] == ["30.prompt", 0]
    assert made["30.prompt"]["inputs"] == {"value": "a fox"}


def test_the_mask_of_a_layer_is_what_is_opaque_in_it() -> None:
    graph = {
        "1": api("ETN_KritaImageLayer", name="Sketch"),
        "2": api("ETN_KritaCanvas"),
        "3": api("MaskToImage", mask=["1", 1]),
        "4": api("MaskToImage", mask=["2", 4]),
        "5": api("ETN_KritaOutput", images=["3", 0]),
        "6": api("ETN_KritaOutput", images=["4", 0]),
    }
    template, form = opened(graph)
    made = filled(template, form)
    for node_id, user in (("1", "3"), ("2", "4")):
        assert made[user]["inputs"]["mask"] == [f"{node_id}.mask", 0]
        assert made[f"{node_id}.mask"]["inputs"] == {"mask": [node_id, 1]}


def test_a_text_that_krita_would_be_sent_is_shown() -> None:
    graph = {
        "1": api("ETN_KritaSendText", value=["2", 0], name="Words", type="text"),
        "2": parameter("Said", "text", "hello"),
    }
    template, form = opened(graph)
    assert filled(template, form)["1"] == {
        "class_type": "PreviewAny",
        "inputs": {"source": "hello"},
        "_meta": {"title": "Words"},
    }


def test_swarmuis_checkpoint_and_files_are_loaded_by_core_nodes_in_the_authors_order() -> None:
    graph = sampling(model=["40", 0], steps=["42", 0])
    for node_id in ("2", "3"):
        graph[node_id]["inputs"]["clip"] = ["40", 1]
    graph["6"]["inputs"]["vae"] = ["40", 2]
    graph |= {
        "40": swarm("Checkpoint", "Weights", "dummy_a.safetensors", order_priority=3),
        "41": swarm("Image", "Sketch", "(Do Not Set Me)", image="example.png", order_priority=1),
        "42": swarm("Integer", "How many", 6, min=1, max=9, order_priority=2),
        "43": api("SaveImage", images=["41", 0], filename_prefix="x"),
    }
    template, form = opened(graph)
    assert [label for _, label, _ in front(form)] == ["Sketch", "How many", "Weights"]
    made = filled(template, form)
    assert (made["40"]["class_type"], made["41"]["class_type"]) == ("CheckpointLoaderSimple", "LoadImage")
    assert made["5"]["inputs"]["steps"] == 6


def test_swarmuis_picture_keeps_its_file_on_the_canvas() -> None:
    values = ["Sketch", "(Do Not Set Me)", True, "", 0, False, "", "example.png", "image"]
    ui = canvas(
        node(1, "SwarmInputImage", values, outputs=[("IMAGE", [1]), ("MASK", [])]),
        node(2, "SaveImage", ["x"], inputs=[("images", "IMAGE", 1)]),
        links=[(1, 1, 0, 2, 0, "IMAGE")],
    )
    template, _ = opened(ui)
    assert template.graph["1"]["inputs"] == {"image": "example.png"}


def test_a_value_with_a_title_of_its_own_stands_in_front() -> None:
    graph = sampling()
    graph["7"]["inputs"]["filename_prefix"] = ["9", 0]
    graph["9"] = api("PrimitiveString", "Name of the file", value="foxes")
    _, form = opened(graph)
    assert ("Name of the file.value", "Name of the file", "") in front(form)
    graph["9"]["_meta"]["title"] = "PrimitiveString"
    assert not any(name.startswith("PrimitiveString") for name, _, _ in front(opened(graph)[1]))


def test_models_that_the_server_lacks_are_noted_with_the_nearest() -> None:
    graph = sampling()
    graph["1"]["inputs"]["ckpt_name"] = "sd\\tiny_sd15_c.safetensors"
    template, form = opened(graph)
    checkpoint = field(form, "checkpoint")
    assert isinstance(checkpoint, ChoiceField)
    assert "is not on this server. Nearest:" in checkpoint.note
    assert CHECKPOINT in checkpoint.nearest
    assert not form.problems  # the person can choose another one
    [model] = needs_of(template, form, DEFS).missing_models
    assert (model.field, model.name) == ("Checkpoint", "sd\\tiny_sd15_c.safetensors")


def test_a_missing_node_is_said_with_its_pack_and_a_model_with_its_folder() -> None:
    data = txt2img_canvas("gone.safetensors")
    about = [{"name": "gone.safetensors", "directory": "checkpoints", "url": "https://example.org/gone"}]
    data["nodes"][0]["properties"] = {"models": about}
    data["nodes"].append(node(77, "FancyNode", title="Sparkle", properties={"cnr_id": "fancy-pack"}))
    template, form = opened(data)
    needs = needs_of(template, form, DEFS)
    assert needs.packs == ("fancy-pack",)
    assert [(one.class_type, one.titles) for one in needs.missing_nodes] == [("FancyNode", ("Sparkle",))]
    assert needs.missing_nodes[0].sentence in form.problems
    assert [(one.folder, one.url) for one in needs.missing_models] == [
        ("checkpoints", "https://example.org/gone")
    ]
    assert not needs.is_ready
