"""The open sockets and who among them receives what."""

import asyncio
import json
from dataclasses import dataclass, field

from aiohttp import web

from tui.demo.events import Preview
from tui.demo.wire import JsonObject

_LONGEST_BACKLOG = 20_000  # a reader that far behind is gone


@dataclass(slots=True, eq=False)
class ClientSocket:
    """One socket: messages wait in its own line, so a stalled reader holds up nobody else."""

    sid: str
    response: web.WebSocketResponse
    transport: asyncio.Transport | None
    wants_metadata: bool = False
    outbox: asyncio.Queue[str | bytes] = field(default_factory=asyncio.Queue[str | bytes])

    def put(self, message: str | bytes) -> None:
        """Queue one frame; a hopeless reader is cut off."""
        if self.outbox.qsize() > _LONGEST_BACKLOG:
            self.drop()
            return
        self.outbox.put_nowait(message)

    async def pump(self) -> None:
        """Send what is queued until the socket ends."""
        while True:
            message = await self.outbox.get()
            try:
                if isinstance(message, str):
                    await self.response.send_str(message)
                else:
                    await self.response.send_bytes(message)
            except ConnectionError:
                return

    def drop(self) -> None:
        """Cut the connection without a goodbye."""
        if self.transport is not None:
            self.transport.abort()


class SocketHub:
    """Every open socket. All calls are made on the event loop."""

    def __init__(self) -> None:
        self._by_sid: dict[str, ClientSocket] = {}
        self._open: set[ClientSocket] = set()
        self.last_node: str | None = None
        """The node that runs now, told to a client that comes back."""
        self.last_client: str | None = None

    def add(self, socket: ClientSocket) -> None:
        """A newer socket under the same id takes over; the older one stays open and silent."""
        self._by_sid[socket.sid] = socket
        self._open.add(socket)

    def remove(self, socket: ClientSocket) -> None:
        """Forget a closed socket, never a newer one under its id."""
        self._open.discard(socket)
        if self._by_sid.get(socket.sid) is socket:
            del self._by_sid[socket.sid]

    def send(self, kind: str, data: JsonObject, client_id: str | None) -> None:
        """One text message to a client, or with None to all."""
        text = json.dumps({"type": kind, "data": data})
        for socket in self._receivers(client_id):
            socket.put(text)

    def send_step(
        self, state: JsonObject, progress: JsonObject, preview: Preview | None, client_id: str | None
    ) -> None:
        """A step's three messages, in the order that depends on the feature flag."""
        self.send("progress_state", state, client_id)
        texts = json.dumps({"type": "progress", "data": progress})
        for socket in self._receivers(client_id):
            # jobs without a client reach everybody as type 1, whatever was negotiated
            with_metadata = socket.wants_metadata and client_id is not None
            if preview is not None and with_metadata:
                socket.put(preview.frame_with_metadata())
            socket.put(texts)
            if preview is not None and not with_metadata:
                socket.put(preview.frame())

    def drop_all(self) -> None:
        """Cut every connection, as a network would."""
        for socket in tuple(self._open):
            socket.drop()
            self.remove(socket)

    def _receivers(self, client_id: str | None) -> tuple[ClientSocket, ...]:
        if client_id is None:
            return tuple(self._by_sid.values())
        socket = self._by_sid.get(client_id)
        return () if socket is None else (socket,)
