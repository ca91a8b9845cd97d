"""LM Studio, and every other server that speaks OpenAI's chat API."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import msgspec

from tui.backends.base import TextBackend
from tui.backends.sessions import Sessions
from tui.domain.chat import ChatCompleted, ChatEvent, ChatRequest, ModelLoading
from tui.domain.errors import (
    AnswerLostError,
    LatentuiError,
    ServerError,
    ServerReplyError,
    ServerUnreachableError,
)
from tui.domain.server import ServerStatus
from tui.domain.settings import ServerSettings
from tui.protocol.chat_errors import refusal
from tui.protocol.chat_models import LISTS, LanguageModel, ModelList, read_models
from tui.protocol.chat_request import chat_body
from tui.protocol.chat_stream import ChatStream, StreamFault, error_message
from tui.transport.errors import error_of
from tui.transport.http import HttpClient
from tui.transport.sse import EventStream, open_events

_CHAT = "/v1/chat/completions"
_FIRST_TOKEN_SECONDS = 300.0
"""A model may have to be loaded first, and no byte comes while it is."""


_WORTH_TELLING = 50_000_000
"""Bytes of a model."""


class LMStudioBackend(TextBackend):
    """A language server. Which product it is, is found out once and again after it was away."""

    def __init__(self, settings: ServerSettings) -> None:
        super().__init__(settings)
        self._sessions = Sessions(lambda: HttpClient(_without_version(self._settings)))
        self._list_path: str | None = None

    async def configure(self, settings: ServerSettings) -> None:
        """Take other settings; an answer that is being written keeps its connection."""
        self._list_path = None
        self._settings = settings
        await self._sessions.renew()

    async def disconnect(self) -> None:
        """Let go of the connections; what is being written breaks off."""
        self._list_path = None
        await self._sessions.aclose()

    async def status(self) -> ServerStatus:
        """Product, and the model that would answer."""
        found = await self._models()
        serving = found.serving
        return ServerStatus(
            product=found.product,
            model=serving.name if serving and serving.is_loaded is not False else "",
            sees_pictures=bool(serving and serving.sees_pictures),
            note=_note(serving),
        )

    async def models(self) -> tuple[str, ...]:
        """See `TextBackend`."""
        return tuple(model.name for model in (await self._models()).models)

    async def chat(self, request: ChatRequest) -> AsyncIterator[ChatEvent]:
        """See `TextBackend`."""
        model = await self._chosen(request)
        answer = ChatStream()
        if model.is_loaded is False:
            yield ModelLoading()
        async with (
            self._sessions.used() as http,
            aclosing(_answer(http, answer, request, model.name)) as pieces,
        ):
            async for piece in pieces:
                yield piece
            yield _completed(answer, http.label)

    async def unload(self) -> None:
        """See `TextBackend`: LM Studio and llama.cpp's router can; the others have no route for it."""
        found = await self._models()
        loaded = [model.instance for model in found.models if model.is_loaded and model.instance]
        for instance in loaded:
            if self._list_path == LISTS[0]:
                await self._http.post_json("/api/v1/models/unload", {"instance_id": instance})
            elif found.product == "llama.cpp":
                await self._http.post_json("/models/unload", {"model": instance})

    @property
    def _http(self) -> HttpClient:
        return self._sessions.current

    async def _chosen(self, request: ChatRequest) -> LanguageModel:
        """The model that is asked: the one named in question or settings, else the one that serves."""
        found = await self._models()
        if name := request.model or self._settings.defaults.checkpoint:
            return next((model for model in found.models if model.name == name), LanguageModel(name=name))
        if found.serving is None:
            raise ServerReplyError(f"{self._http.label} has no language model.", "Load one there first.")
        return found.serving

    async def _models(self) -> ModelList:
        try:
            if self._list_path is not None and (known := await self._list(self._list_path)) is not None:
                return known
            return await self._identify()
        except ServerError:
            self._list_path = None
            raise

    async def _identify(self) -> ModelList:
        for path in LISTS:
            if (found := await self._list(path)) is not None:
                self._list_path = path
                return found
        raise ServerReplyError(
            f"{self._http.label} lists no language models.",
            "Is it a language server, and is this its port?",
        )

    async def _list(self, path: str) -> ModelList | None:
        """The models listed at `path`; None where that is no such list. 401 and 503 are raised."""
        http = self._http
        response, body = await http.exchange("GET", path)
        tree = _decoded(body)
        if response.status_code == 503:
            raise ServerUnreachableError(f"{http.label} is loading its model.", "It will answer in a moment.")
        if response.status_code in {401, 403}:
            raise error_of(http.label, response.status_code, error_message(tree).encode(), path)
        return read_models(path, tree) if response.is_success else None


async def _answer(
    http: HttpClient, answer: ChatStream, request: ChatRequest, model: str
) -> AsyncGenerator[ChatEvent]:
    body, has_begun = chat_body(request, model), False
    try:
        async with open_events(http, _CHAT, body, first_byte_seconds=_FIRST_TOKEN_SECONDS) as stream:
            _refuse(stream, http.label)
            has_begun = True
            async with aclosing(_pieces(answer, stream, http.label)) as pieces:
                async for piece in pieces:
                    yield piece
    except AnswerLostError as error:
        raise _broken_off(http.label) if has_begun else error from error.__cause__


def _refuse(stream: EventStream, label: str) -> None:
    """Raise what an answer without a stream stands for; LM Studio hides errors behind a 200."""
    if stream.is_stream and 200 <= stream.status < 300:
        return
    said = error_message(_decoded(stream.body))
    raise _refusal(label, stream.status, said, stream.body)


def _completed(answer: ChatStream, label: str) -> ChatCompleted:
    if not answer.is_whole:
        raise _broken_off(label)
    if not answer.text.strip():
        raise ServerReplyError(
            f"{label} gave an empty answer.",
            "It may have run out of context, or only thought. Nothing was changed; try again.",
        )
    return ChatCompleted(answer.text, answer.model, was_cut=answer.finish_reason == "length")


def _broken_off(label: str) -> ServerUnreachableError:
    return ServerUnreachableError(
        f"{label} broke off in the middle of its answer.", "It may have stopped. Nothing was changed."
    )


async def _pieces(answer: ChatStream, stream: EventStream, label: str) -> AsyncGenerator[ChatEvent]:
    async for event in stream.events:
        pieces = answer.feed(event.event, event.data)
        if isinstance(pieces, StreamFault):
            raise _refusal(label, 400, pieces.message, b"")
        for piece in pieces:
            yield piece
        if answer.is_done:
            return
    for piece in answer.finish():
        yield piece


def _refusal(label: str, status: int, said: str, body: bytes) -> LatentuiError:
    return refusal(label, status, said) or error_of(label, status, said.encode() or body, _CHAT)


def _note(serving: LanguageModel | None) -> str:
    if serving is None:
        return "no model"
    if serving.is_loaded is False:
        return "no model loaded, it loads at the first request"
    size = serving.size or 0
    return f"holds {size / 1e9:.1f} GB" if size >= _WORTH_TELLING else ""


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return body[:2000].decode("utf-8", "replace")


def _without_version(settings: ServerSettings) -> ServerSettings:
    """The same server at its root: people paste addresses that end in /v1."""
    return replace(settings, url=settings.url.rstrip("/").removesuffix("/v1"))
