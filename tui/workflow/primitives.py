"""Primitive nodes: one value on the page that is written into the widgets it is wired to."""

import math
from collections.abc import Mapping
from dataclasses import replace

from tui.domain.json_values import Json, JsonObject, list_of, number_of
from tui.workflow.graph import Cell, Graph, InputSlot, Link, Node, Value, Widget
from tui.workflow.input_specs import InputSpec, parse_input
from tui.workflow.javascript import javascript_value
from tui.workflow.nodes import PRIMITIVE
from tui.workflow.numbers import NumberRule, as_number, settled
from tui.workflow.widgets import add_widgets

_NUMBERS = ("INT", "FLOAT")
_SIMPLE = frozenset({"INT", "FLOAT", "BOOLEAN", "STRING", "COMBO"})
_NO_MATTER = frozenset(
    {
        "default",
        "forceInput",
        "defaultInput",
        "control_after_generate",
        "multiline",
        "tooltip",
        "dynamicPrompts",
    }
)


def is_primitive(node: Node) -> bool:
    """Whether it is a primitive node."""
    return node.type == PRIMITIVE and node.definition is None and node.instance_of is None


def driven_inputs(primitive: Node) -> list[tuple[Link, Node, InputSlot]]:
    """The inputs to which a primitive's links lead."""
    graph = primitive.graph
    found: list[tuple[Link, Node, InputSlot]] = []
    for link_id in primitive.outputs[0].links if primitive.outputs else ():
        link = graph.links.get(link_id)
        node = graph.nodes.get(link.target) if link else None
        if link is not None and node is not None and 0 <= link.target_slot < len(node.inputs):
            found.append((link, node, node.inputs[link.target_slot]))
    return found


def start(primitive: Node) -> None:
    """Give a primitive its widget: a copy of the one at the end of its first link."""
    driven = driven_inputs(primitive)
    if not driven or driven[0][0].id != primitive.outputs[0].links[0]:
        return
    _, node, slot = driven[0]
    spec = _spec(node, slot)
    if spec is None:
        return
    values = list_of(primitive.raw.get("widgets_values"))
    model = node.widget(slot.widget or slot.name)
    own = _add_copy(primitive, spec)
    if values:
        own.cell.value = javascript_value(values[0])
    elif model is not None:
        own.cell.value = model.value
    if spec.widget_type in _NUMBERS:
        _share_range(primitive, own, spec)


def _spec(node: Node, slot: InputSlot) -> InputSpec | None:
    """What the page knows of the input at the end of a primitive's link."""
    if slot.widget is None:
        return parse_input("value", "required", [slot.type, {}]) if slot.type in _SIMPLE else None
    if not (slot.is_described or slot.host is not None):
        return None
    widget = node.widget_of(slot)
    return widget.spec if widget else None


def _add_copy(primitive: Node, spec: InputSpec) -> Widget:
    scratch = Node(Graph("", {}), primitive.id, primitive.type, {})
    add_widgets(scratch, replace(spec, name="value"))
    widget = scratch.widgets[0] if scratch.widgets else Widget(name="value", kind="text", cell=Cell(None))
    return primitive.add_widget(widget)


def _share_range(primitive: Node, own: Widget, spec: InputSpec) -> None:
    """A number is brought into the range that all its targets share, and handed on."""
    options: Mapping[str, Json] = spec.options
    for _, node, slot in driven_inputs(primitive):
        other = _spec(node, slot) if slot.widget is not None else None
        merged = _merged(options, other.options) if other and other.widget_type == spec.widget_type else None
        if merged is None:
            continue
        options = own.limits = merged
        rule = NumberRule.of(own)
        number = as_number(own.cell.value)
        if rule is not None and number is not None:
            own.cell.value = settled(own, rule.clamp(number))
            propagate(primitive, own.cell.value)


def _merged(one: Mapping[str, Json], other: Mapping[str, Json]) -> JsonObject | None:
    """The options that two numbers share, or None when they do not go together."""
    low = max(number_of(one.get("min"), -math.inf), number_of(other.get("min"), -math.inf))
    high = min(number_of(one.get("max"), math.inf), number_of(other.get("max"), math.inf))
    if low > high:
        return None
    step = _common_multiple(number_of(one.get("step"), 1), number_of(other.get("step"), 1))
    shared: JsonObject = {"min": low, "max": high, "step": step}
    keys = (one.keys() | other.keys()) - _NO_MATTER - shared.keys()
    if not all(_same(one.get(key), other.get(key)) for key in keys):
        return None
    return {**one, **other, **shared}


def _same(one: Json, other: Json) -> bool:
    return one is other or (not isinstance(one, list | dict) and one == other)


def _common_multiple(one: float, other: float) -> float:
    if one == other or not one or not other:
        return one
    larger, smaller = one, other
    while smaller > 1e-9:
        larger, smaller = smaller, math.fmod(larger, smaller)
    return one * other / larger


def propagate(primitive: Node, value: Value) -> None:
    """Set the widgets that a primitive drives."""
    for _, node, slot in driven_inputs(primitive):
        target = node.widget(slot.widget)
        if target is not None:
            target.set(settled(target, value))
