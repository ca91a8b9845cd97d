"""One graphics memory for two tenants: a language model and an image model on the same machine.

Off unless the settings say `hand_over_memory`. It never fails what it serves: a server that cannot let go of
its model, or does not answer, is left as it is, and the last such fault is kept in words.
"""

import asyncio
from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager, suppress
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

from tui.domain.errors import LatentuiError
from tui.domain.server import ConnectionState
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.broadcast import Broadcast, Subscription
from tui.services.connections import ConnectionsService
from tui.services.protocols import SettingsSource

_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_PATIENCE = 30.0
"""Seconds that a job waits for an answer to end, or for a server to let go."""


class HandoverService:
    """Asks the other tenant to let go of its model before a job and before an answer."""

    def __init__(self, settings: SettingsSource, connections: ConnectionsService) -> None:
        self._settings = settings
        self._connections = connections
        self._answers = 0
        self._is_quiet = asyncio.Event()
        self._is_quiet.set()
        self._emptied: set[str] = set()
        self._problems: Broadcast[LatentuiError] = Broadcast()
        self.problem: LatentuiError | None = None
        """Why a server did not let go, the last time one was asked."""

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Leave image servers as they were found: other programs use them too."""
        for name in tuple(self._emptied):
            await self._refill(name)
        self._problems.close()

    def problems(self) -> Subscription[LatentuiError]:
        """Why a server did not let go, each time that it is another reason than before; from now on."""
        return self._problems.subscribe()

    async def before_job(self, server: str) -> None:
        """Unload language models beside this image server; one that is answering may finish first."""
        if beside := self._beside(server, is_text=True):
            await self._until_quiet()
            if self._is_quiet.is_set():
                for name in beside:
                    await self._attempt(self._connections.text_backend(name).unload())
        await self._refill(server)

    async def _until_quiet(self) -> None:
        with suppress(TimeoutError):  # then the answer goes on, and the job takes what room there is
            await asyncio.wait_for(self._is_quiet.wait(), _PATIENCE)

    @asynccontextmanager
    async def answering(self, server: str) -> AsyncGenerator[None]:
        """Free the image servers beside this language server; while entered, its model stays loaded."""
        self._answers += 1
        self._is_quiet.clear()
        try:
            for name in self._beside(server, is_text=False):
                self._emptied.add(name)
                await self._attempt(self._connections.image_backend(name).free_memory())
            yield
        finally:
            self._answers -= 1
            if not self._answers:
                self._is_quiet.set()

    async def _refill(self, server: str) -> None:
        if server in self._emptied:
            self._emptied.discard(server)
            await self._attempt(self._connections.image_backend(server).take_memory())

    async def _attempt(self, deed: Awaitable[None]) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await deed
            self.problem = None
        except LatentuiError as error:
            self._note(error.sentence)
        except TimeoutError:
            self._note("A server did not answer in time.")

    def _note(self, reason: str) -> None:
        if self.problem is None or self.problem.advice != reason:
            self.problem = LatentuiError("Memory was not handed over.", reason)
            self._problems.publish(self.problem)

    def _beside(self, server: str, *, is_text: bool) -> tuple[str, ...]:
        """The servers of the other kind that answer on the same machine; none while the option is off."""
        here = self._server(server)
        if not self._settings.current.hand_over_memory or here is None:
            return ()
        others = (
            self._server(connection.server)
            for connection in self._connections.connections
            if connection.state in {ConnectionState.CONNECTED, ConnectionState.CONNECTING}
        )
        return tuple(
            other.name
            for other in others
            if other is not None
            and other.is_enabled
            and (other.kind is ServerKind.LMSTUDIO) is is_text
            and host_of(other.url) == host_of(here.url)
        )

    def _server(self, name: str) -> ServerSettings | None:
        try:
            return self._connections.backend(name).settings
        except LatentuiError:
            return None


def host_of(url: str) -> str:
    """The machine in an address; the names of this one are one name."""
    host = (urlsplit(url).hostname or "").lower()
    return "localhost" if host in _LOOPBACK else host
