"""One way to one Fooocus-API: its connection, what it offers, and which of its jobs are ours."""

import asyncio

from tui.backends.fooocus_api import FooocusApi
from tui.backends.fooocus_pace import Pace
from tui.domain.settings import ServerSettings
from tui.protocol.fooocus_offer import Offer


class Session:
    """Everything that one version of the settings opened."""

    def __init__(self, settings: ServerSettings, pace: Pace) -> None:
        self.api = FooocusApi(settings, pace.answer)
        self.pace = pace
        self.claimed: set[str] = set()
        """The server's ids of jobs that are known to be this program's."""

        self.known_offer: Offer | None = None
        self._asking = asyncio.Lock()

    async def offer(self) -> Offer:
        """What the server offers; asked once."""
        async with self._asking:
            if self.known_offer is None:
                self.known_offer = await self.api.offer()
            return self.known_offer

    def forget(self) -> None:
        """The server was away: it may come back as another release."""
        self.known_offer = None

    async def aclose(self) -> None:
        """Close the connections."""
        await self.api.aclose()
