"""Leaving an A1111 server in peace while it starts.

With its page it listens before its API is there, and a request in between ends it: "Cannot add middleware
after an application has started". So nothing is asked of a server that was away before it has listened for a
while; whether it listens is found out without a word.
"""

from time import monotonic
from typing import Any

import httpx

from tui.domain.errors import AnswerLostError, ServerStartingError, ServerUnreachableError
from tui.domain.settings import ServerSettings
from tui.transport.http import HttpClient, is_nearby
from tui.transport.listening import is_listening


class Arrival:
    """One server's coming and going, as far as the requests to it tell."""

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

    async def admit(self, settings: ServerSettings, label: str) -> None:
        """Let a request pass, unless the server was away: then only once it has listened for a while.

        Raises why it was away while it does not even listen, `ServerStartingError` while it is too early.
        """
        if self._away is None or not is_nearby(settings.url):
            return  # through a proxy, that there is a connection would tell nothing
        if not await is_listening(settings.url):
            self._listens_since = None
            raise self._away
        self._listens_since = self._listens_since or monotonic()
        left = self._listens_since + self._seconds - monotonic()
        if left > 0:
            raise ServerStartingError(f"{label} is starting.", "It is asked in a moment.", seconds=left)


class CarefulClient(HttpClient):
    """Requests to one A1111 server, held back while one could end its start."""

    def __init__(self, settings: ServerSettings, arrival: Arrival) -> None:
        super().__init__(settings)
        self._settings = settings
        self._arrival = arrival

    async def exchange(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, bytes]:
        """See `HttpClient`."""
        await self._arrival.admit(self._settings, self.label)
        try:
            answer = await super().exchange(method, path, **options)
        except AnswerLostError:
            raise
        except ServerUnreachableError as error:
            if not self.is_closed:
                self._arrival.note_away(error)
            raise
        self._arrival.note_there()
        return answer
