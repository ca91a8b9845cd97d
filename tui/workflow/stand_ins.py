"""Nodes of well-known packs that only describe a form: they are replaced before a graph is sent.

SwarmUI's input nodes and the nodes of Krita's plugin (ComfyUI tooling nodes) hold a value, or stand for
something that the program at the other end brings. A server without the packs can then run the graph too.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

from tui.domain.json_values import Json, JsonObject, integer_of, number_of, object_of, text_of
from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import all_users, class_of, copied, inputs_of, users_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.javascript import is_truthy

KRITA_PARAMETER: Final = "ETN_Parameter"
SWARM_GROUP: Final = "SwarmInputGroup"
SWARM_IMAGE: Final = "SwarmInputImage"

VALUE_INPUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        KRITA_PARAMETER: "default",
        "SwarmInputInteger": "value",
        "SwarmInputFloat": "value",
        "SwarmInputText": "value",
        "SwarmInputBoolean": "value",
        "SwarmInputDropdown": "value",
        "SwarmInputModelName": "value",
        "SwarmInputCheckpoint": "value",
    }
)
"""The classes that hold one value, and the input that holds it."""

_LIMITS = ("step", "min", "max", "view_max")
_SWARM_END: Final[JsonObject] = {
    "description": ["STRING", {"multiline": True}],
    "order_priority": ["FLOAT", {}],
    "is_advanced": ["BOOLEAN", {}],
    "raw_id": ["STRING", {}],
}


def _swarm(output: str, value: Json, **more: Json) -> JsonObject:
    required: JsonObject = {"title": ["STRING", {}], "value": value, **more, **_SWARM_END}
    return _class(required, [output], group=["GROUP"])


def _class(required: JsonObject, output: list[Json], **optional: Json) -> JsonObject:
    inputs: JsonObject = {"required": required, "optional": optional}
    return {"input": inputs, "output": output, "python_module": "custom_nodes.stand_in"}


def _numbers(kind: str) -> JsonObject:
    limits: JsonObject = {name: [kind, {}] for name in _LIMITS}
    return {**limits, "view_type": [["big", "small", "seed", "slider", "pot_slider"], {}]}


_DEFINITIONS: Final[JsonObject] = {
    SWARM_GROUP: _class(
        {
            "title": ["STRING", {}],
            "open_by_default": ["BOOLEAN", {"default": True}],
            "description": ["STRING", {"multiline": True}],
            "order_priority": ["FLOAT", {}],
            "is_advanced": ["BOOLEAN", {}],
            "can_shrink": ["BOOLEAN", {"default": True}],
        },
        ["GROUP"],
    ),
    "SwarmInputInteger": _swarm("INT", ["INT", {}], **_numbers("INT")),
    "SwarmInputFloat": _swarm("FLOAT", ["FLOAT", {}], **_numbers("FLOAT")),
    "SwarmInputText": _swarm("STRING", ["STRING", {"multiline": True}], view_type=[["normal", "prompt"], {}]),
    "SwarmInputBoolean": _swarm("BOOLEAN", ["BOOLEAN", {}]),
    "SwarmInputDropdown": _swarm("*", ["STRING", {}], values=["STRING", {"multiline": True}]),
    "SwarmInputModelName": _swarm("*", ["STRING", {}], subtype=["STRING", {}]),
    "SwarmInputCheckpoint": _swarm("*", ["STRING", {}]),
    SWARM_IMAGE: _class(
        {
            "title": ["STRING", {}],
            "auto_resize": ["BOOLEAN", {"default": True}],
            **_SWARM_END,
            "image": ["STRING", {"image_upload": True}],
        },
        ["IMAGE", "MASK"],
        group=["GROUP"],
    ),
    KRITA_PARAMETER: _class(
        {"name": ["STRING", {}], "type": ["STRING", {}], "default": ["STRING", {}]},
        ["*"],
        min=["FLOAT", {}],
        max=["FLOAT", {}],
    ),
    "ETN_KritaCanvas": _class({}, ["IMAGE", "INT", "INT", "INT"]),
    "ETN_KritaSelection": _class({}, ["MASK", "BOOLEAN", "INT", "INT"]),
    "ETN_KritaImageLayer": _class({"name": ["STRING", {}]}, ["IMAGE", "MASK"]),
    "ETN_KritaMaskLayer": _class({"name": ["STRING", {}]}, ["MASK"]),
    "ETN_KritaOutput": {**_class({"images": ["IMAGE"]}, []), "output_node": True},
}


def is_stand_in(class_type: str) -> bool:
    """Whether nodes of the class are replaced before sending."""
    return class_type in _DEFINITIONS


def is_replaced(class_type: str) -> bool:
    """Whether nodes of the class give way to others that every server has."""
    return class_type in _REPLACED


def with_stand_ins(defs: NodeDefs, class_types: set[str]) -> NodeDefs:
    """The server's classes, and those of these packs that a workflow has and the server lacks."""
    wanted = [name for name in _DEFINITIONS if name in class_types and name not in defs]
    return defs.extended({name: _DEFINITIONS[name] for name in wanted})


