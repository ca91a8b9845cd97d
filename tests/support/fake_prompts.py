"""A writing partner that writes what a test tells it."""

import asyncio
from collections.abc import AsyncGenerator

from tui.domain.errors import LatentuiError
from tui.services.prompts import HelpRequest, PartnerThinks, PromptEvent, ProposalGrew, ProposalReady


class FakePrompts:
    """Thinks, writes in two pieces, and waits between them while its gate is closed."""

    def __init__(self) -> None:
        self.server: str | None = "lmstudio"
        self.asked: list[HelpRequest] = []
        self.proposals: tuple[str, ...] = ("a red fox in deep snow, soft light",)
        self.error: LatentuiError | None = None
        """Raised in the middle of the answer."""

        self.gate = asyncio.Event()
        self.gate.set()
        self.was_closed = False

    async def help(self, request: HelpRequest) -> AsyncGenerator[PromptEvent]:
        self.asked.append(request)
        text = self.proposals[0]
        try:
            yield PartnerThinks("thinking")
            yield ProposalGrew(text[: len(text) // 2])
            await self.gate.wait()
            if self.error is not None:
                raise self.error
            yield ProposalGrew(text)
            yield ProposalReady(self.proposals, "qwen3-8b")
        finally:
            self.was_closed = True
