"""`latentui generate --enhance`: the writing partner expands the prompt before the picture is made."""

import argparse

from tui.cli.prompt import ask
from tui.cli.report import Reporter
from tui.domain.errors import ServerReplyError
from tui.services.bundle import Services
from tui.services.prompts import HelpRequest, PromptHelp


async def enhanced(
    services: Services, arguments: argparse.Namespace, server: str, workflow: str, reporter: Reporter
) -> str:
    """The expanded prompt; both are told. A partner that fails ends the command: nothing is made.

    Going on with the short prompt would make another picture than the one that was asked for.
    """
    url, name = None, None
    if arguments.partner:
        is_address = arguments.partner.startswith(("http://", "https://"))
        url, name = (arguments.partner, None) if is_address else (None, arguments.partner)
    request = HelpRequest(
        help=PromptHelp.EXPAND,
        prompt=arguments.prompt,
        checkpoint=arguments.checkpoint or await _checkpoint_of(services, server, workflow),
        server=name,
        seed=arguments.seed,
    )
    ready = await ask(services, request, url, is_quiet=arguments.json)
    if ready is None:
        raise ServerReplyError("The writing partner said nothing.", "Nothing was made; try again.")
    reporter.note(f"The prompt “{arguments.prompt}” became “{ready.proposals[0]}”.")
    return ready.proposals[0]


async def _checkpoint_of(services: Services, server: str, workflow: str) -> str | None:
    """The image model that the form starts from: it decides style and length."""
    field = (await services.workflows.form(server, workflow)).field("checkpoint")
    default = field.default if field is not None else None
    return default if isinstance(default, str) else None
