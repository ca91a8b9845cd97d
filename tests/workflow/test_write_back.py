"""Changed values go back to where the canvas keeps them."""

import copy
from typing import Any

import pytest

from tests.support.canvas import DEFS, canvas, converted, definition, node, with_subgraphs
from tui.workflow.api_graph import ApiInput
from tui.workflow.embed import canvas_for, write_back

INNER = definition(
    "sub",
    node(5, "Sample", [1, "fixed", 20, 7, "slow"], inputs=[("steps", "INT", 1, True)]),
    links=[(1, -10, 0, 5, 0, "INT")],
    inputs=[("steps", "INT", [1])],
)
PROMOTED = with_subgraphs(canvas(node(6, "sub", [33]), node(7, "sub", [44])), INNER)
PROXIED = with_subgraphs(
    canvas(node(6, "sub", [None, 2.5], properties={"proxyWidgets": [["5", "seed"], ["5", "cfg"]]})), INNER
)
DRIVEN = canvas(
    node(1, "PrimitiveNode", [30, "increment"], outputs=[("INT", [1])]),
    node(2, "Sample", [1, "fixed", 20], inputs=[("steps", "INT", 1, True)]),
    links=[(1, 1, 0, 2, 0, "INT")],
)
SIMPLE = canvas(node(2, "Sample", [1, "randomize", 20]))
BOARD = canvas(node(3, "Switchboard", ["png", 6, "out"]))


@pytest.mark.parametrize(
    ("ui", "change", "value"),
    [
        (SIMPLE, ("2", "steps"), 55),
        (SIMPLE, ("2", "mode"), "fast"),
        (PROMOTED, ("6:5", "steps"), 66),
        (PROMOTED, ("6:5", "cfg"), 1.5),
        (PROXIED, ("6:5", "cfg"), 3.5),
        (PROXIED, ("6:5", "seed"), 99),
        (PROXIED, ("6:5", "steps"), 12),
        (DRIVEN, ("2", "steps"), 77),
        (BOARD, ("3", "format"), "video"),
    ],
)
def test_converting_again_gives_the_changed_value(ui: dict[str, Any], change: ApiInput, value: Any) -> None:
    before = copy.deepcopy(ui)
    written = write_back(ui, DEFS, {change: value})
    assert converted(written).api[change[0]]["inputs"][change[1]] == value
    assert ui == before, "the workflow itself is not touched"


def test_nothing_but_the_value_changes() -> None:
    written = write_back(PROXIED, DEFS, {("6:5", "cfg"): 3.5})
    old, new = converted(PROXIED).api["6:5"]["inputs"], converted(written).api["6:5"]["inputs"]
    assert new == {**old, "cfg": 3.5}


def test_what_follows_a_seed_is_kept() -> None:
    written: Any = write_back(SIMPLE, DEFS, {("2", "seed"): 5})
    assert written["nodes"][0]["widgets_values"] == [5, "randomize", 20, 8, "slow"]


def test_a_driven_value_is_set_on_the_primitive() -> None:
    written: Any = write_back(DRIVEN, DEFS, {("2", "steps"): 77})
    assert written["nodes"][0]["widgets_values"] == [77, "increment"]
    assert written["nodes"][1]["widgets_values"] == [1, "fixed", 20]


def test_a_promoted_value_is_set_on_its_own_instance() -> None:
    written: Any = write_back(PROMOTED, DEFS, {("7:5", "steps"): 70})
    assert [instance["widgets_values"] for instance in written["nodes"]] == [[33], [70]]


def test_a_combo_and_what_it_brings_are_set_together() -> None:
    changes: dict[ApiInput, Any] = {("3", "format.codec.crf"): 21, ("3", "format"): "video"}
    written = write_back(BOARD, DEFS, changes)
    assert converted(written).api["3"]["inputs"]["format.codec.crf"] == 21


def test_values_saved_by_name_stay_so() -> None:
    ui = canvas(node(1, "Video", {"rate": 8, "name": "n", "more": {"a": 1}}))
    written: Any = write_back(ui, DEFS, {("1", "rate"): 9})
    assert written["nodes"][0]["widgets_values"] == {"rate": 9, "name": "n", "more": {"a": 1}}


@pytest.mark.parametrize("change", [("2", "model"), ("2", "nothing"), ("99", "steps"), ("6:5", "steps")])
def test_what_has_no_home_changes_nothing(change: ApiInput) -> None:
    loader = node(1, "Loader", outputs=[("MODEL", [1])])
    sampler = node(2, "Sample", [1, "fixed"], inputs=[("model", "MODEL", 1)])
    ui = canvas(loader, sampler, links=[(1, 1, 0, 2, 0, "MODEL")])
    assert write_back(ui, DEFS, {change: 5}) == ui


def test_the_canvas_of_a_graph_gets_all_that_changed_in_the_graph() -> None:
    graph = copy.deepcopy(converted(PROMOTED).api)
    graph["6:5"]["inputs"] |= {"steps": 90, "mode": "fast", "positive": ["7:5", 0], "undeclared": 1}
    graph["extra"] = {"class_type": "Latent", "inputs": {"width": 8}}
    shown = converted(canvas_for(graph, PROMOTED, DEFS)).api
    assert shown["6:5"]["inputs"]["steps"] == 90
    assert shown["6:5"]["inputs"]["mode"] == "fast"
    assert shown["7:5"]["inputs"]["steps"] == 44


def test_a_canvas_that_cannot_be_converted_is_embedded_as_it_is() -> None:
    ui = with_subgraphs(canvas(node(6, "sub")), definition("sub", node(7, "sub")))
    assert canvas_for({}, ui, DEFS) is ui
