"""The form of a workflow on one server: its slots with that server's types, ranges and choices."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TypedDict

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
from tui.domain.json_values import Json, integer_of, list_of, number_of, text_of
from tui.domain.request import MAXIMUM_SEED, FieldValue
from tui.domain.text import clean
from tui.workflow.choices import FOLDERS, NearestChoices, choice_texts, is_model_file, lacks, not_here
from tui.workflow.definitions import NodeDefs
from tui.workflow.flow import output_type, spec_of
from tui.workflow.input_specs import DYNAMIC_COMBO, InputSpec
from tui.workflow.javascript import is_truthy, javascript_text
from tui.workflow.lora_chains import LORA_CLASS, MODEL_LORA_CLASS
from tui.workflow.needs import missing_nodes
from tui.workflow.slots import Slot, SlotRole
from tui.workflow.templates import WorkflowTemplate

_WIDEST = 2**31 - 1


def build_form(template: WorkflowTemplate, defs: NodeDefs, defaults: Mapping[str, FieldValue]) -> Form:
    """The fields of `template` on the server that declares `defs`. `defaults` win over the graph's values."""
    return _Builder(template, defs, defaults).form()


class _Shared(TypedDict):
    """What all kinds of fields take from their slot."""

    name: str
    label: str
    group: str
    is_advanced: bool


def _shared(slot: Slot) -> _Shared:
    return _Shared(name=slot.name, label=slot.shown_label, group=slot.group, is_advanced=slot.is_advanced)


class _Builder:
    """One form in the making."""

    def __init__(
        self, template: WorkflowTemplate, defs: NodeDefs, defaults: Mapping[str, FieldValue]
    ) -> None:
        self._template = template
        self._defs = defs
        self._defaults = defaults
        self._nearest = NearestChoices()

    def form(self) -> Form:
        fields = tuple(field for slot in self._template.slots if (field := self._field(slot)) is not None)
        lacking = (field.unavailable for field in fields if field.is_required and field.unavailable)
        missing = (node.sentence for node in missing_nodes(self._template, self._defs))
        return Form(
            workflow=self._template.name,
            title=self._template.title,
            task=self._template.task,
            fields=fields,
            problems=tuple(dict.fromkeys((*missing, *lacking))),
            notes=self._template.notes,
            brings_values=self._template.brings_values,
        )

    def _field(self, slot: Slot) -> Field | None:
        match slot.role:
            case SlotRole.SEED:
                return self._seed(slot)
            case SlotRole.PICTURE | SlotRole.MASK:
                return self._picture(slot)
            case SlotRole.LORAS:
                return self._loras(slot)
            case SlotRole.VALUE:
                return self._value(slot, None if slot.follows else self._defaults.get(slot.name))

    def _spec(self, slot: Slot) -> InputSpec | None:
        declared = spec_of(self._template.graph, slot.first, self._defs)
        if not slot.kind:
            return declared
        return InputSpec(
            name=slot.first.input_name,
            section="required",
            type=slot.kind,
            choices=tuple(list_of(slot.options.get("options"))),
            options=MappingProxyType({**(declared.options if declared else {}), **slot.options}),
        )

    def _seed(self, slot: Slot) -> SeedField:
        spec = self._spec(slot)
        maximum = integer_of(spec.options.get("max")) if spec else None
        highest = MAXIMUM_SEED if maximum is None else max(min(maximum, MAXIMUM_SEED), 0)
        held = integer_of(self._template.value_at(slot.first)) if slot.keeps_seed else None
        return SeedField(
            **_shared(slot),
            maximum=highest,
            default=held if held is not None and 0 <= held <= highest else None,
        )

    def _picture(self, slot: Slot) -> PictureField:
        """A file that the graph names and the server has stands in until another one is given."""
        spec, value = self._spec(slot), clean(text_of(self._template.value_at(slot.first)))
        choices = choice_texts(spec) if spec else ()
        is_there = value in choices or value.endswith("]")  # "name [output]": a file of another folder
        note = "" if is_there or slot.is_required or not value else not_here(slot.shown_label, value, ())
        return PictureField(
            **_shared(slot),
            is_required=slot.is_required or not is_there,
            is_mask=slot.role is SlotRole.MASK,
            media=slot.media,
            choices=choices,
            default=value if is_there and not slot.is_required else "",
            note=note,
        )

    def _loras(self, slot: Slot) -> LorasField | None:
        loader = slot.first.node_id
        has_clip = output_type(self._template.graph, (loader, 1), self._defs) in ("CLIP", "")
        name = LORA_CLASS if has_clip else MODEL_LORA_CLASS
        spec = self._defs[name].input("lora_name") if name in self._defs else None
        choices = choice_texts(spec) if spec else ()
        return LorasField(
            **_shared(slot),
            choices=choices,
            default=slot.loras,
            unavailable="" if choices else lacks(slot.name, slot.shown_label),
            note=" ".join(self._missing(slot, choices)) if choices else "",
        )

    def _missing(self, slot: Slot, choices: tuple[str, ...]) -> Iterator[str]:
        for lora in slot.loras:
            if lora.name not in choices:
                yield not_here(slot.shown_label, lora.name, self._nearest.of(lora.name, choices))

    def _value(self, slot: Slot, wanted: FieldValue) -> Field | None:
        spec, value = self._spec(slot), self._template.value_at(slot.first)
        if isinstance(value, list | dict):
            return None
        if spec is None:
            return _undeclared(slot, value)
        match spec.widget_type:
            case "INT":
                return _integer(slot, spec, value, wanted)
            case "FLOAT":
                return _number(slot, spec, value, wanted)
            case "BOOLEAN":
                return ToggleField(**_shared(slot), default=_truth(spec.default if value is None else value))
            case _ if spec.type == DYNAMIC_COMBO:
                return self._choice(slot, spec, value, wanted)
            case "COMBO" if not spec.options.get("remote"):  # its choices lie elsewhere
                return self._choice(slot, spec, value, wanted)
            case _:
                return _text(slot, spec, value)

    def _choice(self, slot: Slot, spec: InputSpec, value: Json, wanted: FieldValue) -> Field:
        choices = choice_texts(spec)
        if not choices and _is_free(slot, value):
            return replace(_text(slot, spec, value), is_required=False)
        default = _first_choice(slot, choices, wanted, value, spec.default)
        is_there = default in choices
        nearest = () if is_there or not choices else self._nearest.of(default, choices)
        return ChoiceField(
            **_shared(slot),
            is_required=True,
            choices=choices,
            default=default,
            nearest=nearest,
            unavailable="" if choices else lacks(slot.name, slot.shown_label),
            note=not_here(slot.shown_label, default, nearest) if choices and not is_there else "",
            brings_fields=spec.type == DYNAMIC_COMBO,
        )


