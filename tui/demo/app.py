"""All routes on one application, each under `/x` and `/api/x`, behind ComfyUI's origin guard."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from tui.demo import (
    routes_files,
    routes_info,
    routes_jobs,
    routes_prompt,
    routes_queue,
    routes_socket,
    routes_userdata,
)
from tui.demo.core import CORE, EngineCore

_BOTH_PREFIXES = (
    routes_files.routes,
    routes_info.routes,
    routes_prompt.routes,
    routes_queue.routes,
    routes_socket.routes,
    routes_userdata.routes,
)


def build_app(core: EngineCore) -> web.Application:
    """The application of one engine."""
    app = web.Application(client_max_size=core.max_upload_size, middlewares=[_origin_guard])
    app[CORE] = core
    app.add_routes(routes_jobs.routes)
    for table in _BOTH_PREFIXES:
        for route in (definition for definition in table if isinstance(definition, web.RouteDef)):
            for prefix in ("", "/api"):
                web.RouteDef(route.method, prefix + route.path, route.handler, route.kwargs).register(
                    app.router
                )
    # last, like ComfyUI's static files: unknown paths are 404 to GET and 405 to POST
    app.router.add_get("/{tail:.*}", _nothing)
    return app


async def _nothing(_request: web.Request) -> web.Response:
    return web.Response(status=404, content_type="application/octet-stream")


@web.middleware
async def _origin_guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or _is_foreign(request):
        return web.Response(status=403)
    return await handler(request)


def _is_foreign(request: web.Request) -> bool:
    """A page from elsewhere that talks to loopback."""
    origin = request.headers.get("Origin")
    host = urlsplit(f"//{request.host}")
    if origin is None or not _is_loopback(host.hostname or ""):
        return False
    return urlsplit(origin).netloc.lower() != request.host.lower()


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
