"""Values of widgets: which saved value belongs to which input."""

import pytest

from tests.support.canvas import canvas, converted, inputs, node


def test_values_are_taken_in_the_order_of_the_widgets() -> None:
    ui = canvas(node(1, "Sample", [7, "randomize", 30, 6.5, "fast"]))
    assert inputs(ui, "1") == {"seed": 7, "steps": 30, "cfg": 6.5, "mode": "fast"}


def test_the_choice_of_what_follows_a_seed_takes_a_place_and_is_not_sent() -> None:
    ui = canvas(node(1, "Sample", [7, "fixed", 30]))
    assert list(inputs(ui, "1")) == ["seed", "steps", "cfg", "mode"]
    assert inputs(ui, "1")["steps"] == 30


def test_what_the_file_lacks_keeps_its_default() -> None:
    assert inputs(canvas(node(1, "Sample")), "1") == {"seed": 0, "steps": 20, "cfg": 8, "mode": "slow"}


def test_surplus_values_are_ignored() -> None:
    ui = canvas(node(1, "Picture", ["dog.png", "image", "", None]))
    assert inputs(ui, "1") == {"image": "dog.png"}


def test_values_outside_the_range_and_the_list_are_sent_as_they_are() -> None:
    ui = canvas(node(1, "Sample", [7, "fixed", 5000, -3, "sideways"]))
    assert inputs(ui, "1") == {"seed": 7, "steps": 5000, "cfg": -3, "mode": "sideways"}


def test_numbers_are_written_as_javascript_writes_them() -> None:
    ui = canvas(node(1, "Sample", [2**64 - 1, "fixed", 20.0, 0.5, "slow"]))
    sent = inputs(ui, "1")
    assert sent["seed"] == 18446744073709552000
    assert (sent["steps"], type(sent["steps"])) == (20, int)


def test_an_empty_combo_takes_its_first_choice_and_other_nulls_stay() -> None:
    ui = canvas(node(1, "Sample", [7, "fixed", None, 6.5, None]))
    assert inputs(ui, "1") == {"seed": 7, "steps": None, "cfg": 6.5, "mode": "slow"}


def test_old_sampler_names_lose_their_prefix() -> None:
    ui = canvas(node(1, "KSampler", ["sample_dpm", 0.5]))
    assert inputs(ui, "1") == {"sampler_name": "dpm", "denoise": 0.5}


def test_arrays_are_wrapped_so_that_they_are_no_links() -> None:
    ui = canvas(node(1, "Curves", [[[0, 0], [1, 1]], ["#111", "#222"]]))
    assert inputs(ui, "1") == {
        "curve": {"__type__": "CURVE", "__value__": [[0, 0], [1, 1]]},
        "colours": {"__value__": ["#111", "#222"]},
    }


def test_values_of_inputs_that_became_sockets_are_left_out() -> None:
    ui = canvas(node(1, "Forced", [64, "x", 3, True]))
    assert inputs(ui, "1") == {"name": "x", "last": True}


def test_a_list_of_another_length_is_read_without_guessing() -> None:
    ui = canvas(node(1, "Forced", ["x", True]))
    assert inputs(ui, "1") == {"name": "x", "last": True}


def test_the_server_s_order_of_inputs_decides() -> None:
    assert inputs(canvas(node(1, "Ordered", ["first", 2])), "1") == {"early": "first", "late": 2}


def test_a_dynamic_combo_brings_its_inputs_and_they_take_the_next_values() -> None:
    ui = canvas(node(1, "Switchboard", ["video", "h264", 18, "clip"]))
    assert inputs(ui, "1") == {
        "format": "video",
        "format.codec": "h264",
        "format.codec.crf": 18,
        "name": "clip",
    }


def test_a_dynamic_combo_with_an_unknown_value_brings_nothing() -> None:
    assert inputs(canvas(node(1, "Switchboard", ["gif", "clip"])), "1") == {"format": "gif", "name": "clip"}


@pytest.mark.parametrize(("choice", "is_kept"), [("video", True), ("png", False)])
def test_a_link_below_a_dynamic_combo_survives_with_its_input(choice: str, is_kept: bool) -> None:
    source = node(2, "Unknown", outputs=[("AUDIO", [1])])
    board = node(1, "Switchboard", [choice], inputs=[("format.sound", "AUDIO", 1)])
    sent = inputs(canvas(source, board, links=[(1, 2, 0, 1, 0, "AUDIO")]), "1")
    assert ("format.sound" in sent) is is_kept


def test_a_growing_group_keeps_the_names_and_gaps_of_its_links() -> None:
    pictures = [node(number, "Picture", outputs=[("IMAGE", [number])]) for number in (1, 2)]
    saved = [("images.image0", "IMAGE", 1), ("images.image1", "IMAGE", None), ("images.image3", "IMAGE", 2)]
    links = [(1, 1, 0, 3, 0, "IMAGE"), (2, 2, 0, 3, 2, "IMAGE")]
    sent = inputs(canvas(*pictures, node(3, "Batch", inputs=saved), links=links), "3")
    assert sent == {"images.image0": ["1", 0], "images.image3": ["2", 0]}


def test_a_custom_combo_sends_its_place_and_one_empty_option() -> None:
    ui = canvas(node(1, "CustomCombo", ["blue", 0, "red", "blue"]))
    assert inputs(ui, "1") == {
        "choice": "blue",
        "index": 1,
        "option1": "red",
        "option2": "blue",
        "option3": "",
    }


def test_values_saved_by_name_are_read_for_a_node_pack() -> None:
    ui = canvas(node(1, "Video", {"name": "n", "rate": 8, "crf": 19, "preview": {"hidden": True}}))
    assert inputs(ui, "1") == {"rate": 8, "name": "n", "crf": 19}


def test_values_saved_by_name_are_lost_on_a_core_node_and_that_is_said() -> None:
    conversion = converted(canvas(node(4, "KSampler", {"sampler_name": "dpm", "denoise": 0.5})))
    assert conversion.api["4"]["inputs"] == {"sampler_name": "euler"}
    assert "node 4" in conversion.notes[0].sentence
