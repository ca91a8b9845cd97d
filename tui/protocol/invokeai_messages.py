"""InvokeAI's socket.io events as values."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from tui.domain.json_values import number_of, object_of, text_of
from tui.domain.text import one_line
from tui.protocol.invokeai_answers import picture_of

SUBSCRIPTION = ("subscribe_queue", {"queue_id": "default"})
"""What has to be said after every connect: the server keeps no state and repeats nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusChanged:
    """An item is in progress, or over."""

    status: str
    error_type: str = ""
    error_message: str = ""


@dataclass(frozen=True, slots=True)
class NodeStarted:
    """A node of the item began."""

    node_id: str
    kind: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A small picture of how it looks now."""

    data: bytes
    media_type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeProgressed:
    """What a node is busy with; `fraction` is of this node, not of the job."""

    node_id: str
    said: str
    fraction: float | None = None
    preview: Preview | None = None


@dataclass(frozen=True, slots=True)
class NodeCompleted:
    """A node is done; its picture's name where it made one."""

    node_id: str
    image_name: str


Message = StatusChanged | NodeStarted | NodeProgressed | NodeCompleted


@dataclass(frozen=True, slots=True)
class ItemsRemoved:
    """Waiting items were cancelled in bulk, or the queue was cleared: whoever waits should look."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A message and the job it is about, which we named as its destination."""

    destination: str
    message: Message


def destination_of(payload: object) -> str:
    """Whose event it is; empty where it belongs to no job, or to somebody else's."""
    return text_of(object_of(payload).get("destination"))


def heard(event: str, payload: object) -> Heard | ItemsRemoved | None:
    """What an event means; None for what concerns no job."""
    if event in ("queue_items_canceled", "queue_cleared"):
        return ItemsRemoved()
    about = object_of(payload)
    destination = destination_of(about)
    message = _message(event, about) if destination else None
    return Heard(destination, message) if message else None


def _message(event: str, about: dict[str, Any]) -> Message | None:
    node_id = text_of(about.get("invocation_source_id"))
    match event:
        case "queue_item_status_changed":
            return StatusChanged(
                status=text_of(about.get("status")),
                error_type=text_of(about.get("error_type")),
                error_message=text_of(about.get("error_message")),
            )
        case "invocation_started":
            return NodeStarted(node_id, text_of(object_of(about.get("invocation")).get("type")))
        case "invocation_progress":
            return NodeProgressed(
                node_id=node_id,
                said=one_line(text_of(about.get("message")), 80),
                fraction=_fraction(about.get("percentage")),
                preview=_preview(about.get("image")),
            )
        case "invocation_complete":
            return NodeCompleted(node_id, picture_of(about.get("result")))
        case _:
            return None


def _fraction(value: object) -> float | None:
    fraction = number_of(value)
    return None if fraction is None else min(max(fraction, 0.0), 1.0)


def _preview(value: object) -> Preview | None:
    """The picture in a data URL."""
    head, _, encoded = text_of(object_of(value).get("dataURL")).partition(",")
    if not head.startswith("data:image/") or not head.endswith(";base64"):
        return None
    try:
        data = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return None
    return Preview(data, head.removeprefix("data:").removesuffix(";base64"))
