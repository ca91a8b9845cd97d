"""`/upload/image`, `/upload/mask` and `/view`: pictures in and out, never outside the folders."""

import asyncio
import json
from io import BytesIO
from pathlib import Path
from typing import Any

from aiohttp import web
from PIL import Image, UnidentifiedImageError

from tui.demo.core import core_of, trouble
from tui.demo.folders import FOLDER_TYPES, Folders, UnsafePathError, inside

routes = web.RouteTableDef()
_AS_ATTACHMENT = (".html", ".htm", ".svg", ".js", ".css", ".xml")
_GREATEST_QUALITY = 100


@routes.post("/upload/image")
async def upload_image(request: web.Request) -> web.Response:
    """Keep a file in the input folder, under another name when other bytes have it."""
    return await _uploaded(request, None)


@routes.post("/upload/mask")
async def upload_mask(request: web.Request) -> web.Response:
    """Keep the original with the alpha of the upload."""
    form = await request.post()
    try:
        original: Any = json.loads(str(form["original_ref"]))
        return await _uploaded(request, original)
    except (KeyError, ValueError, TypeError):
        return trouble()


async def _uploaded(request: web.Request, original: dict[str, Any] | None) -> web.Response:
    form = await request.post()
    posted = form.get("image")
    kind = str(form.get("type", "input"))
    if kind not in FOLDER_TYPES or isinstance(posted, str):
        return trouble()
    if not isinstance(posted, web.FileField) or not posted.filename:
        return web.Response(status=400)
    root = core_of(request).folders.of_type(kind)
    subfolder = str(form.get("subfolder", ""))
    try:
        folder = inside(root, subfolder)
        path = inside(folder, posted.filename)
    except UnsafePathError:
        return web.Response(status=400)
    if path.parent != folder:
        return trouble()
    data = await asyncio.to_thread(posted.file.read)
    overwrite = form.get("overwrite") in ("true", "1")
    try:
        if original is None:
            path = await asyncio.to_thread(_kept, path, data, overwrite)
        else:
            await asyncio.to_thread(_kept_mask, core_of(request).folders, path, data, original)
    except (OSError, ValueError):
        return trouble()
    return web.json_response({"name": path.name, "subfolder": subfolder, "type": kind})


def _kept(path: Path, data: bytes, overwrite: bool) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    stem, number = path.stem, 1
    while not overwrite and path.exists():
        if path.read_bytes() == data:
            return path
        path = path.with_name(f"{stem} ({number}){path.suffix}")
        number += 1
    path.write_bytes(data)
    return path


def _kept_mask(folders: Folders, path: Path, data: bytes, original: dict[str, Any]) -> None:
    """A missing original leaves no file, and nobody is told: that is how ComfyUI does it."""
    try:
        folder = inside(folders.of_type(original.get("type", "output")), original.get("subfolder", ""))
        source = inside(folder, original["filename"])
    except UnsafePathError:
        return
    if not source.is_file():
        return
    with Image.open(source) as under, Image.open(BytesIO(data)) as upload:
        picture = under.convert("RGBA")
        picture.putalpha(upload.convert("RGBA").getchannel("A"))
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, compress_level=4)


@routes.get("/view")
async def view(request: web.Request) -> web.StreamResponse:
    """A file as it is, or a picture re-encoded or reduced to some channels."""
    name = request.query.get("filename")
    if name is None:
        return web.Response(status=404)
    if not name or name.startswith("/") or ".." in name:
        return web.Response(status=400)
    if request.query.get("type", "output") not in FOLDER_TYPES:
        return web.Response(status=400)
    root = core_of(request).folders.of_type(request.query.get("type", "output"))
    try:
        folder = inside(root, request.query.get("subfolder", ""))
        path = inside(folder, Path(name.replace("\\", "/")).name)
    except UnsafePathError:
        return web.Response(status=403)
    if not path.is_file():
        return web.Response(status=404)
    return await _shown(request, path)


async def _shown(request: web.Request, path: Path) -> web.StreamResponse:
    disposition = {"Content-Disposition": f'filename="{path.name}"'}
    try:
        if "preview" in request.query:
            data, kind = await asyncio.to_thread(_preview, path, request.query["preview"])
            return web.Response(body=data, content_type=f"image/{kind}", headers=disposition)
        if request.query.get("channel") in ("rgb", "a"):
            data = await asyncio.to_thread(_channel, path, request.query["channel"])
            return web.Response(body=data, content_type="image/png", headers=disposition)
    except (UnidentifiedImageError, OSError, ValueError):
        return trouble()
    headers = {**disposition, "X-Content-Type-Options": "nosniff"}
    if path.suffix.lower() in _AS_ATTACHMENT:
        headers |= {
            "Content-Type": "application/octet-stream",
            "Content-Disposition": f'attachment; filename="{path.name}"',
        }
    return web.FileResponse(path, headers=headers)


def _preview(path: Path, wish: str) -> tuple[bytes, str]:
    kind, _, quality_text = wish.partition(";")
    kind = kind if kind in ("webp", "jpeg") else "webp"
    quality = int(quality_text) if quality_text.isdigit() else 90
    if quality > _GREATEST_QUALITY:
        raise ValueError(quality)
    with Image.open(path) as picture:
        fitting = picture.convert("RGB") if kind == "jpeg" else picture
        buffer = BytesIO()
        fitting.save(buffer, kind, quality=quality)
    return buffer.getvalue(), kind


def _channel(path: Path, channel: str) -> bytes:
    buffer = BytesIO()
    with Image.open(path) as picture:
        if channel == "rgb":
            shown = picture.convert("RGB")
        else:
            alpha = picture.convert("RGBA").getchannel("A")
            shown = Image.new("RGBA", picture.size)
            shown.putalpha(alpha)
    shown.save(buffer, "PNG")
    return buffer.getvalue()
