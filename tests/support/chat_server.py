"""A language server of the tests' own: it answers what a test tells it, over a real socket."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Any

from aiohttp import web

from tests.support.chat_recordings import Answer, answer
from tui.domain.settings import ServerKind, ServerSettings


def chunk(text: str | None = None, **delta: str) -> bytes:
    """One piece of an answer as LM Studio sends it."""
    fields = {"role": "assistant", **delta} | ({"content": text} if text is not None else {})
    body = {
        "object": "chat.completion.chunk",
        "model": "some-llm",
        "choices": [{"index": 0, "delta": fields}],
    }
    return f"data: {json.dumps(body)}\n\n".encode()


END = b'data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'


def saying(*pieces: str) -> tuple[bytes, ...]:
    """A whole answer in these pieces."""
    return (*map(chunk, pieces), END)


class ChatServer:
    """What it answers, and what it was asked."""

    def __init__(self) -> None:
        self.url = ""
        self.lists: dict[str, Answer] = {"/api/v1/models": answer("reported/api_v1_models")}
        self.elsewhere = answer("reported/unknown_path_200")
        """What every other path answers: LM Studio gives a 200 with an error in it."""

        self.chat: Answer | Sequence[bytes] = saying("a fox ", "in deep snow")
        self.is_cut = False
        """Whether the connection breaks after the last piece."""

        self.gate = asyncio.Event()
        """Cleared by a test that wants the pieces after the first to wait."""

        self.gate.set()
        self.asked: list[dict[str, Any]] = []
        self.unloads: list[tuple[str, dict[str, Any]]] = []
        self.left = asyncio.Event()
        """Set when a client left in the middle of an answer."""

    @property
    def settings(self) -> ServerSettings:
        """How a backend reaches it."""
        return ServerSettings(name="partner", kind=ServerKind.LMSTUDIO, url=self.url, is_enabled=True)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Answer anything."""
        match request.path:
            case "/v1/chat/completions":
                self.asked.append(await request.json())
                return await self._chat(request)
            case "/api/v1/models/unload" | "/models/unload":
                self.unloads.append((request.path, await request.json()))
                return _response(answer("reported/unload"))
            case path:
                return _response(self.lists.get(path, self.elsewhere))

    async def _chat(self, request: web.Request) -> web.StreamResponse:
        if isinstance(self.chat, Answer) and "event-stream" not in self.chat.content_type:
            return _response(self.chat)
        pieces = [self.chat.body] if isinstance(self.chat, Answer) else list(self.chat)
        is_cut = self.is_cut or (isinstance(self.chat, Answer) and self.chat.is_cut)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        try:
            await response.prepare(request)
            for index, piece in enumerate(pieces):
                if index:
                    await self.gate.wait()
                await response.write(piece)
            if is_cut and request.transport is not None:
                request.transport.close()
        except (OSError, asyncio.CancelledError):
            self.left.set()
            raise
        return response


def _response(given: Answer) -> web.Response:
    return web.Response(status=given.status, body=given.body, headers={"Content-Type": given.content_type})


@asynccontextmanager
async def chat_server() -> AsyncGenerator[ChatServer]:
    """A running server that is LM Studio until a test says otherwise."""
    server = ChatServer()
    app = web.Application(client_max_size=64 * 1024 * 1024)
    app.router.add_route("*", "/{rest:.*}", server.handle)
    runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=1.0)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    server.url = f"http://{host}:{port}"
    try:
        yield server
    finally:
        server.gate.set()
        with suppress(OSError):
            await runner.cleanup()
