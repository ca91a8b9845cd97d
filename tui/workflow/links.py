"""Where an input's value comes from, followed through subgraphs, reroutes and bypassed nodes."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from tui.domain.errors import WorkflowError
from tui.workflow.graph import BYPASS, INPUT_SIDE, NEVER, Graph, InputSlot, Node, Value, Widget, connects
from tui.workflow.limits import MOST_NODES
from tui.workflow.nodes import GETTER, SETTER
from tui.workflow.notes import BrokenLink, Note
from tui.workflow.settling import circular


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A node where it stands: an inner node has one for every way that leads to it."""

    id: str
    """`6:50:40`: the instances from the root, then the node."""

    node: Node
    host: "Place | None"
    """The instance around it."""

    def beside(self, name: str) -> str:
        """The id of another node of the same graph."""
        return f"{self.host.id}:{name}" if self.host else name


@dataclass(frozen=True, slots=True)
class Origin:
    """The output of a node that runs."""

    id: str
    slot: int


@dataclass(frozen=True, slots=True)
class HostValue:
    """The value of a promoted widget on an instance."""

    host: Place
    widget: Widget

    @property
    def value(self) -> Value:
        """What is sent."""
        return self.widget.cell.value


Source: TypeAlias = Origin | HostValue | None


@dataclass(frozen=True, slots=True)
class _Input:
    place: Place
    index: int
    type: str | None


@dataclass(frozen=True, slots=True)
class _Output:
    place: Place
    index: int
    type: str


_Step: TypeAlias = _Input | _Output
_Key = tuple[bool, str, int, str | None]


def places(order: list[Node]) -> dict[str, Place]:
    """Every node that can be reached while sending, root nodes in the order given, inner ones as listed."""
    found: dict[str, Place] = {}
    for node in order:
        place = found[node.id] = Place(node.id, node, None)
        if node.is_active and node.instance_of is not None:
            _add_inner(place, found)
    return found


def _add_inner(instance: Place, found: dict[str, Place]) -> None:
    stack = [_inner(instance)]
    while stack:
        place = next(stack[-1], None)
        if place is None:
            stack.pop()
            continue
        if len(found) >= MOST_NODES:
            raise WorkflowError(
                f"With its subgraphs written out this workflow has more than {MOST_NODES:,} nodes.",
                "No server could run it.",
            )
        found[place.id] = place
        if place.node.instance_of is not None:
            stack.append(_inner(place))


def _inner(instance: Place) -> Iterator[Place]:
    definition = instance.node.instance_of
    if definition is None:
        return
    around = instance.host
    while around is not None:
        if around.node is instance.node:
            raise circular(instance.node, definition)
        around = around.host
    for node in definition.nodes.values():
        yield Place(f"{instance.id}:{node.id}", node, instance)


class Resolver:
    """Follows links; what was found once is remembered, so a long chain is walked once."""

    def __init__(self, found: dict[str, Place]) -> None:
        self._places = found
        self._known: dict[_Key, Source] = {}
        self._setters: dict[str, Place] | None = None
        self.notes: list[Note] = []

    def source(self, place: Place, index: int) -> Source:
        """Where the input at `index` gets its value, or None when nothing sends one."""
        step: _Step | Source = _Input(place, index, None)
        walked: dict[_Key, None] = {}
        while isinstance(step, _Input | _Output):
            key = (isinstance(step, _Input), step.place.id, step.index, step.type)
            if key in walked:
                raise _loop(step.place.node)
            if key in self._known:
                step = self._known[key]
                break
            walked[key] = None
            step = self._follow(step)
        self._known.update(dict.fromkeys(walked, step))
        return step

    def _follow(self, step: _Step) -> _Step | Source:
        return self._enter(step) if isinstance(step, _Input) else self._leave(step)

    def _enter(self, step: _Input) -> _Step | Source:
        node = step.place.node
        slot = node.inputs[step.index] if 0 <= step.index < len(node.inputs) else None
        if slot is None or slot.link is None:
            return None
        link = node.graph.links.get(slot.link)
        if link is None:
            return self._broken(step.place, slot)
        if link.origin == INPUT_SIDE and step.place.host is not None:
            return self._go_out(step.place, slot, step.place.host, link.origin_slot)
        origin = self._places.get(step.place.beside(link.origin))
        if origin is None:
            return self._broken(step.place, slot)
        return _Output(origin, link.origin_slot, slot.type if step.type is None else step.type)

    def _go_out(self, place: Place, slot: InputSlot, host: Place, index: int) -> _Step | Source:
        outside = host.node.inputs[index] if 0 <= index < len(host.node.inputs) else None
        if outside is None:
            return self._broken(place, slot)
        if outside.link is None:
            return HostValue(host, outside.host) if outside.host is not None else None
        return _Input(host, index, None)

    def _leave(self, step: _Output) -> _Step | Source:
        node = step.place.node
        if node.mode == NEVER:
            return None
        if node.mode == BYPASS:
            index = _passed_input(node, step.index, step.type)
            return None if index is None else _Input(step.place, index, None)
        if node.instance_of is not None:
            return self._go_in(step, node.instance_of)
        if node.is_virtual:
            return self._pass(step)
        return Origin(step.place.id, step.index)

    def _go_in(self, step: _Output, definition: Graph) -> _Step | Source:
        ports = definition.outputs
        port = ports[step.index] if 0 <= step.index < len(ports) else None
        ids = port.links if port else []
        link = next((link for link_id in ids if (link := definition.links.get(link_id))), None)
        if link is None:
            return None
        if link.origin == INPUT_SIDE:  # an input wired straight to an output
            return _Input(step.place, link.origin_slot, step.type)
        inner = self._places.get(f"{step.place.id}:{link.origin}")
        return None if inner is None else _Output(inner, link.origin_slot, step.type)

    def _pass(self, step: _Output) -> _Step | Source:
        node = step.place.node
        if node.type == GETTER:
            setter = self._setter(node)
            return None if setter is None else _Input(setter, 0, step.type)
        return _Input(step.place, step.index, step.type)

    def _setter(self, getter: Node) -> Place | None:
        """A setter and the getters of its name are linked without a link, also across subgraphs."""
        if self._setters is None:
            self._setters = {}
            for place in self._places.values():
                if place.node.type == SETTER:
                    self._setters.setdefault(_name_of(place.node), place)
        return self._setters.get(_name_of(getter))

    def _broken(self, place: Place, slot: InputSlot) -> None:
        self.notes.append(BrokenLink(node=place.id, title=place.node.title, input=slot.name))


def _name_of(node: Node) -> str:
    values = node.raw.get("widgets_values")
    return str(values[0]) if isinstance(values, list) and values else ""


def _passed_input(node: Node, index: int, wanted: str) -> int | None:
    """The input that a bypassed node hands on for its output at `index`."""
    if not 0 <= index < len(node.outputs):
        return None
    if wanted in ("*", ""):
        return index if len(node.inputs) > index else 0
    given = node.outputs[index].type

    def fits(slot: InputSlot) -> bool:
        return connects(slot.type, given) and connects(slot.type, wanted)

    if index < len(node.inputs) and fits(node.inputs[index]):
        return index
    exact = next((place for place, slot in enumerate(node.inputs) if slot.type == wanted), None)
    if exact is not None:
        return exact
    return next((place for place, slot in enumerate(node.inputs) if fits(slot)), None)


def _loop(node: Node) -> WorkflowError:
    return WorkflowError(
        f"The links around node {node.id} “{node.title}” run in a circle.",
        "Remove one of them: a circle of reroutes or bypassed nodes has no source.",
    )
