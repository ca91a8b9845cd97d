"""ComfyUI's socket, kept open while somebody listens, and drained without waiting for anybody."""

import asyncio
from contextlib import suppress
from typing import Protocol

from tui.backends.comfyui_pace import Pace
from tui.domain.errors import ServerError
from tui.domain.settings import ServerSettings
from tui.protocol.comfyui_messages import FIRST_MESSAGE, Message, MessageStream
from tui.transport.websocket import WebSocketConnection


class Listener(Protocol):
    """Who wants to hear of one job. Each call returns at once."""

    def receive(self, message: Message) -> None:
        """A message about the job, or about everybody."""

    def lose_socket(self) -> None:
        """Messages are missed from now on, until others come."""


class ComfyUISocket:
    """One socket for all jobs; it opens at the first listener and comes back by itself."""

    def __init__(self, settings: ServerSettings, client_id: str, pace: Pace) -> None:
        self._settings = settings
        self._path = f"/ws?clientId={client_id}"
        self._pace = pace
        self._listeners: dict[str, Listener] = {}
        self._task: asyncio.Task[None] | None = None
        self._connection: WebSocketConnection | None = None
        self._tried = asyncio.Event()
        self._hurried = asyncio.Event()
        self._goodbye: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether messages can come."""
        return self._connection is not None

    def listen(self, prompt_id: str, listener: Listener) -> None:
        """Send this job's messages to `listener` from now on."""
        self._listeners[prompt_id] = listener
        if self._goodbye:
            self._goodbye.cancel()
            self._goodbye = None
        if self._task is None or self._task.done() or self._task.cancelling():
            self._task = asyncio.create_task(self._keep_open(self._task))

    def forget(self, prompt_id: str, listener: Listener) -> None:
        """Stop telling this listener of the job; an unused socket closes a little later."""
        if self._listeners.get(prompt_id) is listener:
            del self._listeners[prompt_id]
        if not self._listeners and self._task and not self._goodbye:
            self._goodbye = asyncio.get_running_loop().call_later(self._pace.linger, self._task.cancel)

    async def ready(self) -> bool:
        """Wait until the socket is open, or another attempt failed; a job can do without."""
        if not self.is_open:
            self._tried.clear()
            self.hurry()
        try:
            async with asyncio.timeout(self._pace.opening):
                await self._tried.wait()
        except TimeoutError:
            return False
        return self.is_open

    def hurry(self) -> None:
        """The server answers: try at once to open the socket, if it is closed."""
        self._hurried.set()

    async def reopen(self) -> None:
        """Close the socket, wait until it is closed, and let it open again: it may be open and deaf."""
        if self._connection:
            await self._connection.aclose()

    async def aclose(self) -> None:
        """Close for good."""
        if self._goodbye:
            self._goodbye.cancel()
        if self._task:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _keep_open(self, previous: asyncio.Task[None] | None) -> None:
        # when an older socket closes, the server forgets the newer one of the same client
        # (https://github.com/Comfy-Org/ComfyUI/issues/16010): first one gone, then the next
        if previous:
            await asyncio.wait((previous,))
        self._tried.clear()
        delay = self._pace.retry_first
        while True:
            has_heard = await self._connect_and_drain()
            delay = self._pace.retry_first if has_heard else min(delay * 2, self._pace.retry_most)
            await self._rest(delay)

    async def _rest(self, seconds: float) -> None:
        """Before the next attempt; less when somebody hurries."""
        self._hurried.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurried.wait()

    async def _connect_and_drain(self) -> bool:
        """Live through one connection; whether it ever spoke."""
        has_heard = False
        try:
            connection = await WebSocketConnection.open(self._settings, self._path)
        except ServerError:
            self._tried.set()
            return False
        try:
            await connection.send(FIRST_MESSAGE)
            self._connection = connection
            self._tried.set()
            stream = MessageStream()
            async for frame in connection:
                has_heard = True
                self._pass_on(stream.receive(frame))
        except ServerError:
            return has_heard
        finally:
            self._connection = None
            self._tried.clear()
            for listener in tuple(self._listeners.values()):
                listener.lose_socket()
            await connection.aclose()
        return has_heard

    def _pass_on(self, heard: tuple[str | None, Message] | None) -> None:
        if heard is None:
            return
        prompt_id, message = heard
        if prompt_id is None:
            for listener in tuple(self._listeners.values()):
                listener.receive(message)
        elif prompt_id in self._listeners:
            self._listeners[prompt_id].receive(message)
