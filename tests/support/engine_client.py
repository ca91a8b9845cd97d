"""A bare client of ComfyUI's protocol, for tests that look at the embedded engine from outside."""

import asyncio
import json
import uuid
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any, Self

import aiohttp

FLAGS = '{"type": "feature_flags", "data": {"supports_preview_metadata": true}}'


class Listener:
    """One socket: keeps what arrives, in order; text decoded, binary as bytes."""

    def __init__(self, http: aiohttp.ClientSession, url: str, client_id: str, flags: bool) -> None:
        self.http = http
        self.url = url
        self.client_id = client_id
        self.received: list[Any] = []
        self.is_closed = False
        self._flags = flags
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        self.socket = await self.http.ws_connect(f"{self.url}/ws?clientId={self.client_id}", max_msg_size=0)
        if self._flags:
            await self.socket.send_str(FLAGS)
        self._reader = asyncio.create_task(self._read())
        await self.until(lambda: len(self.received) >= 1 + self._flags)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.socket.close()
        await self._reader

    async def _read(self) -> None:
        async for message in self.socket:
            is_text = message.type is aiohttp.WSMsgType.TEXT
            async with self._news:
                self.received.append(json.loads(message.data) if is_text else message.data)
                self._news.notify_all()
        async with self._news:
            self.is_closed = True
            self._news.notify_all()

    async def until(self, condition: Any, seconds: float = 20) -> None:
        async with asyncio.timeout(seconds), self._news:
            await self._news.wait_for(condition)

    async def submit(self, graph: dict[str, Any], **fields: Any) -> str:
        """Post a graph as this client and return its id."""
        body = {"prompt": graph, "client_id": self.client_id, **fields}
        async with self.http.post(f"{self.url}/prompt", json=body) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer["prompt_id"]

    async def until_over(self, prompt_id: str) -> dict[str, Any]:
        """Wait for the last event of a job and return its history."""
        last = {"type": "executing", "data": {"node": None, "prompt_id": prompt_id}}
        await self.until(lambda: last in self.received)
        return (await self.get(f"/history/{prompt_id}"))[prompt_id]

    async def run(self, graph: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """Run a graph to its end and return its history."""
        return await self.until_over(await self.submit(graph, **fields))

    async def until_message(self, kind: str, **data: Any) -> dict[str, Any]:
        """Wait for a message of this type whose data has these values."""
        found: list[dict[str, Any]] = []

        def is_there() -> bool:
            found[:] = [message for message in self.messages(kind) if data.items() <= message.items()]
            return bool(found)

        await self.until(is_there)
        return found[0]

    def messages(self, kind: str) -> list[dict[str, Any]]:
        """The data of every message of this type so far."""
        texts = [message for message in self.received if isinstance(message, dict)]
        return [message["data"] for message in texts if message["type"] == kind]

    def frames(self) -> list[bytes]:
        """Every binary frame so far."""
        return [message for message in self.received if isinstance(message, bytes)]

    async def get(self, path: str) -> Any:
        async with self.http.get(f"{self.url}{path}") as response:
            assert response.status == 200, await response.text()
            return await response.json()

    async def post(self, path: str, body: Any = None) -> Any:
        async with self.http.post(f"{self.url}{path}", json=body) as response:
            assert response.status == 200, await response.text()
            text = await response.text()
            return json.loads(text) if text else None

    async def picture(self, image: dict[str, str]) -> bytes:
        """The bytes of an output."""
        async with self.http.get(f"{self.url}/view", params=image) as response:
            assert response.status == 200
            return await response.read()


@asynccontextmanager
async def listening(
    url: str, flags: bool = True, client_id: str | None = None
) -> AsyncGenerator[Listener, None]:
    """A client with an open socket."""
    client_id = client_id or str(uuid.uuid4())
    async with aiohttp.ClientSession() as http, Listener(http, url, client_id, flags) as listener:
        yield listener


def images(entry: dict[str, Any]) -> list[dict[str, str]]:
    """All pictures of a history entry."""
    return [image for output in entry["outputs"].values() for image in output.get("images", [])]
