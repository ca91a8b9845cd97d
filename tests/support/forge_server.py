"""A small Forge for the tests: A1111 with its page, but for what a real one (dfdcbab) was seen to do.

Every number among its options is told as a float, saved or not. It words errors in `message`, and closes the
connection after one without saying so. Started with --port, it fails to list its flags.
"""

from typing import Any

from aiohttp import web

from tests.support.a1111_server import A1111Server


class ForgeServer(A1111Server):
    """Its memory."""

    def __init__(self, **options: Any) -> None:
        super().__init__("forge", **options)

    def app(self) -> web.Application:
        """The routes of Forge: modules besides."""
        app = super().app()
        app.router.add_get("/sdapi/v1/sd-modules", self._get_modules)
        app.middlewares.insert(0, hang_up_after_errors)
        return app

    async def _get_modules(self, request: web.Request) -> web.Response:
        return web.json_response([{"model_name": "tiny_vae.safetensors", "filename": "/srv/tiny_vae"}])

    async def _get_vaes(self, request: web.Request) -> web.Response:
        raise web.HTTPNotFound

    async def _get_options(self, request: web.Request) -> web.Response:
        told = {"show_progress_every_n_steps": 10, **self.options}
        return web.json_response({key: _as_told(value) for key, value in told.items()})

    async def _get_flags(self, request: web.Request) -> web.Response:
        said = "1 validation errors:\n  {'type': 'string_type', 'loc': ('response', 'port')}\n"
        body = {"error": "ResponseValidationError", "detail": "", "body": self.flags, "message": said}
        return web.json_response(body, status=500)

    def _broke(self, error: str, said: str) -> web.Response:
        return web.json_response({"error": error, "detail": "", "body": "", "message": said}, status=500)


@web.middleware
async def hang_up_after_errors(request: web.Request, handler: Any) -> web.StreamResponse:
    """Close the connection after a 500, as uvicorn does after an exception that nobody caught."""
    response = await handler(request)
    if response.status == 500:
        await response.prepare(request)
        await response.write_eof()
        if request.transport is not None:
            request.transport.close()
    return response


def _as_told(value: Any) -> Any:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return float(value) if is_number else value
