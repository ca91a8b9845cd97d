"""A canvas workflow while it is being converted: graphs, nodes, slots, links and widgets that can change."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from tui.domain.json_values import Json, JsonObject
from tui.workflow.definitions import NodeClass
from tui.workflow.input_specs import Autogrow, InputSpec
from tui.workflow.javascript import is_truthy, javascript_text

NEVER: Final = 2
BYPASS: Final = 4

INPUT_SIDE: Final = "-10"
"""The node id from which links come that enter a subgraph."""

OUTPUT_SIDE: Final = "-20"
"""The node id to which links go that leave a subgraph."""


class Unset:
    """The value of a widget that has none; such an input is not sent."""

    def __repr__(self) -> str:
        return "UNSET"


UNSET: Final = Unset()

Value: TypeAlias = Json | Unset


@dataclass(slots=True, eq=False)
class Cell:
    """A widget's value, which widgets of one name on one node share."""

    value: Value


@dataclass(slots=True, kw_only=True, eq=False)
class Widget:
    """A field of a node."""

    name: str
    kind: str
    """How the page draws it; some kinds treat values in their own way."""

    cell: Cell
    spec: InputSpec | None = None
    choices: tuple[Json, ...] = ()
    in_file: bool = True
    """Whether it takes a place in `widgets_values`."""

    in_prompt: bool = True
    """Whether its value is sent."""

    is_fixed: bool = False
    """Whether it keeps its value whatever a file says."""

    is_promoted: bool = False
    """Whether it stands on a subgraph instance for a widget inside."""

    is_random_text: bool = False
    """Whether `{a|b}` in its text is resolved when sent."""

    limits: JsonObject | None = None
    """Options that override those of the spec."""

    compute: Callable[[], Value] | None = None
    """Where its value comes from, if not from the cell."""

    react: Callable[["Widget"], None] | None = None
    """What the node does when the value was set."""

    def set(self, value: Value) -> None:
        """Take a value, as it is."""
        if self.is_fixed or self.compute is not None:
            return
        self.cell.value = value
        if self.react is not None:
            self.react(self)

    @property
    def value(self) -> Value:
        """The value as the node sees it."""
        if self.compute is not None:
            return self.compute()
        value = self.cell.value
        if self.kind == "customtext" and not isinstance(value, str):
            return self._text_area(value)
        return UNSET if self.is_promoted and value is None else value

    def _text_area(self, value: Value) -> Value:
        if self.is_promoted or value is None:
            return ""
        return "undefined" if isinstance(value, Unset) else value  # what a text area makes of no value

    def option(self, name: str) -> Json:
        """What the server declares for the input, such as `min`."""
        if self.limits is not None and name in self.limits:
            return self.limits[name]
        return self.spec.options.get(name) if self.spec else None


@dataclass(slots=True, kw_only=True, eq=False)
class InputSlot:
    """An input socket. Widgets have one, too."""

    name: str
    type: str
    link: int | None = None
    widget: str | None = None
    """The name of the widget it belongs to."""

    label: str | None = None
    host: Widget | None = None
    """On a subgraph instance: the promoted widget."""

    is_described: bool = False
    """Whether the page knows its widget's spec without looking it up by name."""


@dataclass(slots=True, kw_only=True, eq=False)
class OutputSlot:
    """An output socket with the links that leave it."""

    name: str
    type: str
    links: list[int] = field(default_factory=list[int])


@dataclass(slots=True, kw_only=True, eq=False)
class Link:
    """A link between two slots of a graph."""

    id: int
    origin: str
    origin_slot: int
    target: str
    target_slot: int
    type: str


@dataclass(slots=True, kw_only=True, eq=False)
class Port:
    """An input or output of a subgraph definition."""

    name: str
    type: str
    links: list[int] = field(default_factory=list[int])


