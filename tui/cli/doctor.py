"""`latentui doctor`: all that a bug report should say, without secrets."""

import argparse
import asyncio
import json
import os
import platform
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from tui import __version__
from tui.cli.servers import describe as describe_connection
from tui.domain.server import Connection
from tui.domain.settings import Secret, ServerSettings, Settings
from tui.domain.text import one_line
from tui.services.bundle import Services, open_services
from tui.storage.paths import Paths
from tui.terminal.detect import detect_terminal
from tui.terminal.report import describe as describe_terminal

Fact = tuple[str, str]
_PACKAGES = ("textual", "rich", "pillow", "textual-image", "httpx", "websockets", "aiohttp", "msgspec")
_VARIABLES = (
    "TERM",
    "COLORTERM",
    "TERM_PROGRAM",
    "TMUX",
    "STY",
    "SSH_CONNECTION",
    "LANG",
    "LC_ALL",
    "NO_COLOR",
)
_JUST_SAID = frozenset({"TMUX", "STY", "SSH_CONNECTION"})
"""That they are set is enough: what is in them is nobody's business."""


def run(arguments: argparse.Namespace) -> int:
    """Look at everything and print it; nothing is changed, and what is broken is said, not raised."""
    sections = asyncio.run(_sections())
    if arguments.json:
        _print(json.dumps({name: _by_label(facts) for name, facts in sections.items()}, ensure_ascii=False))
    else:
        _print("\n\n".join(_block(name, facts) for name, facts in sections.items()))
    return 0


async def _sections() -> dict[str, list[Fact]]:
    terminal = list(describe_terminal(detect_terminal(_setting())))
    async with open_services(watches=False) as services:
        settings = services.settings.current
        names = [server.name for server in settings.servers if server.is_enabled]
        connections = await asyncio.gather(*(services.connections.check(name) for name in names))
        sections = {
            "latentui": list(_versions()),
            "terminal": [*terminal, *_environment()],
            "servers": list(_servers(connections, settings)),
            "folders": list(_folders(services.settings.paths, settings)),
            "settings": list(_settings(services)),
        }
    hidden = _secrets(settings)
    return {
        name: [(label, _without(hidden, words)) for label, words in facts] for name, facts in sections.items()
    }


def _setting() -> str | None:
    """How pictures are to be drawn, before the services are there to tell."""
    from tui.services.settings import SettingsService
    from tui.storage.paths import default_paths

    return SettingsService(default_paths()).current.graphics


def _versions() -> Iterator[Fact]:
    yield "latentui", __version__
    yield "python", f"{platform.python_version()} ({platform.python_implementation()})"
    yield "system", f"{platform.system()} {platform.release()} {platform.machine()}"
    for package in _PACKAGES:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, "not installed"


def _environment() -> Iterator[Fact]:
    for name in _VARIABLES:
        if value := os.environ.get(name):
            yield name, "set" if name in _JUST_SAID else one_line(value)
    for name in sorted(os.environ):
        if name.startswith("LATENTUI_"):
            is_secret = name.endswith(("_API_KEY", "_PASSWORD"))
            yield name, "***" if is_secret else one_line(_plain_address(os.environ[name]))


def _servers(connections: Iterable[Connection], settings: Settings) -> Iterator[Fact]:
    states = {connection.server: connection for connection in connections}
    for server in settings.servers:
        where = f"{server.kind.label} at {_plain_address(server.url)}"
        state = states.get(server.name)
        yield server.name, f"{where}: {_state(state)}" if state else f"{where}: off"
    if not states:
        yield "note", "no server is switched on; `latentui --demo` needs none"


def _state(connection: Connection) -> str:
    """Its line of `latentui status` after the name."""
    shape, _, rest = describe_connection(connection).partition(" ")
    return f"{shape} {rest.removeprefix(connection.server).strip()}"


def _folders(paths: Paths, settings: Settings) -> Iterator[Fact]:
    yield "settings", _place(paths.settings_file)
    yield "workflows", _place(paths.workflows)
    yield "journal", _place(paths.journal)
    yield "state", _place(paths.state)
    yield "cache", _place(paths.cache)
    yield "log", _place(paths.log)
    yield "pictures", _place(Path(settings.pictures_folder))


def _place(path: Path) -> str:
    """A path with what is there, the home folder's name left out."""
    try:
        if path.is_dir():
            found = "a folder" if os.access(path, os.W_OK) else "a folder that cannot be written to"
        else:
            found = f"{path.stat().st_size} bytes"
    except FileNotFoundError:
        found = "not there yet"
    except OSError as error:
        found = error.strerror or "cannot be looked at"
    return f"{_homely(str(path))} ({found})"


def _homely(path: str) -> str:
    home = str(Path.home())
    return f"~{path[len(home) :]}" if home != "/" and path.startswith(f"{home}/") else path


def _settings(services: Services) -> Iterator[Fact]:
    settings = services.settings.current
    for problem in (services.settings.problem, services.generation.problem):
        if problem is not None:
            yield "problem", one_line(_homely(problem.sentence))
    yield "theme", settings.theme
    yield "graphics", settings.graphics
    yield "queue depth", str(settings.queue_depth)
    notices = settings.notices
    wanted = ("title", "progress", "notification", "bell", "command")
    yield "notices", ", ".join(name for name in wanted if getattr(notices, name)) or "none"
    yield "keys changed", ", ".join(settings.keys) or "none"


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Every text that must not be printed, longest first."""
    held: list[Secret | None] = []
    for server in settings.servers:
        held += [server.api_key, server.password, *server.headers.values()]
    texts = {secret.reveal() for secret in held if secret is not None} | set(_users(settings.servers))
    return tuple(sorted((text for text in texts if len(text) > 2), key=len, reverse=True))


def _users(servers: Iterable[ServerSettings]) -> Iterator[str]:
    """What stands before an @ in an address, and its parts."""
    for server in servers:
        parts = urlsplit(server.url)
        yield from (part for part in (parts.username, parts.password) if part)


def _without(secrets: Iterable[str], words: str) -> str:
    for secret in secrets:
        words = words.replace(secret, "***")
    return words


def _plain_address(text: str) -> str:
    """An address without user, password and query; any other text as it is."""
    if not re.match(r"https?://", text):
        return text
    parts = urlsplit(text)
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, f"***@{host}" if "@" in parts.netloc else host, parts.path, "", ""))


def _block(name: str, facts: list[Fact]) -> str:
    width = max((len(label) for label, _ in facts), default=0)
    return "\n".join([name, *(f"  {label:<{width}}  {words}" for label, words in facts)])


def _by_label(facts: Iterable[Fact]) -> dict[str, Any]:
    """A label that comes more than once holds a list."""
    found: dict[str, Any] = {}
    for label, words in facts:
        if label in found:
            earlier = found[label]
            found[label] = [*(earlier if isinstance(earlier, list) else [earlier]), words]  # pyright: ignore[reportUnknownVariableType] - of texts
        else:
            found[label] = words
    return found


def _print(text: str) -> None:
    sys.stdout.write(f"{text}\n")
