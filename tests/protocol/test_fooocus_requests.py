"""A request becomes the body that Fooocus-API takes, and what it would replace is refused or noted."""

from dataclasses import replace
from typing import Any

import pytest

from tests.support.fooocus_recordings import answer, exchange
from tui.domain.errors import InputError
from tui.domain.request import ControlUnit, GenerationRequest, Lora, PictureInput, Task
from tui.protocol.fooocus_checks import Names
from tui.protocol.fooocus_offer import (
    INPAINT,
    PROMPTED,
    SAMPLERS,
    TEXT_TO_IMAGE,
    VARY,
    Offer,
    is_web_page,
    read_names,
    read_offer,
)
from tui.protocol.fooocus_queue import Jobs, read_jobs, read_queue_size
from tui.protocol.fooocus_request import SourcePictures, Submission, submission

OFFER = read_offer(answer("openapi"))
NAMES = Names(
    checkpoints=read_names(answer("all_models")["model_filenames"]),
    loras=read_names(answer("all_models")["lora_filenames"]),
    styles=read_names(answer("styles")),
)
LORA = NAMES.loras[0]
PICTURE = PictureInput("/nowhere.png")


def sent(pictures: SourcePictures | None = None, offer: Offer = OFFER, **fields: Any) -> Submission:
    request = replace(GenerationRequest(prompt="a lighthouse", seed=123, width=256, height=192), **fields)
    return submission(request, pictures or SourcePictures(), offer, NAMES, "our-id")


def test_text_to_image_is_as_recorded() -> None:
    recorded, _ = exchange("text_to_image_loras_advanced")
    made = sent(
        loras=(Lora(recorded["body"]["loras"][0]["model_name"], 0.7),),
        steps=5,
        sampler="euler",
        extras={"performance": recorded["body"]["performance_selection"]},
    )
    assert made.path == recorded["path"] == TEXT_TO_IMAGE
    assert set(recorded["body"]) - {"negative_prompt"} <= set(made.body)
    for name in ("prompt", "aspect_ratios_selection", "image_seed", "loras", "performance_selection"):
        assert made.body[name] == recorded["body"][name]
    assert made.body["advanced_params"] == {"overwrite_step": 5, "sampler_name": "euler"}
    assert made.body["async_process"] is True
    assert made.body["save_name"] == "our-id"


def test_what_is_left_alone_is_left_to_the_server() -> None:
    body = submission(GenerationRequest(prompt="x", seed=1), SourcePictures(), OFFER, NAMES, "id").body
    assert body["aspect_ratios_selection"] == "1152*896"
    assert not {"loras", "style_selections", "base_model_name", "guidance_scale", "advanced_params"} & set(
        body
    )
    assert not {"performance_selection", "refiner_model_name"} & set(body)


@pytest.mark.parametrize(("seed", "wire"), [(0, 0), (2**63 - 1, 2**63 - 1), (2**63, 0)])
def test_a_seed_fits_into_63_bits(seed: int, wire: int) -> None:
    assert sent(seed=seed).body["image_seed"] == wire


@pytest.mark.parametrize(
    ("denoise", "method", "strength"),
    [
        (None, "Vary (Subtle)", None),
        (0.0, "Vary (Subtle)", 0.01),
        (0.5, "Vary (Subtle)", 0.5),
        (0.9, "Vary (Strong)", 0.9),
    ],
)
def test_image_to_image_varies(denoise: float | None, method: str, strength: float | None) -> None:
    made = sent(SourcePictures("PICTURE", size=(1024, 1024)), task=Task.IMAGE_TO_IMAGE, denoise=denoise)
    assert made.path == VARY == exchange("v2_vary_async_accepted")[0]["path"]
    assert (made.body["input_image"], made.body["uov_method"]) == ("PICTURE", method)
    assert made.body.get("advanced_params", {}).get("overwrite_vary_strength") == strength
    assert made.notes == ()


def test_a_small_picture_is_said_to_be_enlarged() -> None:
    made = sent(SourcePictures("PICTURE", size=(960, 960)), task=Task.IMAGE_TO_IMAGE)
    assert made.notes == ("Fooocus enlarges small pictures to about 1024×1024 before it varies them.",)


def test_an_old_release_varies_in_two_ways_only() -> None:
    made = sent(
        SourcePictures("PICTURE", size=(1024, 1024)),
        replace(OFFER, takes_vary_strength=False),
        task=Task.IMAGE_TO_IMAGE,
        denoise=0.7,
    )
    assert "advanced_params" not in made.body
    assert made.notes == ("This Fooocus-API varies pictures at 0.5 or 0.85 only.",)


