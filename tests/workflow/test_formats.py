"""Telling workflow files apart by what is in them."""

import json
from typing import Any

import pytest

from tests.support.canvas import canvas, converted, node
from tui.domain.errors import WorkflowError
from tui.workflow.formats import MOST_BYTES, UiWorkflow, parse_workflow

GRAPH: dict[str, Any] = {"3": {"class_type": "Latent", "inputs": {"width": 64}}}


def test_a_canvas_is_told_by_its_nodes() -> None:
    ui = canvas(node(1, "Latent"))
    assert parse_workflow(json.dumps(ui).encode()) == UiWorkflow(ui)


def test_a_graph_is_told_by_its_classes_and_stays_as_it_is() -> None:
    assert parse_workflow(json.dumps(GRAPH)) == GRAPH
    assert parse_workflow(GRAPH) is GRAPH


@pytest.mark.parametrize(
    "wrapper", [{"prompt": GRAPH}, {"prompt": GRAPH, "client_id": "x", "workflow": None}]
)
def test_a_graph_is_found_in_its_wrapper(wrapper: dict[str, Any]) -> None:
    assert parse_workflow(wrapper) == GRAPH


def test_the_canvas_goes_before_the_graph_when_both_are_there() -> None:
    ui = canvas(node(1, "Latent"))
    assert parse_workflow({"prompt": GRAPH, "workflow": ui}) == UiWorkflow(ui)


def test_bare_nan_and_infinity_are_null() -> None:
    found = parse_workflow(b'{"nodes": [{"a": NaN, "b": [Infinity, -Infinity]}], "links": []}')
    assert found == UiWorkflow({"nodes": [{"a": None, "b": [None, None]}], "links": []})


def test_numbers_past_all_bounds_are_null_when_sent() -> None:
    found = parse_workflow(b'{"nodes": [{"id": 1, "type": "Latent", "widgets_values": [1e999, 8]}]}')
    assert isinstance(found, UiWorkflow)
    assert converted(found.canvas).api["1"]["inputs"] == {"width": None, "height": 8}


def test_half_a_character_becomes_a_replacement() -> None:
    found = parse_workflow(b'{"nodes": [], "title": "x\\ud800y \\ud83d\\ude00"}')
    assert found == UiWorkflow({"nodes": [], "title": "x\ufffdy \U0001f600"})


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"\xff\xfe",
        b"{",
        b"[]",
        b"null",
        b'"text"',
        b"{}",
        b'{"nodes": {}}',
        b'{"1": {"class_type": 5, "inputs": {}}}',
        b'{"1": {"class_type": "A"}}',
        b'{"prompt": []}',
        b'{"nodes": ' + b"[" * 5000 + b"]" * 5000 + b"}",
        b"[" * 100_000,
    ],
    ids=lambda source: repr(source[:24]),
)
def test_anything_else_gets_a_sentence(source: bytes) -> None:
    with pytest.raises(WorkflowError) as refusal:
        parse_workflow(source)
    assert refusal.value.title.endswith(".")
    assert refusal.value.advice


def test_a_huge_file_is_refused_unread() -> None:
    with pytest.raises(WorkflowError, match="larger than 64 MB"):
        parse_workflow(b" " * (MOST_BYTES + 1))
