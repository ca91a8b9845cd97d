"""`latentui config`: where the settings file is, and what holds with environment and defaults counted in."""

import argparse
from dataclasses import asdict
from typing import Any

import tomlkit

from tui.cli.faults import BAD_INPUT, tell
from tui.domain.settings import ServerSettings, Settings
from tui.services.settings import SettingsService
from tui.storage.paths import default_paths
from tui.storage.settings_file import server_table


def run(arguments: argparse.Namespace) -> int:
    """Print the path or the settings; keys are masked."""
    paths = default_paths()
    if arguments.what == "path":
        print(paths.settings_file)
        return 0
    service = SettingsService(paths)
    print(tomlkit.dumps(shown(service.current)), end="")
    if service.problem is not None:
        tell(service.problem)
        return BAD_INPUT
    return 0


def shown(settings: Settings) -> dict[str, Any]:
    """The settings as the file would hold them, without secrets."""
    return {
        "pictures_folder": settings.pictures_folder,
        "name_pattern": settings.name_pattern,
        "theme": settings.theme,
        "graphics": settings.graphics,
        "keep_previews": settings.keep_previews,
        "queue_depth": settings.queue_depth,
        "hand_over_memory": settings.hand_over_memory,
        "notices": asdict(settings.notices),
        "keys": dict(settings.keys),
        "servers": {server.name: _masked(server) for server in settings.servers},
    }


def _masked(server: ServerSettings) -> dict[str, Any]:
    table = {key: value for key, value in server_table(server).items() if value is not None}
    for key in ("api_key", "password"):
        if key in table and not table[key].startswith("env:"):
            table[key] = "***"
    if "headers" in table:
        table["headers"] = dict.fromkeys(table["headers"], "***")
    return table
