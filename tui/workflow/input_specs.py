"""The inputs of node classes as `/object_info` declares them: types, choices, groups that grow."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from tui.domain.json_values import Json, integer_of, list_of, object_of, text_of
from tui.workflow.javascript import in_javascript_order

DYNAMIC_COMBO: Final = "COMFY_DYNAMICCOMBO_V3"
"""The type of a choice that brings inputs of its own."""

Section = Literal["required", "optional"]

_LARGEST_GROUP = 1000

SECTIONS: tuple[Section, ...] = ("required", "optional")

WIDGET_TYPES = frozenset(
    {
        "INT",
        "FLOAT",
        "BOOLEAN",
        "STRING",
        "COMBO",
        "MARKDOWN",
        "TEXTAREA",
        "COLOR",
        "COLORS",
        "CURVE",
        "RANGE",
        "BOUNDING_BOX",
        "BOUNDING_BOXES",
        "CHART",
        "GALLERIA",
        "PAINTER",
        "COMPOSITOR",
        "VIDEO_EDIT",
        "IMAGECOMPARE",
        "IMAGEUPLOAD",
        DYNAMIC_COMBO,
        "AUDIO_UI",
        "AUDIOUPLOAD",
        "AUDIO_RECORD",
        "WEBCAM",
        "LOAD_3D",
        "LOAD_3D_ADVANCED",
        "PREVIEW_3D",
    }
)
"""The types that the page shows as a field on the node; every other type is a socket."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSpec:
    """One declared input. `options` is what the server says about it, unread; treat it as frozen."""

    name: str
    section: Section
    type: str
    choices: tuple[Json, ...]
    options: Mapping[str, Json]

    @property
    def is_forced(self) -> bool:
        """Whether only a link can fill it."""
        if self.options.get("forceInput"):
            return True
        return self.section == "optional" and bool(self.options.get("defaultInput"))

    @property
    def widget_type(self) -> str:
        """The type of its widget, which for some sockets differs from the type of its links."""
        return text_of(self.options.get("widgetType")) or self.type

    @property
    def is_widget(self) -> bool:
        """Whether a value can be typed for it."""
        return self.widget_type in WIDGET_TYPES and not self.is_forced

    @property
    def default(self) -> Json:
        """What the server gives as default, if anything."""
        return self.options.get("default")


@dataclass(frozen=True, slots=True)
class DynamicChoice:
    """A choice of a dynamic combo and the inputs it brings."""

    key: str
    inputs: tuple[InputSpec, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Autogrow:
    """A group of inputs that grows as they are linked."""

    inputs: tuple[InputSpec, ...]
    names: tuple[str, ...]
    prefix: str
    minimum: int
    maximum: int

    def name(self, ordinal: int, template: InputSpec) -> str:
        """The last part of the name of an input of the group."""
        if self.names:
            return self.names[ordinal]
        return f"{self.prefix if len(self.inputs) == 1 else template.name}{ordinal}"


@dataclass(frozen=True, slots=True)
class MatchType:
    """Inputs and outputs of one `template` take the same type, out of `allowed`."""

    template: str
    allowed: str


def parse_input(name: str, section: Section, raw: Json) -> InputSpec:
    """An input as `[type, options]`, in which a list as type is the old spelling of a combo."""
    items = list_of(raw)
    kind = items[0] if items else None
    options = object_of(items[1]) if len(items) > 1 else {}
    if isinstance(kind, list):
        choices, type_name = tuple(kind), "COMBO"
    elif kind == "COMBO":
        choices, type_name = tuple(list_of(options.get("options"))), "COMBO"
    else:
        choices, type_name = (), kind if isinstance(kind, str) else "UNKNOWN"
    return InputSpec(name=name, section=section, type=type_name, choices=choices, options=options)


def parse_inputs(raw: Json) -> tuple[InputSpec, ...]:
    """The inputs of `{"required": {…}, "optional": {…}}`, in that order."""
    sections = object_of(raw)
    found: dict[str, InputSpec] = {}
    for section in SECTIONS:
        specs = object_of(sections.get(section))
        for name in in_javascript_order(specs):
            found[name] = parse_input(name, section, specs[name])
    return tuple(found.values())


def dynamic_choices(spec: InputSpec) -> tuple[DynamicChoice, ...]:
    """The choices of a dynamic combo in the order in which the page lists them."""
    by_key = {
        text_of(choice.get("key")): choice for choice in map(object_of, list_of(spec.options.get("options")))
    }
    return tuple(
        DynamicChoice(key, parse_inputs(by_key[key].get("inputs"))) for key in in_javascript_order(by_key)
    )


def autogrow(spec: InputSpec) -> Autogrow:
    """The group that an autogrow input stands for."""
    template = object_of(spec.options.get("template"))
    names = tuple(text_of(name) for name in list_of(template.get("names")))
    minimum, maximum = integer_of(template.get("min")), integer_of(template.get("max"))
    return Autogrow(
        inputs=parse_inputs(template.get("input")),
        names=names,
        prefix=text_of(template.get("prefix")),
        minimum=1 if minimum is None else minimum,
        maximum=len(names) or min(100 if maximum is None else maximum, _LARGEST_GROUP),
    )


def match_type(spec: InputSpec) -> MatchType:
    """The types that a match-type input accepts."""
    template = object_of(spec.options.get("template"))
    return MatchType(text_of(template.get("template_id")), text_of(template.get("allowed_types"), "*"))


def in_shown_order(specs: tuple[InputSpec, ...], order: Json) -> tuple[InputSpec, ...]:
    """Inputs as `input_order` says: required, optional, then what it does not name."""
    if not isinstance(order, dict):
        return specs
    by_key = {(spec.section, spec.name): spec for spec in specs}
    keys = [
        (section, name)
        for section in SECTIONS
        for name in list_of(order.get(section))
        if isinstance(name, str) and (section, name) in by_key
    ]
    return tuple(by_key[key] for key in dict.fromkeys([*keys, *by_key]))
