"""The messages and binary frames of the socket, as ComfyUI writes them."""

import json
import struct
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from tui.demo.pixels import resized
from tui.demo.wire import JsonObject

_PREVIEW = 1
_PREVIEW_WITH_METADATA = 4
_FORMAT_NUMBERS = {"JPEG": 1, "PNG": 2}
_PREVIEW_QUALITY = 95


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """A picture of a running node, encoded."""

    data: bytes
    image_format: str
    node_id: str
    prompt_id: str

    def frame(self) -> bytes:
        """Type 1: what clients without feature flags get."""
        return struct.pack(">II", _PREVIEW, _FORMAT_NUMBERS[self.image_format]) + self.data

    def frame_with_metadata(self) -> bytes:
        """Type 4: says which node and job it belongs to."""
        metadata = {
            "node_id": self.node_id,
            "prompt_id": self.prompt_id,
            "display_node_id": self.node_id,
            "parent_node_id": None,
            "real_node_id": self.node_id,
            "image_type": f"image/{self.image_format.lower()}",
        }
        text = json.dumps(metadata).encode()
        return struct.pack(">II", _PREVIEW_WITH_METADATA, len(text)) + text + self.data


def encoded(picture: Image.Image, size: int | None, image_format: str) -> bytes:
    """`picture` as bytes, scaled to fit a square of `size`, upwards too, as ComfyUI does."""
    if size is not None:
        scale = size / max(picture.size)
        wanted = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        if wanted != picture.size:
            picture = resized(picture, wanted)
    buffer = BytesIO()
    if image_format == "JPEG":
        picture.convert("RGB").save(buffer, "JPEG", quality=_PREVIEW_QUALITY)
    else:
        picture.save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def node_state(node_id: str, prompt_id: str, value: float, maximum: float, state: str) -> JsonObject:
    """One node in `progress_state`."""
    return {
        "value": value,
        "max": maximum,
        "state": state,
        "node_id": node_id,
        "prompt_id": prompt_id,
        "display_node_id": node_id,
        "parent_node_id": None,
        "real_node_id": node_id,
    }


def status(remaining: int, sid: str | None = None) -> JsonObject:
    """The data of a `status` message; only a socket's first one carries its id."""
    data: JsonObject = {"status": {"exec_info": {"queue_remaining": remaining}}}
    return data if sid is None else {**data, "sid": sid}
