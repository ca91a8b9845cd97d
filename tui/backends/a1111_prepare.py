"""A request on its way to an A1111 server: which POST it is, and what to tell about it beforehand."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tui.backends.a1111_pictures import source_pictures
from tui.backends.a1111_session import Session
from tui.domain.errors import InputError
from tui.domain.job import JobId
from tui.domain.request import GenerationRequest, Task
from tui.domain.text import nearest
from tui.protocol.a1111_dialect import (
    CHECKPOINT,
    IMG2IMG,
    LORAS,
    TXT2IMG,
    UPSCALE,
    VAES,
    Family,
    capabilities,
)
from tui.protocol.a1111_lists import (
    LoraFile,
    Upscaler,
    preview_override,
    read_loras,
    read_upscalers,
    read_vaes,
)
from tui.protocol.a1111_ownership import Expectation
from tui.protocol.a1111_request import (
    SourcePictures,
    expected_steps,
    generation_body,
    loras_in,
    notes_before,
    upscale_body,
)

UPSCALERS = "/sdapi/v1/upscalers"


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """A POST, ready to go."""

    path: str
    content: bytes
    expected: Expectation | None = None
    """What its run will look like; None where it has no steps."""

    size: tuple[int | None, int | None] = (None, None)
    """What the pictures should measure."""

    notes: tuple[str, ...] = ()


async def prepare(session: Session, job_id: JobId, request: GenerationRequest) -> Prepared:
    """Read the pictures, look up names, write the body. Raises `InputError` and `ServerError`."""
    found = await session.server()
    able = capabilities(found.dialect, found.options)
    if request.task not in able.tasks:
        name = found.dialect.family.value
        raise InputError(able.missing.get(request.task, f"{name} cannot do this task."))
    pictures = await asyncio.to_thread(source_pictures, request)
    if request.task is Task.UPSCALE:
        return await _enlarging(session, request, pictures)
    return await _generating(session, job_id, request, pictures)


async def _generating(
    session: Session, job_id: JobId, request: GenerationRequest, pictures: SourcePictures
) -> Prepared:
    found = await session.server()
    loaded = await _first_loaded(session, request)
    task_id = job_id if found.dialect.has_tasks else ""
    vae, vae_notes = await _vae(session, request)
    overrides = {**await _overrides(session), **vae}
    body = generation_body(request, pictures, task_id=task_id, overrides=overrides)
    kind = "img2img" if pictures.image else "txt2img"
    return Prepared(
        path=IMG2IMG if pictures.image else TXT2IMG,
        content=await _encoded(body),
        expected=Expectation(kind, expected_steps(request)),
        size=(body.get("width"), body.get("height")),
        notes=(*loaded, *vae_notes, *notes_before(request, await _loras(session, request))),
    )


async def _first_loaded(session: Session, request: GenerationRequest) -> tuple[str, ...]:
    """Load the checkpoint where nobody has chosen one yet: there, SD.Next makes nothing, and says nothing."""
    found = await session.server()
    if CHECKPOINT not in found.dialect.paths or found.options.checkpoint or not request.checkpoint:
        return ()
    await session.api.load_checkpoint(request.checkpoint)
    return (f"The server had no checkpoint loaded: “{request.checkpoint}” is loaded now.",)


async def _enlarging(session: Session, request: GenerationRequest, pictures: SourcePictures) -> Prepared:
    upscalers = read_upscalers(await session.api.get(UPSCALERS))
    upscaler = _chosen(upscalers, request)
    notes: list[str] = []
    if not upscaler.is_downloaded:
        # without a network it answers 200 with a plain resize
        notes.append(
            f"The server has yet to download “{upscaler.name}”; if it cannot, it only stretches the picture."
        )
    content = await _encoded(upscale_body(pictures.image, upscaler, request))
    return Prepared(path=UPSCALE, content=content, notes=tuple(notes))


def _chosen(upscalers: tuple[Upscaler, ...], request: GenerationRequest) -> Upscaler:
    asked = request.extras.get("upscaler")
    if not isinstance(asked, str) or not asked:
        if not upscalers:
            raise InputError("This server has no upscaler.", "Put one into its models/ESRGAN folder.")
        return upscalers[0]
    found = next((item for item in upscalers if item.name == asked), None)
    if found is None:
        like = nearest(asked, tuple(item.name for item in upscalers))
        meant = f"Did you mean “{like}”?" if like else "Choose one from its list."
        raise InputError(f"This server has no upscaler “{asked}”.", meant)
    return found


async def _overrides(session: Session) -> Mapping[str, int]:
    """Options for this job alone: early previews, where that changes nothing for anybody else."""
    found = await session.server()
    # Forge tells every number as a float: what was saved, and so is restored, cannot be told from the rest
    is_restored = found.dialect.family is Family.A1111 and not found.dialect.is_frozen
    return preview_override(found.options) if is_restored else {}


async def _vae(session: Session, request: GenerationRequest) -> tuple[dict[str, str], tuple[str, ...]]:
    """The override for the request's VAE, and what is to be said where the server does not have it."""
    dialect, wanted = (await session.server()).dialect, request.extras.get("vae")
    if not dialect.has_vaes or not isinstance(wanted, str) or not wanted:
        return {}, ()
    if wanted not in read_vaes(await session.api.get(VAES), ""):
        return {}, (f"The server has no VAE “{wanted}”; it works without it.",)
    return await session.vae_override(wanted), ()


async def _loras(session: Session, request: GenerationRequest) -> tuple[LoraFile, ...] | None:
    """The server's LoRAs, asked for only when the request has any; None where it does not list them."""
    if not request.loras and not loras_in(request.prompt)[1]:
        return ()
    answer = await session.api.find(LORAS)
    return None if answer is None else read_loras(answer)


async def _encoded(body: Mapping[str, Any]) -> bytes:
    return await asyncio.to_thread(msgspec.json.encode, body)
