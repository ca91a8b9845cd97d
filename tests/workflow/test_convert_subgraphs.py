"""Subgraphs: ids, promoted widgets, links in and out, and older files' lists of promoted widgets."""

from typing import Any

import pytest

from tests.support.canvas import canvas, converted, definition, inputs, node, with_subgraphs

SAMPLER = node(
    5,
    "Sample",
    [1, "fixed", 20, 7, "slow"],
    inputs=[("model", "MODEL", 1), ("steps", "INT", 2, True)],
    outputs=[("LATENT", [3])],
)
INNER = definition(
    "sub",
    SAMPLER,
    links=[(1, -10, 0, 5, 0, "MODEL"), (2, -10, 1, 5, 1, "INT"), (3, 5, 0, -20, 0, "LATENT")],
    inputs=[("model", "MODEL", [1]), ("steps", "INT", [2])],
    outputs=[("LATENT", "LATENT", [3])],
)


def _instance(node_id: int = 6, values: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    saved = [("model", "MODEL", 10), ("steps", "INT", more.pop("steps", None), True)]
    return node(node_id, "sub", values, inputs=saved, outputs=[("LATENT", [11])], **more)


def _outside(*instances: dict[str, Any]) -> dict[str, Any]:
    loader = node(1, "Loader", outputs=[("MODEL", [10])])
    save = node(2, "SaveImage", inputs=[("images", "LATENT", 11)])
    links = [(10, 1, 0, 6, 0, "MODEL"), (11, 6, 0, 2, 0, "LATENT")]
    return canvas(loader, *instances, save, links=links)


def test_inner_nodes_are_named_by_the_way_to_them() -> None:
    api = converted(with_subgraphs(_outside(_instance()), INNER)).api
    assert list(api) == ["1", "2", "6:5"]
    assert api["6:5"]["inputs"]["model"] == ["1", 0]
    assert api["2"]["inputs"]["images"] == ["6:5", 0]


def test_a_promoted_value_replaces_the_inner_one() -> None:
    assert inputs(with_subgraphs(_outside(_instance(values=[33])), INNER), "6:5")["steps"] == 33


def test_without_a_value_the_inner_one_is_sent() -> None:
    assert inputs(with_subgraphs(_outside(_instance()), INNER), "6:5")["steps"] == 20


def test_every_instance_has_its_own_value() -> None:
    ui = with_subgraphs(_outside(_instance(values=[33]), _instance(7, [44])), INNER)
    api = converted(ui).api
    assert [api[key]["inputs"]["steps"] for key in ("6:5", "7:5")] == [33, 44]


def test_a_link_into_a_promoted_input_goes_through() -> None:
    source = node(3, "Forced", ["x"], outputs=[("INT", [12])])
    ui = _outside(_instance(values=[33], steps=12), source)
    ui["links"].append([12, 3, 0, 6, 1, "INT"])
    assert inputs(with_subgraphs(ui, INNER), "6:5")["steps"] == ["3", 0]


@pytest.mark.parametrize("mode", [2, 4])
def test_a_muted_or_bypassed_instance_sends_nothing_inside(mode: int) -> None:
    api = converted(with_subgraphs(_outside(_instance(mode=mode)), INNER)).api
    assert list(api) == ["1", "2"]
    assert "images" not in api["2"]["inputs"]


def test_an_inner_id_that_the_root_has_is_made_new() -> None:
    clash = definition("sub", node(1, "Latent"), node(9, "Latent"))
    api = converted(with_subgraphs(canvas(node(1, "sub"), last_node_id=3), clash)).api
    assert list(api) == ["1:4", "1:9"]


def test_inner_ids_are_made_unique_over_all_definitions() -> None:
    one, two = definition("one", node(5, "Latent")), definition("two", node(5, "Loader"))
    api = converted(with_subgraphs(canvas(node(1, "one"), node(2, "two"), last_node_id=2), one, two)).api
    assert {key: entry["class_type"] for key, entry in api.items()} == {"1:5": "Latent", "2:6": "Loader"}


OUTER = definition(
    "outer",
    node(
        50,
        "sub",
        [77],
        inputs=[("model", "MODEL", None), ("steps", "INT", 1, True)],
        outputs=[("LATENT", [2])],
    ),
    links=[(1, -10, 0, 50, 1, "INT"), (2, 50, 0, -20, 0, "LATENT")],
    inputs=[("count", "INT", [1])],
    outputs=[("LATENT", "LATENT", [2])],
)


def test_values_are_promoted_through_nested_instances() -> None:
    ui = canvas(node(6, "outer", [88], inputs=[("count", "INT", None, True)]))
    assert inputs(with_subgraphs(ui, OUTER, INNER), "6:50:5")["steps"] == 88


def test_a_nested_instance_hands_up_its_own_value() -> None:
    ui = canvas(node(6, "outer", inputs=[("count", "INT", None, True)]))
    assert inputs(with_subgraphs(ui, OUTER, INNER), "6:50:5")["steps"] == 77


def test_definitions_may_lie_in_definitions() -> None:
    outer = {**OUTER, "definitions": {"subgraphs": [INNER]}}
    assert "6:50:5" in converted(with_subgraphs(canvas(node(6, "outer")), outer)).api


def test_an_input_wired_straight_to_an_output_is_passed_through() -> None:
    straight = definition(
        "straight",
        links=[(1, -10, 0, -20, 0, "MODEL")],
        inputs=[("in", "MODEL", [1])],
        outputs=[("out", "MODEL", [1])],
    )
    ui = canvas(
        node(1, "Loader", outputs=[("MODEL", [1])]),
        node(2, "straight", inputs=[("in", "MODEL", 1)], outputs=[("MODEL", [2])]),
        node(3, "Sample", inputs=[("model", "MODEL", 2)]),
        links=[(1, 1, 0, 2, 0, "MODEL"), (2, 2, 0, 3, 0, "MODEL")],
    )
    assert inputs(with_subgraphs(ui, straight), "3")["model"] == ["1", 0]


def _proxied(entries: Any, values: list[Any]) -> dict[str, Any]:
    ui = canvas(
        node(6, "sub", values, inputs=[("model", "MODEL", None)], properties={"proxyWidgets": entries})
    )
    return with_subgraphs(ui, INNER)


def test_proxied_widgets_take_the_value_at_their_place() -> None:
    sent = inputs(_proxied([["5", "cfg"], ["5", "mode"], ["5", "steps"]], [1.5, "fast", 9]), "6:5")
    assert (sent["cfg"], sent["mode"], sent["steps"]) == (1.5, "fast", 9)


def test_a_proxied_widget_without_a_value_keeps_the_inner_one() -> None:
    assert inputs(_proxied([["5", "cfg"]], [None]), "6:5")["cfg"] == 7


@pytest.mark.parametrize(
    "entries",
    ['[["5", "cfg"]]', [["5", "5: cfg"]], [["5", "cfg", "5"]]],
    ids=["as text", "with an old prefix", "with a third part"],
)
def test_proxies_are_read_in_every_spelling(entries: Any) -> None:
    assert inputs(_proxied(entries, [2.5]), "6:5")["cfg"] == 2.5


def test_entries_of_the_instance_itself_go_by_name() -> None:
    sent = inputs(_proxied([["-1", "steps"]], [12]), "6:5")
    assert sent["steps"] == 12


@pytest.mark.parametrize(
    "entry", [["99", "cfg"], ["5", "nothing"], ["5", "control_after_generate"], ["5", "$$canvas"]]
)
def test_entries_that_lead_to_no_value_are_ignored(entry: list[str]) -> None:
    sent = inputs(_proxied([entry], ["x"]), "6:5")
    assert sent == {"seed": 1, "steps": "x", "cfg": 7, "mode": "slow"}, (
        "by place it is the first promoted value"
    )


def test_a_proxied_primitive_gives_way_to_an_input() -> None:
    primitive = node(4, "PrimitiveNode", [50, "fixed"], outputs=[("INT", [1])])
    sampler = node(5, "Sample", [1, "fixed", 20], inputs=[("steps", "INT", 1, True)])
    sampler["inputs"] = [*node(0, "", inputs=[("model", "MODEL", None)])["inputs"], *sampler["inputs"]]
    inner = definition("sub", primitive, sampler, links=[(1, 4, 0, 5, 4, "INT")])
    # target_slot 4 is the place of `steps` among all inputs: three sockets, the seed, then the steps
    ui = canvas(node(6, "sub", [61], properties={"proxyWidgets": [["4", "value"]]}))
    assert inputs(with_subgraphs(ui, inner), "6:5")["steps"] == 61


def test_a_primitive_inside_drives_the_nodes_beside_it() -> None:
    primitive = node(4, "PrimitiveNode", [50, "fixed"], outputs=[("INT", [1])])
    sampler = node(5, "Sample", [1, "fixed", 20], inputs=[("steps", "INT", 1, True)])
    inner = definition("sub", primitive, sampler, links=[(1, 4, 0, 5, 0, "INT")])
    assert inputs(with_subgraphs(canvas(node(6, "sub")), inner), "6:5")["steps"] == 50


def test_a_primitive_outside_does_not_reach_a_promoted_input() -> None:
    primitive = node(3, "PrimitiveNode", [50, "fixed"], outputs=[("INT", [12])])
    ui = _outside(_instance(values=[33], steps=12), primitive)
    ui["links"].append([12, 3, 0, 6, 1, "INT"])
    assert inputs(with_subgraphs(ui, INNER), "6:5")["steps"] == 20


def test_promoted_text_is_sent_as_it_is() -> None:
    inner = definition(
        "sub",
        node(5, "Encode", ["{a|b}"], inputs=[("text", "STRING", 1, True)]),
        links=[(1, -10, 0, 5, 0, "STRING")],
        inputs=[("text", "STRING", [1])],
    )
    ui = canvas(node(6, "sub", ["{c|d} // e"], inputs=[("text", "STRING", None, True)]))
    assert inputs(with_subgraphs(ui, inner), "6:5")["text"] == "{c|d} // e"


def test_it_is_told_which_inputs_get_a_promoted_value() -> None:
    conversion = converted(with_subgraphs(_outside(_instance(values=[33])), INNER))
    assert conversion.aliases == {("6", "steps"): (("6:5", "steps"),)}


def test_it_is_told_which_inputs_a_primitive_drives() -> None:
    primitive = node(4, "PrimitiveNode", [50, "fixed"], outputs=[("INT", [1])])
    sampler = node(5, "Sample", [1, "fixed", 20], inputs=[("steps", "INT", 1, True)])
    inner = definition("sub", primitive, sampler, links=[(1, 4, 0, 5, 0, "INT")])
    conversion = converted(with_subgraphs(canvas(node(6, "sub")), inner))
    assert conversion.aliases == {("6:4", "value"): (("6:5", "steps"),)}
