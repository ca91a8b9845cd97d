"""Values that cannot stand, told in a few words."""

import pytest

from tui.domain.forms import ChoiceField, IntegerField, NumberField, PictureField, SeedField
from tui.domain.request import FieldValue, PictureInput
from tui.ui.checking import complaint, figure, parse_number, range_words, stepped

STEPS = IntegerField(name="steps", label="Steps", minimum=1, maximum=150)
CFG = NumberField(name="cfg_scale", label="CFG", minimum=0.0, maximum=100.0, step=0.1)
WIDTH = IntegerField(name="width", label="Width", minimum=16, maximum=16384, step=8)
SAMPLER = ChoiceField(name="sampler", label="Sampler", choices=("euler", "ddim"))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        (STEPS, 20, ""),
        (STEPS, 500, "at most 150"),
        (STEPS, 0, "at least 1"),
        (STEPS, "many", "a whole number"),
        (CFG, 7.5, ""),
        (WIDTH, 513, "a multiple of 8: 512 or 520"),
        (SAMPLER, "euler", ""),
        (SAMPLER, "eulr", "not on this server; euler?"),
        (SeedField(name="seed", label="Seed"), None, ""),
        (SeedField(name="seed", label="Seed"), "x", "a whole number, or nothing for random"),
        (PictureField(name="p", label="P", is_required=True), None, "a picture is needed here"),
        (PictureField(name="p", label="P", is_required=True), PictureInput("/fox.png"), ""),
    ],
)
def test_complaints(field: IntegerField, value: FieldValue, words: str) -> None:
    assert complaint(field, value) == words


def test_a_step_is_exact_and_stays_within_the_range() -> None:
    assert stepped(CFG, 7.0, 1) == 7.1
    assert stepped(CFG, 0.3, -1) == 0.2
    assert stepped(STEPS, 150, 1) == 150
    assert stepped(WIDTH, 512, -1) == 504


def test_typed_numbers() -> None:
    assert parse_number(STEPS, " 30 ") == 30
    assert parse_number(CFG, "7,5") == 7.5
    assert parse_number(STEPS, "7.5") == "7.5"
    assert parse_number(CFG, "nan") == "nan"


def test_figures_carry_no_noise() -> None:
    assert figure(0.1 + 0.2) == "0.3"
    assert figure(7.0) == "7"
    assert range_words(WIDTH) == "16 to 16384, by 8"
