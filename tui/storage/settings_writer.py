"""Changes to the settings file that leave a person's comments and order alone."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.items import Table

from tui.domain.errors import SettingsError
from tui.domain.settings import ServerSettings
from tui.storage.atomic import write_whole
from tui.storage.settings_file import flatten, server_table

_HEAD = "# Latentui's settings. The studio writes here too; comments stay. All keys: README.\n"


def write_server(path: Path, old: ServerSettings | None, new: ServerSettings) -> None:
    """Write what differs between `old` (as in force) and `new` into the server's table."""
    before = flatten(server_table(old)) if old else {}
    after = flatten(server_table(new))
    changes = {key: after.get(key) for key in (*before, *after) if before.get(key) != after.get(key)}
    document = _load(path)
    table = _table(document, ("servers", new.name))
    if "enabled" not in table:
        changes.setdefault("enabled", new.is_enabled)
    for key, value in changes.items():
        _put(table, key.split("."), value)
    _store(path, document)


def remove_server(path: Path, name: str) -> None:
    """Take a server's table out of the file."""
    document = _load(path)
    servers = _table(document, ("servers",))
    if name in servers:
        servers.remove(name)
        _store(path, document)


def write_values(path: Path, values: Mapping[str, Any]) -> None:
    """Set top-level values by name; None takes one out."""
    document = _load(path)
    for key, value in values.items():
        if value is not None:
            document[key] = value
        elif key in document:
            document.remove(key)
    _store(path, document)


def _load(path: Path) -> tomlkit.TOMLDocument:
    if not path.exists():
        return tomlkit.parse(_HEAD)
    try:
        return tomlkit.parse(path.read_text("utf-8"))
    except (OSError, ValueError) as error:  # tomlkit's parse errors are ValueErrors
        raise SettingsError(
            f"{path} cannot be changed: {error}.", "Mend it first; it was left alone."
        ) from error


def _store(path: Path, document: tomlkit.TOMLDocument) -> None:
    write_whole(path, tomlkit.dumps(document).encode())


def _table(document: Any, keys: Iterable[str]) -> Table:
    # tomlkit's containers are dictionaries whose items have no static type
    for key in keys:
        if key not in document:
            document[key] = tomlkit.table(is_super_table=key == "servers")
        document = document[key]
    return document


def _put(table: Any, keys: list[str], value: Any) -> None:
    *outer, last = keys
    for key in outer:
        if key not in table:
            table[key] = tomlkit.table()
        table = table[key]
    if value is None:
        table.pop(last, None)
    else:
        table[last] = value
