"""`latentui prompt`: the writing partner on the command line."""

import argparse
import asyncio
import json
import sys
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import assert_never

from tui.cli.faults import FAILED
from tui.domain.errors import InputError
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.services.prompts import HelpRequest, PartnerThinks, PromptHelp, ProposalGrew, ProposalReady

_PARTNER = "writing partner"


def run(arguments: argparse.Namespace) -> int:
    """Write what was asked for to stdout: one proposal a line."""
    return asyncio.run(_run(arguments))


async def _run(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        ready = await ask(services, request_of(arguments), arguments.url, is_quiet=arguments.json)
    if ready is None:
        return FAILED
    if arguments.json:
        print(json.dumps({"proposals": ready.proposals, "model": ready.model, "note": ready.note or None}))
        return 0
    for proposal in ready.proposals:
        print(proposal)
    if ready.note:
        print(ready.note, file=sys.stderr)
    return 0


def request_of(arguments: argparse.Namespace) -> HelpRequest:
    """The wish in the arguments."""
    kind = PromptHelp(arguments.help_kind)
    request = HelpRequest(
        help=kind,
        prompt=arguments.text,
        checkpoint=arguments.checkpoint,
        server=arguments.server,
        seed=arguments.seed,
    )
    match kind:
        case PromptHelp.REWRITE:
            return replace(request, wish=arguments.wish)
        case PromptHelp.DESCRIBE:
            return replace(request, prompt="", picture=str(Path(arguments.text).expanduser()))
        case PromptHelp.VARIATIONS:
            return replace(request, count=arguments.count)
        case PromptHelp.EXPAND | PromptHelp.NEGATIVE:
            return request
        case _:
            assert_never(kind)


async def ask(
    services: Services, request: HelpRequest, url: str | None, *, is_quiet: bool
) -> ProposalReady | None:
    """The partner's proposal; its words stream to stderr on a terminal while they come."""
    if url is not None:
        if not url.startswith(("http://", "https://")):
            raise InputError(f"{url!r} is not a web address.", "It must begin with http:// or https://.")
        services.connections.add(ServerSettings(name=_PARTNER, kind=ServerKind.LMSTUDIO, url=url.rstrip("/")))
        request = replace(request, server=_PARTNER)
    is_shown = sys.stderr.isatty() and not is_quiet
    written = 0
    async with aclosing(services.prompts.help(request)) as events:
        async for event in events:
            match event:
                case ProposalReady():
                    if written:
                        print(file=sys.stderr)
                    return event
                case ProposalGrew(text):
                    if is_shown:
                        print(text[written:], end="", file=sys.stderr, flush=True)
                        written = len(text)
                case PartnerThinks():
                    pass
    return None
