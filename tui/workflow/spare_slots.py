"""Slots without a meaning of their own: every other value of a graph, under the title of its node."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from tui.domain.forms import Media
from tui.domain.json_values import text_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import one_line
from tui.workflow.api_graph import class_of, inputs_of
from tui.workflow.definitions import NodeDefs
from tui.workflow.input_specs import InputSpec
from tui.workflow.slots import Slot, SlotRole, Target
from tui.workflow.stand_ins import VALUE_INPUTS, is_stand_in
from tui.workflow.titles import Titles

_LORA_LABELS = {
    "lora_name": "LoRA",
    "strength_model": "LoRA strength",
    "strength_clip": "LoRA text strength",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """Inputs that take one value on the canvas: a widget that a subgraph shows, or a primitive."""

    targets: tuple[Target, ...]
    group: str
    """The title of the node that holds the value."""

    label: str
    is_shown: bool = False
    """Whether the author gave the value a name of its own."""


class SpareSlots:
    """Makes them, each under a name that no other has."""

    def __init__(
        self,
        graph: ApiWorkflow,
        defs: NodeDefs,
        nodes: Iterable[str],
        *,
        ties: Mapping[Target, Tie],
        roles: Mapping[Target, SlotRole],
        media: Mapping[Target, Media],
    ) -> None:
        self._graph = graph
        self._titles = Titles(graph, defs, nodes)
        self._ties = ties
        self._roles = roles
        self._media = media

    def is_form_only(self, target: Target) -> bool:
        """Whether the input only describes a field of another program's form."""
        class_type = class_of(self._graph, target.node_id)
        return is_stand_in(class_type) and target.input_name != VALUE_INPUTS.get(class_type)

    def slot(self, targets: tuple[Target, ...], spec: InputSpec, *, in_front: bool) -> Slot:
        """The slot for inputs that take one value."""
        target = targets[0]
        title = self._titles.of(target.node_id)
        slot = Slot(
            name=self._titles.name(title, target),
            targets=targets,
            role=self._roles.get(target, SlotRole.VALUE),
            label=one_line(text_of(spec.options.get("display_name")), 60) or spec.name,
            group=title,
            is_advanced=not in_front,
            media=self._media.get(target, "image"),
        )
        return self._known(slot)

    def _known(self, slot: Slot) -> Slot:
        """In front stand files, LoRAs, and what the author gave a name of its own."""
        target, tie = slot.first, self._ties.get(slot.first)
        if tie is not None:
            name = self._titles.name(tie.group, Target(target.node_id, tie.label))
            return replace(slot, name=name, label=tie.label, group=tie.group, is_advanced=not tie.is_shown)
        if slot.role is SlotRole.PICTURE or self._titles.is_named_value(target.node_id):
            return replace(slot, label=self._titles.of(target.node_id), group="", is_advanced=False)
        lora = _LORA_LABELS.get(target.input_name)
        if lora and "lora_name" in inputs_of(self._graph, target.node_id):
            return replace(slot, label=lora, is_advanced=target.input_name == "strength_clip")
        return slot


def by_group(slots: Iterable[Slot]) -> list[Slot]:
    """Those of one heading together, headings in the order in which they first come."""
    groups: dict[str, list[Slot]] = {}
    for slot in slots:
        groups.setdefault(slot.group, []).append(slot)
    return [slot for group in groups.values() for slot in group]
