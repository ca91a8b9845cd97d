"""From the canvas format to the API format, as the official page does it before it sends a prompt."""

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from tui.domain.json_values import Json, JsonObject, object_of, text_of
from tui.workflow.api_graph import ApiInput
from tui.workflow.canvas import open_canvas
from tui.workflow.definitions import NodeDefs
from tui.workflow.graph import Graph, Node, Unset, Value, Widget
from tui.workflow.javascript import is_truthy, ordered
from tui.workflow.links import HostValue, Origin, Place, Resolver, places
from tui.workflow.nodes import FILE_SAVERS
from tui.workflow.notes import Note, UnknownNode, UnreadableValues
from tui.workflow.primitives import driven_inputs, is_primitive, propagate
from tui.workflow.quotes import Quotes
from tui.workflow.text import fill_placeholders, resolve_choices

_REPLACES_TEXT = "Run widget replace on values"


@dataclass(frozen=True, slots=True)
class Conversion:
    """A workflow that can be sent, and what to know about it."""

    api: Mapping[str, JsonObject]
    """`{id: {"inputs", "class_type", "_meta"}}` in the page's order."""

    notes: tuple[Note, ...]

    aliases: Mapping[ApiInput, tuple[ApiInput, ...]]
    """Where values go that stand on no node of the API graph: the inputs that get them, for a promoted widget
    under its instance and name, for a primitive under its id and "value"."""

    @property
    def unknown_nodes(self) -> tuple[UnknownNode, ...]:
        """Nodes that the server does not have; it would refuse the workflow."""
        return tuple(note for note in self.notes if isinstance(note, UnknownNode))


def convert(
    ui: JsonObject,
    defs: NodeDefs,
    *,
    rng: random.Random | None = None,
    now: datetime | None = None,
) -> Conversion:
    """The API format of a canvas workflow for a server with these node classes.

    `rng` chooses for `{a|b}` in prompts, `now` fills `%date:…%`. Raises `WorkflowError` for a file that
    has no API format: circles of links, a subgraph inside itself, too many nodes.
    """
    root = open_canvas(ui, defs)
    return Sender(root, defs, rng or random.Random(), now or datetime.now().astimezone()).send()  # noqa: S311 -- a choice of words is no secret


class Sender:
    """One sending of a loaded workflow."""

    def __init__(self, root: Graph, defs: NodeDefs, rng: random.Random, now: datetime) -> None:
        self._defs = defs
        self._rng = rng
        self._now = now
        self.places = places(execution_order(root))
        self.resolver = Resolver(self.places)
        self._notes: list[Note] = []
        self._quotes = Quotes(root)
        self._aliases: dict[ApiInput, list[ApiInput]] = {}

    def send(self) -> Conversion:
        """The graph to send."""
        self._apply_primitives()
        api = {
            place.id: self._entry(place)
            for place in self.places.values()
            if place.node.is_active and not place.node.is_virtual
        }
        for entry in api.values():
            _drop_dead_links(object_of(entry["inputs"]), api)
        notes = tuple(self._notes + self.resolver.notes)
        aliases = {
            alias: tuple(real for real in inputs if real[0] in api) for alias, inputs in self._aliases.items()
        }
        return Conversion(ordered(api), notes, aliases)

    def _apply_primitives(self) -> None:
        for place in self.places.values():
            node = place.node
            if not is_primitive(node) or not node.widgets:
                continue
            value = node.widgets[0].value
            if isinstance(value, str) and value and is_truthy(node.properties.get(_REPLACES_TEXT)):
                value = fill_placeholders(value, self._now, self._quotes.find)
            propagate(node, value)
            driven = [(place.beside(target.id), slot.name) for _, target, slot in driven_inputs(node)]
            self._aliases[place.id, "value"] = driven

    def _entry(self, place: Place) -> JsonObject:
        node = place.node
        if node.definition is None or node.type not in self._defs:
            self._notes.append(_unknown(place))
        elif isinstance(node.raw.get("widgets_values"), dict) and not node.definition.is_custom:
            self._notes.append(UnreadableValues(node=place.id, title=node.title))
        inputs: JsonObject = {}
        for widget in node.widgets:
            if not widget.in_prompt or not widget.name:
                continue
            value = self._sent(node, widget)
            if not isinstance(value, Unset):
                inputs[widget.name] = _wrapped(value, is_curve=widget.kind == "curve")
        self._add_links(place, inputs)
        return {"inputs": ordered(inputs), "class_type": node.type, "_meta": {"title": node.title}}

    def _add_links(self, place: Place, inputs: JsonObject) -> None:
        for index, slot in enumerate(place.node.inputs):
            source = self.resolver.source(place, index)
            if isinstance(source, Origin):
                inputs[slot.name] = [source.id, source.slot]
            elif isinstance(source, HostValue):
                value = source.value
                alias = (source.host.id, source.widget.name)
                self._aliases.setdefault(alias, []).append((place.id, slot.name))
                if isinstance(value, Unset):
                    inputs.pop(slot.name, None)
                else:
                    inputs[slot.name] = _wrapped(value, is_curve=False)

    def _sent(self, node: Node, widget: Widget) -> Value:
        value = widget.value
        if not isinstance(value, str):
            return value
        if node.type in FILE_SAVERS and widget.name == "filename_prefix":
            return fill_placeholders(value, self._now, self._quotes.find)
        return resolve_choices(value, self._rng) if widget.is_random_text else value


def _wrapped(value: Json, *, is_curve: bool) -> Json:
    """An array is wrapped, or the server would take it for a link."""
    if not isinstance(value, list):
        return value
    return {"__type__": "CURVE", "__value__": value} if is_curve else {"__value__": value}


def _drop_dead_links(inputs: JsonObject, api: Mapping[str, JsonObject]) -> None:
    dead = [name for name, value in inputs.items() if isinstance(value, list) and str(value[0]) not in api]
    for name in dead:
        del inputs[name]


def _unknown(place: Place) -> UnknownNode:
    properties = place.node.properties
    pack = text_of(properties.get("cnr_id")) or text_of(properties.get("aux_id"))
    return UnknownNode(node=place.id, title=place.node.title, class_type=place.node.type, pack=pack)


def execution_order(graph: Graph) -> list[Node]:
    """The nodes as the page orders them: sources first, then along the links of their outputs."""
    waits = {node.id: sum(slot.link is not None for slot in node.inputs) for node in graph.nodes.values()}
    queue = deque(node for node in graph.nodes.values() if not waits[node.id])
    order: dict[str, Node] = {}
    visited: set[int] = set()
    while queue:
        node = queue.popleft()
        order[node.id] = node
        for link_id in (link for output in node.outputs for link in output.links):
            link = graph.links.get(link_id)
            if link is None or link_id in visited:
                continue
            visited.add(link_id)
            if link.target in waits:
                waits[link.target] -= 1
                if not waits[link.target]:
                    queue.append(graph.nodes[link.target])
    rest = {name: node for name, node in graph.nodes.items() if name not in order}
    return [*order.values(), *ordered(rest).values()]
