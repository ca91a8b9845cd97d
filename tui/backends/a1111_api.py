"""The endpoints of A1111 and its dialects, one method each."""

import asyncio
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, TypeVar
from urllib.parse import quote

import msgspec

from tui.domain.errors import AnswerLostError, LatentuiError, NotFoundError, ServerError
from tui.domain.request import FieldValue
from tui.protocol.a1111_answer import GenerationAnswer, UpscaleAnswer
from tui.protocol.a1111_dialect import (
    CHECKPOINT,
    INTERRUPT,
    NATIVE,
    OPTIONS,
    PROGRESS,
    TASK_PROGRESS,
    UPSCALE,
)
from tui.protocol.a1111_errors import error_of_fault, read_fault
from tui.protocol.a1111_png_info import read_png_info
from tui.protocol.a1111_progress import (
    ServerProgress,
    TaskProgress,
    read_server_progress,
    read_task_progress,
)
from tui.protocol.a1111_sdcpp import NativeJob, NativeServer, read_native_server
from tui.transport.errors import decode_json, decode_json_as, error_of
from tui.transport.http import HttpClient

T = TypeVar("T")

_JSON = {"Content-Type": "application/json"}
_GATEWAY = frozenset({502, 503, 504})
"""Said by what stands in front of a server, which may still be at it."""

_THERE = frozenset({200, 405})
"""What a GET tells of a route that exists: its answer, or that it takes POSTs only."""


