"""A ComfyUI graph in API format, read from JSON without trust."""

from collections.abc import Iterator, Mapping
from typing import cast

from tui.domain.errors import WorkflowError
from tui.domain.json_values import Json, JsonObject, object_of, text_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import one_line

Source = tuple[str, int]
"""Where a link comes from: node id and output slot."""

ApiInput = tuple[str, str]
"""A node of the graph and the name of its input."""


def parse_graph(data: object, name: str) -> ApiWorkflow:
    """The graph in `data`, bare or wrapped as `{"prompt": graph}`; raises `WorkflowError` with a reason."""
    graph = object_of(data)
    wrapped = object_of(graph.get("prompt"))
    if wrapped and "class_type" not in wrapped:
        graph = wrapped
    if not graph:
        raise WorkflowError(f"“{name}” holds no ComfyUI workflow.", "Choose a file saved by ComfyUI.")
    for node_id, node in graph.items():
        _check_node(node_id, node, name)
    return graph


def _check_node(node_id: str, node: Json, name: str) -> None:
    fields = object_of(node)
    if not text_of(fields.get("class_type")) or not isinstance(fields.get("inputs", {}), dict):
        raise WorkflowError(
            f"“{name}” is not a workflow: its part “{one_line(node_id, 40)}” is no node.",
            "A node has a class_type and inputs. Save the workflow again with “Export (API)” in ComfyUI.",
        )


def class_of(graph: ApiWorkflow, node_id: str) -> str:
    """The class of a node; empty when there is no such node."""
    return text_of(object_of(graph.get(node_id)).get("class_type"))


def inputs_of(graph: ApiWorkflow, node_id: str) -> JsonObject:
    """The inputs of a node."""
    return object_of(object_of(graph.get(node_id)).get("inputs"))


def title_of(graph: ApiWorkflow, node_id: str) -> str:
    """The node's title on the canvas, else its class."""
    node = object_of(graph.get(node_id))
    title = one_line(text_of(object_of(node.get("_meta")).get("title")), 60)
    return title or one_line(text_of(node.get("class_type")), 60)


def link_of(value: object) -> Source | None:
    """Where the value comes from when it is a link: a pair of a node id and an output slot."""
    if not isinstance(value, list):
        return None
    pair = cast("list[object]", value)  # a JSON array
    if len(pair) != 2 or not isinstance(pair[0], str | int) or not isinstance(pair[1], int):
        return None
    return str(pair[0]), pair[1]


def links_of(graph: ApiWorkflow, node_id: str) -> Iterator[tuple[str, Source]]:
    """The linked inputs of a node, each with its source."""
    for name, value in inputs_of(graph, node_id).items():
        if source := link_of(value):
            yield name, source


def copied(graph: ApiWorkflow) -> dict[str, JsonObject]:
    """A copy whose nodes and inputs may be changed."""
    return {node_id: _copied_node(object_of(node)) for node_id, node in graph.items()}


def _copied_node(node: JsonObject) -> JsonObject:
    kept = {key: value for key, value in node.items() if key in ("class_type", "_meta")}
    return {**kept, "inputs": dict(object_of(node.get("inputs")))}


def all_users(graph: ApiWorkflow) -> dict[Source, list[tuple[str, str]]]:
    """The linked inputs, as node id and name, by the output they are linked to."""
    found: dict[Source, list[tuple[str, str]]] = {}
    for node_id in graph:
        for name, source in links_of(graph, node_id):
            found.setdefault(source, []).append((node_id, name))
    return found


def users_of(graph: Mapping[str, JsonObject], source: Source) -> Iterator[tuple[str, str]]:
    """The inputs, as node id and name, that are linked to an output."""
    for node_id in graph:
        for name, found in links_of(graph, node_id):
            if found == source:
                yield node_id, name
