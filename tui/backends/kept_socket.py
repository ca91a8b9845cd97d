"""One socket to a server, kept open while somebody listens, and drained without waiting for anybody."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Generic, Protocol, TypeVar

from tui.domain.errors import ServerError


class Listener(Protocol):
    """Who wants to hear of one job. Each call returns at once."""

    def lose_socket(self) -> None:
        """Messages are missed from now on, until others come."""


L = TypeVar("L", bound=Listener)
Heard = TypeVar("Heard", bound=Listener, contravariant=True)


class Conversation(Protocol[Heard]):
    """An open socket on which the server's own protocol is spoken. Raises `ServerError` when it breaks."""

    @property
    def has_spoken(self) -> bool:
        """Whether the server is really there: only then is a lost socket opened again without delay."""
        ...

    async def begin(self) -> None:
        """Say what has to be said first."""

    async def drain(self, listeners: Mapping[str, Heard]) -> None:
        """Pass on what comes to whom it concerns, for as long as the socket lasts."""

    async def aclose(self) -> None:
        """Close, and wait until it is closed."""


class Pace(Protocol):
    """How long is waited for what, in seconds."""

    @property
    def opening(self) -> float:
        """For the socket, before a job is sent without one."""
        ...

    @property
    def retry_first(self) -> float:
        """Before the second attempt to open it; doubles from there."""
        ...

    @property
    def retry_most(self) -> float:
        """Between later attempts."""
        ...

    @property
    def linger(self) -> float:
        """Before it is closed when nobody listens."""
        ...


class KeptSocket(Generic[L]):
    """One socket for all jobs; it opens at the first listener and comes back by itself."""

    def __init__(self, converse: Callable[[], Awaitable[Conversation[L]]], pace: Pace) -> None:
        self._converse = converse
        self._pace = pace
        self._listeners: dict[str, L] = {}
        self._task: asyncio.Task[None] | None = None
        self._conversation: Conversation[L] | None = None
        self._tried = asyncio.Event()
        self._hurried = asyncio.Event()
        self._goodbye: asyncio.TimerHandle | None = None

    @property
    def is_open(self) -> bool:
        """Whether messages can come."""
        return self._conversation is not None

    def listen(self, job: str, listener: L) -> None:
        """Send this job's messages to `listener` from now on; `job` is what the server calls it."""
        self._listeners[job] = listener
        if self._goodbye:
            self._goodbye.cancel()
            self._goodbye = None
        if self._task is None or self._task.done() or self._task.cancelling():
            self._task = asyncio.create_task(self._keep_open(self._task))

    def forget(self, job: str, listener: L) -> None:
        """Stop telling this listener of the job; an unused socket closes a little later."""
        if self._listeners.get(job) is listener:
            del self._listeners[job]
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
        if self._conversation:
            await self._conversation.aclose()

    async def aclose(self) -> None:
        """Close for good."""
        if self._goodbye:
            self._goodbye.cancel()
        if self._task:
            self._task.cancel()
            await asyncio.wait((self._task,))

    async def _keep_open(self, previous: asyncio.Task[None] | None) -> None:
        # when an older socket closes, ComfyUI forgets the newer one of the same client
        # (https://github.com/Comfy-Org/ComfyUI/issues/16010): first one gone, then the next
        if previous:
            await asyncio.wait((previous,))
        self._tried.clear()
        delay = self._pace.retry_first
        while True:
            has_spoken = await self._live()
            delay = self._pace.retry_first if has_spoken else min(delay * 2, self._pace.retry_most)
            await self._rest(delay)

    async def _rest(self, seconds: float) -> None:
        """Before the next attempt; less when somebody hurries."""
        self._hurried.clear()
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._hurried.wait()

    async def _live(self) -> bool:
        """Live through one socket; whether the server ever spoke on it."""
        try:
            conversation = await self._converse()
        except ServerError:
            self._tried.set()
            return False
        try:
            await conversation.begin()
            self._conversation = conversation
            self._tried.set()
            await conversation.drain(self._listeners)
        except ServerError:
            return conversation.has_spoken
        finally:
            self._conversation = None
            self._tried.clear()
            for listener in tuple(self._listeners.values()):
                listener.lose_socket()
            await conversation.aclose()
        return conversation.has_spoken
