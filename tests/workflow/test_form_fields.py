"""Forms made from a template and what a server declares."""

import pytest

from tests.support.node_definitions import node_defs, object_info
from tui.domain.forms import (
    ChoiceField,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PictureField,
    SeedField,
    TextField,
)
from tui.domain.request import MAXIMUM_SEED, FieldValue
from tui.services.workflow_files import builtin_templates
from tui.workflow.definitions import NodeDefs
from tui.workflow.fields import build_form


def form(name: str, defs: NodeDefs | None = None, **defaults: FieldValue) -> Form:
    return build_form(builtin_templates()[name], defs or node_defs(), defaults)


def test_ranges_and_steps_are_the_servers() -> None:
    found = form("txt2img_default")
    width, cfg = found.field("width"), found.field("cfg_scale")
    assert isinstance(width, IntegerField)
    assert (width.default, width.minimum, width.maximum, width.step) == (512, 16, 16384, 8)
    assert isinstance(cfg, NumberField)
    assert (cfg.default, cfg.minimum, cfg.maximum, cfg.step) == (7.0, 0.0, 100.0, 0.1)


def test_both_spellings_of_a_combo_give_choices() -> None:
    sampler = form("txt2img_default").field("sampler")
    upscaler = form("upscale_model").field("upscaler")
    assert isinstance(sampler, ChoiceField)
    assert "dpmpp_2m" in sampler.choices
    assert isinstance(upscaler, ChoiceField)
    assert upscaler.choices == ("tiny_x4.safetensors",)


def test_the_checkpoint_is_the_one_set_or_else_the_servers_first() -> None:
    first = form("txt2img_default").field("checkpoint")
    chosen = form("txt2img_default", checkpoint="tiny_sd15.safetensors").field("checkpoint")
    assert isinstance(first, ChoiceField)
    assert first.default == first.choices[0] == "sub dir/tiny_sd15_b.safetensors"
    assert isinstance(chosen, ChoiceField)
    assert chosen.default == "tiny_sd15.safetensors"


def test_defaults_of_the_settings_win_over_the_templates() -> None:
    found = form("txt2img_default", steps=9, cfg_scale=3, width=768, sampler="ddim")
    names = ("steps", "cfg_scale", "width", "height", "sampler")
    assert [getattr(found.field(name), "default", None) for name in names] == [9, 3.0, 768, 512, "ddim"]


def test_a_size_that_follows_the_picture_ignores_the_settings() -> None:
    width = form("img2img_default", width=768).field("width")
    assert isinstance(width, IntegerField)
    assert (width.default, width.minimum, width.step) == (0, 0, 8)
    assert "0" in width.label


def test_special_slots_have_fields_of_their_own() -> None:
    found = form("inpaint_masked")
    mask = found.field("mask")
    assert isinstance(mask, PictureField)
    assert mask.is_mask
    assert mask.is_required
    seed = found.field("seed")
    assert isinstance(seed, SeedField)
    assert seed.maximum == MAXIMUM_SEED
    loras = found.field("loras")
    assert isinstance(loras, LorasField)
    assert loras.choices == ("tiny_lora.safetensors",)
    prompt = found.field("prompt")
    assert isinstance(prompt, TextField)
    assert prompt.is_multiline
    assert prompt.is_required


def test_the_controlnet_that_knows_edges_is_preferred() -> None:
    info = object_info()
    spec = info["ControlNetLoader"]["input"]["required"]["control_net_name"]
    spec[0] = ["depth.safetensors", "sd15_Canny.safetensors"]
    controlnet = form("controlnet_canny", NodeDefs(info)).field("controlnet")
    assert isinstance(controlnet, ChoiceField)
    assert controlnet.default == "sd15_Canny.safetensors"


@pytest.mark.parametrize(
    ("workflow", "hole", "words"),
    [
        ("controlnet_canny", ("ControlNetLoader", "control_net_name"), "no ControlNet model. Put one into"),
        ("txt2img_default", ("CheckpointLoaderSimple", "ckpt_name"), "no checkpoint"),
        ("upscale_model", ("UpscaleModelLoader", "model_name"), "models/upscale_models"),
    ],
)
def test_a_model_that_the_server_lacks_is_said(workflow: str, hole: tuple[str, str], words: str) -> None:
    found = form(workflow, node_defs(empty=(hole,)))
    assert len(found.problems) == 1
    assert words in found.problems[0]


def test_a_server_without_loras_is_no_problem() -> None:
    found = form("txt2img_default", node_defs(empty=(("LoraLoader", "lora_name"),)))
    loras = found.field("loras")
    assert loras is not None
    assert "no LoRA" in loras.unavailable
    assert found.problems == ()


def test_a_node_that_the_server_lacks_is_named_with_what_to_do() -> None:
    found = form("controlnet_canny", node_defs(without=("Canny",)))
    assert found.problems == (
        "This server has no node “Canny” (“Edges”). Update ComfyUI, or install the node pack that brings it.",
    )


def test_names_from_the_server_lose_their_control_characters() -> None:
    info = object_info()
    info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0] = ["a\x1b[31mred.safetensors"]
    checkpoint = form("txt2img_default", NodeDefs(info)).field("checkpoint")
    assert isinstance(checkpoint, ChoiceField)
    assert checkpoint.choices == ("a[31mred.safetensors",)