def test_inpainting_sends_the_mask_as_it_is() -> None:
    made = sent(SourcePictures("PICTURE", "MASK"), task=Task.INPAINT, denoise=0.8)
    assert made.path == INPAINT == exchange("v2_inpaint")[0]["path"]
    assert (made.body["input_image"], made.body["input_mask"]) == ("PICTURE", "MASK")
    assert made.body["advanced_params"] == {"inpaint_strength": 0.8}


def test_outpainting_names_its_sides_and_paints_wholly() -> None:
    made = sent(
        SourcePictures("PICTURE"), task=Task.INPAINT, denoise=0.5, extras={"outpaint": "left, BOTTOM,left"}
    )
    recorded = exchange("v2_outpaint")[0]["body"]
    assert made.body["outpaint_selections"] == recorded["outpaint_selections"] == ["Left", "Bottom"]
    assert made.body["input_mask"] is None
    assert "advanced_params" not in made.body


def test_a_side_that_is_none_is_refused() -> None:
    with pytest.raises(InputError, match="“up” is no side of a picture"):
        sent(SourcePictures("PICTURE"), task=Task.INPAINT, extras={"outpaint": "up"})


@pytest.mark.parametrize(
    ("asked", "method"), [(None, "Upscale (2x)"), ("Upscale (Fast 2x)", "Upscale (Fast 2x)")]
)
def test_upscaling_makes_one_picture(asked: str | None, method: str) -> None:
    made = sent(SourcePictures("PICTURE"), task=Task.UPSCALE, batch_size=4, extras={"upscaler": asked})
    assert made.path == VARY == exchange("v2_upscale_2x")[0]["path"]
    assert (made.body["uov_method"], made.body["image_number"]) == (method, 1)


def test_a_control_picture_is_an_image_prompt() -> None:
    unit = ControlUnit(image=PICTURE, model="CPDS", strength=0.8)
    zero = ControlUnit(image=PICTURE, strength=0.0)
    made = sent(SourcePictures(controls=("ONE", "TWO")), task=Task.CONTROL, control=(unit, zero))
    recorded = exchange("v2_image_prompt")[0]
    assert made.path == PROMPTED == recorded["path"]
    first, second = made.body["image_prompts"]
    assert set(first) == set(recorded["body"]["image_prompts"][0])
    assert (first["cn_img"], first["cn_type"], first["cn_weight"]) == ("ONE", "CPDS", 0.8)
    # a weight of 0 means the default there
    assert (second["cn_type"], second["cn_weight"]) == ("PyraCanny", 0.01)


def test_a_workflow_is_refused() -> None:
    with pytest.raises(InputError, match="runs no workflows"):
        sent(task=Task.CUSTOM)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        (
            {"checkpoint": "juggernautXL.safetensors"},
            (
                "This server has no checkpoint “juggernautXL.safetensors”. "
                "Did you mean “juggernautXL_v8Rundiffusion.safetensors”?"
            ),
        ),
        ({"loras": (Lora("§§§"),)}, "This server has no LoRA “§§§”. Choose one from its list."),
        (
            {"loras": (Lora(LORA, 2.5),)},
            f"The LoRA {LORA} cannot be as strong as 2.5. Fooocus takes -2 to 2.",
        ),
        (
            {"extras": {"styles": "Fooocus V2, Fooocus Shrap"}},
            "This server has no style “Fooocus Shrap”. Did you mean “Fooocus Sharp”?",
        ),
        ({"batch_size": 33}, "Fooocus makes 1 to 32 pictures at once, not 33. Ask for fewer."),
    ],
)
def test_what_would_be_replaced_silently_is_refused(fields: dict[str, Any], sentence: str) -> None:
    with pytest.raises(InputError) as caught:
        sent(**fields)
    assert caught.value.sentence == sentence


@pytest.mark.parametrize(
    ("fields", "note"),
    [
        (
            {"width": 250, "height": 190},
            "Fooocus makes pictures in blocks of 8 pixels: this one measures 248×192.",
        ),
        ({"sampler": "nope"}, "Fooocus may not know the sampler nope: then it takes dpmpp_2m_sde_gpu."),
        ({"scheduler": "nope"}, "Fooocus may not know the scheduler nope: then it takes karras."),
        (
            {"loras": tuple(Lora(LORA, strength / 10) for strength in range(6))},
            f"Fooocus uses 5 LoRAs at most and leaves out {LORA}.",
        ),
        (
            {"sampler": "euler", "extras": {"performance": "Lightning"}},
            "“Lightning” sets sampler, scheduler and CFG itself: yours are not used.",
        ),
    ],
)
def test_what_becomes_otherwise_is_noted(fields: dict[str, Any], note: str) -> None:
    assert sent(**fields).notes == (note,)


