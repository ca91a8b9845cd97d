"""A template and values become the graph that the server runs."""

from collections.abc import Mapping
from pathlib import PurePath

from tui.domain.json_values import Json, JsonObject, object_of
from tui.domain.request import FieldValue, GraphPlan, Lora, PictureInput, Upload
from tui.domain.text import clean
from tui.workflow.api_graph import copied
from tui.workflow.choices import choice_texts
from tui.workflow.definitions import NodeDefs
from tui.workflow.flow import output_type, spec_of
from tui.workflow.input_specs import DYNAMIC_COMBO, InputSpec
from tui.workflow.javascript import javascript_text
from tui.workflow.lora_chains import LoraChain, chain_of, put_in
from tui.workflow.shaping import choose
from tui.workflow.slots import Slot, SlotRole, Target
from tui.workflow.stand_ins import inline_values
from tui.workflow.templates import WorkflowTemplate

Nodes = dict[str, JsonObject]


def fill(template: WorkflowTemplate, values: Mapping[str, FieldValue], defs: NodeDefs) -> GraphPlan:
    """The graph with `values`, which were checked before, in its slots; None leaves what the graph holds."""
    nodes = copied(template.graph)
    uploads: list[Upload] = []
    chains: list[LoraChain] = []
    for slot in sorted(template.slots, key=lambda slot: _turn(template, slot, defs)):
        value = values.get(slot.name)
        if value is None:
            continue
        if isinstance(value, PictureInput):
            uploads.extend(_upload(nodes, target, value) for target in slot.targets)
        elif isinstance(value, tuple):
            chains.append(_chain_loras(nodes, slot, value, template, defs))
        elif slot.role is not SlotRole.LORAS:
            for target in slot.targets:
                _set(nodes, target, value, defs)
    canvas = _canvas(nodes, template.canvas, chains, defs) if template.canvas else None
    inline_values(nodes, defs)
    return GraphPlan(graph=nodes, uploads=tuple(uploads), canvas=canvas)


def _canvas(nodes: Nodes, canvas: JsonObject, chains: list[LoraChain], defs: NodeDefs) -> JsonObject:
    from tui.workflow.embed import canvas_for  # the conversion, which a graph alone does not need
    from tui.workflow.lora_canvas import with_chain

    canvas = canvas_for(nodes, canvas, defs)
    for chain in chains:
        canvas = with_chain(canvas, chain)
    return canvas


def _turn(template: WorkflowTemplate, slot: Slot, defs: NodeDefs) -> int:
    """Choices that bring inputs come before those inputs, outer ones first."""
    spec = spec_of(template.graph, slot.first, defs)
    is_choice = spec is not None and spec.type == DYNAMIC_COMBO
    return slot.first.input_name.count(".") if is_choice else len(template.slots) + 100


def _inputs(nodes: Nodes, target: Target) -> JsonObject:
    return object_of(nodes[target.node_id]["inputs"])


def _set(nodes: Nodes, target: Target, value: str | float, defs: NodeDefs) -> None:
    """Put a value into an input. Another choice of a dynamic combo brings other inputs."""
    inputs, spec = _inputs(nodes, target), spec_of(nodes, target, defs)
    if _is_left(target, inputs, spec, value):
        return
    if spec is not None and spec.type == DYNAMIC_COMBO and inputs.get(target.input_name) != value:
        choose(inputs, target.input_name, spec, str(value))
        return
    inputs[target.input_name] = _wire_value(nodes, target, value, defs)


def _is_left(target: Target, inputs: JsonObject, spec: InputSpec | None, value: str | float) -> bool:
    """Whether the input, or its value, went with a choice that is no longer made."""
    if "." not in target.input_name:
        return False
    if spec is None:
        return target.input_name not in inputs
    return bool(spec.choices) and value not in choice_texts(spec)


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


def _chain_loras(
    nodes: Nodes, slot: Slot, loras: tuple[Lora, ...], template: WorkflowTemplate, defs: NodeDefs
) -> LoraChain:
    """Put one loader per LoRA between the checkpoint's loader and all that used its outputs."""
    loader = slot.first.node_id
    has_clip = output_type(nodes, (loader, 1), defs) == "CLIP"
    above = _highest_on(template.canvas) if template.canvas else 0
    chain = chain_of(nodes, loader, loras, has_clip=has_clip, above=above)
    put_in(nodes, chain)
    for node_id, lora in zip(chain.nodes, loras, strict=True):
        target = Target(node_id, "lora_name")
        _inputs(nodes, target)["lora_name"] = _wire_value(nodes, target, lora.name, defs)
    return chain


def _highest_on(canvas: JsonObject) -> int:
    from tui.workflow.lora_canvas import highest_id

    return highest_id(canvas)
