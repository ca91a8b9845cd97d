"""Who we are to an InvokeAI server: nobody, until it asks for a login."""

import asyncio
from collections.abc import Mapping
from time import monotonic

from tui.domain.errors import ServerError
from tui.domain.settings import ServerSettings
from tui.protocol.invokeai_answers import LoginAnswer
from tui.protocol.invokeai_errors import error_of, login_failed, said_in
from tui.transport.errors import decode_json_as
from tui.transport.http import HttpClient

_PATH = "/api/v1/auth/login"
_PAUSE = 60.0
"""Seconds."""

_REFRESHED = "X-Refreshed-Token"


class Login:
    """The token of one connection; it is asked for at the first 401 and kept fresh from then on."""

    def __init__(self, http: HttpClient, settings: ServerSettings) -> None:
        self._http = http
        self._settings = settings
        self._lock = asyncio.Lock()
        self._refusal: ServerError | None = None
        self._refused_at = 0.0
        self.token = ""

    @property
    def is_possible(self) -> bool:
        """Whether there is a name to log in with."""
        return self._settings.username is not None

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    async def renew(self, stale: str) -> None:
        """Log in, unless somebody else did since `stale` was sent. Raises `ServerRefusedError`.

        A name or password that was refused is not tried again for a while: each try costs the server half
        a second of computing, and a connection is looked at every few seconds.
        """
        async with self._lock:
            if self.token != stale:
                return
            if self._refusal is not None and monotonic() - self._refused_at < _PAUSE:
                raise self._refusal
            self.token = await self._log_in()

    def adopt(self, headers: Mapping[str, str]) -> None:
        """Take the younger token that an answer brings."""
        refreshed = headers.get(_REFRESHED, "")
        if refreshed and self.token:
            self.token = refreshed

    async def _log_in(self) -> str:
        password = self._settings.password
        body = {
            "email": self._settings.username or "",
            "password": password.reveal() if password else "",
            "remember_me": False,
        }
        response, answer = await self._http.exchange("POST", _PATH, json=body)
        if response.status_code in (401, 422):  # 422: the name is no e-mail address
            self._refusal, self._refused_at = login_failed(self._http.label, said_in(answer)), monotonic()
            raise self._refusal
        if not response.is_success:
            raise error_of(self._http.label, response.status_code, answer, _PATH)
        return decode_json_as(LoginAnswer, self._http.label, answer, _PATH).token
