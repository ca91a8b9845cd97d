"""What an author wants asked: fields that Krita's and SwarmUI's nodes in a graph describe."""

import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import NamedTuple

from tui.domain.json_values import Json, JsonObject, number_of, text_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import one_line
from tui.workflow.api_graph import all_users, class_of, inputs_of, link_of
from tui.workflow.core_nodes import style_targets
from tui.workflow.definitions import InputSpec, NodeDefs
from tui.workflow.flow import spec_of
from tui.workflow.javascript import is_truthy
from tui.workflow.slots import Slot, SlotRole, Target
from tui.workflow.stand_ins import KRITA_PARAMETER, KRITA_STYLES, VALUE_INPUTS

_KRITA_KINDS = {"number": "FLOAT", "number (integer)": "INT", "toggle": "BOOLEAN"}
_KRITA_PROMPTS = {"prompt (positive)": "prompt", "prompt (negative)": "negative_prompt"}
_SWARM_KINDS = {
    "SwarmInputInteger": "INT",
    "SwarmInputFloat": "FLOAT",
    "SwarmInputText": "STRING",
    "SwarmInputBoolean": "BOOLEAN",
    "SwarmInputDropdown": "COMBO",
    "SwarmInputModelName": "COMBO",
    "SwarmInputCheckpoint": "",
    "SwarmInputImage": "",
    "SwarmInputVideo": "",
    "SwarmInputAudio": "",
}
_HELD_IN = {
    **VALUE_INPUTS,
    "SwarmInputCheckpoint": "ckpt_name",
    "SwarmInputImage": "image",
    "SwarmInputVideo": "file",
    "SwarmInputAudio": "audio",
}
"""The input that holds the value, in the node itself or in the one that takes its place."""

_KRITA_FILES = ("ETN_KritaCanvas", "ETN_KritaSelection", "ETN_KritaImageLayer", "ETN_KritaMaskLayer")
_NUMBERED = re.compile(r"\s*(\d{1,6})\s*\.\s*(.+)", re.DOTALL)


class _Placed(NamedTuple):
    """A field and what orders it."""

    order: tuple[float, str, float]
    slot: Slot


def marked_slots(graph: ApiWorkflow, defs: NodeDefs) -> tuple[Slot, ...]:
    """The fields that form nodes in the graph describe, in their author's order; none when there are none."""
    if not any(class_of(graph, node_id) in _HELD_IN for node_id in graph):
        return ()
    wired = _Wired(graph, defs)
    swarm = sorted(_swarm(graph, wired), key=lambda placed: placed.order)
    krita = sorted(_krita(graph, wired), key=lambda placed: placed.order)
    served = _served(graph) if krita else ()
    return (*served, *(placed.slot for placed in (*swarm, *krita)))


def _served(graph: ApiWorkflow) -> Iterator[Slot]:
    """What Krita would bring by itself: pictures, and the models and values of a style."""
    for node_id in graph:
        class_type = class_of(graph, node_id)
        if class_type in _KRITA_FILES:
            yield Slot(name="", targets=(Target(node_id, "image"),))
        elif class_type in KRITA_STYLES:
            yield from (Slot(name="", targets=targets) for targets in style_targets(graph, node_id))


def _krita(graph: ApiWorkflow, wired: "_Wired") -> Iterator[_Placed]:
    for node_id in graph:
        inputs = inputs_of(graph, node_id)
        kind = text_of(inputs.get("type"))
        if class_of(graph, node_id) != KRITA_PARAMETER or kind == "auto":
            continue
        heading, _, name = text_of(inputs.get("name")).rpartition("/")
        (group_order, group), (order, label) = _numbered(heading), _numbered(name)
        spec = wired.spec(node_id) if kind == "choice" else None
        slot = Slot(
            name=_KRITA_PROMPTS.get(kind, ""),
            targets=(Target(node_id, VALUE_INPUTS[KRITA_PARAMETER]),),
            label=label or "Parameter",
            group=group,
            kind="COMBO" if spec else _KRITA_KINDS.get(kind, "STRING"),
            options=_choices(spec) if spec else MappingProxyType(_limits(inputs, multiline=kind == "text")),
        )
        yield _Placed((group_order if heading else -1.0, group, order), slot)


def _numbered(text: str) -> tuple[float, str]:
    """ "2. Group" is second; what has no number comes last."""
    match = _NUMBERED.fullmatch(text)
    return (float(match[1]), one_line(match[2], 60)) if match else (float("inf"), one_line(text, 60))


def _swarm(graph: ApiWorkflow, wired: "_Wired") -> Iterator[_Placed]:
    for node_id in graph:
        class_type = class_of(graph, node_id)
        if class_type not in _SWARM_KINDS:
            continue
        inputs = inputs_of(graph, node_id)
        source = link_of(inputs.get("group"))
        group = inputs_of(graph, source[0]) if source else {}
        heading = one_line(text_of(group.get("title")), 60)
        slot = Slot(
            name="",
            targets=(Target(node_id, _HELD_IN[class_type]),),
            role=SlotRole.SEED if inputs.get("view_type") == "seed" else SlotRole.VALUE,
            label=one_line(text_of(inputs.get("title")), 60) or "Input",
            group=heading,
            is_advanced=is_truthy(inputs.get("is_advanced")) or is_truthy(group.get("is_advanced")),
            kind=_SWARM_KINDS[class_type],
            options=_swarm_options(graph, node_id, class_type, wired),
        )
        yield _Placed(
            (number_of(group.get("order_priority"), 0), heading, number_of(inputs.get("order_priority"), 0)),
            slot,
        )


def _swarm_options(
    graph: ApiWorkflow, node_id: str, class_type: str, wired: "_Wired"
) -> MappingProxyType[str, Json]:
    inputs = inputs_of(graph, node_id)
    if not _SWARM_KINDS[class_type]:
        return MappingProxyType({})
    if _SWARM_KINDS[class_type] != "COMBO":
        is_long = inputs.get("view_type") == "prompt"
        return MappingProxyType(_limits(inputs, multiline=is_long))
    listed: list[Json] = [word.strip() for word in text_of(inputs.get("values")).split(",") if word.strip()]
    if listed:
        return MappingProxyType({"options": listed})
    spec = wired.spec(node_id)
    return _choices(spec) if spec else MappingProxyType({})


def _limits(inputs: JsonObject, *, multiline: bool) -> JsonObject:
    limits: JsonObject = {name: inputs[name] for name in ("min", "max", "step") if name in inputs}
    return {**limits, "multiline": True} if multiline else limits


def _choices(spec: InputSpec) -> MappingProxyType[str, Json]:
    return MappingProxyType({"options": list(spec.choices)})


class _Wired:
    """Where values go, as far as the server declares it."""

    def __init__(self, graph: ApiWorkflow, defs: NodeDefs) -> None:
        self._graph, self._defs, self._users = graph, defs, all_users(graph)

    def spec(self, node_id: str) -> InputSpec | None:
        """The input with choices that a node's value goes to."""
        for user, name in self._users.get((node_id, 0), ()):
            spec = spec_of(self._graph, Target(user, name), self._defs)
            if spec is not None and spec.choices:
                return spec
        return None
