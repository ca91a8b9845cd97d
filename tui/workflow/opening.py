"""Any workflow as a template: a canvas is converted, and its slots are found."""

from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import is_canvas, parse_graph
from tui.workflow.convert import convert
from tui.workflow.definitions import NodeDefs
from tui.workflow.json_values import JsonObject, object_of
from tui.workflow.notes import UnknownNode
from tui.workflow.templates import WorkflowTemplate
from tui.workflow.trace import find_slots


def open_workflow(
    name: str, data: object, defs: NodeDefs, canvas: JsonObject | None = None
) -> WorkflowTemplate:
    """A template of the JSON in `data`, a canvas or a graph, on a server with these node classes.

    `canvas` is the one that a graph came from, where it is known. Raises `WorkflowError`.
    """
    if not is_canvas(data):
        return _template(name, parse_graph(data, name), defs, canvas)
    found = object_of(data)
    conversion = convert(found, defs)
    # unknown nodes are a problem that the form tells by itself
    notes = tuple(note.sentence for note in conversion.notes if not isinstance(note, UnknownNode))
    return _template(name, parse_graph(dict(conversion.api), name), defs, found, notes)


def _template(
    name: str,
    graph: ApiWorkflow,
    defs: NodeDefs,
    canvas: JsonObject | None,
    notes: tuple[str, ...] = (),
) -> WorkflowTemplate:
    return WorkflowTemplate(
        name=name, title=name, graph=graph, slots=find_slots(graph, defs), canvas=canvas, notes=notes
    )
