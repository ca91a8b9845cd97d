"""Slots of a workflow that nobody described, found by following its links."""

from tui.domain.request import Task
from tui.workflow.api_graph import parse_graph
from tui.workflow.definitions import NodeDefs
from tui.workflow.templates import WorkflowTemplate


def traced_template(name: str, data: object, defs: NodeDefs) -> WorkflowTemplate:
    """A template of a plain graph, with the slots that its links tell."""
    graph = parse_graph(data, name)
    return WorkflowTemplate(name=name, title=name, task=Task.CUSTOM, graph=graph, slots=())
