"""The inputs that an author put into the page's App mode (`extra.linearData`)."""

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from tui.domain.json_values import Json, JsonObject, list_of, object_of, text_of
from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import ApiInput, inputs_of
from tui.workflow.canvas_nodes import CanvasNodes
from tui.workflow.definitions import NodeDefs
from tui.workflow.flow import literal_of
from tui.workflow.slots import Slot, Target

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_MOST = 1000


class AppMode:
    """Finds the inputs that App mode shows in the graph that the canvas became."""

    def __init__(
        self,
        nodes: CanvasNodes,
        graph: ApiWorkflow,
        aliases: Mapping[ApiInput, tuple[ApiInput, ...]],
        defs: NodeDefs,
    ) -> None:
        self._nodes = nodes
        self._graph = graph
        self._aliases = aliases
        self._defs = defs
        self._inner: dict[str, list[str]] = {}
        for node_id in graph:
            self._inner.setdefault(node_id.rpartition(":")[2], []).append(node_id)

    def slots(self, canvas: JsonObject) -> tuple[Slot, ...]:
        """The fields in the author's order; what leads nowhere is left out, as on the page."""
        listed = list_of(object_of(object_of(canvas.get("extra")).get("linearData")).get("inputs"))
        found: dict[Target, Slot] = {}
        for entry in listed[:_MOST]:
            place = _place(entry)
            targets = self._targets(*place) if place else ()
            if targets:
                found.setdefault(targets[0], self._slot(place[1] if place else "", targets))
        return tuple(found.values())

    def _slot(self, widget: str, targets: tuple[Target, ...]) -> Slot:
        node_id = targets[0].node_id
        return Slot(name="", targets=targets, label=self._nodes.label(node_id, widget))

    def _targets(self, node_id: str, widget: str) -> tuple[Target, ...]:
        for candidate in self._candidates(node_id):
            if found := self._at(candidate, widget):
                return found
        return self._promoted(node_id, widget)

    def _candidates(self, node_id: str) -> Iterator[str]:
        """The ids in the API graph that an id may stand for. A graph's id comes before a path."""
        head, colon, rest = node_id.partition(":")
        if colon and _UUID.fullmatch(head):
            places = self._nodes.places_of(head)
            if len(places) == 1:
                yield places[0] + rest
        yield node_id

    def _at(self, node_id: str, widget: str) -> tuple[Target, ...]:
        if alias := self._aliases.get((node_id, widget)):
            return tuple(Target(*one) for one in alias)
        if widget not in inputs_of(self._graph, node_id):
            return ()
        target = literal_of(self._graph, Target(node_id, widget), self._defs)
        return (target,) if target else ()

    def _promoted(self, node_id: str, widget: str) -> tuple[Target, ...]:
        """Older files name the inner node: it counts when exactly one place is meant."""
        if ":" in node_id:
            return ()
        inner = [found for found in self._inner.get(node_id, ()) if ":" in found and self._at(found, widget)]
        return self._at(inner[0], widget) if len(inner) == 1 else ()


def _place(entry: Json) -> tuple[str, str] | None:
    """Node id and widget of `[3, "seed"]`, `["6:3", "seed"]` or `["uuid:3:seed", "seed"]`."""
    parts = list_of(entry)
    if len(parts) < 2 or not isinstance(parts[0], str | int) or isinstance(parts[0], bool):
        return None
    node_id, widget = str(parts[0]), text_of(parts[1])
    pieces = [unquote(piece) for piece in node_id.split(":")]
    if len(pieces) >= 3 and _UUID.fullmatch(pieces[0]):
        return ":".join(pieces[:-1]), pieces[-1]
    return (node_id, widget) if widget else None
