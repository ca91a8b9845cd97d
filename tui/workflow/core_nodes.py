"""Nodes that every server has, in place of those that Krita or SwarmUI would fill before sending."""

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from tui.domain.json_values import Json, JsonObject, object_of, text_of
from tui.domain.request import ApiWorkflow
from tui.workflow.api_graph import class_of, copied, inputs_of, users_of
from tui.workflow.slots import Target
from tui.workflow.stand_ins import KRITA_STYLES, SWARM_IMAGE

Nodes = dict[str, JsonObject]

_STYLE_VALUES: Final[tuple[tuple[int, Json, str, str], ...]] = (
    (3, "", "PrimitiveStringMultiline", "Prompt"),
    (4, "", "PrimitiveStringMultiline", "Negative"),
    (5, "euler", "", "Sampler"),
    (6, "normal", "", "Scheduler"),
    (7, 20, "PrimitiveInt", "Steps"),
    (8, 7.0, "PrimitiveFloat", "CFG"),
)
"""The outputs of a style past its models: what they start from, and the node that holds it for several."""


def is_replaced(class_type: str) -> bool:
    """Whether nodes of the class give way to others."""
    return class_type in _REPLACED


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


def _users(nodes: Nodes, node_id: str, slot: int) -> list[tuple[str, str]]:
    return list(users_of(nodes, (node_id, slot)))


def _set(nodes: Nodes, users: list[tuple[str, str]], value: Json) -> None:
    for node_id, name in users:
        object_of(nodes[node_id]["inputs"])[name] = value


def _load_picture(nodes: Nodes, node_id: str) -> None:
    old = inputs_of(nodes, node_id)
    nodes[node_id] = _titled("LoadImage", nodes[node_id], image=text_of(old.get("image")))


def _load_layer(nodes: Nodes, node_id: str) -> None:
    """A layer's mask is what is opaque in it; that of a loaded picture is what is transparent."""
    _load_picture(nodes, node_id)
    _give_opacity(nodes, node_id, _users(nodes, node_id, 1))


def _give_opacity(nodes: Nodes, node_id: str, users: list[tuple[str, str]]) -> None:
    if users:
        mask = f"{node_id}.mask"
        nodes[mask] = {"class_type": "InvertMask", "inputs": {"mask": [node_id, 1]}}
        _set(nodes, users, [mask, 0])


def _load_canvas(nodes: Nodes, node_id: str) -> None:
    """Width and height come from the picture, as they would from the canvas."""
    _load_picture(nodes, node_id)
    sides = {slot: _users(nodes, node_id, slot) for slot in (1, 2)}
    opacity = _users(nodes, node_id, 4)
    if any(sides.values()):
        size = f"{node_id}.size"
        nodes[size] = {"class_type": "GetImageSize", "inputs": {"image": [node_id, 0]}}
        for slot, users in sides.items():
            _set(nodes, users, [size, slot - 1])
    _set(nodes, _users(nodes, node_id, 3), 0)
    _give_opacity(nodes, node_id, opacity)


def _load_mask(nodes: Nodes, node_id: str) -> None:
    nodes[node_id] = _titled("LoadImageMask", nodes[node_id], image="", channel="red")
    _set(nodes, _users(nodes, node_id, 1), True)
    for place in (2, 3):
        _set(nodes, _users(nodes, node_id, place), 0)


def _load_checkpoint(nodes: Nodes, node_id: str) -> None:
    name = text_of(inputs_of(nodes, node_id).get("value"))
    nodes[node_id] = _titled("CheckpointLoaderSimple", nodes[node_id], ckpt_name=name)


def _load_style(nodes: Nodes, node_id: str) -> None:
    """A checkpoint, and the style's other values where they lead."""
    users = {slot: _users(nodes, node_id, slot) for slot, *_ in _STYLE_VALUES}
    _load_checkpoint(nodes, node_id)
    for slot, value, holder, title in _STYLE_VALUES:
        if holder and len(users[slot]) > 1:
            held = f"{node_id}.{title.lower()}"
            nodes[held] = {"class_type": holder, "inputs": {"value": value}, "_meta": {"title": title}}
            _set(nodes, users[slot], [held, 0])
        else:
            _set(nodes, users[slot], value)


def style_targets(graph: ApiWorkflow, node_id: str) -> Iterator[tuple[Target, ...]]:
    """Where a style's values stand once it is replaced: its checkpoint, and what is behind each output."""
    yield (Target(node_id, "ckpt_name"),)
    for slot, _, holder, title in _STYLE_VALUES:
        users = tuple(Target(*user) for user in users_of(graph, (node_id, slot)))
        if holder and len(users) > 1:
            yield (Target(f"{node_id}.{title.lower()}", "value"),)
        elif users:
            yield users


def _load_video(nodes: Nodes, node_id: str) -> None:
    old = inputs_of(nodes, node_id)
    nodes[node_id] = _titled("LoadVideo", nodes[node_id], file=text_of(old.get("video")))


def _load_sound(nodes: Nodes, node_id: str) -> None:
    old = inputs_of(nodes, node_id)
    nodes[node_id] = _titled("LoadAudio", nodes[node_id], audio=text_of(old.get("audio")))


def _save_picture(nodes: Nodes, node_id: str) -> None:
    images = inputs_of(nodes, node_id).get("images")
    nodes[node_id] = _titled("SaveImage", nodes[node_id], images=images, filename_prefix="latentui")


def _show_text(nodes: Nodes, node_id: str) -> None:
    nodes[node_id] = _titled("PreviewAny", nodes[node_id], source=inputs_of(nodes, node_id).get("value"))


def _titled(class_type: str, old: JsonObject, **inputs: Json) -> JsonObject:
    said = object_of(old.get("inputs"))
    name = text_of(said.get("title")) or text_of(said.get("name"))
    meta = {"title": name} if name else object_of(old.get("_meta"))
    return {"class_type": class_type, "inputs": {**inputs}, "_meta": dict(meta)}


_REPLACED: Final[Mapping[str, Callable[[Nodes, str], None]]] = MappingProxyType(
    {
        SWARM_IMAGE: _load_picture,
        "SwarmInputVideo": _load_video,
        "SwarmInputAudio": _load_sound,
        "SwarmInputCheckpoint": _load_checkpoint,
        "ETN_KritaCanvas": _load_canvas,
        "ETN_KritaImageLayer": _load_layer,
        "ETN_KritaSelection": _load_mask,
        "ETN_KritaMaskLayer": _load_mask,
        "ETN_KritaOutput": _save_picture,
        "ETN_KritaSendText": _show_text,
        **dict.fromkeys(KRITA_STYLES, _load_style),
    }
)
