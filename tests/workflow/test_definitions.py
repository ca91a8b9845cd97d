"""What a server declares about its node classes."""

from typing import Any

import pytest

from tests.support.canvas import DEFS, OBJECT_INFO
from tui.workflow.definitions import NodeDefs
from tui.workflow.input_specs import autogrow, dynamic_choices


def test_both_spellings_of_a_combo_give_choices() -> None:
    old, new = DEFS["Loader"].inputs[0], DEFS["Sample"].input("mode")
    assert new is not None
    assert (old.type, old.choices) == ("COMBO", ("a.safetensors", "b.safetensors"))
    assert (new.type, new.choices) == ("COMBO", ("slow", "fast"))


def test_inputs_come_in_the_order_that_the_server_wants() -> None:
    assert [spec.name for spec in DEFS["Ordered"].inputs] == ["early", "late"]
    assert [spec.name for spec in DEFS["Ordered"].declared] == ["late", "early"]


def test_required_inputs_come_before_optional_ones() -> None:
    assert [(spec.name, spec.section) for spec in DEFS["Forced"].inputs] == [
        ("size", "required"),
        ("name", "required"),
        ("extra", "optional"),
        ("last", "optional"),
    ]


def test_only_links_fill_a_forced_input() -> None:
    assert [spec.name for spec in DEFS["Forced"].inputs if spec.is_forced] == ["size", "extra"]
    assert [spec.name for spec in DEFS["Forced"].inputs if spec.is_widget] == ["name", "last"]


def test_a_socket_of_several_types_may_have_a_widget() -> None:
    info: dict[str, Any] = {
        "Rate": {"input": {"required": {"fps": ["FLOAT,INT", {"widgetType": "FLOAT"}], "any": ["A,B"]}}}
    }
    fps, other = NodeDefs(info).get("Rate", DEFS["Loader"]).inputs
    assert (fps.is_widget, fps.widget_type, fps.type) == (True, "FLOAT", "FLOAT,INT")
    assert not other.is_widget


def test_the_choices_of_a_dynamic_combo_bring_inputs() -> None:
    choices = dynamic_choices(DEFS["Switchboard"].inputs[0])
    assert [(choice.key, [spec.name for spec in choice.inputs]) for choice in choices] == [
        ("png", ["level"]),
        ("video", ["codec", "sound"]),
    ]


def test_a_growing_group_names_its_inputs() -> None:
    group = autogrow(DEFS["Batch"].inputs[0])
    assert (group.minimum, group.maximum) == (2, 5)
    assert group.name(3, group.inputs[0]) == "image3"


def test_outputs_titles_and_ends_are_declared() -> None:
    assert [(output.name, output.type) for output in DEFS["Loader"].outputs] == [
        ("MODEL", "MODEL"),
        ("CLIP", "CLIP"),
    ]
    assert DEFS["Loader"].title == "Load Model"
    assert DEFS["Latent"].title == "Latent"
    assert DEFS["SaveImage"].is_output
    assert not DEFS["Latent"].is_output


def test_it_is_a_mapping_of_the_classes_that_can_be_read() -> None:
    defs = NodeDefs({**OBJECT_INFO, "Broken": None, "AlsoBroken": []})
    assert set(defs) == set(OBJECT_INFO)
    assert "Broken" not in defs
    assert defs.get("Broken") is None
    assert defs["Loader"] is defs["Loader"]


@pytest.mark.parametrize(
    "junk", [None, 5, "x", [], [None], [[]], {"required": []}, {"required": {"a": None}}]
)
def test_a_class_may_declare_anything(junk: Any) -> None:
    node_class = NodeDefs({"A": {"input": junk, "output": junk, "input_order": junk}})["A"]
    assert all(isinstance(spec.type, str) for spec in node_class.inputs)
    assert all(isinstance(output.type, str) for output in node_class.outputs)
