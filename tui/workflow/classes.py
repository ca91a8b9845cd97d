"""Which node classes a workflow needs to be understood, where that can be told without asking the server."""

from collections.abc import Mapping

from tui.domain.errors import WorkflowError
from tui.domain.json_values import Json, list_of, object_of
from tui.workflow.api_graph import class_of, parse_graph
from tui.workflow.core_nodes import is_replaced
from tui.workflow.lora_chains import LORA_CLASS, MODEL_LORA_CLASS
from tui.workflow.stand_ins import is_stand_in

LORA_CLASSES = frozenset({LORA_CLASS, MODEL_LORA_CLASS})
"""What can be put between the nodes of a graph that has a model."""


def classes_of(data: object) -> frozenset[str] | None:
    """The classes of a graph in API format.

    None where others may be needed too: for a canvas, and for nodes that others take the place of.
    """
    try:
        graph = parse_graph(data, "")
    except WorkflowError:
        return None
    found = frozenset(class_of(graph, node_id) for node_id in graph)
    return None if any(is_stand_in(name) or is_replaced(name) for name in found) else found


def has_model(definitions: Mapping[str, Json]) -> bool:
    """Whether one of the classes gives a model, which LoRAs can change."""
    return any("MODEL" in list_of(object_of(one).get("output")) for one in definitions.values())
