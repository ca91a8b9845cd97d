"""What the server is and has: `/system_stats`, `/features`, `/object_info`, `/models` and their like."""

import os
import platform
import sys
from typing import Any

from aiohttp import web

from tui.demo.core import core_of
from tui.demo.definitions import object_info
from tui.demo.folders import MODELS
from tui.demo.wire import ENGINE_NAME, ENGINE_VERSION, JsonObject

routes = web.RouteTableDef()


@routes.get("/system_stats")
async def system_stats(_request: web.Request) -> web.Response:
    """Honest about being no model: the device is called what it is."""
    total, free = _memory()
    system: JsonObject = {
        "os": sys.platform,
        "ram_total": total,
        "ram_free": free,
        "comfyui_version": ENGINE_VERSION,
        "required_frontend_version": None,
        "python_version": sys.version,
        "pytorch_version": "none",
        "embedded_python": False,
        "deploy_environment": "latentui",
        "argv": ["latentui", "engine"],
    }
    device = {
        "name": ENGINE_NAME,
        "type": "cpu",
        "index": None,
        "vram_total": total,
        "vram_free": free,
        "torch_vram_total": total,
        "torch_vram_free": free,
    }
    return web.json_response({"system": system, "devices": [device]})


def _memory() -> tuple[int, int]:
    if platform.system() == "Windows":
        return 0, 0
    page = os.sysconf("SC_PAGE_SIZE")
    names = os.sysconf_names
    free = os.sysconf("SC_AVPHYS_PAGES") if "SC_AVPHYS_PAGES" in names else 0
    return page * os.sysconf("SC_PHYS_PAGES"), page * free


@routes.get("/features")
async def features(request: web.Request) -> web.Response:
    """What this server can do beyond the oldest ones."""
    return web.json_response(core_of(request).features)


@routes.get("/object_info")
async def all_classes(request: web.Request) -> web.Response:
    """Every node class."""
    return web.json_response(object_info(core_of(request).folders))


@routes.get("/object_info/{class_type}")
async def one_class(request: web.Request) -> web.Response:
    """One node class, or nothing."""
    return web.json_response(object_info(core_of(request).folders, request.match_info["class_type"]))


@routes.get("/models")
async def model_folders(_request: web.Request) -> web.Response:
    """The kinds of models."""
    return web.json_response(list(MODELS))


@routes.get("/models/{folder}")
async def models(request: web.Request) -> web.Response:
    """The models of one kind."""
    names = MODELS.get(request.match_info["folder"])
    return web.Response(status=404) if names is None else web.json_response(list(names))


@routes.get("/experiment/models/{folder}")
async def model_files(request: web.Request) -> web.Response:
    """The same as if they were files."""
    names = MODELS.get(request.match_info["folder"])
    if names is None:
        return web.Response(status=404)
    files: list[dict[str, Any]] = [
        {"name": name, "pathIndex": 0, "modified": 0.0, "created": 0.0, "size": 0} for name in names
    ]
    return web.json_response(files)


@routes.get("/embeddings")
async def embeddings(_request: web.Request) -> web.Response:
    """The painter has none."""
    return web.json_response(list(MODELS["embeddings"]))


@routes.get("/view_metadata/{folder}")
async def model_metadata(_request: web.Request) -> web.Response:
    """There are no weights, so there is nothing written in them."""
    return web.Response(status=404)


@routes.get("/users")
async def users(_request: web.Request) -> web.Response:
    """One user, as on a server without --multi-user."""
    return web.json_response({"storage": "server", "migrated": False})


@routes.get("/settings")
async def settings(_request: web.Request) -> web.Response:
    """There is no web page to have settings."""
    return web.json_response({})


@routes.get("/workflow_templates")
async def custom_node_templates(_request: web.Request) -> web.Response:
    """There are no custom nodes."""
    return web.json_response({})


@routes.get("/templates/index.json")
async def templates(_request: web.Request) -> web.Response:
    """No templates come with the engine: the client has its own."""
    return web.json_response([])


@routes.get("/assets")
async def assets(_request: web.Request) -> web.Response:
    """Off, as on a server without --enable-assets."""
    message = "Assets system is disabled. Start the server with --enable-assets to use this feature."
    error: JsonObject = {"code": "SERVICE_DISABLED", "message": message, "details": {}}
    return web.json_response({"error": error}, status=503)
