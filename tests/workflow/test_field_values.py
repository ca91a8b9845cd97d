"""What people type, made values or sentences."""

from pathlib import Path

import pytest

from tui.domain.errors import WorkflowError
from tui.domain.forms import (
    ChoiceField,
    Field,
    IntegerField,
    LorasField,
    NumberField,
    PictureField,
    SeedField,
    TextField,
    ToggleField,
)
from tui.domain.request import FieldValue, Lora, PictureInput
from tui.workflow.field_values import field_value

PROMPT = TextField(name="prompt", label="Prompt", is_required=True)
STEPS = IntegerField(name="steps", label="Steps", default=20, minimum=1, maximum=150)
WIDTH = IntegerField(name="width", label="Width", default=512, minimum=16, maximum=2048, step=8)
CFG = NumberField(name="cfg_scale", label="CFG", default=7.0, minimum=0.0, maximum=100.0)
SEED = SeedField(name="seed", label="Seed", maximum=99)
TILED = ToggleField(name="tiled", label="Tiled", default=True)
MODELS = ("sd15.safetensors", "xl/base.safetensors", "XL/refiner.ckpt")
MODEL = ChoiceField(
    name="checkpoint", label="Checkpoint", choices=MODELS, default=MODELS[0], is_required=True
)
LORAS = LorasField(name="loras", label="LoRA", choices=("ink.safetensors", "film.safetensors"))
PICTURE = PictureField(name="init_image", label="Picture")


@pytest.mark.parametrize(
    ("field", "given", "value"),
    [
        (PROMPT, "a fox\x1b[2J", "a fox[2J"),
        (STEPS, None, 20),
        (STEPS, "12", 12),
        (STEPS, " 12.0 ", 12),
        (STEPS, 3.0, 3),
        (WIDTH, "1024", 1024),
        (CFG, "3.5", 3.5),
        (CFG, 3, 3.0),
        (SEED, None, None),
        (SEED, "random", None),
        (SEED, "-1", None),
        (SEED, "7", 7),
        (TILED, None, True),
        (TILED, "no", False),
        (TILED, "True", True),
        (MODEL, None, MODELS[0]),
        (MODEL, "xl\\base.safetensors", "xl/base.safetensors"),
        (MODEL, "SD15", "sd15.safetensors"),
        (MODEL, "refiner", "XL/refiner.ckpt"),
        (LORAS, "ink:0.5, film", (Lora("ink.safetensors", 0.5), Lora("film.safetensors"))),
        (LORAS, (Lora("INK.safetensors", -1.0),), (Lora("ink.safetensors", -1.0),)),
        (LORAS, "", ()),
        (PICTURE, "/tmp/a.png", PictureInput("/tmp/a.png")),
        (PICTURE, "a.png", PictureInput(str(Path("a.png").absolute()))),
        (PICTURE, "", None),
    ],
)
def test_text_stands_for_any_value(field: Field, given: FieldValue, value: FieldValue) -> None:
    found = field_value(field, given)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("field", "given", "sentence"),
    [
        (PROMPT, "  ", "The prompt is empty. Write what the picture should show."),
        (
            STEPS,
            "many",
            "Steps is “many”, which is not a whole number. Give a whole number from 1 to 150.",
        ),
        (STEPS, "2.5", "Steps is “2.5”, which is not a whole number. Give a whole number from 1 to 150."),
        (STEPS, True, "Steps is “True”, which is not a whole number. Give a whole number from 1 to 150."),
        (STEPS, "9" * 5000, None),
        (STEPS, "inf", None),
        (STEPS, "0", "Steps is 0, which is out of range. Use a number from 1 to 150."),
        (WIDTH, "100", "Width is 100, which is not a multiple of 8. Use 96 or 104."),
        (WIDTH, 2047, "Width is 2047, which is not a multiple of 8. Use 2040 or 2048."),
        (WIDTH, 17, "Width is 17, which is not a multiple of 8. Use 16 or 24."),
        (CFG, "7,5", "CFG is “7,5”, which is not a number. Give a number from 0 to 100."),
        (CFG, "nan", "CFG is “nan”, which is not a number. Give a number from 0 to 100."),
        (CFG, -1.0, "CFG is -1, which is out of range. Use a number from 0 to 100."),
        (SEED, "100", "Seed is 100, which is out of range. Use a number from 0 to 99."),
        (TILED, "maybe", "Tiled is “maybe”. Say yes or no."),
        (
            MODEL,
            "xl/bass.safetensors",
            "Checkpoint “xl/bass.safetensors” is not on the server. Did you mean “xl/base.safetensors”?",
        ),
        (LORAS, "blob", "LoRA “blob” is not on the server. It has ink.safetensors, film.safetensors."),
        (LORAS, "ink:1e9", "The strength of “ink” is 1e+09. Use a number such as 0.8."),
        (STEPS, PictureInput("a"), None),
    ],
)
def test_what_cannot_be_used_gets_a_sentence(field: Field, given: FieldValue, sentence: str | None) -> None:
    with pytest.raises(WorkflowError) as caught:
        field_value(field, given)
    assert caught.value.title
    assert caught.value.advice
    assert sentence is None or caught.value.sentence == sentence


def test_a_choice_without_choices_is_said() -> None:
    with pytest.raises(WorkflowError, match="none to choose from"):
        field_value(ChoiceField(name="upscaler", label="Upscaler", is_required=True), "x4")
