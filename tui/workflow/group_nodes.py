"""Group nodes on the canvas, made into subgraphs as the page does it after loading."""

from tui.domain.json_values import JsonObject, integer_of, object_of, text_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.graph import (
    INPUT_SIDE,
    OUTPUT_SIDE,
    Graph,
    InputSlot,
    Link,
    Node,
    OutputSlot,
    Port,
    connects,
)
from tui.workflow.group_values import GroupClass
from tui.workflow.limits import MOST_NODES, too_many
from tui.workflow.nodes import build, configure, drop_orphans
from tui.workflow.primitives import is_primitive, start
from tui.workflow.subgraphs import build_instance


def expand_groups(root: Graph, classes: dict[str, GroupClass], defs: NodeDefs) -> None:
    """Put a subgraph in the place of every group node of the root."""
    groups = [node for node in root.nodes.values() if node.type in classes]
    last = _last_id(root)
    added = 0
    for node in groups:
        group = classes[node.type]
        added += len(group.nodes)
        if added > MOST_NODES:
            raise too_many(added)
        inner = _Expansion(root, node, group, defs, last).run()
        last += len(inner) + 1
        _wrap(root, inner, str(last))


def _last_id(root: Graph) -> int:
    graphs = [root, *{id(node.instance_of): node.instance_of for node in root.nodes.values()}.values()]
    ids = (integer_of(name) or 0 for graph in graphs if graph is not None for name in graph.nodes)
    state = integer_of(object_of(root.raw.get("state")).get("lastNodeId")) or 0
    return max(integer_of(root.raw.get("last_node_id")) or state, *ids, 0)


class _Expansion:
    """One group node laid open among the root's nodes."""

    def __init__(self, root: Graph, node: Node, group: GroupClass, defs: NodeDefs, last: int) -> None:
        self._root = root
        self._node = node
        self._group = group
        self._defs = defs
        self._last = last
        self._inner: list[Node] = []

    def run(self) -> list[Node]:
        """Lay it open and return the inner nodes."""
        for place, raw in enumerate(self._group.nodes):
            self._add(place, raw)
        for link in self._group.links:
            connect(self._root, self._inner[link[0]], link[1], self._inner[link[2]], link[3])
        for place, node in enumerate(self._inner):
            self._copy_values(place, node)
        self._connect_inputs()
        self._connect_outputs()
        self._remove()
        return self._inner

    def _add(self, place: int, raw: JsonObject) -> None:
        node = Node(self._root, str(self._last + 1 + place), text_of(raw.get("type")), raw)
        build(node, self._defs)
        configure(node)
        for slot in node.inputs:
            slot.link = None
        for output in node.outputs:
            output.links = []
        drop_orphans(node)
        self._root.nodes[node.id] = node
        self._inner.append(node)

    def _copy_values(self, place: int, node: Node) -> None:
        outer = list(self._node.widgets)
        if is_primitive(node):
            start(node)
        for old_name, new_name in self._group.widgets.get(place, {}).items():
            index = next((i for i, widget in enumerate(outer) if widget.name == new_name), None)
            if index is None:
                continue
            if is_primitive(node):
                for own, given in zip(node.widgets, outer[index:], strict=False):
                    own.set(given.value)
                continue
            widget = next((widget for widget in node.widgets if widget.name == old_name), None)
            if widget is not None:
                widget.set(outer[index].value)

    def _connect_inputs(self) -> None:
        for place, names in self._group.inputs.items():
            for name, slot in names.items():
                outer = self._node.inputs[slot] if slot < len(self._node.inputs) else None
                link = self._root.links.get(outer.link) if outer and outer.link is not None else None
                origin = self._root.nodes.get(link.origin) if link else None
                node = self._inner[place]
                index = next((i for i, known in enumerate(node.inputs) if known.name == name), None)
                if link is not None and origin is not None and index is not None:
                    connect(self._root, origin, link.origin_slot, node, index)

    def _connect_outputs(self) -> None:
        for output, (place, slot) in zip(self._node.outputs, self._group.outputs, strict=False):
            for link_id in tuple(output.links):
                link = self._root.links.get(link_id)
                target = self._root.nodes.get(link.target) if link else None
                if link is not None and target is not None:
                    connect(self._root, self._inner[place], slot, target, link.target_slot)

    def _remove(self) -> None:
        del self._root.nodes[self._node.id]
        gone = {slot.link for slot in self._node.inputs if slot.link is not None}
        gone |= {link for output in self._node.outputs for link in output.links}
        for link in gone:
            self._root.drop_link(link)


