"""The settings file: TOML in, settings out, and every mistake in it told with its line."""

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar, cast

import msgspec

from tui.domain.errors import SettingsError
from tui.domain.settings import (
    GenerationDefaults,
    NoticeSettings,
    Secret,
    ServerKind,
    ServerSettings,
    Settings,
)


class _Table(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    pass


class _Defaults(_Table):
    checkpoint: str | None = None
    sampler: str | None = None
    scheduler: str | None = None
    steps: int | None = None
    cfg_scale: float | None = None
    width: int | None = None
    height: int | None = None


class _Server(_Table):
    kind: ServerKind | None = None
    url: str | None = None
    enabled: bool = True
    api_key: str | None = None
    username: str | None = None
    password: str | None = None
    headers: dict[str, str] = {}
    verify_tls: bool = True
    ca_file: str | None = None
    defaults: _Defaults = msgspec.field(default_factory=_Defaults)


class _Notices(_Table):
    title: bool = True
    progress: bool = True
    notification: bool = True
    bell: bool = False
    command: str = ""


class _File(_Table):
    pictures_folder: str | None = None
    name_pattern: str | None = None
    theme: str | None = None
    graphics: str | None = None
    keep_previews: bool | None = None
    queue_depth: int | None = None
    hand_over_memory: bool | None = None
    keys: dict[str, str] = {}
    notices: _Notices = msgspec.field(default_factory=_Notices)
    servers: dict[str, dict[str, Any]] = {}


_Servers = dict[str, _Server]


def read_settings(path: Path, pictures: Path) -> Settings:
    """The settings in `path`, or the defaults when there is no such file. Raises `SettingsError`."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return default_settings(pictures)
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{path} cannot be read: {error}.", _ADVICE) from error
    import tomllib  # most machines have no such file

    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path} is not valid TOML: {error}.", _ADVICE) from error
    file = _converted(path, text, tree, _File, ())
    servers = {
        name: _converted(path, text, table, _Server, ("servers", name))
        for name, table in file.servers.items()
    }
    _check_urls(path, text, servers)
    _keep_private(path, servers)
    return _settings(file, servers, pictures)


def default_settings(pictures: Path) -> Settings:
    """What holds with no file at all: every kind of server at its usual address, none switched on."""
    return _settings(_File(), {}, pictures)


_ADVICE = "The defaults are used until it is mended; the file was left as it is."


def _settings(file: _File, tables: _Servers, pictures: Path) -> Settings:
    servers = {kind.value: _default_server(kind) for kind in ServerKind}
    servers |= {name: _server(name, table) for name, table in tables.items()}
    given = {
        name: value
        for name in ("name_pattern", "theme", "graphics", "keep_previews", "queue_depth", "hand_over_memory")
        if (value := getattr(file, name)) is not None
    }
    folder = Path(file.pictures_folder).expanduser() if file.pictures_folder else pictures
    return Settings(
        servers=tuple(servers.values()),
        pictures_folder=str(folder),
        keys=MappingProxyType(file.keys),
        notices=msgspec.convert(msgspec.structs.asdict(file.notices), NoticeSettings),
        **given,
    )


def _default_server(kind: ServerKind) -> ServerSettings:
    return ServerSettings(name=kind.value, kind=kind, url=kind.default_url)


def _server(name: str, table: _Server) -> ServerSettings:
    kind = table.kind or ServerKind(name)
    return ServerSettings(
        name=name,
        kind=kind,
        url=(table.url or kind.default_url).rstrip("/"),
        is_enabled=table.enabled,
        api_key=_secret(table.api_key),
        username=table.username,
        password=_secret(table.password),
        headers=MappingProxyType({key: Secret(value) for key, value in table.headers.items()}),
        verifies_tls=table.verify_tls,
        ca_file=table.ca_file,
        defaults=msgspec.convert(msgspec.structs.asdict(table.defaults), GenerationDefaults),
    )


def _secret(text: str | None) -> Secret | None:
    return Secret(text) if text else None


def _check_urls(path: Path, text: str, servers: _Servers) -> None:
    kinds = {kind.value for kind in ServerKind}
    for name, server in servers.items():
        where = ("servers", name)
        if server.kind is None and name not in kinds:
            known = ", ".join(sorted(kinds))
            raise _located(path, text, where, f'server "{name}" needs a kind, one of {known}')
        if server.url is not None and not re.match(r"https?://[^/\s]+", server.url):
            raise _located(path, text, (*where, "url"), "url must begin with http:// or https://")


def _keep_private(path: Path, servers: _Servers) -> None:
    """Take the file from other users' eyes when it holds keys."""
    holds_keys = any(
        secret and not secret.startswith("env:")
        for server in servers.values()
        for secret in (server.api_key, server.password, *server.headers.values())
    )
    if holds_keys and path.stat().st_mode & 0o077:
        path.chmod(0o600)


_T = TypeVar("_T", bound=_Table)


def _converted(path: Path, text: str, tree: Any, shape: type[_T], where: tuple[str, ...]) -> _T:
    try:
        return msgspec.convert(tree, shape)
    except msgspec.ValidationError as error:
        raise _invalid(path, text, where, str(error)) from error


def _invalid(path: Path, text: str, where: tuple[str, ...], message: str) -> SettingsError:
    """`message` is msgspec's: "Expected `int`, got `str` - at `$.defaults.steps`"."""
    reason, _, place = message.partition(" - at `")
    keys = (*where, *re.findall(r"[^.\[\]`$]+", place.replace("[...]", "")))
    unknown = re.search(r"unknown field `([^`]+)`", reason)
    if unknown:
        return _located(path, text, (*keys, unknown[1]), f'there is no setting "{unknown[1]}"')
    return _located(path, text, keys, reason[0].lower() + reason[1:])


def _located(path: Path, text: str, keys: tuple[str, ...], reason: str) -> SettingsError:
    line = line_of(text, keys)
    where = f"{path}, line {line}" if line else str(path)
    name = ".".join(keys)
    return SettingsError(f"{where}: {name}: {reason}." if name else f"{where}: {reason}.", _ADVICE)


def line_of(text: str, keys: tuple[str, ...]) -> int | None:
    """The line on which a setting stands, counted from 1; that of its table when it is not found alone."""
    table: tuple[str, ...] = ()
    best: int | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
            table = tuple(part.strip().strip("\"'") for part in header[1].split("."))
            if table == keys[: len(table)]:
                best = number
        elif key := re.match(r"\s*([\w.\"'-]+)\s*=", line):
            full = (*table, *(part.strip("\"'") for part in key[1].split(".")))
            if full == keys[: len(full)]:
                return number
    return best


def server_table(server: ServerSettings) -> dict[str, Any]:
    """A server as it stands in the file, secrets included: for writing only."""
    defaults = {
        name: value
        for name in GenerationDefaults.__slots__
        if (value := getattr(server.defaults, name)) is not None
    }
    table: dict[str, Any] = {
        "kind": server.kind.value,
        "url": server.url,
        "enabled": server.is_enabled,
        "api_key": server.api_key.source if server.api_key else None,
        "username": server.username,
        "password": server.password.source if server.password else None,
        "headers": {name: secret.source for name, secret in server.headers.items()} or None,
        "verify_tls": server.verifies_tls,
        "ca_file": server.ca_file,
        "defaults": defaults or None,
    }
    return table


def flatten(table: Mapping[str, Any]) -> dict[str, Any]:
    """`{"defaults": {"steps": 20}}` as `{"defaults.steps": 20}`, so that tables can be compared by key."""
    flat: dict[str, Any] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            inner = cast("dict[str, Any]", value)  # tables have text keys
            flat |= {f"{key}.{name}": item for name, item in flatten(inner).items()}
        else:
            flat[key] = value
    return flat
