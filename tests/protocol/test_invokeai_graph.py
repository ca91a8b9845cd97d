"""Our graphs beside those that ran on the real server, and a request in InvokeAI's terms."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.invokeai_recordings import graph as recorded_graph
from tui.domain.errors import InputError
from tui.domain.request import ControlUnit, GenerationRequest, Lora, PictureInput, Task
from tui.protocol.invokeai_drawing import MAXIMUM_SEED, Control, Drawing
from tui.protocol.invokeai_graph import Graph, sampling_steps, seeds
from tui.protocol.invokeai_models import Model, Models
from tui.protocol.invokeai_request import catalog_of, enqueueing, graph_of, settled, upscaling_graph

PICTURE = PictureInput("/pictures/cat.png")


def model(kind: str, name: str, base: str = "sd-1", **fields: Any) -> Model:
    return Model(key=f"key-{name}", hash=f"hash-{name}", name=name, base=base, type=kind, **fields)


SD = model("main", "dream")
SDXL = model("main", "dream-xl", "sdxl", default_settings={"width": 1024, "height": 768, "steps": 12})
FLUX = model("main", "flux-dev", "flux", default_settings={"guidance": 3.5})
CANNY = model("controlnet", "canny", default_settings={"preprocessor": "canny_image_processor"})
ALL = Models(
    (
        model("main", "painter", variant="inpaint"),
        SD,
        SDXL,
        FLUX,
        model("main", "z", "z-image"),
        model("lora", "ink"),
        model("lora", "ink", "sdxl"),
        model("lora", "glow", "flux"),
        model("vae", "clear"),
        model("vae", "ae", "flux"),
        CANNY,
        model("controlnet", "depth"),
        model("spandrel_image_to_image", "x4", "any"),
        model("t5_encoder", "t5", "any"),
        model("clip_embed", "clip", "any"),
    )
)
BASIC = Drawing(
    checkpoint=SD, prompt="a cat", seeds=(1,), width=256, height=192, steps=5, cfg_scale=7.0, sampler="euler"
)


def shape(graph: Graph) -> tuple[list[str], list[tuple[str, str, str, str]]]:
    """Kinds of nodes, and edges by the kinds at their ends; our recipe node left out."""
    kinds = {
        node_id: node["type"] for node_id, node in graph["nodes"].items() if node["type"] != "core_metadata"
    }
    edges = [
        (kinds[source["node_id"]], source["field"], kinds[target["node_id"]], target["field"])
        for source, target in ((edge["source"], edge["destination"]) for edge in graph["edges"])
        if source["node_id"] in kinds
    ]
    return sorted(kinds.values()), sorted(edges)


@pytest.mark.parametrize(
    ("name", "drawing"),
    [
        ("txt2img_sd15", BASIC),
        ("txt2img_sdxl", replace(BASIC, checkpoint=SDXL)),
        ("txt2img_sd15_lora", replace(BASIC, loras=((model("lora", "ink"), 0.5),))),
        ("txt2img_sd15_vae", replace(BASIC, vae=model("vae", "clear"))),
        ("txt2img_sd15_controlnet", replace(BASIC, controls=(Control(model=CANNY, image_name="x.png"),))),
        ("img2img_sd15", replace(BASIC, picture="x.png", strength=0.6)),
    ],
)
def test_our_graph_has_the_nodes_and_edges_of_one_that_ran(name: str, drawing: Drawing) -> None:
    assert shape(graph_of(drawing)) == shape(recorded_graph(name))


def test_inpainting_is_the_recorded_graph_but_pastes_by_the_mask_itself() -> None:
    ours = graph_of(replace(BASIC, picture="x.png", mask="m.png", strength=0.6))
    kinds, edges = shape(recorded_graph("inpaint_sd15_gradient_mask_paste_back"))
    edges.remove(("create_gradient_mask", "expanded_mask_area", "canvas_paste_back", "mask"))
    assert shape(ours) == (kinds, edges)
    assert ours["nodes"]["out_0"]["mask"] == ours["nodes"]["mask"]["mask"] == {"image_name": "m.png"}
    assert ours["nodes"]["denoise_0"]["denoising_start"] == 0.4


def test_a_node_is_called_as_its_key_says() -> None:
    nodes = graph_of(replace(BASIC, picture="x", mask="m", loras=((model("lora", "ink"), 1.0),)))["nodes"]
    assert all(node["id"] == node_id for node_id, node in nodes.items())


def test_only_results_stay_in_the_gallery_and_none_comes_from_the_cache() -> None:
    controls = (Control(model=CANNY, image_name="c.png", processor="canny_edge_detection"),)
    nodes = graph_of(replace(BASIC, picture="x", mask="m", controls=controls))["nodes"]
    assert nodes["out_0"]["is_intermediate"] is False
    assert nodes["out_0"]["use_cache"] is False
    assert nodes["decode_0"]["is_intermediate"] is True
    assert nodes["guide_0"]["is_intermediate"] is True


def test_each_picture_of_a_batch_has_its_own_seed_in_the_graph() -> None:
    graph = graph_of(replace(BASIC, seeds=(8, 9)))
    assert seeds(graph["nodes"]) == {"out_0": 8, "out_1": 9}
    body = enqueueing(graph, "job")
    assert body["batch"] == {"graph": graph, "runs": 1, "origin": "latentui", "destination": "job"}


def test_several_guides_are_collected() -> None:
    controls = (Control(model=CANNY, image_name="a"), Control(model=CANNY, image_name="b"))
    _, edges = shape(graph_of(replace(BASIC, controls=controls)))
    assert edges.count(("controlnet", "control", "collect", "item")) == 2
    assert ("collect", "collection", "denoise_latents", "control") in edges


def test_the_recipe_is_written_for_the_servers_own_recall() -> None:
    recipe = graph_of(replace(BASIC, checkpoint=SDXL, picture="x.png", strength=0.5))["nodes"]["recipe_0"]
    assert recipe["generation_mode"] == "sdxl_img2img"
    assert (recipe["seed"], recipe["strength"], recipe["positive_prompt"]) == (1, 0.5, "a cat")


def test_steps_are_counted_for_what_is_made_anew() -> None:
    graph = graph_of(replace(BASIC, picture="x.png", strength=0.6, seeds=(1, 2)))
    assert sampling_steps(graph["nodes"]) == {"denoise_0": 3, "denoise_1": 3}


def test_a_request_that_leaves_all_open_takes_what_suits_the_checkpoint() -> None:
    drawing = settled(GenerationRequest(prompt="x", checkpoint="dream-xl"), ALL, None).drawing
    assert (drawing.width, drawing.height, drawing.steps, drawing.cfg_scale) == (1024, 768, 12, 5.5)


def test_the_catalog_proposes_what_suits_the_first_checkpoint() -> None:
    catalog = catalog_of(ALL)
    assert catalog.checkpoints == ("dream", "dream-xl", "flux-dev", "painter")
    assert catalog.defaults["width"] == 512
    assert catalog.defaults["sampler"] == "euler"
    assert "canny" in catalog.choices["preprocessor"]
    assert catalog_of(Models(())).checkpoints == ()


@pytest.mark.parametrize(
    ("seed", "used", "is_noted"),
    [
        (0, 0, False),
        (MAXIMUM_SEED, MAXIMUM_SEED, False),
        (MAXIMUM_SEED + 1, 0, True),
        (2**63 - 1, MAXIMUM_SEED, True),
    ],
)
def test_a_seed_beyond_the_servers_is_folded_and_said(seed: int, used: int, is_noted: bool) -> None:
    found = settled(GenerationRequest(seed=seed), ALL, None)
    assert found.drawing.seeds == (used,)
    assert any(str(used) in note and str(seed) in note for note in found.notes) == is_noted


def test_the_seeds_of_a_batch_go_round() -> None:
    assert settled(GenerationRequest(seed=MAXIMUM_SEED, batch_size=2), ALL, None).drawing.seeds == (
        MAXIMUM_SEED,
        0,
    )


def test_a_size_is_taken_to_whole_blocks_and_that_is_said() -> None:
    found = settled(GenerationRequest(width=513, height=102), ALL, None)
    assert (found.drawing.width, found.drawing.height) == (512, 104)
    assert found.notes == ("The size is 512×104 instead of 513×102: blocks of 8.",)


def test_a_picture_gives_its_size_where_none_is_asked() -> None:
    request = GenerationRequest(task=Task.IMAGE_TO_IMAGE, init_image=PICTURE, denoise=0.3)
    drawing = settled(request, ALL, (300, 200)).drawing
    assert (drawing.width, drawing.height, drawing.strength) == (304, 200, 0.3)


def test_loras_of_the_same_name_are_told_apart_by_the_checkpoint() -> None:
    request = GenerationRequest(checkpoint="dream-xl", loras=(Lora("ink", 0.5),))
    ((lora, weight),) = settled(request, ALL, None).drawing.loras
    assert (lora.base, weight) == ("sdxl", 0.5)
    assert catalog_of(ALL).loras == ("glow", "ink (sd-1)", "ink (sdxl)")
    by_label = GenerationRequest(checkpoint="dream", loras=(Lora("ink (sd-1)"),))
    assert settled(by_label, ALL, None).drawing.loras[0][0].base == "sd-1"


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (GenerationRequest(checkpoint="dreem"), "InvokeAI has no checkpoint “dreem”. Did you mean “dream”?"),
        (
            GenerationRequest(checkpoint="z"),
            "z is a z-image model. Here InvokeAI draws with Stable Diffusion 1 or 2, SDXL, FLUX.",
        ),
        (
            GenerationRequest(loras=(Lora("glow"),)),
            "The LoRA glow is made for FLUX, and dream is SD 1. Choose two that belong together.",
        ),
        (
            GenerationRequest(checkpoint="dream-xl", control=(ControlUnit(image=PICTURE),)),
            "InvokeAI has no ControlNet for SDXL. Install one in its model manager.",
        ),
        (
            GenerationRequest(control=(ControlUnit(image=PICTURE, preprocessor="magic"),)),
            (
                "InvokeAI has no preprocessor “magic”. It has canny, hed, lineart, lineart_anime, pidi, mlsd,"
                " depth, openpose, normal, shuffle; “none” takes the picture as it is."
            ),
        ),
    ],
)
def test_what_cannot_be_drawn_is_said(request_: GenerationRequest, sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        settled(request_, ALL, None)
    assert str(caught.value) == sentence


def test_a_server_without_checkpoints_says_where_they_come_from() -> None:
    with pytest.raises(InputError, match="has no checkpoint to draw with"):
        settled(GenerationRequest(), Models(()), None)


def test_a_guide_is_made_of_the_picture_where_the_controlnet_is_set_so() -> None:
    units = (
        ControlUnit(image=PICTURE, model="canny"),
        ControlUnit(image=PICTURE, model="depth", strength=0.4),
    )
    canny, depth = settled(GenerationRequest(control=units), ALL, None).drawing.controls
    assert canny.processor == "canny_edge_detection"
    assert (depth.processor, depth.weight) == (None, 0.4)
    as_it_is = GenerationRequest(control=(ControlUnit(image=PICTURE, preprocessor="none"),))
    assert settled(as_it_is, ALL, None).drawing.controls[0].processor is None


@pytest.mark.parametrize(("wanted", "used"), [("clear", "clear"), ("automatic", None), ("", None)])
def test_a_vae_is_loaded_where_one_is_chosen(wanted: str, used: str | None) -> None:
    drawing = settled(GenerationRequest(extras={"vae": wanted}), ALL, None).drawing
    assert (drawing.vae.name if drawing.vae else None) == used


def test_a_checkpoint_brings_the_vae_that_its_owner_set() -> None:
    own = Models((model("main", "m", default_settings={"vae": "key-clear"}), model("vae", "clear")))
    drawing = settled(GenerationRequest(), own, None).drawing
    assert drawing.vae is not None
    assert drawing.vae.name == "clear"


def test_flux_takes_its_encoders_and_guidance_and_no_negative_prompt() -> None:
    request = GenerationRequest(checkpoint="flux-dev", negative_prompt="bad", seed=3, loras=(Lora("glow"),))
    found = settled(request, ALL, None)
    assert found.notes == ("FLUX takes no negative prompt: it is left out.",)
    nodes = graph_of(found.drawing)["nodes"]
    assert nodes["denoise_0"]["guidance"] == 3.5
    assert nodes["checkpoint"]["t5_encoder_model"]["name"] == "t5"
    assert nodes["checkpoint"]["vae_model"]["name"] == "ae"
    assert seeds(nodes) == {"out_0": 3}


def test_flux_has_samplers_of_its_own() -> None:
    found = settled(GenerationRequest(checkpoint="flux-dev", sampler="dpmpp_2m"), ALL, None)
    assert found.drawing.sampler == "euler"
    assert found.notes == ("FLUX samples with euler, heun or lcm: euler is used.",)


def test_flux_says_what_it_cannot_do_here() -> None:
    drawing = settled(GenerationRequest(checkpoint="flux-dev"), ALL, None).drawing
    with pytest.raises(InputError, match="cannot inpaint from here"):
        graph_of(replace(drawing, picture="x", mask="m"))


def test_upscaling_is_one_node() -> None:
    upscaler = ALL.upscaler(None)
    nodes = upscaling_graph(upscaler, "x.png")["nodes"]
    assert nodes["out_0"]["image_to_image_model"] == upscaler.reference()