def with_core_nodes(graph: ApiWorkflow) -> ApiWorkflow:
    """The graph with nodes that load and save in place of those that Krita or SwarmUI would serve."""
    if not any(class_of(graph, node) in _REPLACED for node in graph):
        return graph
    nodes = copied(graph)
    for node_id in graph:
        replace = _REPLACED.get(class_of(graph, node_id))
        if replace is not None:
            replace(nodes, node_id)
    return nodes


def inline_values(nodes: dict[str, JsonObject], defs: NodeDefs) -> None:
    """Put the values of these nodes where they lead, and drop the nodes that the server does not have."""
    users = all_users(nodes)
    for node_id in list(nodes):
        class_type = class_of(nodes, node_id)
        is_known = class_type in defs and class_type != KRITA_PARAMETER
        if class_type == SWARM_GROUP and not is_known:
            del nodes[node_id]
        elif class_type in VALUE_INPUTS and not is_known:
            value = _value(nodes, node_id)
            for user, name in users.get((node_id, 0), ()):
                if user in nodes:
                    object_of(nodes[user]["inputs"])[name] = value
            del nodes[node_id]


def _value(nodes: Mapping[str, JsonObject], node_id: str) -> Json:
    inputs = inputs_of(nodes, node_id)
    value = inputs.get(VALUE_INPUTS[class_of(nodes, node_id)])
    match text_of(inputs.get("type")):
        case "number":
            return _float(value)
        case "number (integer)":
            return integer_of(value) or int(_float(value))
        case "toggle":
            return value.casefold() == "true" if isinstance(value, str) else is_truthy(value)
        case _:
            return value


def _float(value: Json) -> float:
    try:
        return number_of(float(value) if isinstance(value, str) else value, 0.0)
    except ValueError:
        return 0.0


def _set_users(nodes: dict[str, JsonObject], source: tuple[str, int], value: Json) -> None:
    for node_id, name in list(users_of(nodes, source)):
        object_of(nodes[node_id]["inputs"])[name] = value


def _load_picture(nodes: dict[str, JsonObject], node_id: str) -> None:
    old = inputs_of(nodes, node_id)
    nodes[node_id] = _titled("LoadImage", nodes[node_id], image=text_of(old.get("image")))


def _load_canvas(nodes: dict[str, JsonObject], node_id: str) -> None:
    """Width and height come from the picture, as they would from the canvas."""
    _load_picture(nodes, node_id)
    if any(next(users_of(nodes, (node_id, slot)), None) for slot in (1, 2)):
        size = f"{node_id}.size"
        users = {slot: list(users_of(nodes, (node_id, slot))) for slot in (1, 2)}
        nodes[size] = {"class_type": "GetImageSize", "inputs": {"image": [node_id, 0]}}
        for slot, inputs in users.items():
            for user, name in inputs:
                object_of(nodes[user]["inputs"])[name] = [size, slot - 1]
    _set_users(nodes, (node_id, 3), 0)


def _load_mask(nodes: dict[str, JsonObject], node_id: str) -> None:
    nodes[node_id] = _titled("LoadImageMask", nodes[node_id], image="", channel="red")
    _set_users(nodes, (node_id, 1), True)
    for place in (2, 3):
        _set_users(nodes, (node_id, place), 0)


def _save_picture(nodes: dict[str, JsonObject], node_id: str) -> None:
    images = inputs_of(nodes, node_id).get("images")
    nodes[node_id] = _titled("SaveImage", nodes[node_id], images=images, filename_prefix="latentui")


def _titled(class_type: str, old: JsonObject, **inputs: Json) -> JsonObject:
    name = text_of(inputs_of({"": old}, "").get("title")) or text_of(inputs_of({"": old}, "").get("name"))
    meta = {"title": name} if name else object_of(old.get("_meta"))
    return {"class_type": class_type, "inputs": {**inputs}, "_meta": dict(meta)}


_REPLACED: Final[Mapping[str, Callable[[dict[str, JsonObject], str], None]]] = MappingProxyType(
    {
        SWARM_IMAGE: _load_picture,
        "ETN_KritaCanvas": _load_canvas,
        "ETN_KritaImageLayer": _load_picture,
        "ETN_KritaSelection": _load_mask,
        "ETN_KritaMaskLayer": _load_mask,
        "ETN_KritaOutput": _save_picture,
    }
)
