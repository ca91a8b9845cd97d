"""What is asked of a server, field by field."""

import pytest

from tests.support.a1111_recordings import answer
from tui.domain.request import GenerationRequest, Lora, PictureInput, Task
from tui.protocol.a1111_lists import LoraFile, Upscaler, preview_override, read_options
from tui.protocol.a1111_request import (
    SourcePictures,
    expected_steps,
    generation_body,
    loras_in,
    notes_before,
    upscale_body,
)
from tui.protocol.a1111_sdcpp import beyond_limits, native_body, read_native_server

NOTHING = SourcePictures()
FOX = GenerationRequest(prompt="a fox", negative_prompt="blurry", seed=7)


def test_what_is_not_said_is_left_to_the_server() -> None:
    assert generation_body(FOX, NOTHING) == {
        "prompt": "a fox",
        "negative_prompt": "blurry",
        "seed": 7,
        "batch_size": 1,
        "n_iter": 1,
    }


def test_everything_that_is_said_is_asked_for() -> None:
    request = GenerationRequest(
        prompt="a fox",
        checkpoint="tiny.safetensors",
        sampler="Euler a",
        scheduler="karras",
        steps=12,
        cfg_scale=5.5,
        seed=7,
        width=64,
        height=96,
        batch_size=3,
        loras=(Lora("ink", 0.8), Lora("grain")),
    )
    overrides = {"show_progress_every_n_steps": 1}
    assert generation_body(request, NOTHING, task_id="our-id", overrides=overrides) == {
        "prompt": "a fox <lora:ink:0.8> <lora:grain:1>",
        "negative_prompt": "",
        "seed": 7,
        "batch_size": 3,
        "n_iter": 1,
        "steps": 12,
        "cfg_scale": 5.5,
        "sampler_name": "Euler a",
        "scheduler": "karras",
        "override_settings": {"show_progress_every_n_steps": 1, "sd_model_checkpoint": "tiny.safetensors"},
        "force_task_id": "our-id",
        "width": 64,
        "height": 96,
    }


def test_a_picture_is_worked_on_at_its_own_size_and_not_stretched() -> None:
    body = generation_body(FOX, SourcePictures("aGk=", size=(640, 384)))
    assert (body["width"], body["height"]) == (640, 384)
    assert body["init_images"] == ["aGk="]
    assert body["denoising_strength"] == 0.75
    assert body["resize_mode"] == 1
    assert body["include_init_images"] is False
    assert "mask" not in body


def test_inpainting_says_what_the_api_would_take_otherwise() -> None:
    body = generation_body(FOX, SourcePictures("aGk=", "bWFzaw==", (64, 64)))
    assert {key: value for key, value in body.items() if "mask" in key or "inpaint" in key} == {
        "mask": "bWFzaw==",
        "mask_blur": 4,
        "inpainting_fill": 1,
        "inpaint_full_res": False,
        "inpaint_full_res_padding": 0,
        "inpainting_mask_invert": 0,
    }


def test_a_picture_is_enlarged_by_the_upscalers_own_factor_or_to_a_size() -> None:
    assert upscale_body("aGk=", Upscaler("DAT x2", 2.0), FOX) == {
        "image": "aGk=",
        "upscaler_1": "DAT x2",
        "resize_mode": 0,
        "upscaling_resize": 2.0,
    }
    sized = upscale_body("aGk=", Upscaler("Lanczos"), GenerationRequest(width=100, height=50))
    assert (sized["resize_mode"], sized["upscaling_resize_w"], sized["upscaling_resize_h"]) == (1, 100, 50)


def test_a_seed_that_is_too_large_is_folded_and_said() -> None:
    request = GenerationRequest(seed=2**40 + 5)
    assert generation_body(request, NOTHING)["seed"] == 5
    assert notes_before(request, ()) == (f"The seed {2**40 + 5} is too large for this server; 5 is used.",)


def test_loras_that_the_server_would_pass_over_are_said() -> None:
    known = (LoraFile("ink", "ink_alias"),)
    request = GenerationRequest(prompt="x <lora:ink_alias:1> <lora:gone:0.5>", loras=(Lora("Ink"),))
    assert notes_before(request, known) == ("The server has no LoRA “gone”; it works without it.",)
    assert notes_before(request, None) == ()


