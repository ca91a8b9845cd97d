"""What a canvas says about its nodes that the API format leaves out: packs, models, titles, kept seeds."""

from collections.abc import Iterator
from dataclasses import dataclass

from tui.domain.json_values import JsonObject, list_of, object_of, objects_in, text_of
from tui.domain.text import one_line

_DEEPEST = 40
"""Subgraphs within subgraphs that are followed."""

_CONTROLS = {"fixed", "increment", "decrement", "randomize"}


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model file as a workflow describes it."""

    name: str
    folder: str
    url: str


class CanvasNodes:
    """The saved nodes of a canvas by their ids in the API graph: "3", or "12:3" in a subgraph."""

    def __init__(self, canvas: JsonObject) -> None:
        self._canvas = canvas
        subgraphs = objects_in(object_of(canvas.get("definitions")).get("subgraphs"))
        self._definitions = {text_of(found.get("id")): found for found in subgraphs}
        self._levels: dict[str, dict[str, JsonObject]] = {}

    def find(self, node_id: str) -> JsonObject:
        """The saved node; empty when there is none."""
        graph, node = self._canvas, JsonObject()
        for step in node_id.split(":")[:_DEEPEST]:
            node = self._level(graph).get(step, {})
            graph = self._definitions.get(text_of(node.get("type")), {})
        return node

    def title(self, node_id: str) -> str:
        """The title that the author gave a node, or that of the subgraph it stands for."""
        node = self.find(node_id)
        definition = self._definitions.get(text_of(node.get("type")), {})
        return one_line(text_of(node.get("title")) or text_of(definition.get("name")), 60)

    def label(self, node_id: str, input_name: str) -> str:
        """What the author calls an input, where the page shows another name than its own."""
        for slot in objects_in(self.find(node_id).get("inputs")):
            if slot.get("name") == input_name:
                given = text_of(slot.get("label")) or text_of(slot.get("localized_name"))
                return "" if given == input_name else one_line(given, 60)
        return ""

    def keeps_seed(self, node_id: str) -> bool:
        """Whether the page leaves the node's seed as it is."""
        values = list_of(self.find(node_id).get("widgets_values"))
        controls = [value for value in values if isinstance(value, str) and value in _CONTROLS]
        return controls == ["fixed"]

    def places_of(self, graph_id: str) -> tuple[str, ...]:
        """Where a graph stands: how its nodes' ids begin. "" is the root, "12:" an instance."""
        if graph_id and graph_id == self._canvas.get("id"):
            return ("",)
        return tuple(f"{path}:" for path, node in self._instances() if node.get("type") == graph_id)

    def packs(self) -> dict[str, str]:
        """The node pack of each class that says where it comes from."""
        found: dict[str, str] = {}
        for node in self._all():
            properties = object_of(node.get("properties"))
            pack = text_of(properties.get("cnr_id")) or text_of(properties.get("aux_id"))
            if pack and pack != "comfy-core":
                found.setdefault(text_of(node.get("type")), one_line(pack, 80))
        return found

    def models(self) -> dict[str, ModelFile]:
        """The model files that nodes describe, by name."""
        found: dict[str, ModelFile] = {}
        listed = [object_of(node.get("properties")).get("models") for node in self._all()]
        for raw in (
            entry for models in (*listed, self._canvas.get("models")) for entry in objects_in(models)
        ):
            name, folder, url = (one_line(text_of(raw.get(key)), 500) for key in ("name", "directory", "url"))
            if name:
                found.setdefault(name, ModelFile(name, folder, url))
        return found

    def structure(self) -> list[str]:
        """All that makes this workflow another one than its neighbours, whatever values it holds."""
        return sorted(f"{node.get('id')} {node.get('type')}" for node in self._all())

    def _all(self) -> Iterator[JsonObject]:
        for graph in (self._canvas, *self._definitions.values()):
            yield from objects_in(graph.get("nodes"))

    def _instances(self) -> Iterator[tuple[str, JsonObject]]:
        waiting = [(str(node.get("id")), node) for node in objects_in(self._canvas.get("nodes"))]
        for _ in range(10_000):
            if not waiting:
                return
            path, node = waiting.pop()
            definition = self._definitions.get(text_of(node.get("type")))
            if definition is not None and path.count(":") < _DEEPEST:
                yield path, node
                inner = objects_in(definition.get("nodes"))
                waiting += [(f"{path}:{child.get('id')}", child) for child in inner]

    def _level(self, graph: JsonObject) -> dict[str, JsonObject]:
        key = text_of(graph.get("id")) if graph is not self._canvas else ""
        if key not in self._levels:
            self._levels[key] = {str(node.get("id")): node for node in objects_in(graph.get("nodes"))}
        return self._levels[key]
