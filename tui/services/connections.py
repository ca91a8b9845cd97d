"""Every server that is switched on: its backend, and whether it answers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

from tui.backends.base import Backend, ImageBackend, TextBackend
from tui.backends.registry import load_backend, open_backend
from tui.domain.errors import InputError, LatentuiError, SettingsError
from tui.domain.server import Connection, ConnectionState
from tui.domain.settings import ServerSettings, Settings
from tui.services.broadcast import Broadcast
from tui.services.discovery import discover
from tui.services.protocols import SettingsSource
from tui.services.tasks import BackgroundTasks
from tui.services.watch import ServerWatch, connection_of


class ConnectionsService:
    """One backend and one background check per enabled server; follows the settings while running.

    `watches` false: a server is opened and looked at only once somebody asks for it.
    """

    def __init__(
        self,
        settings: SettingsSource,
        *,
        watches: bool = True,
        opener: Callable[[ServerSettings], Backend] = open_backend,
    ) -> None:
        self._settings = settings
        self._opener = opener
        self._watches_all = watches
        self._added: dict[str, ServerSettings] = {}
        self._watches: dict[str, ServerWatch] = {}
        self._looks: dict[str, asyncio.Task[Any]] = {}
        self._broken: dict[str, Connection] = {}
        self._broadcast: Broadcast[Connection] = Broadcast(lambda connection: connection.server)
        self._tasks = BackgroundTasks()
        self._is_open = False

    async def __aenter__(self) -> Self:
        self._is_open = True
        events = self._settings.events()
        await self._follow(self._settings.current)
        self._tasks.start(self._listen(events), name="settings follower")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_open = False
        await self._tasks.aclose()
        await asyncio.gather(*(watch.backend.disconnect() for watch in self._watches.values()))
        self._watches.clear()
        self._broadcast.close()

    @property
    def connections(self) -> tuple[Connection, ...]:
        """One indicator per server, in the order of the settings; servers of this run last."""
        return tuple(self.connection(server.name) for server in self._servers())

    @property
    def names_of_enabled(self) -> tuple[str, ...]:
        """The servers that are on, whether they answer or not."""
        return tuple(server.name for server in self._servers() if server.is_enabled)

    def connection(self, name: str) -> Connection:
        """The indicator of one server; raises InputError for an unknown name."""
        if watch := self._watches.get(name):
            return watch.connection
        if broken := self._broken.get(name):
            return broken
        server = self._server(name)
        return connection_of(server, ConnectionState.CONNECTING if server.is_enabled else ConnectionState.OFF)

    def visit(self, name: str) -> int:
        """A number that changes whenever what was learned from the server may be stale; 0: never reached."""
        watch = self._watches.get(name)
        return watch.visit if watch else 0

    def backend(self, name: str) -> Backend:
        """The backend of a server that is on; raises InputError otherwise."""
        if name not in self._watches and name not in self._broken:
            server = self._server(name)
            if not server.is_enabled or not self._is_open:
                raise InputError(f"The server {name} is switched off.", "Switch it on in the settings.")
            self._open(server)
        if broken := self._broken.get(name):
            raise SettingsError(broken.error_title, broken.error_advice)
        return self._watches[name].backend

    def image_backend(self, name: str) -> ImageBackend:
        """The backend of a server that makes pictures."""
        backend = self.backend(name)
        if isinstance(backend, ImageBackend):
            return backend
        raise InputError(f"The server {name} writes text, it makes no pictures.", "Choose another server.")

    def text_backend(self, name: str) -> TextBackend:
        """The backend of a server that writes text."""
        backend = self.backend(name)
        if isinstance(backend, TextBackend):
            return backend
        raise InputError(f"The server {name} makes pictures, it writes no text.", "Choose another server.")

    def check_soon(self, name: str) -> None:
        """Look at the server now rather than after the pause; an unknown name is nothing to look at."""
        if watch := self._watches.get(name):
            watch.look_soon()
            self._start(watch)

    async def check(self, name: str) -> Connection:
        """Look at the server now and say how it is; raises InputError when it is unknown or switched off."""
        self.backend(name)
        return await self._watches[name].look()

    def events(self) -> AsyncIterator[Connection]:
        """Every change of an indicator; of one server only the latest waits."""
        return self._broadcast.subscribe()

    async def wait_until_connected(self, name: str) -> None:
        """Return once the server answers; raises InputError when it is unknown or switched off."""
        events = self.events()
        self.backend(name)
        if self.connection(name).state is ConnectionState.CONNECTED:
            return
        self.check_soon(name)
        async for connection in events:
            if connection.server == name and connection.state is ConnectionState.CONNECTED:
                return
            self.backend(name)

    async def discover(self) -> tuple[ServerSettings, ...]:
        """Look once at the default addresses on this machine; nothing is switched on by it."""
        return await discover(self._settings.current.servers)

    def add(self, server: ServerSettings) -> None:
        """Use a server for this run only. It takes the place of one of the same name."""
        server = replace(server, is_enabled=True)
        self._added[server.name] = server
        if watch := self._watches.get(server.name):
            self._tasks.start(self._change(watch, server), name=f"settings of {server.name}")
        elif self._is_open and self._watches_all:
            self._open(server)

    def _servers(self) -> tuple[ServerSettings, ...]:
        listed = [s for s in self._settings.current.servers if s.name not in self._added]
        return (*listed, *self._added.values())

    def _server(self, name: str) -> ServerSettings:
        servers = self._servers()
        found = next((server for server in servers if server.name == name), None)
        if found is None:
            known = ", ".join(server.name for server in servers) or "none"
            raise InputError(f"There is no server called {name}.", f"Known servers: {known}.")
        return found

    async def _listen(self, events: AsyncIterator[Settings]) -> None:
        async for settings in events:
            await self._follow(settings)

    async def _follow(self, settings: Settings) -> None:
        wanted = {s.name: s for s in (*settings.servers, *self._added.values()) if s.is_enabled}
        for name in self._watches.keys() - wanted.keys():
            await self._close(name)
        for name in self._broken.keys() - wanted.keys():
            del self._broken[name]
        for name, server in wanted.items():
            if self._watches_all and name not in self._watches:
                await self._load(server)
            watch = self._watches.get(name)
            if watch is None:
                self._open_if_watched(server)
            elif watch.backend.settings != server:
                await self._change(watch, server)

    async def _load(self, server: ServerSettings) -> None:
        with suppress(SettingsError):  # which opening it says again, where it is shown
            await asyncio.to_thread(load_backend, server.kind)

    def _open_if_watched(self, server: ServerSettings) -> None:
        self._broken.pop(server.name, None)
        if self._watches_all:
            self._open(server)

    def _open(self, server: ServerSettings) -> None:
        self._broken.pop(server.name, None)
        try:
            backend = self._opener(server)
        except LatentuiError as error:
            self._broken[server.name] = replace(
                connection_of(server, ConnectionState.UNREACHABLE),
                error_title=error.title,
                error_advice=error.advice,
            )
            self._broadcast.publish(self._broken[server.name])
            return
        watch = ServerWatch(backend, self._broadcast.publish)
        self._watches[server.name] = watch
        self._broadcast.publish(watch.connection)
        if self._watches_all:
            self._start(watch)

    def _start(self, watch: ServerWatch) -> None:
        name = watch.backend.settings.name
        if self._is_open and name not in self._looks:
            self._look_on(watch, watch.run())

    def _look_on(self, watch: ServerWatch, work: Coroutine[Any, Any, None]) -> None:
        name = watch.backend.settings.name
        task = self._looks[name] = self._tasks.start(work, name=f"watch of {name}")
        task.add_done_callback(lambda ended: self._look_again(watch, ended))

    def _look_again(self, watch: ServerWatch, ended: asyncio.Task[Any]) -> None:
        # a fault of ours was told to the loop's handler; the server is watched on
        if not ended.cancelled() and self._is_open:
            self._look_on(watch, watch.run_again())

    async def _change(self, watch: ServerWatch, server: ServerSettings) -> None:
        if watch.backend.settings.kind is not server.kind:
            await self._close(server.name)
            self._open(server)
            return
        try:
            await watch.configure(server)
        except LatentuiError:
            await self._close(server.name)
            self._open(server)  # which says what is wrong with the settings

    async def _close(self, name: str) -> None:
        watch = self._watches.pop(name)
        if look := self._looks.pop(name, None):
            look.cancel()
        await watch.backend.disconnect()
        off = replace(watch.connection, state=ConnectionState.OFF, status=None, latency=None)
        self._broadcast.publish(off)
