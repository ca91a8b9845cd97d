"""A chain of LoRA loaders on the canvas that goes with a graph."""

from typing import cast

from tui.domain.json_values import Json, JsonObject, integer_of, list_of, object_of, objects_in, text_of
from tui.workflow.lora_chains import LORA_CLASS, MODEL_LORA_CLASS, TITLE, LoraChain

_WIDTH, _GAP, _HEIGHT = 270, 40, 126


def highest_id(canvas: JsonObject) -> int:
    """The highest number that a node of the canvas has, in subgraphs too."""
    graphs = (canvas, *_definitions(canvas))
    told = (object_of(graph.get("state")).get("lastNodeId") for graph in graphs)
    ids = (node.get("id") for graph in graphs for node in objects_in(graph.get("nodes")))
    known = (number for one in (canvas.get("last_node_id"), *told, *ids) if (number := integer_of(one)))
    return max(known, default=0)


def with_chain(canvas: JsonObject, chain: LoraChain) -> JsonObject:
    """A copy that holds the chain. Where its loader stands in a subgraph used more than once, the same."""
    canvas = _copied(canvas)
    graph = _graph_of(canvas, chain.loader)
    loader = _node(graph, chain.loader) if graph is not None else None
    if graph is None or loader is None or not chain.nodes:
        return canvas
    links = _Links(graph)
    outputs = (0, 1) if chain.has_clip else (0,)
    last = _inner_id(chain.nodes[-1])
    moved = {output: links.move(_inner_id(chain.loader), output, last) for output in outputs}
    source = loader
    for place, node_id in enumerate(chain.nodes):
        made = _made(chain, place, loader)
        for output in outputs:
            link = links.add(source, output, node_id=_inner_id(node_id))
            objects_in(made["inputs"])[output]["link"] = link
            _set_links(source, output, [link])
        cast("list[Json]", graph["nodes"]).append(made)
        source = made
    for output, ids in moved.items():
        _set_links(source, output, ids)
    _count(graph, canvas, highest_id(canvas), links.highest)
    return canvas


def without_chain(canvas: JsonObject, chain: LoraChain) -> JsonObject:
    """A copy without the nodes of the chain."""
    canvas = _copied(canvas)
    graph = _graph_of(canvas, chain.loader)
    loader = _node(graph, chain.loader) if graph is not None else None
    gone = {_inner_id(node_id) for node_id in chain.nodes}
    if graph is None or loader is None or not all(_node(graph, node_id) for node_id in chain.nodes):
        return canvas
    links = _Links(graph)
    links.drop(gone)
    for output in (0, 1) if chain.has_clip else (0,):
        ids = links.move(_inner_id(chain.nodes[-1]), output, _inner_id(chain.loader))
        _set_links(loader, output, ids)
    if str(canvas.get("last_node_id")) in gone:  # the next chain gets the same numbers
        canvas["last_node_id"] = 0
    graph["nodes"] = [node for node in list_of(graph["nodes"]) if str(object_of(node).get("id")) not in gone]
    if canvas.get("last_node_id") == 0:
        canvas["last_node_id"] = highest_id(canvas)
    return canvas


def _copied(canvas: JsonObject) -> JsonObject:
    return {key: _copy(value) for key, value in canvas.items()}


def _copy(data: Json) -> Json:
    if isinstance(data, dict):
        return {key: _copy(value) for key, value in data.items()}
    return [_copy(item) for item in data] if isinstance(data, list) else data


def _definitions(canvas: JsonObject) -> list[JsonObject]:
    return objects_in(object_of(canvas.get("definitions")).get("subgraphs"))


def _inner_id(node_id: str) -> str:
    return node_id.rpartition(":")[2]


def _graph_of(canvas: JsonObject, node_id: str) -> JsonObject | None:
    """The graph on which a node stands; None in a subgraph that is used more than once, or is none."""
    graph, path = canvas, node_id.split(":")[:-1]
    graphs = (canvas, *_definitions(canvas))
    used = [text_of(node.get("type")) for one in graphs for node in objects_in(one.get("nodes"))]
    for step in path:
        instance = next(
            (node for node in objects_in(graph.get("nodes")) if str(node.get("id")) == step), JsonObject()
        )
        kind = text_of(instance.get("type"))
        found = [one for one in _definitions(canvas) if one.get("id") == kind]
        if len(found) != 1 or used.count(kind) != 1:
            return None
        graph = found[0]
    return graph


