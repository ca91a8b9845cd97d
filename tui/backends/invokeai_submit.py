"""Handing a job to InvokeAI: pictures first, then the graph, and never twice."""

import asyncio
from dataclasses import dataclass, replace

from tui.backends.invokeai_api import InvokeAIApi
from tui.backends.invokeai_pace import Pace
from tui.backends.lost_answer import ask_after
from tui.domain.errors import (
    AnswerLostError,
    NotFoundError,
    PictureError,
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

    async def find() -> int | None:
        return min((item.item_id for item in await api.items_for(job_id)), default=None)

    try:
        answer = await api.enqueue(enqueueing(graph, job_id))
    except (ServerRefusedError, NotFoundError):
        raise
    except (AnswerLostError, ServerReplyError) as error:
        return await ask_after(find, api, error, pace)
    if answer.item_ids:
        return min(answer.item_ids)
    lost = ServerReplyError(
        f"{api.label} took a job and did not say as which.", "It is meant for InvokeAI 6."
    )
    return await ask_after(find, api, lost, pace)
