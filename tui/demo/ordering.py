"""Which node runs next, in the order ComfyUI would choose."""

from collections.abc import Callable, Iterable

from tui.demo.definitions import is_output_node
from tui.demo.wire import Graph, as_link


def links(graph: Graph, node_id: str) -> list[str]:
    """The nodes that `node_id` reads from, in the order of its inputs."""
    given = graph[node_id].get("inputs", {})
    found = (as_link(value) for value in given.values())
    return [link[0] for link in found if link is not None]


def needed(graph: Graph, outputs: Iterable[str]) -> list[str]:
    """Every node that the outputs depend on, themselves included."""
    return _walk(graph, outputs, lambda _node_id: False)


def execution_order(graph: Graph, outputs: Iterable[str], is_cached: Callable[[str], bool]) -> list[str]:
    """The nodes to run; what lies behind a cached one is left out."""
    waiting = _walk(graph, outputs, is_cached)
    order: list[str] = []
    while waiting:
        ready = [node for node in waiting if not any(link in waiting for link in links(graph, node))]
        chosen = _friendliest(graph, ready, waiting)
        waiting.remove(chosen)
        order.append(chosen)
    return order


def _walk(graph: Graph, outputs: Iterable[str], stop_at: Callable[[str], bool]) -> list[str]:
    found: list[str] = []
    for output in outputs:
        stack = [output]
        while stack:
            node = stack.pop()
            if node in found:
                continue
            found.append(node)
            stack += [link for link in links(graph, node) if link not in found and not stop_at(link)]
    return found


def _friendliest(graph: Graph, ready: list[str], waiting: list[str]) -> str:
    """Outputs first, then what an output waits for, one and two steps away: people see pictures sooner."""
    outputs = {node for node in waiting if is_output_node(graph[node]["class_type"])}
    one_away = {link for node in outputs for link in links(graph, node)}
    two_away = {link for node in waiting if node in one_away for link in links(graph, node)}
    for preferred in (outputs, one_away, two_away):
        for node in ready:
            if node in preferred:
                return node
    return ready[0]
