"""Forms of workflows that mean harm, or that nobody thought of: a form or a sentence, and soon."""

import time
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.canvas import canvas, definition, node, with_subgraphs
from tests.support.engine_canvas import txt2img_canvas
from tests.support.node_definitions import node_defs
from tui.domain.errors import WorkflowError
from tui.workflow.field_values import default_of, field_value
from tui.workflow.fields import build_form
from tui.workflow.fill import fill
from tui.workflow.needs import needs_of
from tui.workflow.opening import open_workflow

DEFS = node_defs()
FORM_NODES = [
    "ETN_Parameter",
    "ETN_KritaCanvas",
    "ETN_KritaSelection",
    "ETN_KritaOutput",
    "SwarmInputInteger",
    "SwarmInputDropdown",
    "SwarmInputGroup",
    "SwarmInputImage",
    "KSampler",
    "LoadImage",
    "CheckpointLoaderSimple",
    "Nowhere",
]
NAMES = [
    "order_priority",
    "is_advanced",
    "positive",
    "seed",
    "steps",
    "ckpt_name",
    "text",
    "x.y",
    "",
    "title",
    "value",
    "name",
    "type",
    "default",
    "min",
    "max",
    "step",
    "group",
    "values",
    "view_type",
    "image",
]

scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=8)
links = st.tuples(st.sampled_from("123456"), st.integers(-1, 4)).map(list)
words = st.sampled_from(
    ["number", "number (integer)", "toggle", "choice", "auto", "seed", "euler", "a, b,", "2. G/1. N"]
)
anything = st.recursive(
    scalars | links | words,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4),
    max_leaves=8,
)
nodes = st.fixed_dictionaries(
    {
        "class_type": st.sampled_from(FORM_NODES),
        "inputs": st.dictionaries(st.sampled_from(NAMES), scalars | links | words | anything, max_size=8),
    },
    optional={"_meta": anything},
)
graphs = st.dictionaries(st.sampled_from("123456"), nodes, min_size=1, max_size=6)


def tried(data: object) -> None:
    """Open, show, leave alone and fill: anything may be refused, with a sentence."""
    try:
        template = open_workflow("mine", data, DEFS)
    except WorkflowError:
        return
    form = build_form(template, DEFS, {})
    names = [field.name for field in form.fields]
    assert len(names) == len(set(names))
    assert all("\x1b" not in field.label + field.group + field.note for field in form.fields)
    assert all(sentence for sentence in needs_of(template, form, DEFS).sentences)
    values: dict[str, Any] = {}
    for field in form.fields:
        try:
            values[field.name] = None if field.unavailable else field_value(field, default_of(field))
        except WorkflowError:
            continue
    fill(template, values, DEFS)


@settings(deadline=None, max_examples=300)
@given(graphs)
def test_any_graph_of_form_nodes_is_a_form_or_a_sentence(graph: dict[str, Any]) -> None:
    tried(graph)


@settings(deadline=None, max_examples=150)
@given(st.lists(anything, max_size=5), st.dictionaries(st.sampled_from(["inputs", "outputs"]), anything))
def test_any_app_mode_is_a_form(inputs: list[Any], linear: dict[str, Any]) -> None:
    tried(txt2img_canvas("tiny_sd15.safetensors", extra={"linearData": {**linear, "inputs": inputs}}))
    tried(txt2img_canvas("tiny_sd15.safetensors", extra={"linearData": linear}))


@settings(deadline=None, max_examples=100)
@given(st.sampled_from(["title", "inputs", "properties", "widgets_values", "type", "id", "mode"]), anything)
def test_a_canvas_with_anything_in_a_node_is_a_form_or_a_sentence(part: str, value: Any) -> None:
    data = txt2img_canvas("tiny_sd15.safetensors")
    data["nodes"][4][part] = value
    tried(data)


@pytest.mark.parametrize("part", ["extra", "definitions", "models", "id", "config"])
@pytest.mark.parametrize(
    "value", [None, 3, "x", [], [[]], {"subgraphs": 3}, {"subgraphs": [None, {"id": 1}]}]
)
def test_a_canvas_with_anything_beside_its_nodes_is_a_form(part: str, value: object) -> None:
    tried(txt2img_canvas("tiny_sd15.safetensors", **{part: value}))


def test_a_subgraph_inside_itself_gets_a_sentence() -> None:
    inner = definition("sub", node(1, "sub"))
    with pytest.raises(WorkflowError):
        open_workflow("mine", with_subgraphs(canvas(node(1, "sub")), inner), DEFS)


def seconds_for(data: object) -> float:
    """Of the processor, so that it matters little what else the machine does."""
    started = time.process_time()
    tried(data)
    return time.process_time() - started


def costs_grow_with_the_size(hostile: Callable[[int], object], size: int) -> bool:
    """Whether five times as much takes about five times as long, and not twenty-five times."""
    return seconds_for(hostile(5 * size)) < 15 * seconds_for(hostile(size))


def test_thousands_of_missing_models_are_a_form_soon() -> None:
    def hostile(size: int) -> object:
        return {
            str(number): {
                "class_type": "CheckpointLoaderSimple",
                "inputs": {"ckpt_name": f"model {number}.safetensors"},
            }
            for number in range(size)
        }

    assert costs_grow_with_the_size(hostile, 1000)


def test_thousands_of_form_nodes_are_a_form_soon() -> None:
    parameter = {"name": "1. A/2. B", "type": "choice", "default": "euler"}

    def hostile(size: int) -> object:
        asked = {str(number): {"class_type": "ETN_Parameter", "inputs": parameter} for number in range(size)}
        asking = {
            f"k{number}": {
                "class_type": "KSampler",
                "inputs": {"sampler_name": [str(number), 0], "steps": [str(number), 0]},
            }
            for number in range(size)
        }
        return {**asked, **asking}

    assert costs_grow_with_the_size(hostile, 1000)


def test_an_app_mode_of_a_million_entries_is_cut() -> None:
    def hostile(size: int) -> object:
        inputs = [["3", "cfg"], *([["77", "x"]] * size)]
        return txt2img_canvas("tiny_sd15.safetensors", extra={"linearData": {"inputs": inputs}})

    assert costs_grow_with_the_size(hostile, 60_000)