def test_a_mode_without_settings_of_its_own_is_no_news() -> None:
    made = sent(
        sampler=OFFER.sampler, scheduler=OFFER.scheduler, cfg_scale=4.0, extras={"performance": "Lightning"}
    )
    assert made.notes == ()


@pytest.mark.parametrize(
    ("styles", "wire"),
    [("", None), ("none", []), (" fooocus v2 ,Fooocus Sharp", ["Fooocus V2", "Fooocus Sharp"])],
)
def test_styles_are_named_with_commas_between(styles: str, wire: list[str] | None) -> None:
    assert sent(extras={"styles": styles}).body.get("style_selections") == wire


def test_an_offer_is_read_from_the_servers_own_document() -> None:
    assert OFFER.version == "0.5"
    assert OFFER.checkpoint == NAMES.checkpoints[1]
    assert OFFER.performances == ("Speed", "Quality", "Extreme Speed", "Lightning", "Hyper-SD")
    assert OFFER.controls == ("PyraCanny", "ImagePrompt", "FaceSwap", "CPDS")
    assert OFFER.upscalers == ("Upscale (2x)", "Upscale (1.5x)", "Upscale (Fast 2x)")
    assert OFFER.size == (1152, 896)
    assert OFFER.most_loras == 5
    assert OFFER.names_files
    assert OFFER.takes_vary_strength
    assert OFFER.sampler in SAMPLERS


def test_an_old_release_is_read_with_its_spellings() -> None:
    document = answer("openapi")
    paths = document["paths"]
    del paths["/v2/generation/image-enhance"], paths[INPAINT]
    paths["/v2/generation/image-inpait-outpaint"] = {}
    paths["/v1/generation/query-job"]["get"]["parameters"][1]["name"] = "require_step_preivew"
    schemas = document["components"]["schemas"]
    del schemas["CommonRequest"]["properties"]["save_name"]
    del schemas["AdvancedParams"]["properties"]["overwrite_vary_strength"]
    old = read_offer(document)
    assert old.version == "0.4"
    assert old.inpaint_path == "/v2/generation/image-inpait-outpaint"
    assert old.preview_parameter == "require_step_preivew"
    assert not old.names_files
    assert not old.takes_vary_strength
    assert "save_name" not in sent(offer=old).body


@pytest.mark.parametrize("document", [None, [], {}, {"paths": 3}, "x", {"paths": {}, "components": []}])
def test_without_a_document_it_is_taken_for_a_recent_one(document: object) -> None:
    assert read_offer(document) == Offer()


@pytest.mark.parametrize(
    "document", [{"paths": {"/ping": {}}}, {"paths": {"/ping": None}, "components": {"schemas": {"Lora": 1}}}]
)
def test_a_document_that_says_little_leaves_the_rest_as_usual(document: object) -> None:
    offer = read_offer(document)
    assert (offer.performances, offer.controls, offer.size) == (
        Offer().performances,
        Offer().controls,
        (1152, 896),
    )


def test_fooocus_own_page_is_known_by_its_title() -> None:
    page = {"version": "3.41.2", "title": "Fooocus 2.5.5 realistic", "components": [], "dependencies": []}
    assert is_web_page(page)
    assert not is_web_page({**page, "title": "Stable Diffusion"})
    assert not is_web_page({})


def test_the_queue_is_read_in_its_order() -> None:
    jobs = read_jobs(answer("job_history_two_queued"))
    first, second = jobs.queue
    assert (jobs.position(first), jobs.position(second), jobs.position("nobody")) == (0, 1, None)
    assert jobs.since(first) == (second,)
    assert jobs.since(jobs.finished[-1]) == jobs.queue
    assert jobs.since("forgotten") == (*jobs.finished, *jobs.queue)
    size = read_queue_size(answer("job_queue_two_queued"))
    assert (size.waiting, size.newest) == (2, second)
    assert read_queue_size(answer("job_queue_idle")).newest == ""


def test_a_history_from_a_database_is_put_in_order() -> None:
    entries = [
        {"task_info": {"task_id": name, "task_in_queue_mills": mills}} for name, mills in [("b", 2), ("a", 1)]
    ]
    assert read_jobs({"queue": [], "history": entries}) == Jobs((), ("a", "b"))


@pytest.mark.parametrize("said", [None, [], {"queue": 3}, {"queue": [None, {}, {"job_id": 5}]}, "x"])
def test_a_queue_of_another_shape_is_empty(said: object) -> None:
    assert read_jobs(said) == Jobs()
