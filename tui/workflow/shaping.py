"""Choices that bring inputs of their own: the graph and the slots as such a choice leaves them."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from tui.domain.json_values import Json, JsonObject, text_of
from tui.domain.request import FieldValue
from tui.workflow.api_graph import copied, inputs_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.flow import run_order, spec_of
from tui.workflow.input_specs import DYNAMIC_COMBO, InputSpec, dynamic_choices
from tui.workflow.slots import Slot, Target
from tui.workflow.spare_slots import SpareSlots
from tui.workflow.templates import WorkflowTemplate
from tui.workflow.trace import is_field, media_of, role_of

_MOST_ROUNDS = 10
"""Choices within choices that are followed."""


def choose(inputs: JsonObject, name: str, spec: InputSpec, key: str) -> None:
    """Set a dynamic combo: what the earlier choice brought goes, what the new one brings comes."""
    for old in [other for other in inputs if other.startswith(f"{name}.")]:
        del inputs[old]
    brought = next((choice.inputs for choice in dynamic_choices(spec) if choice.key == key), ())
    inputs[name] = key
    for inner in brought:
        if inner.type == DYNAMIC_COMBO:
            first = next((choice.key for choice in dynamic_choices(inner)), "")
            choose(inputs, f"{name}.{inner.name}", inner, text_of(inner.default, first))
        elif inner.is_widget and (default := _default(inner)) is not None:
            inputs[f"{name}.{inner.name}"] = default


def _default(spec: InputSpec) -> Json:
    """What the page puts into a new field."""
    if spec.default is not None:
        return spec.default
    match spec.widget_type:
        case "COMBO":
            return next(iter(spec.choices), None)
        case "INT" | "FLOAT":
            return 0
        case "BOOLEAN":
            return False
        case _:
            return ""


def shaped(template: WorkflowTemplate, values: Mapping[str, FieldValue], defs: NodeDefs) -> WorkflowTemplate:
    """The template with the choices among `values` made that bring or take away slots."""
    if not any(_is_dynamic(template, slot, defs) for slot in template.slots):
        return template
    for _ in range(_MOST_ROUNDS):
        change = next(_changes(template, values, defs), None)
        if change is None:
            return template
        template = _changed(template, *change, defs)
    return template


def _is_dynamic(template: WorkflowTemplate, slot: Slot, defs: NodeDefs) -> bool:
    spec = spec_of(template.graph, slot.first, defs)
    return spec is not None and spec.type == DYNAMIC_COMBO


def _changes(
    template: WorkflowTemplate, values: Mapping[str, FieldValue], defs: NodeDefs
) -> Iterator[tuple[Slot, str]]:
    """The slots whose choice is to be another one; outer ones first, since they bring the inner ones."""
    wanted = {slot.name: value for word, value in values.items() if (slot := _meant(template, word))}
    for slot in sorted(template.slots, key=lambda slot: slot.first.input_name.count(".")):
        value, spec = wanted.get(slot.name), spec_of(template.graph, slot.first, defs)
        if not isinstance(value, str) or spec is None or spec.type != DYNAMIC_COMBO:
            continue
        keys = {choice.key.casefold(): choice.key for choice in dynamic_choices(spec)}
        key = keys.get(value.casefold())
        if key is not None and key != template.value_at(slot.first):
            yield slot, key


def _meant(template: WorkflowTemplate, word: str) -> Slot | None:
    named = template.named(word)
    if named is not None:
        return named
    alike = [slot for slot in template.slots if slot.shown_label.casefold() == word.casefold()]
    return alike[0] if len(alike) == 1 else None


def _changed(template: WorkflowTemplate, slot: Slot, key: str, defs: NodeDefs) -> WorkflowTemplate:
    graph = copied(template.graph)
    for target in slot.targets:
        spec = spec_of(graph, target, defs)
        if spec is not None:
            choose(inputs_of(graph, target.node_id), target.input_name, spec, key)
    made = replace(template, graph=graph)
    slots: list[Slot] = []
    known = {target for one in template.slots for target in one.targets}
    for one in template.slots:
        slots += [kept] if (kept := _kept(made, one, slot)) else []
        if one is slot:
            slots += _brought(made, slot, known, defs)
    return replace(made, slots=tuple(slots))


def _kept(template: WorkflowTemplate, slot: Slot, changed: Slot) -> Slot | None:
    """The slot without the inputs that went with the earlier choice."""
    gone = tuple(f"{target.input_name}." for target in changed.targets)
    nodes = {target.node_id for target in changed.targets}
    left = tuple(
        target
        for target in slot.targets
        if target.node_id not in nodes
        or not target.input_name.startswith(gone)
        or target.input_name in inputs_of(template.graph, target.node_id)
    )
    return replace(slot, targets=left) if left else None


def _brought(template: WorkflowTemplate, slot: Slot, known: set[Target], defs: NodeDefs) -> Iterator[Slot]:
    """Slots for what the choice brought and no slot means yet, beside the choice."""
    target = slot.first
    spare = SpareSlots(template.graph, defs, run_order(template.graph, defs), ties={}, roles={}, media={})
    names = {one.name for one in template.slots}
    for name in inputs_of(template.graph, target.node_id):
        inner = Target(target.node_id, name)
        spec = spec_of(template.graph, inner, defs)
        if not name.startswith(f"{target.input_name}.") or inner in known:
            continue
        if spec is None or not is_field(spec):
            continue
        made = spare.slot((inner,), spec, in_front=not slot.is_advanced)
        if made.name not in names:
            yield replace(
                made,
                role=role_of(inner, spec),
                media=media_of(spec) or "image",
                group=slot.group or made.group,
                is_advanced=slot.is_advanced,
            )
