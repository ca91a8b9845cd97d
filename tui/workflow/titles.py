"""Names for nodes and their fields that nothing else in the workflow has."""

from collections import Counter
from collections.abc import Iterable

from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import class_of, inputs_of, title_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.slots import STANDARD_LABELS, Target


class Titles:
    """The titles of a graph's nodes, and field names made from them."""

    def __init__(self, graph: ApiWorkflow, defs: NodeDefs, nodes: Iterable[str]) -> None:
        self._graph = graph
        self._defs = defs
        plain = {node_id: title_of(graph, node_id) for node_id in nodes}
        often = Counter(plain.values())
        self._titles = {
            node_id: title if often[title] == 1 else f"{title} #{node_id}" for node_id, title in plain.items()
        }
        self._names = set(STANDARD_LABELS)

    def of(self, node_id: str) -> str:
        """The node's title; nodes that share one have their ids behind it."""
        return self._titles.get(node_id) or title_of(self._graph, node_id)

    def name(self, title: str, target: Target) -> str:
        """ "Title.input", or with the node's id where another field is called so."""
        name = f"{title}.{target.input_name}"
        if name in self._names:
            name = f"{title} #{target.node_id}.{target.input_name}"
        number = 2
        while name in self._names:
            name, number = f"{title} #{target.node_id}.{target.input_name} {number}", number + 1
        self._names.add(name)
        return name

    def is_named_value(self, node_id: str) -> bool:
        """Whether the node is nothing but a value to which its author gave a title."""
        class_type, inputs = class_of(self._graph, node_id), inputs_of(self._graph, node_id)
        if class_type not in self._defs or set(inputs) != {"value"}:
            return False
        return title_of(self._graph, node_id) not in (class_type, self._defs[class_type].title)
