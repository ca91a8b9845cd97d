"""The form of a workflow on one server: its slots with that server's types, ranges and choices."""

from collections.abc import Mapping

from tui.domain.forms import (
    ChoiceField,
    Field,
    Form,
    IntegerField,
    LorasField,
    NumberField,
    PictureField,
    SeedField,
    TextField,
    ToggleField,
)
from tui.domain.request import MAXIMUM_SEED, ApiWorkflow, FieldValue
from tui.domain.text import clean, one_line
from tui.workflow.api_graph import class_of, title_of
from tui.workflow.definitions import InputSpec, NodeDefs
from tui.workflow.json_values import Json, integer_of, is_truthy, javascript_text, number_of, text_of
from tui.workflow.slots import Slot, SlotRole
from tui.workflow.templates import WorkflowTemplate

LORA_CLASS = "LoraLoader"

_FOLDERS = {
    "checkpoint": ("checkpoint", "models/checkpoints"),
    "controlnet": ("ControlNet model", "models/controlnet"),
    "upscaler": ("upscaling model", "models/upscale_models"),
    "loras": ("LoRA", "models/loras"),
}
_WIDEST = 2**31 - 1


def build_form(template: WorkflowTemplate, defs: NodeDefs, defaults: Mapping[str, FieldValue]) -> Form:
    """The fields of `template` on the server that declares `defs`. `defaults` win over the graph's values."""
    fields = tuple(
        field for slot in template.slots if (field := _field(template, slot, defs, defaults)) is not None
    )
    lacking = tuple(field.unavailable for field in fields if field.is_required and field.unavailable)
    return Form(
        workflow=template.name,
        title=template.title,
        task=template.task,
        fields=fields,
        problems=tuple(dict.fromkeys((*missing_nodes(template.graph, defs), *lacking))),
    )


def missing_nodes(graph: ApiWorkflow, defs: NodeDefs) -> tuple[str, ...]:
    """A sentence for each class of the graph that the server does not have."""
    missing: dict[str, list[str]] = {}
    for node_id in graph:
        if (name := class_of(graph, node_id)) not in defs:
            missing.setdefault(name, []).append(title_of(graph, node_id))
    return tuple(_missing_node(name, titles) for name, titles in missing.items())


def _missing_node(name: str, titles: list[str]) -> str:
    shown = one_line(name, 80)
    where = "" if titles == [shown] else f" (“{'”, “'.join(dict.fromkeys(titles))}”)"
    return (
        f"This server has no node “{shown}”{where}. Update ComfyUI, or install the node pack that brings it."
    )


def _field(
    template: WorkflowTemplate, slot: Slot, defs: NodeDefs, defaults: Mapping[str, FieldValue]
) -> Field | None:
    match slot.role:
        case SlotRole.SEED:
            return _seed_field(template, slot, defs)
        case SlotRole.PICTURE | SlotRole.MASK:
            return PictureField(
                name=slot.name,
                label=slot.shown_label,
                group=slot.group,
                is_required=slot.is_required,
                is_mask=slot.role is SlotRole.MASK,
            )
        case SlotRole.LORAS:
            return _loras_field(slot, defs)
        case SlotRole.VALUE:
            return _value_field(template, slot, defs, None if slot.follows else defaults.get(slot.name))


def _spec(template: WorkflowTemplate, slot: Slot, defs: NodeDefs) -> InputSpec | None:
    class_type = class_of(template.graph, slot.first.node_id)
    return defs[class_type].input(slot.first.input_name) if class_type in defs else None


def _seed_field(template: WorkflowTemplate, slot: Slot, defs: NodeDefs) -> SeedField:
    spec = _spec(template, slot, defs)
    maximum = integer_of(spec.options.get("max")) if spec else None
    return SeedField(
        name=slot.name,
        label=slot.shown_label,
        group=slot.group,
        maximum=MAXIMUM_SEED if maximum is None else min(maximum, MAXIMUM_SEED),
    )


def _loras_field(slot: Slot, defs: NodeDefs) -> LorasField:
    spec = defs[LORA_CLASS].input("lora_name") if LORA_CLASS in defs else None
    choices = choice_texts(spec) if spec else ()
    return LorasField(
        name=slot.name,
        label=slot.shown_label,
        group=slot.group,
        choices=choices,
        unavailable="" if choices else lacks(slot.name, slot.shown_label),
    )


