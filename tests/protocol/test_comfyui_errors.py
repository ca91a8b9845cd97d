"""Every refusal the server was seen to make, as a sentence."""

import json
from typing import Any

import msgspec
import pytest

from tests.support.comfyui_recordings import FOLDER
from tui.protocol.comfyui_errors import (
    Rejection,
    dropped_outputs,
    rejection_of,
    run_problem,
    unlisted_choices,
)


def recorded(path: str) -> tuple[dict[str, Any], Rejection]:
    exchange = json.loads((FOLDER / f"{path}.json").read_text())
    prompt = exchange["request"].get("body", {}).get("prompt", {})
    return prompt if isinstance(prompt, dict) else {}, msgspec.convert(
        exchange["response"]["body"], Rejection
    )


SENTENCES = {
    "http/prompt_bad_linked_input_400": ("“ImageInvert”: the link of image is damaged.", "Link it again."),
    "http/prompt_bad_slot_400": (
        "“ImageInvert” has a link that leads nowhere (tuple index out of range).",
        "Link its inputs again.",
    ),
    "http/prompt_dangling_link_400": (
        "“ImageInvert”: image is linked to node 99, which is not in the workflow.",
        "Link it again.",
    ),
    "http/prompt_dependency_cycle_400": (
        "“ImageInvert” depends on itself: 2 (ImageInvert) -> 2 (ImageInvert).",
        "Take the loop out.",
    ),
    "http/prompt_empty_graph_400": (
        "The workflow has no output.",
        "Add a node that saves or shows a picture, such as SaveImage.",
    ),
    "http/prompt_id_empty_400": (
        (
            "The server rejected the workflow: prompt_id must be a valid UUID: prompt_id must be a UUID "
            "string in canonical lowercase hyphenated form; omit it to let the server generate one"
        ),
        "",
    ),
    "http/prompt_image_traversal_400": (
        "“LoadImage”: image: Invalid image file: ../x.png.",
        "Choose a file that the server has.",
    ),
    "http/prompt_integer_link_id_400": (
        "“ImageInvert”: image is linked to node 1, which is not in the workflow.",
        "Link it again.",
    ),
    "http/prompt_missing_checkpoint_400": (
        "“CheckpointLoaderSimple”: ckpt_name is “v1-5.safetensors”, which the server does not have.",
        (
            "Did you mean “tiny_sd15.safetensors”? It has sub dir/tiny_sd15_b.safetensors, "
            "tiny_sd15.safetensors, tiny_sd15_inpaint.safetensors."
        ),
    ),
    "http/prompt_missing_image_400": (
        "“LoadImage”: image: Invalid image file: nosuch.png.",
        "Choose a file that the server has.",
    ),
    "http/prompt_no_class_type_400": (
        "A node has no class_type (Node ID '#2').",
        "The workflow file is damaged.",
    ),
    "http/prompt_no_inputs_key_400": ("“ImageInvert” has no inputs.", "The workflow file is damaged."),
    "http/prompt_no_prompt_400": ("The server rejected the workflow: No prompt provided", ""),
    "http/prompt_required_input_missing_400": (
        "“ImageInvert” misses its input image.",
        "Connect or fill it.",
    ),
    "http/prompt_return_type_mismatch_400": (
        "“ImageInvert”: image is linked to MASK, and needs IMAGE.",
        "Link it to an output of that type.",
    ),
    "http/prompt_unknown_class_400": (
        "“ImageInvert” needs the node NoSuchNode, which this server does not have.",
        "Install its custom node, or update it.",
    ),
    "v0.3.64/prompt_unknown_class_400": (
        "“ImageInvert” needs the node NoSuchNode, which this server does not have.",
        "Install its custom node, or update it.",
    ),
    "v0.3.64/prompt_ui_format_400": (
        "This is a canvas, not a graph in API format.",
        "Export it with “Export (API)”.",
    ),
    "v0.3.64/prompt_dependency_cycle_400": (
        "The server rejected the workflow: Prompt outputs failed validation",
        "",
    ),
}


@pytest.mark.parametrize("path", SENTENCES)
def test_a_refusal_reads_as_a_sentence(path: str) -> None:
    graph, rejection = recorded(path)
    problem = rejection_of(rejection, graph)
    assert (problem.sentence, problem.advice) == SENTENCES[path]


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*/prompt_*_400.json")), ids=lambda path: path.stem)
def test_no_recorded_refusal_is_without_words(path: Any) -> None:
    graph, rejection = recorded(str(path.relative_to(FOLDER).with_suffix("")))
    problem = rejection_of(rejection, graph)
    assert problem.sentence
    assert "None" not in problem.sentence
    assert "{" not in problem.sentence


