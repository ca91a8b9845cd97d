"""The files in what a ComfyUI node shows, as outputs."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from tui.domain.job import OutputImage
from tui.domain.json_values import list_of, object_of, text_of
from tui.domain.request import ApiWorkflow
from tui.domain.text import clean, one_line

_MOST_FILES = 1000
"""Files of one node that are looked at; a hostile server could name any number."""

_MOST_TEXT = 1024 * 1024
"""Bytes of a text that are kept."""

_TEXT_KEYS = frozenset({"text", "string"})

_MEDIA_TYPES = {
    "png": "image/png",
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "webp": "image/webp",
    "gif": "image/gif",
    "avif": "image/avif",
    "svg": "image/svg+xml",
    "mp4": "video/mp4",
    "webm": "video/webm",
    "mkv": "video/x-matroska",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "opus": "audio/opus",
    "wav": "audio/wav",
    "txt": "text/plain",
    "json": "application/json",
    "glb": "model/gltf-binary",
}


def media_type_of(filename: str) -> str:
    """The media type its ending stands for."""
    return _MEDIA_TYPES.get(filename.rpartition(".")[2].lower(), "application/octet-stream")


def outputs_of(shown: Any, seed: int | None = None) -> tuple[OutputImage, ...]:
    """The files in a node's output, under whatever key (images, gifs, video, audio…), and its texts."""
    return tuple(
        output
        for key, value in object_of(shown).items()
        for item in (list_of(value) or [value])[:_MOST_FILES]
        if (output := _file(object_of(item), seed) or (_text(item, seed) if key in _TEXT_KEYS else None))
    )


def seed_of(graph: ApiWorkflow) -> int | None:
    """The seed the graph runs with: its first literal one."""
    for node in graph.values():
        inputs = object_of(object_of(node).get("inputs"))
        for name in ("seed", "noise_seed"):
            if isinstance(seed := inputs.get(name), int):
                return seed
    return None


def _file(about: Mapping[str, Any], seed: int | None) -> OutputImage | None:
    filename = _basename(_name(about, "filename"))
    if not filename:
        return None
    folder = _name(about, "type") or "output"
    return OutputImage(
        filename=filename,
        subfolder=_name(about, "subfolder"),
        folder=folder,
        media_type=media_type_of(filename),
        seed=seed,
        is_temporary=folder == "temp",
    )


def _text(item: object, seed: int | None) -> OutputImage | None:
    """A text that the node shows and keeps in no file: a glimpse, as the pictures of preview nodes are."""
    shown = clean(text_of(item) or text_of(object_of(item).get("text")))
    if not shown.strip():
        return None
    data = shown.encode()[:_MOST_TEXT]
    return OutputImage(
        filename=f"text_{sha256(data).hexdigest()[:8]}.txt",
        folder="temp",
        media_type="text/plain",
        seed=seed,
        is_temporary=True,
        data=data,
    )


def _name(about: Mapping[str, Any], key: str) -> str:
    return one_line(text_of(about.get(key)), 500)


def _basename(filename: str) -> str:
    # as the server does itself when it is asked for the file; a path can only be meant badly
    name = filename.replace("\\", "/").rpartition("/")[2]
    return "" if name in {".", ".."} else name
