"""What holds for every graph, on graphs that hypothesis draws."""

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support.canvas import DEFS, OBJECT_INFO, canvas, converted, node, with_subgraphs
from tui.domain.errors import WorkflowError
from tui.workflow.embed import write_back
from tui.workflow.formats import parse_workflow

TYPES = [*OBJECT_INFO, "Reroute", "Note", "PrimitiveNode", "GetNode", "SetNode", "Unknown", "sub", "deep"]
KINDS = ["MODEL", "CLIP", "LATENT", "INT", "*", "IMAGE,MASK", ""]
NAMES = [
    "model",
    "clip",
    "text",
    "steps",
    "images.image0",
    "images.image1",
    "format.sound",
    "width",
    "",
    "value",
]
JUNK = st.none() | st.booleans() | st.integers(-5, 99) | st.floats() | st.text(max_size=6)
VALUES = st.lists(
    JUNK | st.sampled_from(["video", "h264", "png", "fixed"]) | st.lists(JUNK, max_size=2), max_size=8
)


@st.composite
def graphs(draw: st.DrawFn, types: list[str], first_id: int = 0, borders: bool = False) -> dict[str, Any]:
    """Nodes of any type, with links between any of their slots."""
    count = draw(st.integers(1, 7))
    ends = st.integers(first_id, first_id + count - 1) | (
        st.sampled_from([-10, -20]) if borders else st.nothing()
    )
    links = [
        [
            number,
            draw(ends),
            draw(st.integers(0, 2)),
            draw(ends),
            draw(st.integers(0, 3)),
            draw(st.sampled_from(KINDS)),
        ]
        for number in range(1, draw(st.integers(0, 9)) + 1)
    ]
    nodes = [_node(draw, first_id + index, types, links) for index in range(count)]
    return canvas(*nodes, links=links)


def _node(draw: st.DrawFn, node_id: int, types: list[str], links: list[list[Any]]) -> dict[str, Any]:
    arriving = [link for link in links if link[3] == node_id]
    inputs = [
        (
            draw(st.sampled_from(NAMES)),
            draw(st.sampled_from(KINDS)),
            link[0],
            *([True] if draw(st.booleans()) else []),
        )
        for link in arriving
    ]
    outputs = [
        (draw(st.sampled_from(KINDS)), [link[0] for link in links if link[1] == node_id and link[2] == slot])
        for slot in range(3)
    ]
    entries = st.lists(
        st.tuples(st.sampled_from(["100", "101", "200", "-1"]), st.sampled_from(NAMES)), max_size=4
    )
    return node(
        node_id,
        draw(st.sampled_from(types)),
        draw(st.none() | VALUES),
        inputs=inputs,
        outputs=outputs,
        mode=draw(st.sampled_from([0, 0, 0, 2, 4])),
        properties={"proxyWidgets": [list(entry) for entry in draw(entries)]} if draw(st.booleans()) else {},
    )


@st.composite
def workflows(draw: st.DrawFn) -> dict[str, Any]:
    """A root and two definitions, one of which may stand in the other."""
    sub = _definition(draw, "sub", [*OBJECT_INFO, "Reroute", "PrimitiveNode"], 100)
    deep = _definition(draw, "deep", [*OBJECT_INFO, "sub", "Reroute"], draw(st.sampled_from([100, 200])))
    return with_subgraphs(draw(graphs(TYPES)), sub, deep)


def _definition(draw: st.DrawFn, name: str, types: list[str], first_id: int) -> dict[str, Any]:
    graph = draw(graphs(types, first_id, borders=True))
    ids = [link[0] for link in graph["links"]]
    ports = st.lists(
        st.tuples(
            st.sampled_from(NAMES), st.sampled_from(KINDS), st.lists(st.sampled_from(ids or [0]), max_size=2)
        ),
        max_size=4,
    )
    keys = ("name", "type", "linkIds")
    sides = {
        side: [dict(zip(keys, port, strict=True)) for port in draw(ports)] for side in ("inputs", "outputs")
    }
    return {**graph, **sides, "id": name, "name": name}


def _convertible(ui: dict[str, Any]) -> dict[str, Any] | None:
    """The API graph; None for a file with a circle, which gets its sentence."""
    try:
        return dict(converted(ui).api)
    except WorkflowError as refusal:
        if "circle" in refusal.title:
            return None
        raise


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workflows())
def test_links_point_at_nodes_that_are_sent_and_nothing_muted_is(ui: dict[str, Any]) -> None:
    api = _convertible(ui)
    if api is None:
        return
    for entry in api.values():
        for value in entry["inputs"].values():
            assert not isinstance(value, list) or value[0] in api
    silent = {str(saved["id"]) for saved in ui["nodes"] if saved["mode"] in (2, 4)}
    assert not silent & {key.partition(":")[0] for key in api}
    json.dumps(api, allow_nan=False)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workflows())
def test_an_api_graph_comes_back_as_it_is(ui: dict[str, Any]) -> None:
    api = _convertible(ui)
    if api:
        assert parse_workflow(json.dumps(api)) == api


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(workflows(), st.integers(0, 50))
def test_any_input_may_be_written_back(ui: dict[str, Any], pick: int) -> None:
    api = _convertible(ui)
    spots = [(key, name) for key, entry in (api or {}).items() for name in entry["inputs"]]
    if spots:
        written = write_back(ui, DEFS, {spots[pick % len(spots)]: 5})
        assert _convertible(written) is not None
