"""Handing a job to ComfyUI: pictures first, then the graph, and never twice."""

import asyncio
from collections.abc import Mapping
from copy import deepcopy
from hashlib import sha256
from pathlib import Path
from typing import Any

from tui.backends.comfyui_api import ComfyUIApi
from tui.backends.comfyui_pace import Pace
from tui.backends.lost_answer import ask_after
from tui.domain.errors import (
    AnswerLostError,
    NotFoundError,
    PictureError,
    RequestRejectedError,
    ServerError,
    ServerRefusedError,
    ServerReplyError,
)
from tui.domain.request import ApiWorkflow, GraphPlan, PictureInput
from tui.domain.text import one_line
from tui.media.sniff import ENOUGH, SUFFIXES, media_type
from tui.protocol.comfyui_answers import PromptAnswer, choices_of
from tui.protocol.comfyui_errors import Rejection, rejection_of, unlisted_choices

_MAXIMUM_UPLOAD = 256 * 1024 * 1024


async def with_uploads(api: ComfyUIApi, plan: GraphPlan) -> ApiWorkflow:
    """Send the plan's pictures; its graph with their names on the server in place."""
    graph = deepcopy(dict(plan.graph)) if plan.uploads else plan.graph
    names: dict[str, str] = {}
    for upload in plan.uploads:
        path = upload.picture.path
        if path not in names:
            names[path] = await _upload(api, upload.picture)
        graph[upload.node_id]["inputs"][upload.input_name] = names[path]
    return graph


def submission(prompt_id: str, client_id: str, graph: ApiWorkflow, plan: GraphPlan) -> dict[str, Any]:
    """The body for `/prompt`."""
    extra: dict[str, Any] = {"preview_method": "auto"}  # there are no previews unless asked for
    if plan.canvas is not None:  # null here would break the jobs list for everybody
        extra["extra_pnginfo"] = {"workflow": dict(plan.canvas)}
    return {"prompt": dict(graph), "prompt_id": prompt_id, "client_id": client_id, "extra_data": extra}


async def submit(api: ComfyUIApi, body: Mapping[str, Any], pace: Pace) -> PromptAnswer | None:
    """Post once. None: whether the server has the job cannot be told.

    Raises `ServerError` when it certainly has not.
    """
    prompt_id: str = body["prompt_id"]
    try:
        answer = await api.submit(body)
    except (ServerRefusedError, NotFoundError):
        raise
    except (AnswerLostError, ServerReplyError) as error:
        return await ask_after(lambda: _find(api, prompt_id), api, error, pace)
    if isinstance(answer, Rejection):
        raise await _rejected(api, answer, body["prompt"])
    return answer


async def _find(api: ComfyUIApi, prompt_id: str) -> PromptAnswer | None:
    has_it = (await api.queue()).has(prompt_id) or await api.history(prompt_id) is not None
    return PromptAnswer(prompt_id) if has_it else None


async def _rejected(api: ComfyUIApi, rejection: Rejection, graph: ApiWorkflow) -> RequestRejectedError:
    choices: dict[tuple[str, str], tuple[str, ...]] = {}
    for class_type, input_name in unlisted_choices(rejection.by_node):
        try:
            choices[class_type, input_name] = choices_of(await api.definition(class_type), input_name)
        except ServerError:
            break  # the sentence does without its list
    problem = rejection_of(rejection, graph, choices)
    return RequestRejectedError(problem.sentence, problem.advice)


async def _upload(api: ComfyUIApi, picture: PictureInput) -> str:
    data, kind, name = await asyncio.to_thread(_read, picture.path)
    return (await api.upload(name, data, kind)).reference


def _read(path: str) -> tuple[bytes, str, str]:
    """Bytes, media type, and a name made from the content: the person's own file names stay here."""
    shown = one_line(path, 100)
    try:
        if Path(path).stat().st_size > _MAXIMUM_UPLOAD:
            raise PictureError(
                f"{shown} is larger than {_MAXIMUM_UPLOAD // 2**20} MB.", "Use a smaller picture."
            )
        data = Path(path).read_bytes()
    except OSError as error:
        reason = one_line(error.strerror or "unreadable")
        raise PictureError(
            f"The picture {shown} cannot be read: {reason}.", "Choose another file."
        ) from error
    kind = media_type(data[:ENOUGH]) or ""
    if not kind.startswith(("image/", "video/", "audio/")):
        raise PictureError(
            f"{shown} is not a picture.",
            "Choose a PNG, JPEG or WebP file, or a video or sound where one is asked.",
        )
    return data, kind, f"latentui-{sha256(data).hexdigest()[:16]}{SUFFIXES.get(kind, '')}"
