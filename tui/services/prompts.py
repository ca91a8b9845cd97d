"""Prompt help: a language server expands, rewrites, negates, describes and varies prompts."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from tui.domain.chat import (
    ChatCompleted,
    ChatEvent,
    ChatRequest,
    ModelLoading,
    ReasoningReceived,
    TextReceived,
)
from tui.domain.errors import InputError, ServerReplyError
from tui.domain.settings import ServerKind
from tui.services.connections import ConnectionsService
from tui.services.handover import HandoverService
from tui.services.instructions import read_instructions
from tui.services.pictures import PicturesService
from tui.services.prompt_families import PromptFamily, family_of
from tui.services.prompt_reply import clean_list, clean_reply, is_refusal, within_budget
from tui.services.prompt_syntax import ProtectedPrompt, protect
from tui.services.settings import SettingsService

PICTURE_SIDE = 1024
"""Pixels of the longer side that a picture is sent with at most."""


class PromptHelp(StrEnum):
    """What a writing partner can do."""

    EXPAND = "expand"
    REWRITE = "rewrite"
    NEGATIVE = "negative"
    DESCRIBE = "describe"
    VARIATIONS = "variations"


@dataclass(frozen=True, slots=True, kw_only=True)
class HelpRequest:
    """One wish: the prompt as it stands, and what the kind of help needs besides."""

    help: PromptHelp
    prompt: str = ""
    wish: str = ""
    """How to rewrite, in the person's words."""

    picture: str | None = None
    """The picture to describe, by path."""

    checkpoint: str | None = None
    """The image model the prompt is for: it decides style, length and whether a negative prompt helps."""

    count: int = 3
    server: str | None = None
    """The language server; None takes the first that is switched on."""

    seed: int | None = None


@dataclass(frozen=True, slots=True)
class PartnerThinks:
    """Nothing to show yet: the model is being loaded, or thinks."""

    activity: str


@dataclass(frozen=True, slots=True)
class ProposalGrew:
    """The proposal so far."""

    text: str


@dataclass(frozen=True, slots=True)
class ProposalReady:
    """The whole proposal, or several; nothing was changed yet."""

    proposals: tuple[str, ...]
    model: str
    note: str = ""


PromptEvent = PartnerThinks | ProposalGrew | ProposalReady


class PromptsService:
    """Asks a language server on a person's behalf. Closing an iterator stops the server."""

    def __init__(
        self,
        settings: SettingsService,
        connections: ConnectionsService,
        pictures: PicturesService,
        handover: HandoverService,
    ) -> None:
        self._settings = settings
        self._connections = connections
        self._pictures = pictures
        self._handover = handover

    @property
    def server(self) -> str | None:
        """The language server that is asked when none is named, or None when none is switched on."""
        servers = self._settings.current.servers
        names = [
            server.name for server in servers if server.is_enabled and server.kind is ServerKind.LMSTUDIO
        ]
        return names[0] if names else None

    async def help(self, request: HelpRequest) -> AsyncGenerator[PromptEvent]:
        """Stream a proposal. Raises `InputError` and `ServerError`, also midway: nothing is proposed then."""
        family = family_of(request.checkpoint)
        protected = protect(request.prompt)
        _check(request, family)
        chat = await self._question(request, family, protected)
        server = self._chosen(request)
        backend = self._connections.text_backend(server)
        answer = ""
        async with self._handover.answering(server), aclosing(_generator(backend.chat(chat))) as events:
            async for event in events:
                match event:
                    case ModelLoading() | ReasoningReceived():
                        yield PartnerThinks("loading" if isinstance(event, ModelLoading) else "thinking")
                    case TextReceived(text):
                        answer += text
                        yield ProposalGrew(answer.lstrip())
                    case ChatCompleted():
                        yield _proposal(request, family, protected, event)

    def _chosen(self, request: HelpRequest) -> str:
        server = request.server or self.server
        if server is None:
            raise InputError(
                "No language server is switched on.", "Switch LM Studio on in the settings, or add one there."
            )
        return server

    async def _question(
        self, request: HelpRequest, family: PromptFamily, protected: ProtectedPrompt
    ) -> ChatRequest:
        folder = self._settings.paths.config / "instructions"
        template = await asyncio.to_thread(read_instructions, request.help.value, folder)
        words = {"{style}": family.style, "{words}": str(family.words), "{count}": str(request.count)}
        for name, value in words.items():
            template = template.replace(name, value)
        chat = ChatRequest(instructions=template, text=_text(request, protected), seed=request.seed)
        several = request.count if request.help is PromptHelp.VARIATIONS else 1
        chat = replace(chat, maximum_tokens=300 + 3 * family.words * several)
        if request.help is not PromptHelp.DESCRIBE or request.picture is None:
            return chat
        return replace(chat, picture=await self._pictures.for_language_model(request.picture, PICTURE_SIDE))


def _check(request: HelpRequest, family: PromptFamily) -> None:
    match request.help:
        case PromptHelp.DESCRIBE:
            if request.picture is None or not Path(request.picture).is_file():
                raise InputError("There is no picture to describe.", "Choose one first.")
            return
        case PromptHelp.REWRITE if not request.wish.strip():
            raise InputError("The prompt is not to be changed in any way.", "Say how it should change.")
        case PromptHelp.NEGATIVE if not family.uses_negative:
            raise InputError(
                f"{family.name} models take no negative prompt.",
                "Say in the prompt what should be there instead.",
            )
        case _:
            pass
    if not request.prompt.strip():
        raise InputError("The prompt is empty.", "Type a few words first.")


def _text(request: HelpRequest, protected: ProtectedPrompt) -> str:
    match request.help:
        case PromptHelp.REWRITE:
            return f"Prompt: {protected.text}\n\nChange: {request.wish.strip()}"
        case PromptHelp.DESCRIBE:
            return "Describe this picture as a prompt."
        case _:
            return protected.text


def _proposal(
    request: HelpRequest, family: PromptFamily, protected: ProtectedPrompt, answer: ChatCompleted
) -> ProposalReady:
    if is_refusal(answer.text):
        raise ServerReplyError(
            f"{answer.model or 'The model'} declined to write this.",
            "Nothing was changed; try another model.",
        )
    match request.help:
        case PromptHelp.VARIATIONS:
            found = clean_list(answer.text, request.count)
            texts = tuple(protected.restore(within_budget(text, family.words)) for text in found)
        case PromptHelp.NEGATIVE:
            texts = (within_budget(clean_reply(answer.text), 40),)
        case PromptHelp.DESCRIBE:
            texts = (within_budget(clean_reply(answer.text), family.words),)
        case PromptHelp.EXPAND | PromptHelp.REWRITE:
            texts = (protected.restore(within_budget(clean_reply(answer.text), family.words)),)
    if not any(text.strip() for text in texts):
        raise ServerReplyError("The model wrote nothing that can be used.", "Nothing was changed; try again.")
    missing = request.help is PromptHelp.VARIATIONS and len(texts) < request.count
    note = f"The model wrote {len(texts)} of {request.count}." if missing else ""
    return ProposalReady(texts, answer.model, note)


async def _generator(events: AsyncIterator[ChatEvent]) -> AsyncGenerator[ChatEvent]:
    """`events` as a generator, so that leaving early closes the connection at once."""
    try:
        async for event in events:
            yield event
    finally:
        if isinstance(events, AsyncGenerator):
            await events.aclose()
