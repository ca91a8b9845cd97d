"""A template and values become the graph that the server runs."""

from collections.abc import Mapping
from pathlib import PurePath

from tui.domain.request import FieldValue, GraphPlan, Lora, PictureInput, Upload
from tui.domain.text import clean
from tui.workflow.api_graph import copied, users_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.embed import canvas_for
from tui.workflow.fields import LORA_CLASS, MODEL_LORA_CLASS
from tui.workflow.flow import output_type, spec_of
from tui.workflow.json_values import Json, JsonObject, javascript_text, object_of
from tui.workflow.slots import Slot, SlotRole, Target
from tui.workflow.stand_ins import inline_values
from tui.workflow.templates import WorkflowTemplate

Nodes = dict[str, JsonObject]


def fill(template: WorkflowTemplate, values: Mapping[str, FieldValue], defs: NodeDefs) -> GraphPlan:
    """The graph with `values`, which were checked before, in its slots; None leaves what the graph holds."""
    nodes = copied(template.graph)
    uploads: list[Upload] = []
    for slot in template.slots:
        value = values.get(slot.name)
        if value is None:
            continue
        if isinstance(value, PictureInput):
            uploads.extend(_upload(nodes, target, value) for target in slot.targets)
        elif isinstance(value, tuple):
            _chain_loras(nodes, slot, value, defs)
        elif slot.role is not SlotRole.LORAS:
            for target in slot.targets:
                _inputs(nodes, target)[target.input_name] = _wire_value(nodes, target, value, defs)
    canvas = canvas_for(nodes, template.canvas, defs) if template.canvas else None
    inline_values(nodes, defs)
    return GraphPlan(graph=nodes, uploads=tuple(uploads), canvas=canvas)


def _inputs(nodes: Nodes, target: Target) -> JsonObject:
    return object_of(nodes[target.node_id]["inputs"])


def _upload(nodes: Nodes, target: Target, picture: PictureInput) -> Upload:
    _inputs(nodes, target)[target.input_name] = PurePath(picture.path).name
    return Upload(target.node_id, target.input_name, picture)


def _wire_value(nodes: Nodes, target: Target, value: str | float, defs: NodeDefs) -> Json:
    """The server's own spelling of a choice, which may be a number; any other value as it is."""
    spec = spec_of(nodes, target, defs)
    for choice in spec.choices if spec else ():
        if clean(javascript_text(choice)) == value:
            return choice
    return value


def _chain_loras(nodes: Nodes, slot: Slot, loras: tuple[Lora, ...], defs: NodeDefs) -> None:
    """Put one loader per LoRA between the checkpoint's loader and all that used its outputs."""
    loader = slot.first.node_id
    has_clip = output_type(nodes, (loader, 1), defs) == "CLIP"
    users = {output: list(users_of(nodes, (loader, output))) for output in ((0, 1) if has_clip else (0,))}
    last = loader
    for lora in loras:
        node_id = _free_id(nodes)
        nodes[node_id] = _lora_node(last, lora, has_clip=has_clip)
        _inputs(nodes, Target(node_id, "lora_name"))["lora_name"] = _wire_value(
            nodes, Target(node_id, "lora_name"), lora.name, defs
        )
        last = node_id
    for output, inputs in users.items():
        for node_id, name in inputs:
            _inputs(nodes, Target(node_id, name))[name] = [last, output]


def _lora_node(source: str, lora: Lora, *, has_clip: bool) -> JsonObject:
    clip: JsonObject = {"clip": [source, 1], "strength_clip": lora.strength} if has_clip else {}
    return {
        "class_type": LORA_CLASS if has_clip else MODEL_LORA_CLASS,
        "inputs": {
            "model": [source, 0],
            "lora_name": lora.name,
            "strength_model": lora.strength,
            **clip,
        },
        "_meta": {"title": "LoRA"},
    }


def _free_id(nodes: Nodes) -> str:
    """A number above all others: some servers' pages sort node ids as numbers."""
    return str(1 + max((int(node_id) for node_id in nodes if node_id.isdecimal()), default=0))