def _node(graph: JsonObject, node_id: str) -> JsonObject | None:
    wanted = _inner_id(node_id)
    return next((node for node in objects_in(graph.get("nodes")) if str(node.get("id")) == wanted), None)


def _set_links(node: JsonObject, output: int, ids: list[Json]) -> None:
    slots = objects_in(node.get("outputs"))
    if output < len(slots):
        slots[output]["links"] = list(ids)


def _made(chain: LoraChain, place: int, loader: JsonObject) -> JsonObject:
    lora, kinds = chain.loras[place], ("MODEL", "CLIP") if chain.has_clip else ("MODEL",)
    class_type = LORA_CLASS if chain.has_clip else MODEL_LORA_CLASS
    x, y = _corner(loader)
    return {
        "id": integer_of(_inner_id(chain.nodes[place])) or 0,
        "type": class_type,
        "title": TITLE,
        "pos": [x + (place + 1) * (_WIDTH + _GAP), y - _HEIGHT - _GAP],
        "size": [_WIDTH, _HEIGHT],
        "flags": {},
        "order": 0,
        "mode": 0,
        "inputs": [{"name": kind.lower(), "type": kind, "link": None} for kind in kinds],
        "outputs": [{"name": kind, "type": kind, "links": []} for kind in kinds],
        "properties": {"Node name for S&R": class_type},
        "widgets_values": [lora.name, *[lora.strength for _ in kinds]],
    }


def _corner(node: JsonObject) -> tuple[float, float]:
    """Where it stands: `[x, y]`, or in older files `{"0": x, "1": y}`."""
    raw = node.get("pos")
    pair = list_of(raw) or [object_of(raw).get("0"), object_of(raw).get("1")]
    x, y = (value if isinstance(value, int | float) else 0 for value in (*pair, 0, 0)[:2])
    return x, y


def _count(graph: JsonObject, canvas: JsonObject, node_id: int, link_id: int) -> None:
    """The page gives the next node and link the numbers after these."""
    if "last_node_id" in canvas:
        canvas["last_node_id"] = max(node_id, integer_of(canvas["last_node_id"]) or 0)
    if "last_link_id" in graph:
        graph["last_link_id"] = max(link_id, integer_of(graph["last_link_id"]) or 0)
    for one in (graph, canvas):
        state = one.get("state")
        if isinstance(state, dict):
            state["lastNodeId"] = max(node_id, integer_of(state.get("lastNodeId")) or 0)
    state = graph.get("state")
    if isinstance(state, dict):
        state["lastLinkId"] = max(link_id, integer_of(state.get("lastLinkId")) or 0)


class _Links:
    """The links of one graph, which are arrays in older files and objects in newer ones."""

    def __init__(self, graph: JsonObject) -> None:
        found = graph.get("links")
        self._links: list[Json] = found if isinstance(found, list) else []
        graph["links"] = self._links
        self._are_objects = any(isinstance(link, dict) for link in self._links) or (
            not self._links and "state" in graph
        )
        ids = (integer_of(self._part(link, 0, "id")) for link in self._links)
        self.highest = max((number for number in ids if number is not None), default=0)

    def move(self, node_id: str, output: int, to: str) -> list[Json]:
        """Let what leaves one node at an output leave another one there; the ids of those links."""
        ids: list[Json] = []
        for link in self._links:
            is_from = str(self._part(link, 1, "origin_id")) == node_id
            if is_from and self._part(link, 2, "origin_slot") == output:
                self._put(link, 1, "origin_id", integer_of(to) if to.isdecimal() else to)
                ids.append(self._part(link, 0, "id"))
        return ids

    def add(self, source: JsonObject, output: int, *, node_id: str) -> int:
        """Link an output to the input of the same number of another node."""
        self.highest += 1
        kind = text_of(objects_in(source.get("outputs"))[output].get("type"))
        values: list[Json] = [self.highest, source.get("id"), output, integer_of(node_id), output, kind]
        names = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        self._links.append(dict(zip(names, values, strict=True)) if self._are_objects else values)
        return self.highest

    def drop(self, targets: set[str]) -> None:
        """Let go of the links that lead to these nodes."""
        self._links[:] = [
            link for link in self._links if str(self._part(link, 3, "target_id")) not in targets
        ]

    def _part(self, link: Json, place: int, name: str) -> Json:
        if isinstance(link, dict):
            return link.get(name)
        parts = list_of(link)
        return parts[place] if place < len(parts) else None

    def _put(self, link: Json, place: int, name: str, value: Json) -> None:
        if isinstance(link, dict):
            link[name] = value
        elif isinstance(link, list):
            link[place] = value
