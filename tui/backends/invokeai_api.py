"""InvokeAI's HTTP endpoints, one method each."""

from collections.abc import AsyncIterator
from typing import Any, TypeVar
from urllib.parse import quote

import httpx
import msgspec

from tui.backends.invokeai_login import Login
from tui.domain.errors import NotFoundError, RequestRejectedError, ServerError
from tui.domain.job import OutputImage
from tui.protocol.invokeai_answers import (
    CancelledAnswer,
    Device,
    EnqueueAnswer,
    QueueItem,
    QueueStatus,
    UploadAnswer,
    VersionAnswer,
)
from tui.protocol.invokeai_errors import error_of
from tui.protocol.invokeai_models import Model, ModelList
from tui.transport.errors import decode_json_as
from tui.transport.http import MAXIMUM_ERROR, MAXIMUM_FILE, HttpClient

T = TypeVar("T")

_QUEUE = "/api/v1/queue/default"


class InvokeAIApi:
    """Requests to one InvokeAI; every method raises our errors only.

    A path that the server does not know answers 200 with its web page, so every answer is decoded.
    """

    def __init__(self, http: HttpClient, login: Login) -> None:
        self._http = http
        self._login = login

    @property
    def label(self) -> str:
        """How the server is called in sentences."""
        return self._http.label

    @property
    def is_closed(self) -> bool:
        """Whether it was let go of here; nothing more can be asked."""
        return self._http.is_closed

    async def version(self) -> str:
        """Which InvokeAI it is; needs no login."""
        return (await self._get(VersionAnswer, "/api/v1/app/version")).version

    async def device(self) -> str:
        """What it computes on; empty where it does not tell (before 6.14)."""
        try:
            devices = await self._get(tuple[Device, ...], "/api/v1/app/generation_device_options")
        except ServerError:
            return ""
        return ", ".join(device.name or device.device for device in devices)

    async def queue(self) -> QueueStatus:
        """How busy it is, and whether it is paused."""
        return await self._get(QueueStatus, f"{_QUEUE}/status")

    async def can_read_next(self) -> bool:
        """Whether the next item can be read. One that cannot holds up all others."""
        response, _ = await self._exchange("GET", f"{_QUEUE}/next")
        return response.status_code < 500

    async def models(self) -> tuple[Model, ...]:
        """Everything its model manager has."""
        return (await self._get(ModelList, "/api/v2/models/")).models

    async def empty_cache(self) -> None:
        """Let it drop the models that nothing uses. Raises NotFoundError where it has no such route."""
        path = "/api/v2/models/empty_model_cache"
        response, answer = await self._exchange("POST", path)
        if not response.is_success:
            raise error_of(self.label, response.status_code, answer, path)

    async def item(self, item_id: int) -> QueueItem | None:
        """An item, over or not; None when the server has none of this number."""
        try:
            return await self._get(QueueItem, f"{_QUEUE}/i/{item_id}")
        except NotFoundError:
            return None

    async def items_for(self, destination: str) -> tuple[QueueItem, ...]:
        """The items that were enqueued for a destination."""
        return await self._get(tuple[QueueItem, ...], f"{_QUEUE}/list_all", destination=destination)

    async def enqueue(self, body: dict[str, object]) -> EnqueueAnswer:
        """Queue a job."""
        return await self._send(EnqueueAnswer, "POST", f"{_QUEUE}/enqueue_batch", **_json(body))

    async def cancel(self, item_id: int) -> None:
        """Stop or drop exactly this item; nothing happens to one that is over or gone."""
        path = f"{_QUEUE}/i/{item_id}/cancel"
        response, answer = await self._exchange("PUT", path)
        if not response.is_success and response.status_code != 404:
            raise error_of(self.label, response.status_code, answer, path)

    async def cancel_for(self, destination: str) -> int:
        """Stop or drop what was enqueued for a destination; how many that were."""
        path = f"{_QUEUE}/cancel_by_destination"
        return (await self._send(CancelledAnswer, "PUT", path, params={"destination": destination})).canceled

    async def upload(self, data: bytes, name: str = "picture.png") -> str:
        """Put a PNG among the intermediate pictures; its name there."""
        path = "/api/v1/images/upload"
        params = {"image_category": "user", "is_intermediate": "true"}
        files = {"file": (name, data, "image/png")}
        return (await self._send(UploadAnswer, "POST", path, params=params, files=files)).image_name

    async def full(self, output: OutputImage) -> AsyncIterator[bytes]:
        """The bytes of a picture."""
        path = f"/api/v1/images/i/{quote(output.filename, safe='')}/full"
        token = self._login.token
        for may_renew in (self._login.is_possible, False):
            async with self._http.open("GET", path, headers=self._login.headers) as response:
                if response.is_success:
                    if not response.headers.get("Content-Type", "").startswith("image/"):
                        raise _picture_is_gone(self.label, output)  # its web page, as for any unknown path
                    async for piece in self._http.pieces(response, MAXIMUM_FILE):
                        yield piece
                    return
                if response.status_code == 404:
                    raise _picture_is_gone(self.label, output)
                if response.status_code != 401 or not may_renew:
                    body = b"".join([piece async for piece in self._http.pieces(response, MAXIMUM_ERROR)])
                    raise error_of(self.label, response.status_code, body, path)
            await self._login.renew(token)

    async def _get(self, kind: type[T], path: str, **query: str) -> T:
        return await self._send(kind, "GET", path, params=query or None)

    async def _send(self, kind: type[T], method: str, path: str, **options: Any) -> T:
        response, answer = await self._exchange(method, path, **options)
        if not response.is_success:
            raise error_of(self.label, response.status_code, answer, path)
        return decode_json_as(kind, self.label, answer, path)

    async def _exchange(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, bytes]:
        """Send; log in and send once more if the server asks for it. A 401 means that nothing was done."""
        headers = options.pop("headers", {})
        token = self._login.token
        response, answer = await self._http.exchange(
            method, path, headers={**headers, **self._login.headers}, **options
        )
        if response.status_code == 401 and self._login.is_possible:
            await self._login.renew(token)
            response, answer = await self._http.exchange(
                method, path, headers={**headers, **self._login.headers}, **options
            )
        self._login.adopt(response.headers)
        return response, answer


def _json(body: object) -> dict[str, Any]:
    return {"content": msgspec.json.encode(body), "headers": {"Content-Type": "application/json"}}


def _picture_is_gone(label: str, output: OutputImage) -> RequestRejectedError:
    return RequestRejectedError(
        f"{label} no longer has the picture {output.filename}.", "Somebody deleted it there."
    )