def connect(graph: Graph, origin: Node, output: int, target: Node, place: int) -> Link | None:
    """Wire an output to an input if their types go together; an earlier link of the input goes."""
    if origin is target or not (0 <= output < len(origin.outputs) and 0 <= place < len(target.inputs)):
        return None
    slot = target.inputs[place]
    if not connects(origin.outputs[output].type, slot.type):
        return None
    if slot.link is not None:
        graph.drop_link(slot.link)
    link = graph.new_link(origin.id, output, target, slot)
    origin.outputs[output].links.append(link.id)
    return link


def _wrap(root: Graph, inner: list[Node], name: str) -> None:
    """Move nodes of the root into a new definition, and put an instance of it in their place."""
    definition = Graph(f"group {name}", {})
    definition.name = "New Subgraph"
    names = {node.id for node in inner}
    for node in inner:
        del root.nodes[node.id]
        node.graph = definition
        definition.nodes[node.id] = node
    arriving: list[Link] = []
    leaving: list[Link] = []
    for link in tuple(root.links.values()):
        if link.origin in names and link.target in names:
            definition.links[link.id] = root.links.pop(link.id)
        elif link.target in names:
            arriving.append(link)
        elif link.origin in names:
            leaving.append(link)
    definition.last_link = root.last_link
    instance = Node(root, name, definition.id, {})
    build_instance(instance, definition)
    root.nodes[name] = instance
    _lead_in(root, definition, instance, arriving)
    _lead_out(definition, instance, leaving)
    for node in inner:
        if is_primitive(node):
            node.widgets.clear()
            start(node)


def _lead_in(root: Graph, definition: Graph, instance: Node, arriving: list[Link]) -> None:
    ports: dict[tuple[str, int], int] = {}
    for link in arriving:
        del root.links[link.id]
        node = definition.nodes[link.target]
        slot = node.inputs[link.target_slot]
        key = (link.origin, link.origin_slot)
        if key not in ports:
            ports[key] = len(definition.inputs)
            definition.inputs.append(Port(name=slot.name, type=slot.type))
            outer = InputSlot(name=slot.name, type=slot.type)
            instance.inputs.append(outer)
            root.new_link(link.origin, link.origin_slot, instance, outer)
        inside = definition.new_link(INPUT_SIDE, ports[key], node, slot)
        definition.inputs[ports[key]].links.append(inside.id)


def _lead_out(definition: Graph, instance: Node, leaving: list[Link]) -> None:
    ports: dict[tuple[str, int], int] = {}
    for link in leaving:
        key = (link.origin, link.origin_slot)
        if key not in ports:
            ports[key] = len(definition.outputs)
            kind = definition.nodes[link.origin].outputs[link.origin_slot].type
            definition.last_link += 1
            inside = Link(
                id=definition.last_link,
                origin=link.origin,
                origin_slot=link.origin_slot,
                target=OUTPUT_SIDE,
                target_slot=ports[key],
                type=kind,
            )
            definition.links[inside.id] = inside
            definition.outputs.append(Port(name=kind, type=kind, links=[inside.id]))
            instance.outputs.append(OutputSlot(name=kind, type=kind))
        link.origin, link.origin_slot = instance.id, ports[key]
        instance.outputs[ports[key]].links.append(link.id)
