"""Handing a job to InvokeAI: pictures first, then the graph, and never twice."""

import asyncio
from dataclasses import dataclass, replace
from time import monotonic

from tui.backends.invokeai_api import InvokeAIApi
from tui.backends.invokeai_pace import Pace
from tui.domain.errors import (
    AnswerLostError,
    NotFoundError,
    PictureError,
    ServerError,
    ServerRefusedError,
    ServerReplyError,
)
from tui.domain.job import JobId
from tui.domain.request import GenerationRequest, Task
from tui.protocol.invokeai_graph import Graph
from tui.protocol.invokeai_models import Models
from tui.protocol.invokeai_request import Settled, enqueueing, graph_of, settled, upscaling_graph


@dataclass(frozen=True, slots=True)
class Prepared:
    """A graph whose pictures are on the server, and notes for the person."""

    graph: Graph
    notes: tuple[str, ...] = ()


async def prepare(api: InvokeAIApi, request: GenerationRequest, models: Models) -> Prepared:
    """Settle everything, then send the pictures. Raises InputError or ServerError."""
    if request.task is Task.UPSCALE:
        return await _upscaling(api, request, models)
    size = None
    if request.init_image is not None:
        from tui.backends.invokeai_pictures import size_of  # Pillow, which a text alone does not need

        size = await asyncio.to_thread(size_of, request.init_image.path)
    plan = settled(request, models, size)
    # what cannot be drawn is said before anything is sent
    graph_of(replace(plan.drawing, mask="" if request.mask else None))
    return await _with_pictures(api, request, plan, size)


async def _upscaling(api: InvokeAIApi, request: GenerationRequest, models: Models) -> Prepared:
    from tui.backends.invokeai_pictures import picture_png

    if request.init_image is None:
        raise PictureError("No picture is chosen to enlarge.", "Pick one, or give it with --image.")
    name = request.extras.get("upscaler")
    upscaler = models.upscaler(name if isinstance(name, str) else None)
    picture = await api.upload(await asyncio.to_thread(picture_png, request.init_image.path))
    return Prepared(upscaling_graph(upscaler, picture))


async def _with_pictures(
    api: InvokeAIApi, request: GenerationRequest, plan: Settled, size: tuple[int, int] | None
) -> Prepared:
    drawing, notes = plan.drawing, plan.notes
    if request.init_image is None and not request.control:
        return Prepared(graph_of(drawing), notes)
    from tui.backends.invokeai_pictures import mask_png, picture_png

    working_size = (drawing.width, drawing.height)
    if request.init_image is not None and size is not None:
        data = await asyncio.to_thread(picture_png, request.init_image.path, working_size)
        drawing = replace(drawing, picture=await api.upload(data))
        if request.mask is not None:
            data = await asyncio.to_thread(mask_png, request.mask.path, size, working_size)
            drawing = replace(drawing, mask=await api.upload(data, "mask.png"))
    controls = [
        replace(control, image_name=await api.upload(await asyncio.to_thread(picture_png, unit.image.path)))
        for control, unit in zip(drawing.controls, request.control, strict=True)
    ]
    return Prepared(graph_of(replace(drawing, controls=tuple(controls))), notes)


async def enqueue(api: InvokeAIApi, graph: Graph, job_id: JobId, pace: Pace) -> int | None:
    """Post once; the item's number. None: whether the server has the job cannot be told.

    Raises `ServerError` when it certainly has not.
    """
    try:
        answer = await api.enqueue(enqueueing(graph, job_id))
    except (ServerRefusedError, NotFoundError):
        raise
    except (AnswerLostError, ServerReplyError) as error:
        return await _ask_after(api, job_id, error, pace)
    if answer.item_ids:
        return min(answer.item_ids)
    lost = ServerReplyError(
        f"{api.label} took a job and did not say as which.", "It is meant for InvokeAI 6."
    )
    return await _ask_after(api, job_id, lost, pace)


async def _ask_after(api: InvokeAIApi, job_id: JobId, error: ServerError, pace: Pace) -> int | None:
    """After an unclear answer: the server itself knows whether it has an item for this destination."""
    started = monotonic()
    was_away = False
    while True:
        try:
            items = await api.items_for(job_id)
            if items:
                return min(item.item_id for item in items)
            if not isinstance(error, AnswerLostError) or monotonic() - started > pace.confirming:
                break
        except ServerError:
            was_away = True
            if api.is_closed or monotonic() - started > pace.patience:
                return None
        await asyncio.sleep(pace.blind / 2)
    if was_away:  # it may have had the job, and lost it in a restart
        return None
    if isinstance(error, AnswerLostError):
        # not "unreachable", which callers may take as leave to send it again
        raise ServerReplyError(
            f"{api.label} did not take the job: the connection broke off.", "Generate again."
        ) from error
    raise error