class A1111Api:
    """Requests to one server; every method raises our errors only."""

    def __init__(self, http: HttpClient, answer_seconds: float) -> None:
        self._http = http
        self._seconds = answer_seconds

    @property
    def label(self) -> str:
        """How the server is called in sentences."""
        return self._http.label

    async def exchange(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        response, body = await self._http.exchange("GET", path, timeout=self._seconds)
        return response.status_code, body

    async def get(self, path: str) -> Any:
        """The decoded answer to a GET."""
        status, body = await self.exchange(path)
        if status != 200:
            raise self._error(status, body, path)
        return decode_json(self.label, body, path)

    async def find(self, path: str) -> Any:
        """The same; None where the server does not have the route or fails at it."""
        status, body = await self.exchange(path)
        return decode_json(self.label, body, path) if status == 200 else None

    async def has(self, path: str) -> bool:
        """Whether there is such a route. Nothing is asked of it."""
        status, _ = await self.exchange(path)
        return status in _THERE

    async def options(self) -> Any:
        """The server's options."""
        return await self.get(OPTIONS)

    async def progress(self, *, with_preview: bool = False) -> ServerProgress:
        """How far whatever runs is."""
        skips = "false" if with_preview else "true"
        return read_server_progress(await self.get(f"{PROGRESS}?skip_current_image={skips}"))

    async def task_progress(self, task_id: str, preview_id: int) -> TaskProgress:
        """Where one task stands; its preview only when that is newer than `preview_id`."""
        asked = {"id_task": task_id, "id_live_preview": preview_id, "live_preview": True}
        return read_task_progress(await self._post(TASK_PROGRESS, asked))

    async def interrupt(self) -> None:
        """Stop whatever runs: only for those who know whose it is."""
        response, body = await self._http.exchange("POST", INTERRUPT, timeout=self._seconds)
        if not response.is_success:
            raise self._error(response.status_code, body, INTERRUPT)

    async def page(self) -> str:
        """Its page, where it says its version; empty where there is none, or only a login."""
        status, body = await self.exchange("/")
        return body.decode(errors="replace") if status == 200 else ""

    async def png_info(self, picture: bytes) -> dict[str, FieldValue]:
        """The values that a picture says it was made with."""
        return read_png_info(await self._post("/sdapi/v1/png-info", {"image": b64encode(picture).decode()}))

    async def keep_option(self, name: str, value: str) -> None:
        """Save an option for everybody: only ever the value that is in force."""
        await self._post(OPTIONS, {name: value})

    async def unload_checkpoint(self) -> None:
        """Move the checkpoint out of graphics memory. Until it is reloaded, A1111 cannot make a picture."""
        await self._post("/sdapi/v1/unload-checkpoint", {})

    async def reload_checkpoint(self) -> None:
        """Move it back."""
        await self._post("/sdapi/v1/reload-checkpoint", {})

    async def load_checkpoint(self, name: str) -> None:
        """Load a checkpoint on SD.Next, for everybody; the answer comes when it is there."""
        path = f"{CHECKPOINT}?sd_model_checkpoint={quote(name, safe='')}"
        response, body = await self._http.exchange("POST", path, timeout=None)
        if not response.is_success:
            raise self._error(response.status_code, body, CHECKPOINT, is_job=True)

    async def generate(self, path: str, content: bytes) -> GenerationAnswer:
        """Make pictures: the answer comes when they are done, however long that takes."""
        return await self._blocking(path, content, GenerationAnswer)

    async def upscale(self, content: bytes) -> UpscaleAnswer:
        """Enlarge a picture."""
        return await self._blocking(UPSCALE, content, UpscaleAnswer)

    async def native_server(self) -> NativeServer:
        """What a stable-diffusion.cpp has."""
        return read_native_server(await self.get(NATIVE))

    async def native_submit(self, content: bytes) -> NativeJob:
        """Queue a job there."""
        path = "/sdcpp/v1/img_gen"
        response, body = await self._http.exchange("POST", path, content=content, headers=_JSON)
        if not response.is_success:
            raise self._error(response.status_code, body, path, is_job=True)
        return decode_json_as(NativeJob, self.label, body, path)

    async def native_job(self, server_job_id: str) -> NativeJob:
        """A job there; its pictures with it when it is done."""
        path = f"/sdcpp/v1/jobs/{quote(server_job_id, safe='')}"
        status, body = await self.exchange(path)
        if status in {404, 410}:
            raise NotFoundError(f"{self.label} does not know the job, or no longer.")
        if status != 200:
            raise self._error(status, body, path)
        return await asyncio.to_thread(decode_json_as, NativeJob, self.label, body, path)

    async def native_cancel(self, server_job_id: str) -> bool:
        """Drop a job that waits there; False when it runs already and cannot be stopped."""
        path = f"/sdcpp/v1/jobs/{quote(server_job_id, safe='')}/cancel"
        response, body = await self._http.exchange("POST", path, timeout=self._seconds)
        if response.status_code == 409:
            return False
        if not response.is_success and response.status_code not in {404, 410}:
            raise self._error(response.status_code, body, path)
        return True

    async def _post(self, path: str, body: Mapping[str, Any]) -> Any:
        content = msgspec.json.encode(body)
        response, answer = await self._http.exchange(
            "POST", path, content=content, headers=_JSON, timeout=self._seconds
        )
        if not response.is_success:
            raise self._error(response.status_code, answer, path)
        return decode_json(self.label, answer, path) if answer else None

    async def _blocking(self, path: str, content: bytes, kind: type[T]) -> T:
        response, body = await self._http.exchange("POST", path, content=content, headers=_JSON, timeout=None)
        if response.status_code in _GATEWAY and read_fault(body) is None:
            raise AnswerLostError(
                f"What stands before {self.label} gave up waiting ({response.status_code}).",
                "Raise its read timeout; a job takes as long as it takes.",
            )
        if not response.is_success:
            raise self._error(response.status_code, body, path, is_job=True)
        return await asyncio.to_thread(decode_json_as, kind, self.label, body, path)

    def _error(self, status: int, body: bytes, path: str, *, is_job: bool = False) -> LatentuiError:
        return error_said(self.label, status, body, path, is_job=is_job)


def error_said(label: str, status: int, body: bytes, path: str, *, is_job: bool = False) -> LatentuiError:
    """The error for an answer that is no success: about a job, or about anything else."""
    fault = read_fault(body)
    if fault is None:
        return error_of(label, status, body, path)
    error = error_of_fault(label, status, fault)
    if is_job or isinstance(error, ServerError):
        return error
    return error_of(label, status, fault.said.encode(), path)
