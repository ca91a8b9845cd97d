"""The nodes that a graph ends in: saving, previewing, showing text."""

import json
import random
import re
import time
from pathlib import Path
from typing import cast

from PIL.PngImagePlugin import PngInfo

from tui.demo.folders import UnsafePathError, inside
from tui.demo.nodes.registry import NodeContext, NodeResult, node
from tui.demo.nodes.values import Images
from tui.demo.wire import JsonObject

_TIMES = {"%year%": "%Y", "%month%": "%m", "%day%": "%d", "%hour%": "%H", "%minute%": "%M", "%second%": "%S"}
_TEMP_MARK = "".join(random.choices("abcdefghijklmnopqrstupvxyz", k=5))  # noqa: S311 not a secret


class SavingOutsideError(Exception):
    """A file name prefix leads out of the output folder."""


@node("SaveImage")
def save_image(context: NodeContext, images: Images, filename_prefix: str = "ComfyUI") -> NodeResult:
    """PNG files with the graph in them, counted upwards."""
    saved = _saved(context, images, filename_prefix, "output", compress_level=4)
    return NodeResult((images,), {"images": saved})


@node("PreviewImage")
def preview_image(context: NodeContext, images: Images) -> NodeResult:
    """The same into the folder that does not last."""
    saved = _saved(context, images, f"ComfyUI_temp_{_TEMP_MARK}", "temp", compress_level=1)
    return NodeResult((images,), {"images": saved})


@node("SaveImageWebsocket")
def save_image_websocket(context: NodeContext, images: Images) -> NodeResult:
    """Each picture as a PNG frame on the socket; nothing on disk."""
    for index, picture in enumerate(images):
        context.step(index, len(images), picture)
    return NodeResult((), None)


@node("PreviewAny")
def preview_any(_context: NodeContext, source: object) -> NodeResult:
    """Whatever it is, as text."""
    text = source if isinstance(source, str) else _as_text(source)
    return NodeResult((text,), {"text": [text]})


def _as_text(source: object) -> str:
    if isinstance(source, (dict, list)):
        return json.dumps(source, indent=4)
    if isinstance(source, tuple):
        pictures = cast("Images", source)  # the only tuples that travel along links
        return f"{len(pictures)} of {pictures[0].width}x{pictures[0].height}"
    return str(source)


def _saved(
    context: NodeContext, images: Images, prefix: str, kind: str, compress_level: int
) -> list[JsonObject]:
    root = context.folders.of_type(kind)
    stem, folder = _destination(root, prefix, images[0].size)
    folder.mkdir(parents=True, exist_ok=True)
    counter = _highest_counter(folder, stem) + 1
    subfolder = "" if folder == root.resolve() else folder.relative_to(root.resolve()).as_posix()
    saved: list[JsonObject] = []
    for index, picture in enumerate(images):
        name = f"{stem.replace('%batch_num%', str(index))}_{counter + index:05}_.png"
        picture.save(folder / name, pnginfo=_metadata(context), compress_level=compress_level)
        saved.append({"filename": name, "subfolder": subfolder, "type": kind})
    return saved


def _destination(root: Path, prefix: str, size: tuple[int, int]) -> tuple[str, Path]:
    for token, meaning in _TIMES.items():
        prefix = prefix.replace(token, time.strftime(meaning))
    prefix = prefix.replace("%width%", str(size[0])).replace("%height%", str(size[1]))
    subfolder, _, stem = prefix.replace("\\", "/").rpartition("/")
    try:
        return stem, inside(root, subfolder)
    except UnsafePathError:
        message = "**** ERROR: Saving image outside the output folder is not allowed."
        raise SavingOutsideError(message) from None


def _highest_counter(folder: Path, stem: str) -> int:
    numbered = re.compile(re.escape(stem).replace("%batch_num%", r"\d+") + r"_(\d+)_", re.IGNORECASE)
    counters = [int(match[1]) for entry in folder.iterdir() if (match := numbered.match(entry.name))]
    return max(counters, default=0)


def _metadata(context: NodeContext) -> PngInfo:
    chunks = PngInfo()
    chunks.add_text("prompt", json.dumps(context.graph))
    for key, value in (context.extra_pnginfo or {}).items():
        chunks.add_text(key, json.dumps(value))
    return chunks
