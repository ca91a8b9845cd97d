"""What is said and heard on InvokeAI's socket, and which job it concerns."""

import asyncio
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Protocol, Self

from tui.backends.invokeai_login import Login
from tui.domain.settings import ServerSettings
from tui.protocol.invokeai_messages import (
    SUBSCRIPTION,
    Heard,
    ItemsRemoved,
    Message,
    destination_of,
    heard,
)

if TYPE_CHECKING:
    from tui.transport.socketio import SocketIoConnection

_PATH = "/ws/socket.io"


class Listener(Protocol):
    """Who wants to hear of one job. Each call returns at once."""

    def receive(self, message: Message) -> None:
        """A message about the job."""

    def look_soon(self) -> None:
        """Something happened that only the server can tell more about."""

    def lose_socket(self) -> None:
        """Messages are missed from now on, until others come."""


class Conversation:
    """One open socket; a job goes by its destination.

    That one we choose, so an event that overtakes the answer to a submission finds its listener all the same.
    """

    has_spoken = True
    """Opening it takes a word from the server."""

    def __init__(self, connection: "SocketIoConnection") -> None:
        self._connection = connection

    @classmethod
    async def open(cls, settings: ServerSettings, login: Login) -> Self:
        """Open a socket for the one who is logged in."""
        # socket.io and what it needs take a quarter of a second to import: off the loop, and only when used
        await asyncio.to_thread(import_module, "tui.transport.socketio")
        from tui.transport.socketio import SocketIoConnection

        return cls(await SocketIoConnection.open(settings, _PATH, login.token))

    async def begin(self) -> None:
        """Subscribe: after every connect anew."""
        await self._connection.send(*SUBSCRIPTION)

    async def drain(self, listeners: Mapping[str, Listener]) -> None:
        """Pass each event to its job's listener; who was there before the socket looks for itself."""
        _look_all(listeners)  # nothing is repeated of what happened in between
        async for event, payload in self._connection:
            destination = destination_of(payload)
            if destination and destination not in listeners:
                continue  # another client's: not worth decoding
            match heard(event, payload):
                case Heard(destination, message):
                    listeners[destination].receive(message)
                case ItemsRemoved():
                    _look_all(listeners)
                case None:
                    continue

    async def aclose(self) -> None:
        """Close the socket."""
        await self._connection.aclose()


def _look_all(listeners: Mapping[str, Listener]) -> None:
    for listener in tuple(listeners.values()):
        listener.look_soon()