def test_loras_are_found_in_the_prompt_and_nothing_else_is() -> None:
    prompt, found = loras_in("a (fox:1.2) <lora:my style:0.8>, <hypernet:x:1> <lora:b:-.5:lbw=A>")
    assert found == (Lora("my style", 0.8), Lora("b", -0.5))
    assert prompt == "a (fox:1.2) , <hypernet:x:1>"
    assert loras_in(" untouched ") == (" untouched ", ())


@pytest.mark.parametrize(
    ("request_", "steps"),
    [
        (GenerationRequest(), set()),
        (GenerationRequest(steps=20), {20}),
        (GenerationRequest(steps=20, denoise=0.5, init_image=PictureInput("/p.png")), {10, 11, 20}),
        (GenerationRequest(steps=20, denoise=1.0, init_image=PictureInput("/p.png")), {19, 20}),
    ],
)
def test_the_steps_that_a_run_of_ours_may_count(request_: GenerationRequest, steps: set[int]) -> None:
    assert expected_steps(request_) == steps


@pytest.mark.parametrize(
    ("changes", "override"),
    [
        ({}, {}),  # as it was recorded: a whole number, which is a default that was never saved
        ({"show_progress_every_n_steps": 10.0}, {"show_progress_every_n_steps": 1}),
        ({"show_progress_every_n_steps": 1.0}, {}),
        ({"show_progress_every_n_steps": -1.0}, {}),
        ({"show_progress_every_n_steps": None}, {}),
        ({"show_progress_every_n_steps": 10.0, "live_previews_enable": False}, {}),
        ({"show_progress_every_n_steps": 10.0, "show_progress_type": "Full"}, {}),
    ],
)
def test_previews_are_asked_for_only_where_that_stays_with_the_job(
    changes: dict[str, object], override: dict[str, int]
) -> None:
    recorded = answer("a1111/options_trimmed") | changes
    options = read_options({key: value for key, value in recorded.items() if value is not None})
    assert options is not None
    assert preview_override(options) == override


def test_stable_diffusion_cpp_is_asked_in_its_own_words() -> None:
    server = read_native_server(answer("sdcpp/capabilities"))
    request = GenerationRequest(
        task=Task.IMAGE_TO_IMAGE,
        prompt="a fox <lora:second lora:0.5>",
        sampler="Euler a",
        scheduler="Karras",
        steps=6,
        cfg_scale=5.0,
        seed=2**40,
        batch_size=2,
        denoise=0.4,
        loras=(Lora("rand_style", 0.8),),
    )
    body, notes = native_body(request, SourcePictures("aGk=", "bWFzaw==", (64, 96)), server)
    assert notes == ()
    assert body == {
        "prompt": "a fox",
        "negative_prompt": "",
        "seed": 2**40,
        "batch_count": 2,
        "width": 64,
        "height": 96,
        "sample_params": {
            "sample_steps": 6,
            "sample_method": "euler_a",
            "scheduler": "karras",
            "guidance": {"txt_cfg": 5.0},
        },
        "lora": [
            {"path": "rand_style.safetensors", "multiplier": 0.8},
            {"path": "sub/second lora.safetensors", "multiplier": 0.5},
        ],
        "output_format": "png",
        "init_image": "aGk=",
        "strength": 0.4,
        "mask_image": "bWFzaw==",
    }


def test_what_stable_diffusion_cpp_would_replace_silently_is_said() -> None:
    server = read_native_server(answer("sdcpp/capabilities"))
    request = GenerationRequest(
        prompt="a fox", sampler="eulr", scheduler="nope", checkpoint="other", loras=(Lora("gone"),)
    )
    body, notes = native_body(request, NOTHING, server)
    assert body["sample_params"] == {}
    assert body["lora"] == []
    assert notes == (
        "The server has no sampler “eulr” and used its default. Did you mean “euler”?",
        "The server has no scheduler “nope” and used its default.",
        "The server has no LoRA “gone”; it works without it.",
        "The server runs sd15-random.safetensors only; “other” was asked for.",
    )


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        (GenerationRequest(batch_size=9), "The server makes at most 8 pictures at once."),
        (GenerationRequest(width=4097), "The server makes pictures of at most 4096 pixels in width."),
        (GenerationRequest(batch_size=8, width=4096, height=4096), ""),
    ],
)
def test_the_limits_that_stable_diffusion_cpp_states_are_kept_for_it(
    request_: GenerationRequest, sentence: str
) -> None:
    server = read_native_server(answer("sdcpp/capabilities"))
    body, _ = native_body(request_, NOTHING, server)
    assert beyond_limits(body, server) == sentence
