"""Primitive nodes: one value written into the widgets it is wired to."""

from typing import Any

import pytest

from tests.support.canvas import canvas, inputs, node


def _driven(values: list[Any], target: dict[str, Any], name: str, kind: str, **more: Any) -> dict[str, Any]:
    primitive = node(1, "PrimitiveNode", values, outputs=[(kind, [1])], **more)
    wired = {**target, "inputs": [*target["inputs"], *node(0, "", inputs=[(name, kind, 1, True)])["inputs"]]}
    return canvas(primitive, wired, links=[(1, 1, 0, target["id"], 0, kind)])


def test_the_value_is_sent_with_the_node_it_drives() -> None:
    ui = _driven([33, "fixed"], node(2, "Sample", [1, "fixed", 20]), "steps", "INT")
    assert inputs(ui, "2")["steps"] == 33


@pytest.mark.parametrize("mode", [2, 4])
def test_muting_or_bypassing_it_changes_nothing(mode: int) -> None:
    ui = _driven([33, "fixed"], node(2, "Sample", [1, "fixed", 20]), "steps", "INT", mode=mode)
    assert inputs(ui, "2")["steps"] == 33


@pytest.mark.parametrize(
    ("value", "expected"),
    [(513, 512), (516, 520), (5000, 1024), (-5, 16)],
    ids=["down", "half up", "max", "min"],
)
def test_whole_numbers_go_to_the_steps_and_into_the_range(value: int, expected: int) -> None:
    assert inputs(_driven([value, "fixed"], node(2, "Latent"), "width", "INT"), "2")["width"] == expected


@pytest.mark.parametrize(("value", "expected"), [(7.126, 7.1), (900, 100), (-2, 0)])
def test_fractions_are_rounded_and_clamped(value: float, expected: float) -> None:
    ui = _driven([value, "fixed"], node(2, "Sample", [1, "fixed", 20, 3]), "cfg", "FLOAT")
    assert inputs(ui, "2")["cfg"] == expected


def test_choices_are_taken_as_they_are() -> None:
    ui = _driven(["sideways", "fixed"], node(2, "Sample", [1, "fixed", 20, 3, "slow"]), "mode", "COMBO")
    assert inputs(ui, "2")["mode"] == "sideways"


def test_without_a_saved_value_it_copies_its_target() -> None:
    assert inputs(_driven([], node(2, "Sample", [1, "fixed", 44]), "steps", "INT"), "2")["steps"] == 44


def test_two_targets_get_the_value_that_fits_both() -> None:
    primitive = node(1, "PrimitiveNode", [3000, "fixed"], outputs=[("INT", [1, 2])])
    latent = node(2, "Latent", inputs=[("width", "INT", 1, True)])
    sampler = node(3, "Sample", inputs=[("steps", "INT", 2, True)])
    links = [(1, 1, 0, 2, 0, "INT"), (2, 1, 0, 3, 1, "INT")]
    ui = canvas(primitive, latent, sampler, links=links)
    # 100 is the most that both take; rounding to the step of 8 comes after that
    assert inputs(ui, "2")["width"] == 104
    assert inputs(ui, "3")["steps"] == 104


def test_it_can_quote_another_node_s_value() -> None:
    quoting = {"Run widget replace on values": True}
    ui = _driven(["%Latent.width%px"], node(2, "Video", [1, "x"]), "name", "STRING", properties=quoting)
    ui["nodes"].append(node(9, "Latent", [640, 512]))
    assert inputs(ui, "2")["name"] == "640px"


@pytest.mark.parametrize(("value", "expected"), [(None, 1), ("12", 12), (True, 1), ("many", None)])
def test_what_is_no_number_is_taken_as_javascript_takes_it(value: Any, expected: Any) -> None:
    sent = inputs(_driven([value, "fixed"], node(2, "Sample", [1, "fixed", 20]), "steps", "INT"), "2")[
        "steps"
    ]
    assert sent == expected
