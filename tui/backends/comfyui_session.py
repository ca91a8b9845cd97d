"""One way to one ComfyUI: its HTTP client and its socket, shared by the jobs that use them."""

from tui.backends.comfyui_api import ComfyUIApi
from tui.backends.comfyui_pace import Pace
from tui.backends.comfyui_socket import Conversation, Listener
from tui.backends.kept_socket import KeptSocket
from tui.domain.settings import ServerSettings
from tui.transport.http import HttpClient


class Session:
    """Everything that one version of the settings opened."""

    def __init__(self, settings: ServerSettings, client_id: str, pace: Pace) -> None:
        self._http = HttpClient(settings)
        self.api = ComfyUIApi(self._http)
        self.socket: KeptSocket[Listener] = KeptSocket(lambda: Conversation.open(settings, client_id), pace)
        self.client_id = client_id
        self.pace = pace

    async def aclose(self) -> None:
        """Close socket and connections."""
        await self.socket.aclose()
        await self._http.aclose()
