"""`/userdata`: the canvases that people saved on the server."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tui.demo.core import core_of
from tui.demo.folders import UnsafePathError, inside

routes = web.RouteTableDef()


@routes.get("/userdata")
async def list_files(request: web.Request) -> web.Response:
    """The files of a folder, by name or with all that is known."""
    wanted = request.query.get("dir")
    if not wanted:
        return web.Response(status=400, text="Directory not provided")
    try:
        folder = inside(core_of(request).folders.userdata, wanted)
    except UnsafePathError:
        return web.Response(status=403, text="Invalid directory")
    if not folder.is_dir():
        return web.Response(status=404, text="Directory not found")
    pattern = "**/*" if _is_true(request, "recurse") else "*"
    files = sorted(path for path in folder.glob(pattern) if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in files]
    if _is_true(request, "full_info"):
        return web.json_response([_info(path, name) for path, name in zip(files, names, strict=True)])
    return web.json_response(names)


@routes.get("/userdata/{file}")
async def read_file(request: web.Request) -> web.StreamResponse:
    """One file."""
    path = _path(request, "file")
    if not path.is_file():
        return web.Response(status=404)
    headers = {"X-Content-Type-Options": "nosniff", "Content-Disposition": "attachment"}
    return web.FileResponse(path, headers=headers)


@routes.post("/userdata/{file}")
async def save_file(request: web.Request) -> web.Response:
    """Write one file, unless it is there and must not be replaced."""
    path = _path(request, "file")
    if request.query.get("overwrite") == "false" and path.exists():
        return web.Response(status=409, text="File already exists")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(await request.read())
    return _named(request, path)


@routes.delete("/userdata/{file}")
async def delete_file(request: web.Request) -> web.Response:
    """Remove one file."""
    path = _path(request, "file")
    if not path.is_file():
        return web.Response(status=404)
    path.unlink()
    return web.Response(status=204)


@routes.post("/userdata/{file}/move/{dest}")
async def move_file(request: web.Request) -> web.Response:
    """Give one file another name."""
    source, target = _path(request, "file"), _path(request, "dest")
    if not source.is_file():
        return web.Response(status=404)
    if request.query.get("overwrite") == "false" and target.exists():
        return web.Response(status=409, text="File already exists")
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    return _named(request, target)


def _path(request: web.Request, part: str) -> Path:
    """The file is one path segment: its slashes come encoded."""
    try:
        return inside(core_of(request).folders.userdata, unquote(request.match_info[part]))
    except UnsafePathError:
        raise web.HTTPForbidden(text="") from None


def _named(request: web.Request, path: Path) -> web.Response:
    root = core_of(request).folders.userdata.resolve()
    name = path.relative_to(root).as_posix()
    return web.json_response(_info(path, name) if _is_true(request, "full_info") else name)


def _info(path: Path, name: str) -> dict[str, Any]:
    stat = path.stat()
    return {
        "path": name,
        "size": stat.st_size,
        "modified": int(stat.st_mtime * 1000),
        "created": int(stat.st_ctime * 1000),
    }


def _is_true(request: web.Request, name: str) -> bool:
    return request.query.get(name, "").lower() == "true"
