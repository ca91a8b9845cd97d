"""The workflows that lie on a ComfyUI server, listed and fetched."""

import asyncio

from tui.backends.comfyui_api import ComfyUIApi
from tui.domain.errors import NotFoundError
from tui.domain.text import one_line
from tui.domain.workflow import ServerWorkflow
from tui.protocol.comfyui_library import (
    PACKS,
    SAVED,
    SAVED_QUERY,
    TEMPLATES,
    pack_templates_in,
    path_of,
    picture_path_of,
    saved_in,
    templates_in,
)


async def list_workflows(api: ComfyUIApi) -> tuple[ServerWorkflow, ...]:
    """What people saved there first, then the node packs' templates, then the server's own."""
    saved, packs, templates = await asyncio.gather(
        api.optional(SAVED, **SAVED_QUERY), api.optional(PACKS), api.optional(TEMPLATES)
    )
    return (*saved_in(saved), *pack_templates_in(packs), *templates_in(templates))


async def fetch_workflow(api: ComfyUIApi, name: str) -> bytes:
    """The JSON of a workflow by the name in its list."""
    return await _fetch(api, name, path_of(name))


async def fetch_picture(api: ComfyUIApi, name: str) -> bytes:
    """The picture of a template."""
    return await _fetch(api, name, picture_path_of(name))


async def _fetch(api: ComfyUIApi, name: str, path: str | None) -> bytes:
    if path is None:
        raise NotFoundError(f"{api.label} has no workflow “{one_line(name, 80)}”.", "Choose another one.")
    try:
        return await api.content(path)
    except NotFoundError as error:
        raise NotFoundError(
            f"{api.label} has no workflow “{one_line(name, 80)}”.", "It may have been renamed or removed."
        ) from error