def test_several_faults_are_all_told() -> None:
    graph, rejection = recorded("http/prompt_many_value_errors_400")
    problem = rejection_of(rejection, graph)
    assert problem.sentence == "“EmptyLatentImage”: width is 99999, and must be at most 16384."
    assert "Allowed: 16 to 16384." in problem.advice
    assert "“KSampler”: seed is -1, and must be at least 0." in problem.advice
    assert "“KSampler”: cfg is “abc”, and must be a number." in problem.advice
    assert "And " in problem.advice
    assert " more." in problem.advice


def test_the_nearest_of_a_long_list_is_named_when_the_list_is_known() -> None:
    graph, rejection = recorded("http/prompt_many_value_errors_400")
    [place] = unlisted_choices(rejection.by_node)
    assert place == ("KSampler", "sampler_name")
    node = {
        "type": "value_not_in_list",
        "extra_info": {"input_name": "sampler_name", "received_value": "eulr"},
    }
    body = {"error": "", "node_errors": {"3": {"errors": [node], "class_type": "KSampler"}}}
    choices = {place: ("euler", "heun", *(f"other_{number}" for number in range(40)))}
    problem = rejection_of(msgspec.convert(body, Rejection), graph, choices)
    assert problem.advice.startswith("Did you mean “euler”? It has euler, heun, other_0")
    assert problem.advice.endswith("and 36 more.")


def test_the_other_systems_separator_is_not_another_model() -> None:
    extra = {
        "input_name": "ckpt_name",
        "received_value": "sd\\a.safetensors",
        "input_config": [["b.safetensors", "sd/a.safetensors"], {}],
    }
    body = {"node_errors": {"4": {"errors": [{"type": "value_not_in_list", "extra_info": extra}]}}}
    problem = rejection_of(msgspec.convert(body, Rejection), {})
    assert "Did you mean “sd/a.safetensors”?" in problem.advice


def test_an_empty_list_says_what_to_do() -> None:
    extra = {"input_name": "lora_name", "received_value": "x", "input_config": [[], {}]}
    body = {"node_errors": {"4": {"errors": [{"type": "value_not_in_list", "extra_info": extra}]}}}
    assert "add a file" in rejection_of(msgspec.convert(body, Rejection), {}).advice


def test_outputs_left_out_of_an_accepted_job_are_told() -> None:
    exchange = json.loads((FOLDER / "http/prompt_one_output_invalid_200.json").read_text())
    [note] = dropped_outputs(
        exchange["response"]["body"]["node_errors"], exchange["request"]["body"]["prompt"]
    )
    assert note.startswith("Left out: “ImageScale”: width is -5, and must be at least 0.")


@pytest.mark.parametrize("node_errors", [None, [], {}, {"4": 3}, {"4": {"errors": "x"}}])
def test_no_node_errors_leave_nothing_out(node_errors: object) -> None:
    assert dropped_outputs(node_errors, {}) == ()


def test_what_a_server_quotes_cannot_command_a_terminal() -> None:
    evil = "\x1b]52;c;ZXZpbA==\x07\u202e[bold red]x"
    extra = {"input_name": evil, "received_value": evil, "input_config": [[evil], {}]}
    errors = [{"type": kind, "message": evil, "details": evil, "extra_info": extra} for kind in KINDS]
    body = {
        "error": {"type": "", "message": evil},
        "node_errors": {evil: {"errors": errors, "class_type": evil}},
    }
    for rejection in (body, {"error": {"type": "x", "message": evil, "details": evil}}, {"error": evil}):
        problem = rejection_of(msgspec.convert(rejection, Rejection), {})
        assert not {"\x1b", "\x07", "\u202e"} & {*problem.sentence, *problem.advice}


KINDS = (
    "value_not_in_list", "value_smaller_than_min", "value_bigger_than_max", "invalid_input_type",
    "required_input_missing", "return_type_mismatch", "bad_linked_input", "custom_validation_failed",
    "dependency_cycle", "exception_during_inner_validation", "exception_during_validation", "made_up",
)  # fmt: skip


def test_lack_of_memory_says_what_helps() -> None:
    problem = run_problem("KSampler", "torch.OutOfMemoryError", "Allocation on device\n")
    assert problem.sentence == "“KSampler” ran out of memory: Allocation on device"
    assert "smaller" in problem.advice
