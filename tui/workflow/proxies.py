"""Files of 1.25 to 1.44 list the promoted widgets of an instance in `proxyWidgets`: made into real inputs.

Every entry names an inner node and its widget, and takes the value at its place in `widgets_values`.
"""

import json
from dataclasses import dataclass

from tui.domain.json_values import Json, list_of
from tui.workflow.graph import UNSET, Graph, InputSlot, Link, Node, Port, Value, Widget
from tui.workflow.javascript import javascript_value
from tui.workflow.nodes import PRIMITIVE
from tui.workflow.numbers import NumberRule
from tui.workflow.subgraphs import add_port, connect_port, leads_to_widget, promoted_source, source_of

_MOVED = "proxyBypassedToSubgraphInput"
OWN_INPUT = "-1"
"""What an entry names instead of an inner node when it means an input of the instance."""

_PREVIEW_KINDS = frozenset({"preview", "video", "audioUI"})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Entry:
    place: int
    source: str
    name: str
    decider: str | None
    """The node inside a nested instance, where several have a widget of that name."""

    value: Value


def apply_proxies(host: Node, definition: Graph) -> None:
    """Do for one instance what its `proxyWidgets` says."""
    entries = _entries(host)
    by_primitive: dict[str, list[_Entry]] = {}
    promoted = _promoted(host, definition)
    steps = [(entry, _linked_input(host, definition, entry, promoted)) for entry in entries]
    for entry, name in steps:
        inner = definition.nodes.get(entry.source)
        if name is not None:
            _take(host, name, entry)
        elif inner is not None and inner.type == PRIMITIVE:
            by_primitive.setdefault(inner.id, []).append(entry)
        elif inner is not None:
            _create_input(host, definition, inner, entry)
    for primitive_id, cohort in by_primitive.items():
        _lead_past(host, definition, definition.nodes[primitive_id], cohort)
    for entry, _ in steps:
        if entry.source == OWN_INPUT:
            _take_by_name(host, entry)


def _entries(host: Node) -> list[_Entry]:
    raw = host.properties.get("proxyWidgets")
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except (ValueError, RecursionError):
            return []
    tuples = [list_of(item) for item in list_of(raw)]
    if not all(_is_tuple(item) for item in tuples):
        return []
    values = list_of(host.raw.get("widgets_values"))
    return [_entry(host, place, item, values) for place, item in enumerate(tuples)]


def _is_tuple(item: list[Json]) -> bool:
    return len(item) in (2, 3) and all(isinstance(part, str) for part in item)


def _entry(host: Node, place: int, item: list[Json], values: list[Json]) -> _Entry:
    source, name, *rest = map(str, item)
    decider = rest[0] if rest else None
    if not leads_to_widget(host, source, name):
        name, prefix = _without_prefixes(name)
        decider = prefix or decider
    value = values[place] if place < len(values) else None
    return _Entry(
        place=place,
        source=source,
        name=name,
        decider=decider,
        value=UNSET if value is None else javascript_value(value),
    )


def _without_prefixes(name: str) -> tuple[str, str | None]:
    """Old names read "12: seed": the innermost number is the node."""
    prefix = None
    while True:
        head, colon, tail = name.partition(":")
        if not (colon and head.strip().isdigit() and tail.strip()):
            return name, prefix
        prefix, name = head.strip(), tail.lstrip()


def _promoted(host: Node, definition: Graph) -> dict[tuple[str, str], str]:
    found: dict[tuple[str, str], str] = {}
    for slot, port in zip(host.inputs, definition.inputs, strict=False):
        source = source_of(definition, port)
        if source is not None:
            found.setdefault(source, slot.name)
    return found


def _linked_input(
    host: Node, definition: Graph, entry: _Entry, promoted: dict[tuple[str, str], str]
) -> str | None:
    known = promoted.get((entry.source, entry.name))
    inner = definition.nodes.get(entry.source)
    if known is not None or inner is None or inner.type != PRIMITIVE:
        return known
    moved = inner.properties.get(_MOVED)
    return next((slot.name for slot in host.inputs if slot.name == moved), None)


