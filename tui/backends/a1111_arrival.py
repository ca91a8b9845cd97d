"""Leaving an A1111 server in peace while it starts.

With its page it listens before its API is there, and a request in between ends it: "Cannot add middleware
after an application has started". So nobody asks a server that was away before it has listened for a while.
"""

import asyncio
from time import monotonic

from tui.domain.errors import ServerUnreachableError
from tui.transport.http import is_nearby
from tui.transport.listening import is_listening


class Arrival:
    """One server's coming and going, as far as looks at it tell."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._away: ServerUnreachableError | None = None
        self._listens_since: float | None = None

    def note_away(self, error: ServerUnreachableError) -> None:
        """It did not answer."""
        self._away, self._listens_since = error, None

    def note_there(self) -> None:
        """It answered."""
        self._away = self._listens_since = None

    async def wait(self, url: str) -> None:
        """Let a server that was away come up. Raises why it was away, while it does not even listen."""
        if self._away is None or not is_nearby(url):
            return  # through a proxy, that there is a connection would tell nothing
        if not await is_listening(url):
            self._listens_since = None
            raise self._away
        self._listens_since = self._listens_since or monotonic()
        await asyncio.sleep(max(self._listens_since + self._seconds - monotonic(), 0.0))
