"""Walking a graph in API format: what runs, in which order, and where an input's value comes from."""

from collections import deque
from collections.abc import Callable, Iterator

from tui.domain.json_values import JsonObject
from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import Source, class_of, inputs_of, link_of, links_of
from tui.workflow.definitions import NodeClass, NodeDefs
from tui.workflow.input_specs import DYNAMIC_COMBO, InputSpec, dynamic_choices
from tui.workflow.slots import Target
from tui.workflow.stand_ins import VALUE_INPUTS

_NUMBERS = {"INT", "FLOAT"}
_BRANCHES = {"on_true", "on_false"}


def run_order(graph: ApiWorkflow, defs: NodeDefs) -> tuple[str, ...]:
    """The nodes that run, each after those it takes its inputs from. All of them when no end is known."""
    ends = [node for node in graph if (name := class_of(graph, node)) in defs and defs[name].is_output]
    order: dict[str, None] = {}
    for end in ends or graph:
        _visit(graph, end, order)
    return tuple(order)


def _visit(graph: ApiWorkflow, start: str, order: dict[str, None]) -> None:
    """Add `start` and all before it; a stack of our own, since a graph may be deeper than Python's."""
    open_nodes, seen = [(start, _sources(graph, start))], {start}
    while open_nodes:
        node, sources = open_nodes[-1]
        source = next((found for found in sources if found not in order and found not in seen), None)
        if source is None:
            order.setdefault(node)
            open_nodes.pop()
        elif source in graph:
            seen.add(source)
            open_nodes.append((source, _sources(graph, source)))


def _sources(graph: ApiWorkflow, node_id: str) -> Iterator[str]:
    return (source[0] for _, source in links_of(graph, node_id))


def upstream(
    graph: ApiWorkflow, start: Source, follows: Callable[[str, str], bool]
) -> Iterator[tuple[str, int]]:
    """The nodes before an output, nearest first, with the slot by which each was reached.

    `follows` says of a node and one of its inputs whether to go on through it.
    """
    waiting, seen = deque([start]), {start}
    while waiting:
        node_id, slot = waiting.popleft()
        if node_id not in graph:
            continue
        yield node_id, slot
        for name, source in links_of(graph, node_id):
            if source not in seen and follows(node_id, name):
                seen.add(source)
                waiting.append(source)


def along(graph: ApiWorkflow, start: Source, defs: NodeDefs, kinds: tuple[str, ...]) -> Iterator[str]:
    """The nodes before an output on links of these types, nearest first."""

    def carries(node_id: str, name: str) -> bool:
        link = link_of(inputs_of(graph, node_id).get(name))
        return link is not None and output_type(graph, link, defs) in kinds

    return (node_id for node_id, _ in upstream(graph, start, carries))


def spec_of(graph: ApiWorkflow, target: Target, defs: NodeDefs) -> InputSpec | None:
    """What the server declares for an input."""
    class_type = class_of(graph, target.node_id)
    if class_type not in defs:
        return None
    if "." not in target.input_name:
        return defs[class_type].input(target.input_name)
    return _inner_spec(defs[class_type], inputs_of(graph, target.node_id), target.input_name)


def _inner_spec(declared: NodeClass, inputs: JsonObject, name: str) -> InputSpec | None:
    """An input that a dynamic combo brings with its choice: "model.prompt"."""
    head, *rest = name.split(".")
    spec = declared.input(head)
    for part in rest:
        if spec is None or spec.type != DYNAMIC_COMBO:
            return None
        chosen = inputs.get(head)
        brought = next((choice.inputs for choice in dynamic_choices(spec) if choice.key == chosen), ())
        spec = next((inner for inner in brought if inner.name == part), None)
        head = f"{head}.{part}"
    return spec


def output_type(graph: ApiWorkflow, source: Source, defs: NodeDefs) -> str:
    """The type of an output; empty when it is not known."""
    class_type, slot = class_of(graph, source[0]), source[1]
    outputs = defs[class_type].outputs if class_type in defs else ()
    return outputs[slot].type if 0 <= slot < len(outputs) else ""


def literal_of(graph: ApiWorkflow, target: Target, defs: NodeDefs) -> Target | None:
    """The input that holds the value which reaches `target`: itself, or one of the nodes linked to it.

    A number that something is calculated from is another number; texts may be put together on the way.
    """
    inputs, kind = inputs_of(graph, target.node_id), spec_of(graph, target, defs)
    if target.input_name not in inputs:
        return None
    source = link_of(inputs[target.input_name])
    if source is None or kind is None:
        return target if source is None else None

    def carries_the_type(node_id: str, name: str) -> bool:
        link = link_of(inputs_of(graph, node_id).get(name))
        if link is None or not _is_live(graph, node_id, name):
            return False
        return output_type(graph, link, defs) == kind.type and _passes_on(graph, node_id, kind.type)

    for node_id, _ in upstream(graph, source, carries_the_type):
        if held := VALUE_INPUTS.get(class_of(graph, node_id)):
            return Target(node_id, held)
        for name, value in inputs_of(graph, node_id).items():
            spec = spec_of(graph, Target(node_id, name), defs)
            if link_of(value) is None and spec and spec.is_widget and spec.type == kind.type:
                return Target(node_id, name) if _holds_it_alone(graph, node_id, kind.type) else None
    return None


def _passes_on(graph: ApiWorkflow, node_id: str, kind: str) -> bool:
    """Whether a number leaves the node as it came: nothing is set there but which way it goes."""
    given = (value for value in inputs_of(graph, node_id).values() if link_of(value) is None)
    return kind not in _NUMBERS or all(isinstance(value, bool) for value in given)


def _holds_it_alone(graph: ApiWorkflow, node_id: str, kind: str) -> bool:
    """Whether the node is nothing but this number."""
    return kind not in _NUMBERS or len(inputs_of(graph, node_id)) == 1


def _is_live(graph: ApiWorkflow, node_id: str, name: str) -> bool:
    """Whether a switch lets this input through."""
    switch = inputs_of(graph, node_id).get("switch")
    if link := link_of(switch):
        switch = inputs_of(graph, link[0]).get("value")
    return not (isinstance(switch, bool) and name in _BRANCHES and name != f"on_{str(switch).lower()}")