class Node:
    """A node of a graph."""

    __slots__ = (
        "cells",
        "definition",
        "entries",
        "graph",
        "groups",
        "id",
        "inputs",
        "instance_of",
        "is_virtual",
        "mode",
        "outputs",
        "properties",
        "raw",
        "title",
        "type",
        "widgets",
    )

    def __init__(self, graph: "Graph", node_id: str, node_type: str, raw: JsonObject) -> None:
        self.graph = graph
        self.id = node_id
        self.type = node_type
        self.raw = raw  # what the file says
        self.title = node_type
        self.mode: Json = 0
        self.properties: JsonObject = {}
        self.inputs: list[InputSlot] = []
        self.outputs: list[OutputSlot] = []
        self.widgets: list[Widget] = []  # promoted ones stand on the inputs instead
        self.definition: NodeClass | None = None  # None for a type that the server does not have
        self.instance_of: Graph | None = None  # for an instance: its subgraph
        self.is_virtual = False  # lives on the page only
        self.cells: dict[str, tuple[str, Cell]] = {}  # by name: kind and value, shared by widgets of both
        self.entries: dict[str, int] = {}  # for an instance: which proxied entry fills which input
        self.groups: dict[str, Autogrow] = {}  # the groups of inputs that grow

    @property
    def is_active(self) -> bool:
        """Whether the node itself runs."""
        return self.mode not in (NEVER, BYPASS)

    def add_widget(self, widget: Widget) -> Widget:
        """Append a widget; one with a known name and kind shares the value."""
        known = self.cells.get(widget.name)
        if known is not None and known[0] == widget.kind:
            widget.cell = known[1]
        else:
            self.cells[widget.name] = (widget.kind, widget.cell)
        self.widgets.append(widget)
        return widget

    def widget(self, name: str | None) -> Widget | None:
        """The first widget of that name, promoted ones included."""
        if name is None:
            return None
        return next((widget for widget in self.fields() if widget.name == name), None)

    def fields(self) -> Iterator[Widget]:
        """All widgets; on a subgraph instance the promoted ones, in the order of its inputs."""
        if self.instance_of is None:
            return iter(self.widgets)
        return (slot.host for slot in self.inputs if slot.host is not None)

    def widget_of(self, slot: InputSlot) -> Widget | None:
        """The widget that belongs to an input socket."""
        return slot.host or self.widget(slot.widget)


class Graph:
    """The root or a subgraph definition."""

    __slots__ = ("id", "inputs", "instances", "last_link", "links", "name", "nodes", "outputs", "raw")

    def __init__(self, graph_id: str, raw: JsonObject) -> None:
        self.id = graph_id
        self.raw = raw  # what the file says
        self.name = ""
        self.nodes: dict[str, Node] = {}
        self.links: dict[int, Link] = {}
        self.inputs: list[Port] = []
        self.outputs: list[Port] = []
        self.instances: list[Node] = []  # the nodes that stand for this definition
        self.last_link = 0

    def new_link(self, origin: str, origin_slot: int, node: Node, slot: InputSlot) -> Link:
        """Link an output to an input socket, which must be free."""
        self.last_link += 1
        link = Link(
            id=self.last_link,
            origin=origin,
            origin_slot=origin_slot,
            target=node.id,
            target_slot=node.inputs.index(slot),
            type=slot.type,
        )
        self.links[link.id] = link
        slot.link = link.id
        return link

    def drop_link(self, link_id: int) -> None:
        """Forget a link at its origin and target."""
        link = self.links.pop(link_id, None)
        if link is None:
            return
        origin, target = self.nodes.get(link.origin), self.nodes.get(link.target)
        for output in origin.outputs if origin else ():
            if link_id in output.links:
                output.links.remove(link_id)
        for slot in target.inputs if target else ():
            if slot.link == link_id:
                slot.link = None
        for port in self.inputs if link.origin == INPUT_SIDE else ():
            if link_id in port.links:
                port.links.remove(link_id)


def shown(value: Value) -> str:
    """A widget's value as text in a file name."""
    return "" if value is None or isinstance(value, Unset) else javascript_text(value)


def is_set(value: Value) -> bool:
    """Whether JavaScript takes the value for true."""
    return not isinstance(value, Unset) and is_truthy(value)


def connects(one: str, other: str) -> bool:
    """Whether a link may join the two types; a type may list several."""
    if one == other or one in ("", "*", "0") or other in ("", "*", "0"):
        return True
    ones, others = one.lower().split(","), other.lower().split(",")
    if len(ones) == 1 and len(others) == 1:
        return ones == others
    return any(
        left == right or not left or not right or "*" in (left, right) for left in ones for right in others
    )
