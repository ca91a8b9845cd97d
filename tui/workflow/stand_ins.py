"""Nodes of well-known packs that only describe a form: they are replaced before a graph is sent.

SwarmUI's input nodes and the nodes of Krita's plugin (ComfyUI tooling nodes) hold a value, or stand for
something that the program at the other end brings. A server without the packs can then run the graph too.
Facts: SwarmInputNodes.py of SwarmUI, krita.py of comfyui-tooling-nodes.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tui.domain.json_values import Json, JsonObject, integer_of, number_of, object_of, text_of
from tui.workflow.api_graph import all_users, class_of, inputs_of
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
    }
)
"""The classes that hold one value, and the input that holds it."""

KRITA_STYLES: Final = ("ETN_KritaStyle", "ETN_KritaStyleAndPrompt")

_STYLE_OUTPUTS: Final[list[Json]] = ["MODEL", "CLIP", "VAE", "STRING", "STRING", "*", "*", "INT", "FLOAT"]
_LIMITS = ("step", "min", "max", "view_max")
_SWARM_END: Final[JsonObject] = {
    "description": ["STRING", {"multiline": True}],
    "order_priority": ["FLOAT", {}],
    "is_advanced": ["BOOLEAN", {}],
    "raw_id": ["STRING", {}],
}


def _swarm(output: str | tuple[str, ...], value: Json, **more: Json) -> JsonObject:
    required: JsonObject = {"title": ["STRING", {}], "value": value, **more, **_SWARM_END}
    return _class(required, [output] if isinstance(output, str) else [*output], group=["GROUP"])


def _swarm_file(output: list[Json], **more: Json) -> JsonObject:
    """The file stands last; SwarmUI's own server puts its bytes into `value`."""
    last = {name: more[name] for name in ("image", "video") if name in more}
    first = {name: spec for name, spec in more.items() if name not in last}
    value: Json = ["STRING", {"multiline": True}]
    required: JsonObject = {"title": ["STRING", {}], "value": value, **first, **_SWARM_END, **last}
    return _class(required, output, group=["GROUP"])


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
    "SwarmInputCheckpoint": _swarm(("MODEL", "CLIP", "VAE"), ["STRING", {}]),
    SWARM_IMAGE: _swarm_file(
        ["IMAGE", "MASK"], auto_resize=["BOOLEAN", {"default": True}], image=[[], {"image_upload": True}]
    ),
    "SwarmInputVideo": _swarm_file(["VIDEO"], video=[[], {"video_upload": True}]),
    "SwarmInputAudio": _swarm_file(["AUDIO"]),
    KRITA_PARAMETER: _class(
        {"name": ["STRING", {}], "type": ["STRING", {}], "default": ["STRING", {}]},
        ["*"],
        min=["FLOAT", {}],
        max=["FLOAT", {}],
    ),
    "ETN_KritaCanvas": _class({}, ["IMAGE", "INT", "INT", "INT", "MASK"]),
    "ETN_KritaSelection": _class(
        {"context": ["STRING", {}], "padding": ["INT", {}]}, ["MASK", "BOOLEAN", "INT", "INT"]
    ),
    "ETN_KritaImageLayer": _class({"name": ["STRING", {}]}, ["IMAGE", "MASK"]),
    "ETN_KritaMaskLayer": _class({"name": ["STRING", {}]}, ["MASK"]),
    "ETN_KritaOutput": {
        **_class(
            {
                "images": ["IMAGE"],
                "x": ["INT", {}],
                "y": ["INT", {}],
                "name": ["STRING", {}],
                "batch_mode": ["STRING", {"default": "default"}],
                "resize_canvas": ["BOOLEAN", {}],
            },
            [],
        ),
        "output_node": True,
    },
    "ETN_KritaSendText": {
        **_class({"value": ["*"], "name": ["STRING", {}], "type": ["STRING", {"default": "text"}]}, []),
        "output_node": True,
    },
    "ETN_KritaStyle": _class({"name": ["STRING", {}], "sampler_preset": ["STRING", {}]}, _STYLE_OUTPUTS),
    "ETN_KritaStyleAndPrompt": _class({"sampler_preset": ["STRING", {}]}, _STYLE_OUTPUTS),
}


def is_stand_in(class_type: str) -> bool:
    """Whether nodes of the class are replaced before sending."""
    return class_type in _DEFINITIONS


def with_stand_ins(defs: NodeDefs, class_types: set[str]) -> NodeDefs:
    """The server's classes, and those of these packs that a workflow has and the server lacks."""
    wanted = [name for name in _DEFINITIONS if name in class_types and name not in defs]
    return defs.extended({name: _DEFINITIONS[name] for name in wanted})


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
