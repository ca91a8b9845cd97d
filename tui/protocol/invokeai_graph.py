"""InvokeAI graphs as they are enqueued, and what can be read back from one."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from tui.domain.json_values import integer_of, number_of, object_of

DENOISE = "denoise_"
"""How the ids of sampling nodes begin; the picture's number follows."""

NOISE = "noise_"
OUT = "out_"
"""How the ids of nodes begin whose pictures are results."""

Graph = Mapping[str, Any]
"""`{"nodes": {id: {"id", "type", …}}, "edges": [{"source", "destination"}]}`."""


class Output(NamedTuple):
    """What a node gives."""

    node_id: str
    field: str


class GraphBuilder:
    """A graph that grows node by node."""

    def __init__(self) -> None:
        self._nodes: dict[str, dict[str, Any]] = {}
        self._edges: list[dict[str, dict[str, str]]] = []

    def add(self, node_id: str, kind: str, fields: Mapping[str, Any] | None = None, **inputs: Output) -> str:
        """A node with the values of its fields, and the outputs that its other fields take; its id."""
        self._nodes[node_id] = {"type": kind, "id": node_id, **(fields or {})}
        for field, output in inputs.items():
            self.link(output, node_id, field)
        return node_id

    def link(self, output: Output, node_id: str, field: str) -> None:
        """Lead an output into a field."""
        source = {"node_id": output.node_id, "field": output.field}
        self._edges.append({"source": source, "destination": {"node_id": node_id, "field": field}})

    def graph(self) -> Graph:
        """All of it."""
        return {"nodes": self._nodes, "edges": self._edges}


def sampling_steps(nodes: Mapping[str, Any]) -> dict[str, int]:
    """How many steps each sampling node will do, by its id; a picture that is kept in part takes fewer."""
    found: dict[str, int] = {}
    for node_id, value in nodes.items():
        node = object_of(value)
        steps = integer_of(node.get("steps")) or integer_of(node.get("num_steps"))
        if node_id.startswith(DENOISE) and steps:
            found[node_id] = max(1, round(steps * (1 - (number_of(node.get("denoising_start")) or 0.0))))
    return found


def seeds(nodes: Mapping[str, Any]) -> dict[str, int]:
    """The seed of each result, by the id of the node that gives it."""
    found: dict[str, int] = {}
    for node_id, value in nodes.items():
        seed = integer_of(object_of(value).get("seed"))
        for beginning in (NOISE, DENOISE):
            if seed is not None and node_id.startswith(beginning):
                found[OUT + node_id.removeprefix(beginning)] = seed
    return found
