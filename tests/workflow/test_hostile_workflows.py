"""Files made to break a reader: each gets a sentence or is converted, quickly."""

from typing import Any

import pytest

from tests.support.canvas import canvas, converted, definition, node, with_subgraphs
from tui.domain.errors import WorkflowError


def _refusal(ui: dict[str, Any]) -> str:
    with pytest.raises(WorkflowError) as refusal:
        converted(ui)
    return refusal.value.sentence


def test_a_circle_of_reroutes_is_named() -> None:
    ui = canvas(
        node(1, "Reroute", inputs=[("", "*", 1)], outputs=[("*", [2])], title="Round"),
        node(2, "Reroute", inputs=[("", "*", 2)], outputs=[("*", [1, 3])]),
        node(3, "SaveImage", inputs=[("images", "LATENT", 3)]),
        links=[(1, 2, 0, 1, 0, "*"), (2, 1, 0, 2, 0, "*"), (3, 2, 0, 3, 0, "*")],
    )
    assert "run in a circle" in _refusal(ui)


def test_a_circle_of_nodes_that_run_is_the_server_s_affair() -> None:
    ui = canvas(
        node(1, "Blend", inputs=[("one", "MODEL", 2)], outputs=[("MODEL", [1])]),
        node(2, "Blend", inputs=[("one", "MODEL", 1)], outputs=[("MODEL", [2])]),
        links=[(1, 1, 0, 2, 0, "MODEL"), (2, 2, 0, 1, 0, "MODEL")],
    )
    assert converted(ui).api["1"]["inputs"]["one"] == ["2", 0]


def test_a_subgraph_inside_itself_is_named() -> None:
    ui = with_subgraphs(canvas(node(6, "sub")), definition("sub", node(7, "sub", title="Mirror")))
    assert "node 7 “mirror” stands inside its own subgraph" in _refusal(ui).lower()


def test_two_subgraphs_inside_each_other_are_named() -> None:
    one, two = definition("one", node(7, "two")), definition("two", node(8, "one"))
    assert "inside its own subgraph" in _refusal(with_subgraphs(canvas(node(6, "one")), one, two))


def test_subgraphs_that_multiply_past_all_bounds_are_refused() -> None:
    levels = [
        definition(f"level{depth}", *(node(100 * depth + n, f"level{depth + 1}") for n in range(10)))
        for depth in range(8)
    ]
    leaf = definition("level8", node(999, "Latent"))
    assert "more than 100,000 nodes" in _refusal(with_subgraphs(canvas(node(1, "level0")), *levels, leaf))


def test_a_million_nodes_are_refused() -> None:
    assert "1,000,000 nodes" in _refusal({"nodes": [{}] * 1_000_000})


def test_a_node_with_endless_inputs_is_refused() -> None:
    assert "more than 2,000 inputs" in _refusal(canvas({"id": 1, "type": "Batch", "inputs": [{}] * 2001}))


def test_deep_nesting_is_refused() -> None:
    values: Any = []
    for _ in range(5000):
        values = [values]
    assert "nested too deeply" in _refusal(canvas(node(1, "Latent", values)))


def test_a_chain_of_fifty_thousand_reroutes_is_followed() -> None:
    count = 50_000
    chain = [node(n, "Reroute", inputs=[("", "*", n)], outputs=[("*", [n + 1])]) for n in range(1, count)]
    ui = canvas(
        node(0, "Loader", outputs=[("MODEL", [1])]),
        *chain,
        node(count, "Sample", inputs=[("model", "MODEL", count)]),
        links=[(n, n - 1, 0, n, 0, "*") for n in range(1, count + 1)],
    )
    assert converted(ui).api[str(count)]["inputs"]["model"] == ["0", 0]


def test_subgraphs_nested_ninety_deep_are_opened() -> None:
    levels = [definition(f"level{depth}", node(depth + 10, f"level{depth + 1}")) for depth in range(90)]
    api = converted(
        with_subgraphs(canvas(node(1, "level0")), *levels, definition("level90", node(500, "Latent")))
    ).api
    assert [key.count(":") for key in api] == [91]


@pytest.mark.parametrize("junk", [None, True, -1, 1.5, 10**40, "x", [], {}, [[]], [None], {"a": 1}], ids=repr)
@pytest.mark.parametrize(
    "key", ["id", "type", "mode", "title", "inputs", "outputs", "properties", "widgets_values", "flags"]
)
def test_any_value_may_stand_anywhere_in_a_node(key: str, junk: Any) -> None:
    good = node(1, "Sample", [1, "fixed"], inputs=[("model", "MODEL", 1)], outputs=[("LATENT", [2])])
    api = converted(canvas({**good, key: junk}, node(2, "Latent"), links=[(1, 2, 0, 1, 0, "LATENT")])).api
    assert "2" in api or key == "id"


@pytest.mark.parametrize(
    "junk", [None, 5, "x", [], {}, [5, None, "x", [], {}], [[1]], [[1, 2, 3, 4, 5, 6, 7]]], ids=repr
)
@pytest.mark.parametrize(
    "key", ["links", "version", "extra", "definitions", "state", "last_node_id", "groups"]
)
def test_any_value_may_stand_anywhere_in_a_file(key: str, junk: Any) -> None:
    assert "1" in converted({**canvas(node(1, "Latent")), key: junk}).api


@pytest.mark.parametrize("junk", [None, 5, "x", [5], {"a": 1}, [{}], [{"id": []}], [[None]]], ids=repr)
@pytest.mark.parametrize("key", ["id", "nodes", "links", "inputs", "outputs", "name", "definitions"])
def test_any_value_may_stand_anywhere_in_a_subgraph(key: str, junk: Any) -> None:
    inner = definition("sub", node(5, "Latent"), inputs=[("a", "INT", [1])], outputs=[("b", "INT", [2])])
    assert isinstance(
        converted(with_subgraphs(canvas(node(1, "sub"), node(2, "Latent")), {**inner, key: junk})).api, dict
    )
