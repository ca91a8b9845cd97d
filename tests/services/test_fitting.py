"""Values of one server's form on another's."""

import pytest

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
from tui.domain.request import FieldValue, Lora, PictureInput, Task
from tui.services.fitting import fitted
from tui.services.names import alike

FORM = Form(
    workflow="img2img_default",
    title="Image to image",
    task=Task.IMAGE_TO_IMAGE,
    fields=(
        TextField(name="prompt", label="Prompt"),
        PictureField(name="init_image", label="Picture", choices=("there.png",)),
        ChoiceField(name="checkpoint", label="Checkpoint", choices=("fox [1a2b3c4d5e]",), default="fox"),
        ChoiceField(name="sampler", label="Sampler", choices=("Euler a", "DPM++ 2M"), default="Euler a"),
        ChoiceField(name="scheduler", label="Scheduler", unavailable="This server has none."),
        IntegerField(name="width", label="Width", minimum=64, maximum=2048, step=64),
        IntegerField(name="steps", label="Steps", minimum=1, maximum=150),
        NumberField(name="cfg_scale", label="CFG", maximum=30.0),
        LorasField(name="loras", label="LoRA", choices=("ink",)),
        SeedField(name="seed", label="Seed", maximum=2**32 - 1),
    ),
)


def losses(**values: FieldValue) -> str:
    return " ".join(fitted(FORM, values, "attic").losses)


def kept(**values: FieldValue) -> dict[str, FieldValue]:
    return dict(fitted(FORM, values, "attic").values)


def test_what_fits_goes_along_without_a_word() -> None:
    values: dict[str, FieldValue] = {
        "prompt": "a fox",
        "init_image": PictureInput("/fox.png"),
        "width": 512,
        "steps": 20,
        "cfg_scale": 7.5,
        "loras": (Lora("ink", 0.5),),
        "seed": 0,
    }
    assert kept(**values) == values
    assert losses(**values) == ""


@pytest.mark.parametrize(
    ("wanted", "there"),
    [
        ("euler_ancestral", "Euler a"),
        ("dpmpp_2m", "DPM++ 2M"),
        ("SDXL/fox.safetensors", "fox [1a2b3c4d5e]"),
        ("sgm_uniform", "SGM Uniform"),
        ("tiny_sd15.safetensors", "tiny-sd15"),
        ("赤.safetensors", "赤"),
        ("euler", None),
        ("!?", None),
    ],
)
def test_the_same_thing_is_known_by_another_spelling(wanted: str, there: str | None) -> None:
    choices = ("Euler a", "DPM++ 2M", "fox [1a2b3c4d5e]", "SGM Uniform", "tiny-sd15", "赤", "--")
    assert alike(wanted, choices) == there


@pytest.mark.parametrize(
    ("name", "value", "becomes", "said"),
    [
        ("sampler", "uni_pc", "Euler a", "Sampler “uni_pc” is not there: “Euler a” instead."),
        ("steps", 500, 150, "Steps 500 becomes 150."),
        ("width", 520, 512, "Width 520 becomes 512."),
        ("width", 8, 64, "Width 8 becomes 64."),
        ("cfg_scale", 50.0, 30.0, "CFG 50 becomes 30."),
        ("loras", (Lora("ink"), Lora("mud")), (Lora("ink"),), "LoRA “mud” is not there; it is left out."),
        ("init_image", "gone.png", None, "is a file on the server it came from"),
        ("seed", 2**32 + 5, 5, "Seed 4294967301 is too large there and becomes 5."),
    ],
)
def test_what_does_not_fit_gives_way_and_is_said(
    name: str, value: FieldValue, becomes: FieldValue, said: str
) -> None:
    assert kept(**{name: value}) == {name: becomes}
    assert said in losses(**{name: value})


def test_what_has_no_place_is_named_once() -> None:
    said = losses(scheduler="karras", styles="Fooocus V2", vae="a.pt")
    assert said == "attic has no use for: scheduler, styles, VAE."


def test_what_says_nothing_is_not_missed() -> None:
    assert losses(batch_size=1, denoise=None, negative_prompt="", styles="", height=0) == ""
    assert losses(batch_size=4) == "attic has no use for: batch size."