def _is_free(slot: Slot, value: Json) -> bool:
    """Whether a combo without choices takes any text: its list is made on the page only."""
    return isinstance(value, str) and value != "" and slot.name not in FOLDERS and not is_model_file(value)


def _truth(value: Json) -> bool:
    return value.casefold() == "true" if isinstance(value, str) else is_truthy(value)


def _undeclared(slot: Slot, value: Json) -> Field:
    """A field of a node that the server does not know, so that its value is at least seen."""
    return TextField(
        **_shared(slot),
        default=clean(javascript_text("" if value is None else value)),
        unavailable="This server does not know this input.",
    )


def _integer(slot: Slot, spec: InputSpec, value: Json, wanted: FieldValue) -> IntegerField:
    minimum, maximum = integer_of(spec.options.get("min")), integer_of(spec.options.get("max"))
    given = next((n for n in map(integer_of, (wanted, value, spec.default)) if n is not None), 0)
    return IntegerField(
        **_shared(slot),
        is_required=slot.is_required,
        default=given,
        minimum=-_WIDEST if minimum is None else minimum,
        maximum=_WIDEST if maximum is None else maximum,
        step=8 if slot.follows else integer_of(spec.options.get("step")) or 1,
    )


def _number(slot: Slot, spec: InputSpec, value: Json, wanted: FieldValue) -> NumberField:
    candidates = (wanted, value, spec.default)
    return NumberField(
        **_shared(slot),
        is_required=slot.is_required,
        default=next((number for item in candidates if (number := _figure(item)) is not None), 0.0),
        minimum=number_of(spec.options.get("min"), -float(_WIDEST)),
        maximum=number_of(spec.options.get("max"), float(_WIDEST)),
        step=number_of(spec.options.get("step"), 0.01),
    )


def _figure(value: object) -> float | None:
    if isinstance(value, str):
        try:
            return float(value)
        except ValueError:
            return None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _first_choice(slot: Slot, choices: tuple[str, ...], *candidates: object) -> str:
    """What is set, else what the graph holds, else what the slot prefers, else the server's first."""
    for candidate in candidates:
        text = clean(str(candidate)) if isinstance(candidate, str | int | float) else ""
        if text:
            return text
    fitting = [choice for choice in choices if slot.prefers and slot.prefers in choice.casefold()]
    return next(iter((*fitting, *choices)), "")


def _text(slot: Slot, spec: InputSpec, value: Json) -> TextField:
    default = text_of(spec.default) if value is None else javascript_text(value)
    return TextField(
        **_shared(slot),
        is_required=slot.is_required,
        default=clean(default),
        is_multiline=spec.options.get("multiline") is True,
    )
