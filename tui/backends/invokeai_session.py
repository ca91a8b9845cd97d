"""One way to one InvokeAI: HTTP client, login and socket, shared by the jobs that use them."""

from dataclasses import replace

from tui.backends.invokeai_api import InvokeAIApi
from tui.backends.invokeai_login import Login
from tui.backends.invokeai_pace import Pace
from tui.backends.invokeai_socket import Conversation, Listener
from tui.backends.kept_socket import KeptSocket
from tui.domain.settings import ServerSettings
from tui.transport.http import HttpClient


class Session:
    """Everything that one version of the settings opened."""

    def __init__(self, settings: ServerSettings, pace: Pace) -> None:
        # name and password are for its own login, not for basic authentication
        self._http = HttpClient(replace(settings, username=None, password=None))
        login = Login(self._http, settings)
        self.api = InvokeAIApi(self._http, login)
        self.socket: KeptSocket[Listener] = KeptSocket(lambda: Conversation.open(settings, login), pace)
        self.pace = pace

    async def aclose(self) -> None:
        """Close socket and connections."""
        await self.socket.aclose()
        await self._http.aclose()
