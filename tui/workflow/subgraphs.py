"""Subgraph instances and the widgets that they promote from inside."""

from tui.domain.json_values import Json, JsonObject, list_of, object_of, objects_in, text_of
from tui.workflow.graph import Cell, Graph, InputSlot, Link, Node, OutputSlot, Port, Widget
from tui.workflow.javascript import javascript_value
from tui.workflow.nodes import configure

_DEEPEST_PROMOTION = 100


def build_instance(node: Node, definition: Graph) -> None:
    """Give a new instance the inputs and outputs of its definition."""
    node.instance_of = definition
    node.is_virtual = True
    node.title = definition.name
    node.inputs = [InputSlot(name=port.name, type=port.type) for port in definition.inputs]
    node.outputs = [OutputSlot(name=port.name, type=port.type) for port in definition.outputs]
    definition.instances.append(node)


def configure_instance(node: Node, definition: Graph) -> None:
    """Lay the saved links and promoted values over an instance."""
    configure(node)
    del node.inputs[len(definition.inputs) :]
    for place in range(len(node.inputs)):
        bind(node, definition, place)
    _take_values(node)


def _take_values(node: Node) -> None:
    kept = _quarantined(node.properties.get("proxyWidgetErrorQuarantine"))
    values = list_of(node.raw.get("widgets_values"))
    hosts = [slot.host for slot in node.inputs if slot.host is not None]
    for place, host in enumerate(hosts):
        if kept.get(host.name) is not None:
            host.set(kept[host.name])
        elif place < len(values):
            host.set(javascript_value(values[place]))


def _quarantined(raw: Json) -> dict[str, Json]:
    """Values that an earlier loading could not place, kept in the file by the name of their input."""
    values: dict[str, Json] = {}
    for entry in reversed(objects_in(raw)):
        source = list_of(entry.get("originalEntry"))
        if len(source) >= 2 and source[0] == "-1" and entry.get("hostValue") is not None:
            values[text_of(source[1])] = javascript_value(entry["hostValue"])
    return values


def bind(node: Node, definition: Graph, place: int) -> None:
    """Promote the widget to which an input of the definition leads, if it leads to one."""
    port = definition.inputs[place]
    for target, slot in targets(definition, port):
        interior = target.widget_of(slot)
        if interior is not None:
            promote(node, place, port, interior)
            return


def targets(definition: Graph, port: Port) -> list[tuple[Node, InputSlot]]:
    """The inner inputs to which an input of the definition leads."""
    found: list[tuple[Node, InputSlot]] = []
    for link_id in port.links:
        link = definition.links.get(link_id)
        target = definition.nodes.get(link.target) if link else None
        slot = next((slot for slot in target.inputs if slot.link == link_id), None) if target else None
        if target is not None and slot is not None:
            found.append((target, slot))
    return found


def promote(node: Node, place: int, port: Port, interior: Widget) -> None:
    """Show an inner widget on the instance; it starts with the inner value."""
    known = node.cells.get(port.name)
    cell = known[1] if known is not None and known[0] == interior.kind else Cell(interior.value)
    node.cells[port.name] = (interior.kind, cell)
    slot = node.inputs[place]
    slot.widget = port.name
    slot.host = Widget(
        name=port.name,
        kind=interior.kind,
        cell=cell,
        spec=interior.spec,
        choices=interior.choices,
        limits=interior.limits,
        is_promoted=True,
    )


def source_of(definition: Graph, port: Port) -> tuple[str, str] | None:
    """The inner node and the name of its widget, or of its input if it is an instance itself."""
    for target, slot in targets(definition, port):
        if target.instance_of is not None:
            return target.id, slot.name
        widget = target.widget_of(slot)
        if widget is not None:
            return target.id, widget.name
    return None


def promoted_source(node: Node, name: str) -> tuple[str, str] | None:
    """What stands behind the input of that name of an instance."""
    if node.instance_of is None:
        return None
    port = next((port for port in node.instance_of.inputs if port.name == name), None)
    return source_of(node.instance_of, port) if port else None


def leads_to_widget(node: Node, inner_id: str, name: str) -> bool:
    """Whether following promotions from an inner node of the instance ends at a widget."""
    seen: set[tuple[int, str, str]] = set()
    for _ in range(_DEEPEST_PROMOTION):
        inner = node.instance_of.nodes.get(inner_id) if node.instance_of else None
        if inner is None or (id(node), inner_id, name) in seen:
            return False
        seen.add((id(node), inner_id, name))
        if inner.instance_of is None:
            return inner.widget(name) is not None
        source = promoted_source(inner, name)
        if source is None:
            return False
        node, (inner_id, name) = inner, source
    return False


def add_port(definition: Graph, base_name: str, kind: str) -> Port:
    """A new input of the definition, under a free name, which all its instances get."""
    taken = {port.name for port in definition.inputs}
    name, count = base_name, 0
    while name in taken:
        count += 1
        name = f"{base_name}_{count}"
    port = Port(name=name, type=kind)
    definition.inputs.append(port)
    for instance in definition.instances:
        instance.inputs.append(InputSlot(name=name, type=kind))
    return port


def connect_port(definition: Graph, port: Port, node: Node, slot: InputSlot) -> Link:
    """Lead an input of the definition to an inner input, which loses the link it had."""
    if slot.link is not None:
        definition.drop_link(slot.link)
        slot.link = None
    place = next(index for index, known in enumerate(definition.inputs) if known is port)
    widget = node.widget_of(slot)
    if widget is not None:
        for instance in definition.instances:
            promote(instance, place, port, widget)
    link = definition.new_link("-10", place, node, slot)
    port.links.append(link.id)
    return link


def ports_of(raw: Json) -> list[Port]:
    """The inputs or outputs that a definition declares."""
    return [_port(item) for item in objects_in(raw)]


def _port(item: JsonObject) -> Port:
    links = [link for link in list_of(item.get("linkIds")) if isinstance(link, int)]
    return Port(name=text_of(item.get("name")), type=text_of(item.get("type"), "*"), links=links)


def subgraph_objects(raw: JsonObject) -> list[JsonObject]:
    """The definitions in a file or in a definition."""
    return objects_in(object_of(raw.get("definitions")).get("subgraphs"))
