"""ComfyUI's HTTP endpoints, one method each."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote

import msgspec

from tui.domain.errors import NotFoundError, RequestRejectedError
from tui.domain.job import OutputImage
from tui.domain.json_values import object_of
from tui.domain.text import clean
from tui.domain.workflow import NodeCatalog
from tui.protocol.comfyui_answers import (
    CancelAnswer,
    HistoryEntry,
    PromptAnswer,
    QueueAnswer,
    SystemAnswer,
    UploadAnswer,
)
from tui.protocol.comfyui_definitions import decode_definitions
from tui.protocol.comfyui_errors import Rejection
from tui.transport.errors import decode_json_as, error_of, not_json
from tui.transport.http import HttpClient

_AT_ONCE = 4
"""Small requests on their way at the same time; each of them may open a connection."""

_NO_SUCH_ROUTE = frozenset({404, 405})


class ComfyUIApi:
    """Requests to one ComfyUI; every method raises our errors only."""

    def __init__(self, http: HttpClient) -> None:
        self._http = http
        self._catalog: tuple[bytes, NodeCatalog] | None = None

    @property
    def label(self) -> str:
        """How the server is called in sentences."""
        return self._http.label

    @property
    def is_closed(self) -> bool:
        """Whether nothing can be asked any more."""
        return self._http.is_closed

    async def system(self) -> SystemAnswer:
        """What the server is."""
        return await self._http.get_as(SystemAnswer, "/system_stats")

    async def queue(self) -> QueueAnswer:
        """Who runs and who waits."""
        return await self._http.get_as(QueueAnswer, "/queue")

    async def history(self, prompt_id: str) -> HistoryEntry | None:
        """A job that is over; None while it is not, and for ever when the server does not know it."""
        path = f"/history/{quote(prompt_id, safe='')}"
        return (await self._http.get_as(dict[str, HistoryEntry], path)).get(prompt_id)

    async def submit(self, body: Mapping[str, Any]) -> PromptAnswer | Rejection:
        """Queue a job. A `Rejection` says what is wrong with its graph."""
        path = "/prompt"
        headers = {"Content-Type": "application/json"}
        content = msgspec.json.encode(body)
        response, answer = await self._http.exchange("POST", path, content=content, headers=headers)
        if response.status_code == 400:
            return decode_json_as(Rejection, self.label, answer, path)
        if not response.is_success:
            raise error_of(self.label, response.status_code, answer, path)
        return decode_json_as(PromptAnswer, self.label, answer, path)

    async def upload(self, name: str, data: bytes, media_type: str) -> UploadAnswer:
        """Put a picture into the input folder; the answer says under which name."""
        path = "/upload/image"
        response, answer = await self._http.exchange("POST", path, files={"image": (name, data, media_type)})
        if not response.is_success:
            raise error_of(self.label, response.status_code, answer, path)
        return decode_json_as(UploadAnswer, self.label, answer, path)

    async def cancel(self, prompt_id: str) -> bool | None:
        """Stop or drop exactly this job; None where the server is too old to know how."""
        path = f"/api/jobs/{quote(prompt_id, safe='')}/cancel"
        response, answer = await self._http.exchange("POST", path)
        if response.status_code in _NO_SUCH_ROUTE:
            return None
        if not response.is_success:
            raise error_of(self.label, response.status_code, answer, path)
        return decode_json_as(CancelAnswer, self.label, answer, path).cancelled

    async def delete(self, prompt_id: str) -> None:
        """Drop a waiting job; a running one is left alone."""
        await self._http.post_json("/queue", {"delete": [prompt_id]})

    async def interrupt(self, prompt_id: str) -> None:
        """Stop a running job; before 0.3.56 it stops whatever runs."""
        await self._http.post_json("/interrupt", {"prompt_id": prompt_id})

    async def free(self) -> None:
        """Unload models; node results are kept."""
        await self._http.post_json("/free", {"unload_models": True, "free_memory": False})

    async def definition(self, class_type: str) -> Mapping[str, Any]:
        """One node's definition; empty when the server has no such node."""
        answer = await self._http.get_json(f"/object_info/{quote(class_type, safe='')}")
        return object_of(object_of(answer).get(class_type))

    async def names(self, path: str) -> tuple[str, ...]:
        """A list of names; empty where the server does not have the list."""
        try:
            return tuple(clean(name) for name in await self._http.get_as(tuple[str, ...], path))
        except NotFoundError:
            return ()

    async def optional(self, path: str, **query: str) -> object:
        """The JSON at a path; None where the server does not have it."""
        try:
            return await self._http.get_json(path, **query)
        except NotFoundError:
            return None

    async def content(self, path: str) -> bytes:
        """A small file as it is."""
        response, body = await self._http.exchange("GET", path)
        if not response.is_success:
            raise error_of(self.label, response.status_code, body, path)
        return body

    async def node_catalog(self, version: str) -> NodeCatalog:
        """Every node's definition; decoded once for as long as the server says the same."""
        path = "/object_info"
        response, body = await self._http.exchange("GET", path)
        if not response.is_success:
            raise error_of(self.label, response.status_code, body, path)
        self._catalog = await asyncio.to_thread(_decode_catalog, self.label, body, version, self._catalog)
        return self._catalog[1]

    async def node_classes(self, class_types: Collection[str]) -> NodeCatalog:
        """The definitions of these classes, without those that the server does not have."""
        gate = asyncio.Semaphore(_AT_ONCE)

        async def ask(class_type: str) -> Mapping[str, Any]:
            path = f"/object_info/{quote(class_type, safe='')}"
            async with gate:
                try:
                    body = await self.content(path)
                except NotFoundError:
                    return {}
            return (await asyncio.to_thread(_decode_catalog, self.label, body, "", None, path))[1].definitions

        answers = await asyncio.gather(*map(ask, sorted(class_types)))
        return NodeCatalog({name: answer[name] for answer in answers for name in answer})

    async def view(self, output: OutputImage) -> AsyncIterator[bytes]:
        """The bytes of a file."""
        query = {"filename": output.filename, "subfolder": output.subfolder, "type": output.folder}
        try:
            async for piece in self._http.stream("/view", **query):
                yield piece
        except NotFoundError as error:
            raise _file_is_gone(self.label, output) from error


def _decode_catalog(
    label: str, body: bytes, version: str, known: tuple[bytes, NodeCatalog] | None, path: str = "/object_info"
) -> tuple[bytes, NodeCatalog]:
    digest = sha256(body).digest()
    if known and known[0] == digest:
        return known
    try:
        definitions = decode_definitions(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(label, body, path) from error
    return digest, NodeCatalog(definitions, f"{version} {digest.hex()[:12]}")


def _file_is_gone(label: str, output: OutputImage) -> RequestRejectedError:
    return RequestRejectedError(
        f"{label} no longer has the file {output.filename}.",
        "It names an earlier result where nothing had changed; another seed makes a new one.",
    )