def _value_field(template: WorkflowTemplate, slot: Slot, defs: NodeDefs, wanted: FieldValue) -> Field | None:
    spec = _spec(template, slot, defs)
    value = template.value_at(slot.first)
    if isinstance(value, list | dict):
        return None
    if spec is None:
        return _undeclared_field(slot, value)
    match spec.widget_type:
        case "INT":
            return _integer_field(slot, spec, value, wanted)
        case "FLOAT":
            return _number_field(slot, spec, value, wanted)
        case "BOOLEAN":
            default = spec.default if value is None else value
            return ToggleField(
                name=slot.name, label=slot.shown_label, group=slot.group, default=is_truthy(default)
            )
        case "COMBO" if not spec.options.get("remote"):  # its choices lie elsewhere
            return _choice_field(slot, spec, value, wanted)
        case _:
            return _text_field(slot, spec, value)


def _undeclared_field(slot: Slot, value: Json) -> Field:
    """A field of a node that the server does not know, so that its value is at least seen."""
    return TextField(
        name=slot.name,
        label=slot.shown_label,
        group=slot.group,
        default=clean(javascript_text("" if value is None else value)),
        unavailable="This server does not know this input.",
    )


def _integer_field(slot: Slot, spec: InputSpec, value: Json, wanted: FieldValue) -> IntegerField:
    minimum, maximum = integer_of(spec.options.get("min")), integer_of(spec.options.get("max"))
    given = next((n for n in map(integer_of, (wanted, value, spec.default)) if n is not None), 0)
    return IntegerField(
        name=slot.name,
        label=slot.shown_label,
        group=slot.group,
        is_required=slot.is_required,
        default=given,
        minimum=-_WIDEST if minimum is None else minimum,
        maximum=_WIDEST if maximum is None else maximum,
        step=8 if slot.follows else integer_of(spec.options.get("step")) or 1,
    )


def _number_field(slot: Slot, spec: InputSpec, value: Json, wanted: FieldValue) -> NumberField:
    candidates = (wanted, value, spec.default)
    return NumberField(
        name=slot.name,
        label=slot.shown_label,
        group=slot.group,
        is_required=slot.is_required,
        default=next((number for item in candidates if (number := _number(item)) is not None), 0.0),
        minimum=number_of(spec.options.get("min"), -float(_WIDEST)),
        maximum=number_of(spec.options.get("max"), float(_WIDEST)),
        step=number_of(spec.options.get("step"), 0.01),
    )


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _choice_field(slot: Slot, spec: InputSpec, value: Json, wanted: FieldValue) -> ChoiceField:
    choices = choice_texts(spec)
    return ChoiceField(
        name=slot.name,
        label=slot.shown_label,
        group=slot.group,
        is_required=True,
        choices=choices,
        default=_first_choice(slot, choices, wanted, value, spec.default),
        unavailable="" if choices else lacks(slot.name, slot.shown_label),
    )


def _first_choice(slot: Slot, choices: tuple[str, ...], *candidates: object) -> str:
    """What is set, else what the graph holds, else what the slot prefers, else the server's first."""
    for candidate in candidates:
        text = clean(str(candidate)) if isinstance(candidate, str | int | float) else ""
        if text:
            return text
    fitting = [choice for choice in choices if slot.prefers and slot.prefers in choice.casefold()]
    return next(iter((*fitting, *choices)), "")


def _text_field(slot: Slot, spec: InputSpec, value: Json) -> TextField:
    default = text_of(spec.default) if value is None else javascript_text(value)
    return TextField(
        name=slot.name,
        label=slot.shown_label,
        group=slot.group,
        is_required=slot.is_required,
        default=clean(default),
        is_multiline=spec.options.get("multiline") is True,
    )


def choice_texts(spec: InputSpec) -> tuple[str, ...]:
    """The choices of a combo as they are shown and typed."""
    return tuple(clean(javascript_text(choice)) for choice in spec.choices)


def lacks(name: str, label: str) -> str:
    """Why a choice without choices cannot be filled, and what to do."""
    if name not in _FOLDERS:
        return f"This server has nothing to choose from for “{label}”."
    thing, folder = _FOLDERS[name]
    return f"This server has no {thing}. Put one into its {folder} folder and look again."
