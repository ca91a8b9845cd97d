"""The values that `%Node.widget%` in a text stands for."""

from collections.abc import Iterator
from functools import cached_property

from tui.domain.json_values import text_of
from tui.workflow.graph import Graph, Node, shown
from tui.workflow.nodes import SEARCH_NAME


class Quotes:
    """Finds nodes by search name, else by title; those inside a subgraph come before its instance."""

    def __init__(self, root: Graph) -> None:
        self._root = root

    def find(self, name: str, widget_name: str) -> str | None:
        """The value of a node's widget as text, or None when there is no such node or widget."""
        node = self._by_search_name.get(name) or self._by_title.get(name)
        widget = node.widget(widget_name) if node else None
        return shown(widget.value) if widget else None

    @cached_property
    def _by_search_name(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for node in _all_nodes(self._root):
            found.setdefault(text_of(node.properties.get(SEARCH_NAME)), node)
        return found

    @cached_property
    def _by_title(self) -> dict[str, Node]:
        found: dict[str, Node] = {}
        for node in _all_nodes(self._root):
            found.setdefault(node.title, node)
        return found


def _all_nodes(root: Graph) -> Iterator[Node]:
    """Every node once, in the order of the file, muted and bypassed ones too."""
    entered = {id(root)}
    stack: list[tuple[Iterator[Node], Node | None]] = [(iter(root.nodes.values()), None)]
    while stack:
        nodes, around = stack[-1]
        node = next(nodes, None)
        if node is None:
            stack.pop()
            if around is not None:
                yield around
        elif node.instance_of is not None and id(node.instance_of) not in entered:
            entered.add(id(node.instance_of))
            stack.append((iter(node.instance_of.nodes.values()), node))
        else:
            yield node
