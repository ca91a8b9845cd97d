"""Which server a command means."""

import argparse
import sys

from tui.domain.errors import InputError
from tui.domain.settings import ServerKind, ServerSettings, Settings
from tui.services.bundle import Services

_MOST_BYTES = 64 * 1024 * 1024 + 1
"""Of standard input; one more than a workflow may have."""


async def chosen_server(services: Services, arguments: argparse.Namespace) -> str:
    """The name of the server the arguments choose; one from `--url` or `--demo` is added for this run."""
    if arguments.demo:
        services.connections.add(server := await services.engine.start())
        return server.name
    if arguments.url or arguments.kind:
        services.connections.add(server := ad_hoc_server(arguments.kind, arguments.url))
        return server.name
    return _configured(services.settings.current, arguments.server)


async def chosen_workflow(services: Services, name: str | None) -> str | None:
    """The workflow the arguments name; "-" is read from stdin."""
    if name != "-":
        return name
    return await services.workflows.paste(sys.stdin.buffer.read(_MOST_BYTES), "stdin")


def image_servers(settings: Settings) -> tuple[ServerSettings, ...]:
    """The servers that are switched on and make pictures."""
    return tuple(
        server for server in settings.servers if server.is_enabled and server.kind is not ServerKind.LMSTUDIO
    )


def ad_hoc_server(kind: str | None, url: str | None) -> ServerSettings:
    """The server that `--kind` and `--url` name."""
    kinds = ", ".join(ServerKind)
    if not kind or kind not in set(ServerKind):
        raise InputError(f"--url needs --kind, one of {kinds}.")
    address = (url or ServerKind(kind).default_url).rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise InputError(f"{address!r} is not a web address.", "It must begin with http:// or https://.")
    # called by its address, so that a journalled job is never looked for on another server
    name = address.partition("://")[2]
    return ServerSettings(name=name, kind=ServerKind(kind), url=address, is_enabled=True)


def _configured(settings: Settings, name: str | None) -> str:
    if name is None:
        enabled = image_servers(settings)
        if not enabled:
            raise InputError(
                "No server is switched on.",
                "Name one with --kind and --url, switch one on in the settings, or try --demo.",
            )
        return enabled[0].name
    if settings.server(name) is None:
        known = ", ".join(server.name for server in settings.servers)
        raise InputError(f'There is no server "{name}" in the settings.', f"There are: {known}.")
    return name
