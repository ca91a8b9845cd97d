"""The canvas to embed in a result, so that reopening the picture shows the values it was made with."""

from collections.abc import Mapping

from tui.domain.errors import WorkflowError
from tui.domain.json_values import Json, JsonObject, list_of, object_of
from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import ApiInput
from tui.workflow.canvas import open_canvas
from tui.workflow.convert import convert, execution_order
from tui.workflow.definitions import NodeDefs
from tui.workflow.graph import Node, Unset, Value, Widget
from tui.workflow.links import HostValue, Origin, Place, Resolver, places
from tui.workflow.primitives import is_primitive
from tui.workflow.proxies import OWN_INPUT


def write_back(ui: JsonObject, defs: NodeDefs, changes: Mapping[ApiInput, Json]) -> JsonObject:
    """A copy of the canvas workflow in which these inputs of its API graph have these values.

    A value goes where the page takes it from: the node's own widget, the promoted widget of the instance
    around it, or the primitive that drives it. What comes over a link cannot be set and is left as it is.
    """
    canvas = _copied(ui)
    writer = _Writer(places(execution_order(open_canvas(canvas, defs))))
    for (name, input_name), value in sorted(changes.items(), key=_parents_first):
        writer.write(name, input_name, _unwrapped(value))
    return canvas


def canvas_for(graph: ApiWorkflow, canvas: JsonObject, defs: NodeDefs) -> JsonObject:
    """The canvas that a graph came from, with the values that the graph has now.

    A canvas that cannot be converted is embedded as it is.
    """
    try:
        shown = convert(canvas, defs).api
        return write_back(canvas, defs, _changes(shown, graph))
    except WorkflowError:
        return canvas


def _changes(shown: Mapping[str, JsonObject], graph: ApiWorkflow) -> dict[ApiInput, Json]:
    return {
        (name, input_name): value
        for name, entry in shown.items()
        for input_name, value in object_of(object_of(graph.get(name)).get("inputs")).items()
        if not isinstance(value, list) and object_of(entry.get("inputs")).get(input_name) != value
    }


def _parents_first(change: tuple[ApiInput, Json]) -> int:
    """The inputs of a dynamic combo exist once it is set."""
    return change[0][1].count(".")


def _copied(data: JsonObject) -> JsonObject:
    return {key: _copy(value) for key, value in data.items()}


def _copy(data: Json) -> Json:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(item) for item in data] if isinstance(data, list) else data


def _unwrapped(value: Json) -> Json:
    return value["__value__"] if isinstance(value, dict) and "__value__" in value else value


class _Writer:
    """Finds the home of a value and writes it there."""

    def __init__(self, found: dict[str, Place]) -> None:
        self._places = found

    def write(self, name: str, input_name: str, value: Json) -> None:
        place = self._places.get(name)
        if place is None:
            return
        index = next((i for i, slot in enumerate(place.node.inputs) if slot.name == input_name), None)
        primitive = self._primitive(place, index)
        if primitive is not None:
            _write_first(primitive, value)
            return
        source = None if index is None else Resolver(self._places).source(place, index)
        if isinstance(source, HostValue):
            source.widget.set(value)
            _write_promoted(source.host.node, source.widget.name, value)
        elif not isinstance(source, Origin):
            _write_own(place.node, input_name, value)

    def _primitive(self, place: Place, index: int | None) -> Node | None:
        node = place.node
        link_id = node.inputs[index].link if index is not None else None
        link = node.graph.links.get(link_id) if link_id is not None else None
        origin = node.graph.nodes.get(link.origin) if link else None
        return origin if origin is not None and is_primitive(origin) and origin.widgets else None


def _write_first(primitive: Node, value: Json) -> None:
    primitive.raw["widgets_values"] = [value, *list_of(primitive.raw.get("widgets_values"))[1:]]


def _write_own(node: Node, name: str, value: Json) -> None:
    widget = node.widget(name)
    if widget is None or not widget.in_file:
        return
    widget.set(value)
    _write_named(node, name, value)
    saved = node.raw.get("widgets_values")
    if isinstance(saved, dict) and node.definition is not None and node.definition.is_custom:
        saved[name] = value
    else:
        node.raw["widgets_values"] = [_saved(widget.cell.value) for widget in node.widgets if widget.in_file]


def _write_named(node: Node, name: str, value: Json) -> None:
    named = node.raw.get("widgets_values_named")
    if isinstance(named, dict):
        named[name] = value


def _saved(value: Value) -> Json:
    return None if isinstance(value, Unset) else value


def _write_promoted(instance: Node, name: str, value: Json) -> None:
    _write_named(instance, name, value)
    listed = object_of(instance.raw.get("properties")).get("proxyWidgets")
    hosts = [slot.host for slot in instance.inputs if slot.host is not None]
    if isinstance(listed, list) and listed:
        _write_entry(instance, hosts, listed, name)
    else:
        instance.raw["widgets_values"] = [_saved(host.cell.value) for host in hosts]


def _write_entry(instance: Node, hosts: list[Widget], listed: list[Json], name: str) -> None:
    """Older files name the widget of every value.

    A widget that they do not name is named as the instance's own input. When the list of values grows past
    its end, everything that takes a value from there is named and written too.
    """
    values = list(list_of(instance.raw.get("widgets_values")))
    end = len(values)
    grows = instance.entries.get(name, end) >= end
    for place, host in enumerate(hosts):
        is_new = host.name not in instance.entries
        if is_new and (host.name == name or (grows and place >= end)):
            instance.entries[host.name] = len(listed)
            listed.append([OWN_INPUT, host.name])
        entry = instance.entries.get(host.name)
        if entry is not None and (entry >= end or host.name == name):
            values += [None] * (entry + 1 - len(values))
            values[entry] = _saved(host.cell.value)
    instance.raw["widgets_values"] = values
