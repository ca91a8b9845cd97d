"""The eye on one server: asks in the background how it is, more often when it matters."""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace

from tui.backends.base import Backend
from tui.domain.errors import (
    AnswerLostError,
    LatentuiError,
    ServerReplyError,
    ServerStartingError,
    ServerUnreachableError,
)
from tui.domain.server import Connection, ConnectionState, ServerStatus
from tui.domain.settings import ServerSettings
from tui.transport.http import is_nearby, label_of
from tui.transport.listening import is_listening

CHECK_SECONDS = 3.0
"""How long a server may take to say that it is there; twice as long after each silence."""

LONGEST_CHECK_SECONDS = 15.0

_NEARBY_PAUSE = 2.0
_FAR_PAUSE = 5.0
_LONGEST_PAUSE = 15.0
_LISTENING_PAUSE = 0.25
"""Between looks whether a nearby server that is away listens again: nothing is sent to it for that."""


@dataclass(frozen=True, slots=True)
class _Look:
    """One question of how a server is; looks may overlap."""

    number: int
    settings: ServerSettings


class ServerWatch:
    """One server's backend and the indicator that follows it. `run` looks until it is cancelled."""

    def __init__(self, backend: Backend, tell: Callable[[Connection], None]) -> None:
        self.backend = backend
        self.visit = 0
        """How often it came, came back, or came as another version: what was learned before is stale."""

        self.connection = connection_of(backend.settings, ConnectionState.CONNECTING)
        self._tell = tell
        self._soon = asyncio.Event()
        self._failures = 0
        self._patience = CHECK_SECONDS
        self._begun = 0
        self._ended = 0
        """The latest look whose answer counted."""

        self._starts_in = 0.0
        self._is_shut = False
        self._was_heard = False

    async def run(self) -> None:
        """Look, pause, look again; for ever."""
        while True:
            self._soon.clear()
            await self.look()
            await self._rest()

    async def run_again(self) -> None:
        """Go on after a fault of ours ended `run`: say so, and look again later."""
        fault = ServerReplyError(
            f"Latentui stumbled over an answer of {label_of(self.backend.settings)}.", "Its log says where."
        )
        self._not_reached(fault, self._new_look())
        await self._rest()
        await self.run()

    def look_soon(self) -> None:
        """Do not wait for the end of the pause."""
        self._soon.set()

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings, and look at once whether they lead anywhere."""
        await self.backend.configure(settings)
        self._failures, self._patience = 0, CHECK_SECONDS
        self._set(connection_of(settings, ConnectionState.CONNECTING))
        self.look_soon()

    async def look(self) -> Connection:
        """Ask once and return the indicator as it is then."""
        look, began = self._new_look(), time.perf_counter()
        self._starts_in, self._is_shut = 0.0, False
        try:
            async with asyncio.timeout(self._patience):
                status = await self.backend.connect()
        except TimeoutError:
            silent = ServerUnreachableError(
                f"{label_of(look.settings)} did not answer in time.",
                "It may be busy, or gone; it is asked again.",
            )
            self._not_reached(silent, look, may_be_busy=True)
            self._patience = min(self._patience * 2, LONGEST_CHECK_SECONDS)  # it may be far rather than gone
        except ServerStartingError as error:
            self._starts(error, look)
        except LatentuiError as error:
            self._not_reached(error, look)
        else:
            latency = time.perf_counter() - began
            self._patience = min(max(CHECK_SECONDS, latency * 2), LONGEST_CHECK_SECONDS)
            self._reached(status, latency, look)
        return self.connection

    def _new_look(self) -> _Look:
        self._begun += 1
        return _Look(self._begun, self.backend.settings)

    def _is_outdated(self, look: _Look) -> bool:
        """Whether it was about another address, or one that began later is over already."""
        if look.settings is not self.backend.settings or look.number < self._ended:
            return True
        self._ended = look.number
        return False

    def _reached(self, status: ServerStatus, latency: float, look: _Look) -> None:
        if self._is_outdated(look):
            return
        before = self.connection
        is_same = before.status is not None and before.status.version == status.version
        if before.state is not ConnectionState.CONNECTED or not is_same:
            self.visit += 1
        self._failures, self._was_heard = 0, False
        connected = connection_of(look.settings, ConnectionState.CONNECTED)
        self._set(replace(connected, status=status, latency=latency, reached_at=time.time()))

    def _starts(self, error: ServerStartingError, look: _Look) -> None:
        if self._is_outdated(look):
            return
        self._starts_in = error.seconds
        self._set(
            replace(
                connection_of(look.settings, ConnectionState.CONNECTING),
                error_title=error.title,
                error_advice=error.advice,
                reached_at=self.connection.reached_at,
            )
        )

    def _not_reached(self, error: LatentuiError, look: _Look, *, may_be_busy: bool = False) -> None:
        if self._is_outdated(look):
            return
        self._failures += 1
        is_gone = isinstance(error, ServerUnreachableError) and not isinstance(error, AnswerLostError)
        self._is_shut = is_gone and not may_be_busy
        if may_be_busy and self._failures == 1 and self.connection.state is ConnectionState.CONNECTED:
            self.look_soon()  # one silence is no death: servers stall while they load a model
            return
        unreachable = connection_of(look.settings, ConnectionState.UNREACHABLE)
        self._set(
            replace(
                unreachable,
                error_title=error.title,
                error_advice=error.advice,
                reached_at=self.connection.reached_at,
            )
        )

    def _set(self, connection: Connection) -> None:
        if connection != self.connection:
            self.connection = connection
            self._tell(connection)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(self._pause()):
                await self._until_it_matters()
        except TimeoutError:
            return

    async def _until_it_matters(self) -> None:
        """Until a look is asked for, or a server that was shut begins to listen."""
        url = self.backend.settings.url
        while self._is_shut and is_nearby(url) and not self._soon.is_set():
            listens, was_heard = await is_listening(url), self._was_heard
            self._was_heard = listens
            if listens and not was_heard:
                return
            if listens:
                break  # it does not answer all the same: that it listens tells nothing
            with suppress(TimeoutError):
                async with asyncio.timeout(_LISTENING_PAUSE):
                    await self._soon.wait()
        await self._soon.wait()

    def _pause(self) -> float:
        nearby = is_nearby(self.backend.settings.url)
        if self._starts_in:
            return self._starts_in
        if self._failures == 0:
            return _NEARBY_PAUSE if nearby else _FAR_PAUSE
        return min(2.0 ** (self._failures - 1), _NEARBY_PAUSE if nearby else _LONGEST_PAUSE)


def connection_of(settings: ServerSettings, state: ConnectionState) -> Connection:
    """An indicator that knows nothing yet."""
    return Connection(server=settings.name, kind=settings.kind.value, state=state)
