"""What a language model may not touch comes back whole, and what it chats around the prompt goes."""

import pytest

from tui.services.prompt_families import family_of
from tui.services.prompt_reply import clean_list, clean_reply, is_refusal, within_budget
from tui.services.prompt_syntax import protect


def test_tags_are_taken_out_and_put_back() -> None:
    protected = protect("a fox <lora:ink:0.8>, snow <lora:film:1>")
    assert protected.text == "a fox, snow"
    assert protected.restore("a red fox in snow") == "a red fox in snow <lora:ink:0.8> <lora:film:1>"


def test_weights_come_back_where_their_word_is() -> None:
    protected = protect("a (red fox:1.3) in (snow:0.8)")
    assert protected.text == "a red fox in snow"
    assert protected.restore("deep snow and a red fox") == "deep (snow:0.8) and a (red fox:1.3)"


def test_a_lost_weight_wildcard_or_choice_is_appended() -> None:
    protected = protect("(fox:1.2), __weather__, {red|blue} sky, embedding:easyneg")
    restored = protected.restore("an owl")
    assert restored == "an owl, __weather__, {red|blue}, embedding:easyneg, (fox:1.2)"


def test_a_prompt_without_syntax_is_left_alone() -> None:
    protected = protect("a lighthouse at night")
    assert protected.text == "a lighthouse at night"
    assert protected.restore("a lighthouse") == "a lighthouse"


@pytest.mark.parametrize(
    ("reply", "prompt"),
    [
        ("a fox in snow", "a fox in snow"),
        ('"a fox in snow"', "a fox in snow"),
        ("Here is the improved prompt: a fox in snow", "a fox in snow"),
        ("Sure!\na fox in snow", "a fox in snow"),
        ("**Prompt:** a fox in snow", "a fox in snow"),
        ("```\na fox\nin snow\n```", "a fox in snow"),
        ("- a fox in snow", "a fox in snow"),
        ('" a fox in snow', "a fox in snow"),
        ("'70s photo of the fox's den", "'70s photo of the fox's den"),
        ('a sign that says "open", neon', 'a sign that says "open", neon'),
        ("Photo of a fox: closeup", "Photo of a fox: closeup"),
    ],
)
def test_a_reply_is_reduced_to_its_prompt(reply: str, prompt: str) -> None:
    assert clean_reply(reply) == prompt


def test_variations_are_read_from_numbered_lines() -> None:
    reply = "Here are three prompts:\n1. a fox at dawn\n2) a fox at night\n3: a fox in rain\n"
    assert clean_list(reply, 3) == ("a fox at dawn", "a fox at night", "a fox in rain")
    assert clean_list("one fox\ntwo foxes\n", 5) == ("one fox", "two foxes")


def test_a_refusal_is_known() -> None:
    assert is_refusal("I'm sorry, I can't help with that.")
    assert not is_refusal("a sorry-looking fox")


def test_a_budget_cuts_at_a_comma() -> None:
    assert within_budget("one two, three, four five six", 3) == "one two, three"
    assert within_budget("one, two three four five six", 3) == "one, two three four"
    assert within_budget("one two", 3) == "one two"


@pytest.mark.parametrize(
    ("checkpoint", "family", "uses_negative"),
    [
        ("dreamshaper_8.safetensors", "SD 1.5", True),
        ("sd_xl_base_1.0.safetensors", "SDXL", True),
        ("ponyDiffusionV6XL.safetensors", "Pony and Illustrious", True),
        ("flux1-dev.safetensors", "FLUX and Z-Image", False),
        ("qwen_image_fp8.safetensors", "SD 3 and Qwen-Image", True),
        (None, "SD 1.5", True),
    ],
)
def test_a_family_is_guessed_from_the_name(
    checkpoint: str | None, family: str, *, uses_negative: bool
) -> None:
    found = family_of(checkpoint)
    assert (found.name, found.uses_negative) == (family, uses_negative)
