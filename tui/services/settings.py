"""The settings: one place to read them, change them and follow them."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Mapping

from tui.domain.errors import SettingsError
from tui.domain.settings import ServerSettings, Settings
from tui.services.broadcast import Broadcast
from tui.storage.overrides import apply_environment
from tui.storage.paths import Paths
from tui.storage.settings_file import default_settings, read_settings


class SettingsService:
    """The settings in force: defaults, then the file, then the environment.

    A broken file is told in `problem` and left alone; the defaults hold meanwhile.
    """

    def __init__(self, paths: Paths, environment: Mapping[str, str] | None = None) -> None:
        self._paths = paths
        self._environment = os.environ if environment is None else environment
        self._broadcast: Broadcast[Settings] = Broadcast()
        self._writing = asyncio.Lock()
        self.problem: SettingsError | None = None
        """Why the file or the environment could not be used."""

        self._current = self._load()

    @property
    def current(self) -> Settings:
        """The settings in force now."""
        return self._current

    @property
    def paths(self) -> Paths:
        """Where everything lies."""
        return self._paths

    def events(self) -> AsyncIterator[Settings]:
        """The settings anew after every change."""
        return self._broadcast.subscribe()

    async def put_server(self, server: ServerSettings) -> None:
        """Add a server, or replace the one of its name."""
        from tui.storage.settings_writer import write_server  # tomlkit is only needed to write

        old = self._current.server(server.name)
        await self._write(lambda: write_server(self._paths.settings_file, old, server))

    async def remove_server(self, name: str) -> None:
        """Forget a server; one of the usual five is only switched off."""
        from tui.storage.settings_writer import remove_server

        await self._write(lambda: remove_server(self._paths.settings_file, name))

    async def change(self, **values: str | int | Mapping[str, str] | None) -> None:
        """Change settings that belong to no server, by their names in the file; None takes one out."""
        from tui.storage.settings_writer import write_values

        await self._write(lambda: write_values(self._paths.settings_file, values))

    async def _write(self, write: Callable[[], None]) -> None:
        async with self._writing:
            if self.problem is not None:
                raise SettingsError("The settings were not changed.", self.problem.sentence)
            await asyncio.to_thread(write)
            self._current = await asyncio.to_thread(self._load)
        self._broadcast.publish(self._current)

    def _load(self) -> Settings:
        self.problem = None
        try:
            return self._apply(read_settings(self._paths.settings_file, self._paths.pictures))
        except SettingsError as error:
            self.problem = error
        try:
            return self._apply(default_settings(self._paths.pictures))
        except SettingsError as error:  # the environment is at fault
            self.problem = error
            return default_settings(self._paths.pictures)

    def _apply(self, settings: Settings) -> Settings:
        return apply_environment(settings, self._environment)
