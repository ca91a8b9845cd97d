"""The endpoints of Fooocus-API, one method each."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from tui.domain.errors import ServerError
from tui.domain.job import OutputImage
from tui.domain.json_values import object_of
from tui.domain.settings import ServerSettings
from tui.protocol.fooocus_checks import Names
from tui.protocol.fooocus_errors import file_gone, fooocus_error, not_the_api, queue_full, something_else
from tui.protocol.fooocus_job import JobAnswer
from tui.protocol.fooocus_offer import Offer, is_web_page, read_names, read_offer
from tui.protocol.fooocus_queue import Jobs, QueueSize, read_jobs, read_queue_size
from tui.transport.errors import decode_json, decode_json_as, error_of
from tui.transport.http import MAXIMUM_ERROR, MAXIMUM_FILE, HttpClient

_JSON = {"Content-Type": "application/json"}
_ANYTHING = {"Accept": "*/*"}
"""Without it a file is answered with a 500 (api.py get_output)."""

_PONG = b'"pong"'
_MISSING = frozenset({404, 500})
"""How a file that is not there is answered: by the route, and by the failure to open it."""


class FooocusApi:
    """Requests to one Fooocus-API; every method raises our errors only."""

    def __init__(self, settings: ServerSettings, answer_seconds: float) -> None:
        self._http = HttpClient(_with_key(settings))
        self._seconds = answer_seconds

    @property
    def label(self) -> str:
        """How the server is called in sentences."""
        return self._http.label

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def ping(self) -> None:
        """Find out whether it is Fooocus-API that answers."""
        status, body = await self._get("/ping")
        if status == 200 and body.strip() == _PONG:
            return
        if status in {401, 403} or status >= 500:
            raise self._error(status, body, "/ping")
        config_status, config = await self._get("/config")
        if config_status == 200 and config[:1] == b"{" and is_web_page(self._decoded(config, "/config")):
            raise not_the_api(self.label)
        raise something_else(self.label)

    async def offer(self) -> Offer:
        """What this release offers."""
        path = "/openapi.json"
        status, body = await self._get(path)
        return read_offer(self._decoded(body, path)) if status == 200 and body[:1] == b"{" else Offer()

    async def names(self) -> Names:
        """Its models and styles."""
        models = object_of(await self._get_json("/v1/engines/all-models"))
        return Names(
            checkpoints=read_names(models.get("model_filenames")),
            loras=read_names(models.get("lora_filenames")),
            styles=read_names(await self._get_json("/v1/engines/styles")),
        )

    async def clean_memory(self) -> None:
        """Let it unload its models. Raises NotFoundError where it has no such route."""
        await self._get_json("/v1/engines/clean_vram")

    async def queue_size(self) -> QueueSize:
        """How much it has to do."""
        return read_queue_size(await self._get_json("/v1/generation/job-queue"))

    async def jobs(self) -> Jobs:
        """Who is at work, who waits and who is done."""
        return read_jobs(await self._get_json("/v1/generation/job-history"))

    async def job(self, server_job_id: str, preview_parameter: str = "") -> JobAnswer:
        """How a job stands; with its preview where the name of the parameter for that is given."""
        path = f"/v1/generation/query-job?job_id={quote(server_job_id, safe='')}"
        status, body = await self._get(f"{path}&{preview_parameter}=true" if preview_parameter else path)
        if status == 200 or (status == 404 and b"job_type" in body):
            return decode_json_as(JobAnswer, self.label, body, path)
        raise self._error(status, body, path)

    async def submit(self, path: str, content: bytes) -> JobAnswer:
        """Queue a job."""
        response, body = await self._http.exchange("POST", path, content=content, headers=_JSON)
        if not response.is_success:
            raise self._error(response.status_code, body, path)
        answer = decode_json_as(JobAnswer, self.label, body, path)
        if answer.is_refused:
            raise queue_full(self.label)
        return answer

    async def stop(self) -> None:
        """Stop whatever samples, or the next that will: only for those who know whose it is."""
        path = "/v1/generation/stop"
        response, body = await self._http.exchange("POST", path, timeout=self._seconds)
        if not response.is_success:
            raise self._error(response.status_code, body, path)

    async def file(self, output: OutputImage) -> AsyncIterator[bytes]:
        """The bytes of a finished picture."""
        path = f"/files/{quote(output.subfolder)}/{quote(output.filename, safe='')}"
        async with self._http.open("GET", path, headers=_ANYTHING) as response:
            if response.status_code in _MISSING:
                raise file_gone(self.label, output.filename)
            if not response.is_success:
                body = b"".join([piece async for piece in self._http.pieces(response, MAXIMUM_ERROR)])
                raise self._error(response.status_code, body, path)
            async for piece in self._http.pieces(response, MAXIMUM_FILE):
                yield piece

    async def _get(self, path: str) -> tuple[int, bytes]:
        response, body = await self._http.exchange("GET", path, timeout=self._seconds)
        return response.status_code, body

    async def _get_json(self, path: str) -> Any:
        status, body = await self._get(path)
        if status != 200:
            raise self._error(status, body, path)
        return self._decoded(body, path)

    def _decoded(self, body: bytes, path: str) -> Any:
        return decode_json(self.label, body, path)

    def _error(self, status: int, body: bytes, path: str) -> ServerError:
        return fooocus_error(self.label, status, body, path) or error_of(self.label, status, body, path)


def _with_key(settings: ServerSettings) -> ServerSettings:
    """The key where this server looks for it; a header of the person's own comes first."""
    if settings.api_key is None or any(name.upper() == "X-API-KEY" for name in settings.headers):
        return settings
    return replace(settings, api_key=None, headers={**settings.headers, "X-API-KEY": settings.api_key})
