"""What is said and heard on ComfyUI's socket, and which job it concerns."""

from collections.abc import Mapping
from typing import Protocol, Self

from tui.domain.settings import ServerSettings
from tui.protocol.comfyui_messages import FIRST_MESSAGE, Message, MessageStream
from tui.transport.websocket import WebSocketConnection


class Listener(Protocol):
    """Who wants to hear of one job. Each call returns at once."""

    def receive(self, message: Message) -> None:
        """A message about the job, or about everybody."""

    def lose_socket(self) -> None:
        """Messages are missed from now on, until others come."""


class Conversation:
    """One open socket; a job goes by its `prompt_id`."""

    def __init__(self, connection: WebSocketConnection) -> None:
        self._connection = connection
        self.has_spoken = False
        """Whether anything ever came: a proxy may open sockets that lead nowhere."""

    @classmethod
    async def open(cls, settings: ServerSettings, client_id: str) -> Self:
        """Open a socket that hears of the jobs of `client_id`."""
        return cls(await WebSocketConnection.open(settings, f"/ws?clientId={client_id}"))

    async def begin(self) -> None:
        """Tell what this client understands."""
        await self._connection.send(FIRST_MESSAGE)

    async def drain(self, listeners: Mapping[str, Listener]) -> None:
        """Pass each message to its job's listener, and what names no job to all of them."""
        stream = MessageStream()
        async for frame in self._connection:
            self.has_spoken = True
            heard = stream.receive(frame)
            if heard is None:
                continue
            prompt_id, message = heard
            if prompt_id is None:
                for listener in tuple(listeners.values()):
                    listener.receive(message)
            elif prompt_id in listeners:
                listeners[prompt_id].receive(message)

    async def aclose(self) -> None:
        """Close, and wait until it is closed."""
        await self._connection.aclose()
