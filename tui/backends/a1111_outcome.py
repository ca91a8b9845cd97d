"""The end of an A1111 job: its answer as pictures, and what there is to say about them."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tui.backends.a1111_api import A1111Api
from tui.backends.a1111_prepare import Prepared
from tui.domain.errors import PictureError
from tui.domain.events import JobCompleted, JobEvent, JobFailed, JobNoted, OutputReceived
from tui.domain.job import JobId, OutputImage
from tui.domain.request import GenerationRequest, Task
from tui.media.images import inspect
from tui.media.sniff import ENOUGH, SUFFIXES, media_type
from tui.protocol.a1111_answer import (
    GenerationAnswer,
    Info,
    Known,
    Picture,
    other_size,
    read_info,
    read_pictures,
    replacements,
)
from tui.protocol.a1111_dialect import UPSCALE
from tui.protocol.a1111_progress import decode_picture


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came back, decoded."""

    pictures: tuple[Picture, ...]
    info: Info
    sizes: tuple[tuple[int, int], ...] = ()


async def send(api: A1111Api, prepared: Prepared) -> Outcome:
    """Post the job and wait for its pictures. Never to be done twice for one job."""
    if prepared.path == UPSCALE:
        enlarged = await api.upscale(prepared.content)
        return await asyncio.to_thread(measured, (Picture(decode_picture(enlarged.image)),), Info())
    answer = await api.generate(prepared.path, prepared.content)
    return await asyncio.to_thread(decoded, answer)


def results(
    job_id: JobId,
    request: GenerationRequest,
    outcome: Outcome,
    known: Known,
    size: tuple[int | None, int | None] = (None, None),
) -> Iterator[JobEvent]:
    """The events of a job that is done: what was replaced, the pictures, the end."""
    files = [picture for picture in outcome.pictures if _kind(picture)]
    if not files:
        advice = "It may have been interrupted there, or have no model loaded; its log tells more."
        yield JobFailed(job_id, "The server ended the job without a picture.", advice)
        return
    notes = [*replacements(request, outcome.info, known)]
    notes.extend(note for got in outcome.sizes[:1] if (note := other_size(size, got)))
    for note in notes:
        yield JobNoted(job_id, note)
    for number, picture in enumerate(files):
        kind = _kind(picture)
        yield OutputReceived(
            job_id,
            OutputImage(
                filename=f"{job_id}_{number}{SUFFIXES.get(kind, '')}",
                media_type=kind,
                seed=_seed(request, picture),
                data=picture.data,
            ),
        )
    yield JobCompleted(job_id)


def decoded(answer: GenerationAnswer) -> Outcome:
    """The pictures of an answer, and what it says of them. Blocking work."""
    info = read_info(answer.info)
    info = replace(info, appended=max(len(answer.images) - info.first - len(info.seeds), 0))
    return measured(read_pictures(answer, info), info)


def measured(pictures: tuple[Picture, ...], info: Info) -> Outcome:
    """The pictures with their true sizes. Blocking work."""
    return Outcome(pictures, info, tuple(_sizes(pictures)))


def _sizes(pictures: tuple[Picture, ...]) -> Iterator[tuple[int, int]]:
    for picture in pictures:
        try:
            found = inspect(picture.data)
        except PictureError:
            continue  # it is saved as it came; only the comparison of sizes goes without it
        yield found.width, found.height


def _seed(request: GenerationRequest, picture: Picture) -> int | None:
    if picture.seed is None and request.task is not Task.UPSCALE:
        return request.seed
    return picture.seed


def _kind(picture: Picture) -> str:
    kind = media_type(picture.data[:ENOUGH]) or ""
    return kind if kind.startswith("image/") else ""