def _take(host: Node, name: str, entry: _Entry) -> None:
    matches = [slot for slot in host.inputs if slot.name == name]
    if len(matches) == 1:
        _set_host(host, matches[0], entry)


def _take_by_name(host: Node, entry: _Entry) -> None:
    slot = next((slot for slot in host.inputs if slot.name == entry.name), None)
    if slot is not None and entry.value is not UNSET:
        _set_host(host, slot, entry)


def _set_host(host: Node, slot: InputSlot, entry: _Entry) -> None:
    if slot.host is None:
        return
    host.entries[slot.name] = entry.place
    if entry.value is not UNSET:
        slot.host.set(entry.value)


def _create_input(host: Node, definition: Graph, inner: Node, entry: _Entry) -> None:
    widget = _inner_widget(inner, entry)
    if widget is None or entry.name.startswith("$$") or _is_preview(widget):
        return
    slot = _slot_of(inner, widget)
    if slot is None:
        return
    port = add_port(definition, entry.name, slot.type)
    connect_port(definition, port, inner, slot)
    _fill(host, port, entry)


def _fill(host: Node, port: Port, entry: _Entry) -> None:
    slot = next((slot for slot in host.inputs if slot.name == port.name), None)
    if slot is not None:
        _set_host(host, slot, entry)


def _is_preview(widget: Widget) -> bool:
    return not (widget.in_file and widget.in_prompt) and widget.kind in _PREVIEW_KINDS


def _inner_widget(inner: Node, entry: _Entry) -> Widget | None:
    if inner.instance_of is not None:
        for slot in inner.inputs:
            if _is_meant(promoted_source(inner, slot.name), slot, entry):
                if slot.host is not None:
                    return slot.host
                break
    return inner.widget(entry.name)


def _is_meant(source: tuple[str, str] | None, slot: InputSlot, entry: _Entry) -> bool:
    if entry.decider is not None:
        return source == (entry.decider, entry.name)
    return slot.name == entry.name or (source is not None and source[1] == entry.name)


def _slot_of(inner: Node, widget: Widget) -> InputSlot | None:
    if widget.is_promoted:
        return next((slot for slot in inner.inputs if slot.host is widget), None)
    return next((slot for slot in inner.inputs if slot.widget == widget.name), None)


def _lead_past(host: Node, definition: Graph, primitive: Node, cohort: list[_Entry]) -> None:
    """An input of the definition takes the place of a primitive."""
    output = primitive.outputs[0] if primitive.outputs else None
    links = [definition.links.get(link_id) for link_id in output.links] if output else []
    known = [link for link in links if link is not None]
    if output is None or not links or len(known) != len(links):
        return
    if len({entry.name for entry in cohort}) > 1:
        return
    slots = [_target(definition, link, output.type) for link in known]
    if not _can_share(slots):
        return
    title = primitive.title if primitive.title not in ("", PRIMITIVE) else cohort[0].name
    port = add_port(definition, title, output.type)
    for found in slots:
        if found is not None:
            connect_port(definition, port, *found)
    first = next((entry for entry in cohort if entry.value is not UNSET), cohort[0])
    _fill(host, port, first)
    primitive.properties[_MOVED] = port.name


def _target(definition: Graph, link: Link, kind: str) -> tuple[Node, InputSlot] | None:
    node = definition.nodes.get(link.target)
    if node is None or not 0 <= link.target_slot < len(node.inputs):
        return None
    slot = node.inputs[link.target_slot]
    return (node, slot) if slot.type == kind or "*" in (slot.type, kind) else None


def _can_share(slots: list[tuple[Node, InputSlot] | None]) -> bool:
    widgets: list[Widget] = []
    for found in slots:
        if found is None:
            return False
        widget = found[0].widget_of(found[1])
        if widget is not None:
            widgets.append(widget)
    return all(_same_range(widgets[0], widget) for widget in widgets[1:])


def _same_range(one: Widget, other: Widget) -> bool:
    return one.kind == other.kind and NumberRule.of(one) == NumberRule.of(other)
