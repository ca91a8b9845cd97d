"""From the file to graphs: definitions, ids made unique, nodes, links."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from tui.domain.errors import WorkflowError
from tui.domain.json_values import Json, JsonObject, integer_of, list_of, object_of, objects_in, text_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.graph import Graph, Node
from tui.workflow.group_values import group_type
from tui.workflow.limits import MOST_LINKS, MOST_NODES, MOST_SLOTS, too_many
from tui.workflow.link_table import merge_double_links, node_id, parse_link
from tui.workflow.nodes import build, configure
from tui.workflow.proxies import apply_proxies
from tui.workflow.subgraphs import build_instance, configure_instance, ports_of, subgraph_objects

ROOT: Final = ""

_HIGHEST_ID = 100_000_000


@dataclass(frozen=True, slots=True)
class _Renaming:
    """The ids that the nodes of a definition get, in their order, and which of the file's ids changed."""

    ids: list[str]
    new_ids: dict[str, str]


class Loader:
    """One loading of one file."""

    def __init__(self, ui: JsonObject, defs: NodeDefs) -> None:
        self._ui = ui
        self._defs = defs
        self._root = Graph(ROOT, ui)
        self._graphs: dict[str, Graph] = {}
        self._renamings: dict[str, _Renaming] = {}

    def load(self) -> Graph:
        """Read it all."""
        listed = subgraph_objects(self._ui)
        nested = _nested(listed)
        _check_size([self._ui, *listed, *nested])
        self._make_ids_unique(listed)
        for raw in (*listed, *nested):
            graph = Graph(text_of(raw.get("id")), raw)
            graph.name = text_of(raw.get("name"), "Unnamed Subgraph")
            graph.inputs, graph.outputs = ports_of(raw.get("inputs")), ports_of(raw.get("outputs"))
            self._graphs[graph.id] = graph
        for graph in self._leaves_first():
            self._fill(graph)
        self._fill(self._root)
        return self._root

    def _make_ids_unique(self, definitions: list[JsonObject]) -> None:
        """Every inner node gets an id of its own; the root's ids stay."""
        root_ids = (node.get("id") for node in objects_in(self._ui.get("nodes")))
        taken = {node_id(value) for value in root_ids if not isinstance(value, str)}
        last = integer_of(object_of(self._ui.get("state")).get("lastNodeId")) or 0
        last = integer_of(self._ui.get("last_node_id")) or last
        for raw in definitions:
            ids: list[str] = []
            new_ids: dict[str, str] = {}
            for node in objects_in(raw.get("nodes")):
                known = node_id(node.get("id"))
                if known in taken:
                    last = _next_free(last, taken)
                    new_ids[known] = known = str(last)
                else:
                    last = max(last, integer_of(known) or 0)
                taken.add(known)
                ids.append(known)
            self._renamings[text_of(raw.get("id"))] = _Renaming(ids, new_ids)

    def _leaves_first(self) -> list[Graph]:
        """Definitions before those that use them; as listed when they use each other in a circle."""
        users: dict[str, list[str]] = {key: [] for key in self._graphs}
        waits = dict.fromkeys(self._graphs, 0)
        for key, graph in self._graphs.items():
            used = {text_of(node.get("type")) for node in objects_in(graph.raw.get("nodes"))}
            for name in used & self._graphs.keys():
                users[name].append(key)
                waits[key] += 1
        queue = [key for key, count in waits.items() if not count]
        for key in queue:
            for user in users[key]:
                waits[user] -= 1
                if not waits[user]:
                    queue.append(user)
        order = queue if len(queue) == len(self._graphs) else list(self._graphs)
        return [self._graphs[key] for key in order]

    def _fill(self, graph: Graph) -> None:
        raw_nodes = objects_in(graph.raw.get("nodes"))
        renaming = self._renamings.get(graph.id) if graph is not self._root else None
        for raw in list_of(graph.raw.get("links")):
            link = parse_link(raw, renaming.new_ids if renaming else {})
            if link is not None:
                graph.links[link.id] = link
        graph.last_link = max(graph.links, default=0)
        ids = renaming.ids if renaming else [node_id(raw.get("id")) for raw in raw_nodes]
        for name, raw in zip(ids, raw_nodes, strict=True):
            self._add_node(graph, name, raw)
        for node in graph.nodes.values():
            self._configure(node)
        merge_double_links(graph)
        for node in tuple(graph.nodes.values()):
            if node.instance_of is not None and "proxyWidgets" in node.properties:
                apply_proxies(node, node.instance_of)

    def _add_node(self, graph: Graph, name: str, raw: JsonObject) -> None:
        node_type = text_of(raw.get("type"))
        node = Node(graph, name, node_type if graph.id else group_type(node_type), raw)
        definition = self._graphs.get(node.type)
        if definition is not None:
            build_instance(node, definition)
        else:
            build(node, self._defs)
        graph.nodes[name] = node

    def _configure(self, node: Node) -> None:
        if node.instance_of is None:
            configure(node)
            return
        configure_instance(node, node.instance_of)
        renaming = self._renamings.get(node.type)
        listed = node.properties.get("proxyWidgets")
        if renaming and renaming.new_ids and isinstance(listed, list):
            node.properties["proxyWidgets"] = [_renamed(entry, renaming.new_ids) for entry in listed]


def _next_free(last: int, taken: set[str]) -> int:
    last += 1
    while str(last) in taken:
        last += 1
    if last > _HIGHEST_ID:
        raise WorkflowError("This workflow leaves no node id free.", "Number its nodes anew.")
    return last


def _renamed(entry: Json, new_ids: dict[str, str]) -> Json:
    if not isinstance(entry, list) or not entry:
        return entry
    new = new_ids.get(node_id(entry[0]))
    return entry if new is None else [new, *entry[1:]]


def _nested(definitions: list[JsonObject]) -> list[JsonObject]:
    """Definitions inside definitions, however deep."""
    found: list[JsonObject] = []
    queue = list(definitions)
    for raw in queue:
        inner = subgraph_objects(raw)
        found += inner
        queue += inner
    return found


def _check_size(graphs: Iterable[JsonObject]) -> None:
    nodes = links = 0
    for raw in graphs:
        nodes += len(list_of(raw.get("nodes")))
        links += len(list_of(raw.get("links")))
        _check_lists(raw, ("inputs", "outputs"), "A subgraph definition")
        for node in objects_in(raw.get("nodes")):
            _check_lists(node, ("inputs", "outputs", "widgets_values"), f"Node {node_id(node.get('id'))}")
    if nodes > MOST_NODES or links > MOST_LINKS:
        raise too_many(nodes, links)


def _check_lists(raw: JsonObject, keys: tuple[str, ...], name: str) -> None:
    for key in keys:
        if len(list_of(raw.get(key))) > MOST_SLOTS:
            raise WorkflowError(
                f"{name} has more than {MOST_SLOTS:,} {key}.", "It is no workflow of ComfyUI."
            )
