"""`latentui status`, `models` and `workflows`: what is there to work with."""

import argparse
import asyncio
import json
from dataclasses import asdict, fields
from typing import Any

from tui.cli.choice import chosen_server
from tui.cli.faults import UNREACHABLE
from tui.domain.server import Catalog, Connection, ConnectionState
from tui.domain.settings import ServerKind
from tui.domain.text import one_line
from tui.services.bundle import Services, open_services


def status(arguments: argparse.Namespace) -> int:
    """Say of each server that is switched on, or of the chosen one, whether it answers."""
    return asyncio.run(_status(arguments))


def models(arguments: argparse.Namespace) -> int:
    """List what the chosen server has."""
    return asyncio.run(_models(arguments))


def workflows(arguments: argparse.Namespace) -> int:
    """List the workflows there are."""
    return asyncio.run(_workflows(arguments))


async def _status(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        names = (
            [await chosen_server(services, arguments)]
            if _is_chosen(arguments)
            else [server.name for server in services.settings.current.servers if server.is_enabled]
        )
        connections = await asyncio.gather(*(services.connections.check(name) for name in names))
        found = () if names else await services.connections.discover()
    if arguments.json:
        _print(json.dumps([_connection_json(connection) for connection in connections]))
    else:
        for connection in connections:
            _print(describe(connection))
        if not names:
            _print(
                "No server is switched on. Switch one on in the studio's settings, or try `latentui --demo`."
            )
        for server in found:
            _print(f"  {server.kind.label} answers at {server.url}")
    everybody = all(connection.state is ConnectionState.CONNECTED for connection in connections)
    return 0 if everybody else UNREACHABLE


def describe(connection: Connection) -> str:
    """One line for people: "● comfyui  ComfyUI 0.33.0 · cpu · 5.1 of 24.0 GB free · 9 ms"."""
    if connection.state is not ConnectionState.CONNECTED or connection.status is None:
        return f"○ {connection.server}  {connection.error_title} {connection.error_advice}".rstrip()
    state = connection.status
    parts = [f"{state.product} {state.version}".strip(), state.device, state.model, state.note]
    if state.memory_total and state.memory_free is not None:
        parts.append(f"{state.memory_free / 1e9:.1f} of {state.memory_total / 1e9:.1f} GB free")
    if connection.latency is not None:
        parts.append(f"{connection.latency * 1000:.0f} ms")
    return f"● {connection.server}  " + " · ".join(one_line(part) for part in parts if part)


def _connection_json(connection: Connection) -> dict[str, Any]:
    return {
        "server": connection.server,
        "kind": connection.kind,
        "state": connection.state.value,
        "status": asdict(connection.status) if connection.status else None,
        "latency": connection.latency,
        "title": connection.error_title or None,
        "message": connection.error_advice or None,
    }


async def _models(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        server = await chosen_server(services, arguments)
        lists = await _lists(services, server)
    if arguments.json:
        _print(json.dumps({"server": server, **lists}))
        return 0
    for heading, names in lists.items():
        if names:
            _print(f"{heading}:")
        for name in names:
            _print(f"  {name}")
    return 0


async def _lists(services: Services, server: str) -> dict[str, tuple[str, ...]]:
    if services.connections.connection(server).kind == ServerKind.LMSTUDIO:
        return {"models": await services.connections.text_backend(server).models()}
    return _names(await services.catalog.catalog(server))


def _names(catalog: Catalog) -> dict[str, tuple[str, ...]]:
    """Every list of the catalog, those of this kind of server alone last."""
    mappings = {"choices", "defaults"}
    lists = {
        field.name: getattr(catalog, field.name) for field in fields(catalog) if field.name not in mappings
    }
    return {**lists, **catalog.choices}


async def _workflows(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        server = await chosen_server(services, arguments) if _is_chosen(arguments) else None
        summaries = await services.workflows.list(server)
    if arguments.json:
        _print(json.dumps([asdict(summary) for summary in summaries]))
        return 0
    width = max((len(summary.name) for summary in summaries), default=0)
    for summary in summaries:
        _print(f"{summary.name:{width}}  {summary.title}")
    return 0


def _is_chosen(arguments: argparse.Namespace) -> bool:
    return bool(arguments.server or arguments.url or arguments.kind or arguments.demo)


def _print(line: str) -> None:
    print(line)
