"""The links of a file: both spellings, and links saved twice."""

from tui.domain.json_values import Json, integer_of, text_of
from tui.workflow.graph import INPUT_SIDE, OUTPUT_SIDE, Graph, Link, Node
from tui.workflow.javascript import javascript_text


def node_id(value: Json) -> str:
    """A node's id as text, by which ids are compared."""
    return javascript_text(value)


def parse_link(raw: Json, new_ids: dict[str, str]) -> Link | None:
    """Files of version 0.4 have arrays; newer ones, and every definition, have objects."""
    if isinstance(raw, list):
        values = [*raw, *[None] * (6 - len(raw))][:6]
    elif isinstance(raw, dict):
        keys = ("id", "origin_id", "origin_slot", "target_id", "target_slot", "type")
        values = [raw.get(key) for key in keys]
    else:
        return None
    link_id, origin_slot, target_slot = integer_of(values[0]), integer_of(values[2]), integer_of(values[4])
    if link_id is None:
        return None
    origin, target = node_id(values[1]), node_id(values[3])
    return Link(
        id=link_id,
        origin=new_ids.get(origin, origin),
        origin_slot=0 if origin_slot is None else origin_slot,
        target=new_ids.get(target, target),
        target_slot=0 if target_slot is None else target_slot,
        type=text_of(values[5], "*"),
    )


def merge_double_links(graph: Graph) -> None:
    """Of links that join the same two slots the one that the input names survives."""
    groups: dict[tuple[str, int, str, int], list[int]] = {}
    for link in graph.links.values():
        groups.setdefault((link.origin, link.origin_slot, link.target, link.target_slot), []).append(link.id)
    doubles = {key: ids for key, ids in groups.items() if len(ids) > 1}
    for (origin, slot, target, _), ids in doubles.items():
        _keep_one(graph, ids, graph.nodes.get(target), graph.nodes.get(origin), slot)
    _repair_ports(graph)


def _keep_one(graph: Graph, ids: list[int], target: Node | None, origin: Node | None, slot: int) -> None:
    doubles = set(ids)
    named = (known.link for known in target.inputs) if target else ()
    kept = next((link for link in named if link in doubles), ids[0])
    for link in doubles - {kept}:
        del graph.links[link]
    if origin is not None and 0 <= slot < len(origin.outputs):
        output = origin.outputs[slot]
        output.links = [link for link in output.links if link == kept or link not in doubles]
    for known in target.inputs if target else ():
        if known.link in doubles:
            known.link = kept


def _repair_ports(graph: Graph) -> None:
    """An input or output of a definition that names a link which is not there gets the one at its place."""
    at_place: dict[tuple[str, int], int] = {}
    for link in graph.links.values():
        at_place.setdefault((link.origin, link.origin_slot), link.id)
        at_place.setdefault((link.target, link.target_slot), link.id)
    for ports, side in ((graph.inputs, INPUT_SIDE), (graph.outputs, OUTPUT_SIDE)):
        for place, port in enumerate(ports):
            found = at_place.get((side, place))
            if found is not None:
                port.links = [link if link in graph.links else found for link in port.links]
