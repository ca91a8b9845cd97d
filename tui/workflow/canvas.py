"""A canvas workflow as it stands on the page after opening the file."""

from tui.domain.json_values import JsonObject
from tui.workflow.definitions import NodeDefs
from tui.workflow.graph import Graph
from tui.workflow.group_classes import group_classes
from tui.workflow.group_nodes import expand_groups
from tui.workflow.limits import check_depth
from tui.workflow.loading import Loader
from tui.workflow.settling import settle


def open_canvas(ui: JsonObject, defs: NodeDefs) -> Graph:
    """The root graph, with everything that the page does while it opens the file already done."""
    check_depth(ui)
    groups = group_classes(ui, defs)
    with_groups = defs.extended({name: group.raw for name, group in groups.items()})
    root = Loader(ui, with_groups).load()
    settle(root)
    expand_groups(root, groups, defs)
    return root
