"""What is remembered from one run to the next."""

from tests.support.fake_services import IMAGE_TO_IMAGE, TEXT_TO_IMAGE
from tui.domain.request import Lora, PictureInput
from tui.ui.draft import Draft, from_mapping, starting_values, to_mapping


def test_a_draft_survives_being_written_down() -> None:
    draft = Draft(server="gpu-box", workflow="img2img_default", last_seed=471, folder="/home/me")
    draft = draft.with_values(
        {"prompt": "a fox", "steps": 20, "cfg_scale": 7.5, "seed": None, "tiling": True}
        | {"init_image": PictureInput("/fox.png"), "loras": (Lora("ink", 0.8),)}
    )
    draft = draft.with_prompt_sent("a fox", 472).with_folder("/pictures")
    assert from_mapping(to_mapping(draft)) == draft


def test_nonsense_on_disk_is_left_out() -> None:
    stored = {
        "server": 3,
        "values": {"steps": [1], "loras": {"loras": ["x", ["ink", 1]]}},
        "recent_prompts": "no",
    }
    draft = from_mapping(stored)
    assert draft.server == ""
    assert draft.recent_prompts == ()
    assert draft.values == {"loras": (Lora("ink", 1.0),)}


def test_values_that_do_not_fit_the_server_give_way_to_its_own() -> None:
    values = starting_values(TEXT_TO_IMAGE, {"steps": 500, "sampler": "unheard of", "cfg_scale": 5.5})
    assert values["steps"] == 20
    assert values["sampler"] == "euler"
    assert values["cfg_scale"] == 5.5


def test_a_choice_is_known_by_the_way_another_server_spells_it() -> None:
    given = {"sampler": "Euler a", "checkpoint": "dreamshaper_8 [879db523c3]", "loras": (Lora("ink", 0.5),)}
    values = starting_values(TEXT_TO_IMAGE, given)
    assert values["sampler"] == "euler_ancestral"
    assert values["checkpoint"] == "dreamshaper_8.safetensors"
    assert values["loras"] == (Lora("ink.safetensors", 0.5),)


def test_values_go_with_the_person_to_another_form() -> None:
    values = starting_values(IMAGE_TO_IMAGE, {"prompt": "a fox", "width": 768, "steps": 30})
    assert (values["prompt"], values["steps"]) == ("a fox", 30)
    assert "width" not in values


def test_a_prompt_that_is_sent_again_comes_first_and_only_once() -> None:
    draft = Draft().with_prompt_sent("a fox", 1).with_prompt_sent("a hare", 2).with_prompt_sent("a fox", 3)
    assert draft.recent_prompts == ("a fox", "a hare")
