"""`/ws`: the socket on which a client hears of its jobs."""

import asyncio
import json
import uuid

from aiohttp import WSMsgType, web

from tui.demo.core import EngineCore, core_of
from tui.demo.events import status
from tui.demo.sockets import ClientSocket
from tui.demo.wire import as_object

routes = web.RouteTableDef()


@routes.get("/ws")
async def socket(request: web.Request) -> web.WebSocketResponse:
    """Greet, then deliver until the client leaves."""
    core = core_of(request)
    response = web.WebSocketResponse()
    await response.prepare(request)
    client = ClientSocket(request.query.get("clientId") or uuid.uuid4().hex, response, request.transport)
    core.sockets.add(client)
    _greet(core, client)
    pump = asyncio.create_task(client.pump())
    try:
        await _listen(core, client)
    finally:
        core.sockets.remove(client)
        pump.cancel()
        await asyncio.gather(pump, return_exceptions=True)
    return response


def _greet(core: EngineCore, client: ClientSocket) -> None:
    first = {"type": "status", "data": status(core.queue.remaining, client.sid)}
    client.put(json.dumps(first))
    running, last_node = core.queue.running, core.sockets.last_node
    if running is not None and running.client_id == client.sid and last_node is not None:
        client.put(json.dumps({"type": "executing", "data": {"node": last_node}}))


async def _listen(core: EngineCore, client: ClientSocket) -> None:
    """Feature flags count only as the first message that is JSON."""
    is_first = True
    async for message in client.response:
        if message.type is not WSMsgType.TEXT or not is_first:
            continue
        try:
            said = as_object(json.loads(message.data)) or {}
        except ValueError:
            continue
        is_first = False
        if said.get("type") == "feature_flags":
            flags = as_object(said.get("data")) or {}
            client.wants_metadata = bool(flags.get("supports_preview_metadata"))
            client.put(json.dumps({"type": "feature_flags", "data": core.features}))
