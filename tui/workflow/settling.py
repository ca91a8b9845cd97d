"""What the page does once the whole file is laid out: tidy slots, make primitives work, fill empty combos."""

from collections.abc import Iterator

from tui.domain.errors import WorkflowError
from tui.workflow.graph import Graph, Node, Unset
from tui.workflow.nodes import drop_orphans
from tui.workflow.primitives import is_primitive, start

_SAMPLERS = frozenset({"KSampler", "KSamplerAdvanced"})
_OLD_SAMPLER_PREFIX = "sample_"


def reachable(root: Graph) -> list[Graph]:
    """The definitions in use, inner ones first, then the root."""
    done: dict[int, Graph] = {}
    open_graphs: set[int] = set()
    stack: list[tuple[Graph, bool]] = [(root, False)]
    while stack:
        graph, is_done = stack.pop()
        if is_done:
            done[id(graph)] = graph
            open_graphs.discard(id(graph))
            continue
        if id(graph) in done:
            continue
        open_graphs.add(id(graph))
        stack.append((graph, True))
        for node in reversed(graph.nodes.values()):
            inner = node.instance_of
            if inner is not None and id(inner) not in done:
                if id(inner) in open_graphs:
                    raise circular(node, inner)
                stack.append((inner, False))
    return list(done.values())


def circular(node: Node, definition: Graph) -> WorkflowError:
    """A subgraph that contains itself."""
    return WorkflowError(
        f"Node {node.id} “{node.title}” stands inside its own subgraph “{definition.name}”.",
        "A subgraph that contains itself cannot run: remove that node.",
    )


def settle(root: Graph) -> None:
    """Bring the loaded graphs into the state in which the page shows them."""
    graphs = reachable(root)
    for graph in graphs:
        _number_targets(graph)
    for node in _nodes(graphs):
        if node.definition is not None:
            drop_orphans(node)
            if (
                len(node.graph.instances) > 1
            ):  # the page does it for every instance; the second finds the rest
                drop_orphans(node)
    for graph in graphs:
        _number_targets(graph)
    for node in _nodes(graphs):
        if is_primitive(node):
            start(node)
    for node in _nodes(graphs):
        _repair_values(node)


def _nodes(graphs: list[Graph]) -> Iterator[Node]:
    return (node for graph in graphs for node in graph.nodes.values())


def _number_targets(graph: Graph) -> None:
    for node in graph.nodes.values():
        for place, slot in enumerate(node.inputs):
            link = graph.links.get(slot.link) if slot.link else None
            if link is not None:
                link.target_slot = place


def _repair_values(node: Node) -> None:
    for widget in node.fields():
        value = widget.value
        if node.type in _SAMPLERS and widget.name == "sampler_name" and isinstance(value, str):
            widget.set(value.removeprefix(_OLD_SAMPLER_PREFIX))
        if widget.kind == "combo" and widget.choices and (value is None or isinstance(value, Unset)):
            widget.set(widget.choices[0])
