"""Finding out what an A1111 server is: by what it answers, never by its name."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from tui.backends.a1111_api import A1111Api
from tui.domain.errors import LatentuiError, ServerRefusedError, ServerReplyError
from tui.domain.json_values import object_of
from tui.protocol.a1111_dialect import (
    CHECKPOINT,
    CONTROLNETS,
    FLAGS,
    IMG2IMG,
    MODULES,
    NATIVE,
    OPTIONS,
    PING,
    TASK_PROGRESS,
    TXT2IMG,
    USUAL,
    VAES,
    VERSION,
    Dialect,
    classify,
    version_on_page,
)
from tui.protocol.a1111_errors import error_of_fault, read_fault
from tui.protocol.a1111_lists import Options, read_options
from tui.transport.errors import decode_json, error_of

_OPENAPI = "/openapi.json"
_ASKED_ONE_BY_ONE = (NATIVE, MODULES, VERSION, PING, CHECKPOINT, VAES, CONTROLNETS, *sorted(USUAL))
_FREEZERS = ("freeze_settings", "freeze_settings_in_sections", "freeze_specific_settings")
_BROKEN = "its settings hold a wrong value, and it cannot list them"


class _OpenApi(msgspec.Struct, frozen=True):
    paths: dict[str, msgspec.Raw] = {}


@dataclass(frozen=True, slots=True)
class Found:
    """A server as it was found."""

    dialect: Dialect
    options: Options
    note: str = ""


async def probe(api: A1111Api) -> Found:
    """Ask a server what it is. Raises `ServerError` when it is something else, or not willing."""
    options, note = await read_current_options(api)
    paths = await _paths(api)
    has_tasks = TASK_PROGRESS in paths and await api.has(PING)
    version = await api.find(VERSION) if VERSION in paths else None
    on_page = version_on_page(await api.page()) if has_tasks and version is None else ""
    is_frozen = FLAGS in paths and VERSION not in paths and await _is_frozen(api)
    dialect = classify(paths, has_tasks=has_tasks, version=version, is_frozen=is_frozen)
    return Found(replace(dialect, version=dialect.version or on_page), options, note)


async def read_current_options(api: A1111Api) -> tuple[Options, str]:
    """The server's options, and what is wrong with them if anything is."""
    status, body = await api.exchange(OPTIONS)
    if status == 200:
        options = read_options(decode_json(api.label, body, OPTIONS))
        if options is None:
            raise _something_else(api.label)
        return options, ""
    if status == 500 and read_fault(body) is not None:
        return Options(), _BROKEN  # somebody saved an option of the wrong type; jobs still run
    raise await _no_options(api, status, body)


async def _no_options(api: A1111Api, status: int, body: bytes) -> LatentuiError:
    fault = read_fault(body)
    if status in {401, 403}:
        if fault is not None:
            return error_of_fault(api.label, status, fault)
        return ServerRefusedError(
            f"{api.label} refused access ({status}).",
            "Check the user name and password in the settings.",
        )
    if status not in {404, 405}:
        return error_of(api.label, status, body, OPTIONS)
    if await api.has(PING):
        return ServerReplyError(f"{api.label} runs without its API.", "Start it with --api.")
    return _something_else(api.label)


def _something_else(label: str) -> ServerReplyError:
    return ServerReplyError(
        f"{label} does not speak A1111's API.",
        "Is it A1111, Forge, SD.Next or stable-diffusion.cpp, and is this its port? A1111 needs --api.",
    )


async def _is_frozen(api: A1111Api) -> bool:
    _, body = await api.exchange(FLAGS)
    try:
        told = object_of(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return False
    # Forge with --port fails to list its flags, and has them in its error
    flags = object_of(told.get("body")) or told
    return any(flags.get(name) for name in _FREEZERS)


async def _paths(api: A1111Api) -> frozenset[str]:
    """The routes of the server: as it lists them, else those that answer."""
    status, body = await api.exchange(_OPENAPI)
    if status == 200:
        listed = await asyncio.to_thread(_listed, body)
        if TXT2IMG in listed:
            # FastAPI keeps the list it made when first asked for it, also one made while the server started
            return listed | await _there(api, tuple({*USUAL, CONTROLNETS} - listed))
    found = await _there(api, _ASKED_ONE_BY_ONE)
    tasks = {TASK_PROGRESS} if PING in found else set[str]()
    return frozenset({TXT2IMG, IMG2IMG, OPTIONS, *found, *tasks})


async def _there(api: A1111Api, paths: tuple[str, ...]) -> frozenset[str]:
    answers = await asyncio.gather(*(api.has(path) for path in paths))
    return frozenset(path for path, is_there in zip(paths, answers, strict=True) if is_there)


def _listed(body: bytes) -> frozenset[str]:
    try:
        found: Any = msgspec.json.decode(body, type=_OpenApi)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return frozenset()
    return frozenset(found.paths)
