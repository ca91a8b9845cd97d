"""InvokeAI's socket, kept open while somebody listens, subscribed anew after every connect."""

import asyncio
from importlib import import_module
from typing import TYPE_CHECKING, Protocol

from tui.backends.invokeai_login import Login
from tui.backends.invokeai_pace import Pace
from tui.domain.errors import ServerError
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


class InvokeAISocket:
    """One socket for all jobs; it opens at the first listener and comes back by itself.

    A job is told apart by its destination, which we choose, so an event that overtakes the answer to its
    submission finds its listener all the same.
    """

    def __init__(self, settings: ServerSettings, login: Login, pace: Pace) -> None:
        self._settings = settings
        self._login = login
        self._pace = pace
        self._listeners: dict[str, Listener] = {}
        self._task: asyncio.Task[None] | None = None
        self._is_open = False
        self._tried = asyncio.Event()
        self._goodbye: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether messages can come."""
        return self._is_open

    def listen(self, destination: str, listener: Listener) -> None:
        """Send this job's messages to `listener` from now on."""
        self._listeners[destination] = listener
        if self._goodbye:
            self._goodbye.cancel()
            self._goodbye = None
        if self._task is None or self._task.done() or self._task.cancelling():
            self._task = asyncio.create_task(self._keep_open(self._task))

    def forget(self, destination: str) -> None:
        """Stop telling of this job; an unused socket closes a little later."""
        self._listeners.pop(destination, None)
        if not self._listeners and self._task and not self._goodbye:
            self._goodbye = asyncio.get_running_loop().call_later(self._pace.linger, self._task.cancel)

    async def ready(self) -> bool:
        """Wait until the socket is open, or an attempt failed; a job can do without."""
        try:
            async with asyncio.timeout(self._pace.opening):
                await self._tried.wait()
        except TimeoutError:
            return False
        return self.is_open

    async def aclose(self) -> None:
        """Close for good."""
        if self._goodbye:
            self._goodbye.cancel()
        if self._task:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _keep_open(self, previous: asyncio.Task[None] | None) -> None:
        if previous:  # first one gone, then the next
            await asyncio.wait((previous,))
        self._tried.clear()
        # socket.io and what it needs take a quarter of a second to import: off the loop, and only when used
        await asyncio.to_thread(import_module, "tui.transport.socketio")
        delay = self._pace.retry_first
        while True:
            has_heard = await self._connect_and_drain()
            delay = self._pace.retry_first if has_heard else min(delay * 2, self._pace.retry_most)
            await asyncio.sleep(delay)

    async def _connect_and_drain(self) -> bool:
        """Live through one connection; whether it ever opened."""
        from tui.transport.socketio import SocketIoConnection

        try:
            connection = await SocketIoConnection.open(self._settings, _PATH, self._login.token)
        except ServerError:
            self._tried.set()
            return False
        try:
            await self._drain(connection)
        except ServerError:
            return True
        finally:
            self._is_open = False
            self._tried.clear()
            for listener in tuple(self._listeners.values()):
                listener.lose_socket()
            await connection.aclose()
        return True

    async def _drain(self, connection: "SocketIoConnection") -> None:
        await connection.send(*SUBSCRIPTION)
        self._is_open = True
        self._tried.set()
        for listener in tuple(self._listeners.values()):
            listener.look_soon()  # nothing is repeated of what happened in between
        async for event, payload in connection:
            self._pass_on(event, payload)

    def _pass_on(self, event: str, payload: object) -> None:
        destination = destination_of(payload)
        if destination and destination not in self._listeners:
            return  # another client's: not worth decoding
        match heard(event, payload):
            case Heard(destination, message):
                self._listeners[destination].receive(message)
            case ItemsRemoved():
                for listener in tuple(self._listeners.values()):
                    listener.look_soon()
            case None:
                return
