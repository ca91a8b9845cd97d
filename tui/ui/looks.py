"""What is to be seen of a finished file: a picture, the still of a video, a text, or a sentence about it."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.errors import PictureError
from tui.domain.job import Job, SavedOutput
from tui.domain.text import clean, one_line
from tui.ui import words

if TYPE_CHECKING:
    from tui.services.bundle import Services

MOST_BYTES = 200_000_000
"""A file larger than this is not read to be shown."""

MOST_TEXT = 200_000
"""Bytes of a text that are shown."""


@dataclass(frozen=True, slots=True)
class Look:
    """One of picture and text, or neither: then the caption says why."""

    caption: str
    picture: bytes | None = None
    text: str | None = None
    is_moving: bool = False
    """Whether the file has more frames than the one shown."""


async def look_at(services: "Services", output: SavedOutput, job: Job | None) -> Look:
    """Read a finished file off the loop, and say what is known of it."""
    path = Path(output.path)
    try:
        match output.media_type.partition("/")[0]:
            case "video":
                return await _look_at_video(services, output, job)
            case "text":
                return await _look_at_text(output, job)
            case "image":
                info = await services.pictures.inspect(path)
                data = await asyncio.to_thread(_read, path, MOST_BYTES)
                frames = f"{info.frames} frames (space plays)" if info.frames > 1 else ""
                said = caption(output, f"{info.width}×{info.height}", job, frames)
                return Look(said, data, is_moving=info.frames > 1)
            case "audio":
                return Look(await _elsewhere(output, "a sound"))
            case "model":
                return Look(await _elsewhere(output, "a 3D model"))
            case _:
                return Look(await _elsewhere(output, "a file"))
    except PictureError as error:
        return Look(one_line(error.sentence))
    except OSError:
        return Look(f"{one_line(path.name)} cannot be read.")


async def _look_at_video(services: "Services", output: SavedOutput, job: Job | None) -> Look:
    poster = await services.pictures.poster(output.path, output.media_type)
    if poster is None:
        said = await _elsewhere(output, "a video")
        return Look(said if services.pictures.can_make_posters else f"{said} With ffmpeg it is seen here.")
    length = f"{poster.seconds:.1f} s long" if poster.seconds else ""
    return Look(caption(output, "a video", job, length), poster.png)


async def _look_at_text(output: SavedOutput, job: Job | None) -> Look:
    data = await asyncio.to_thread(_read, Path(output.path), MOST_TEXT)
    return Look(caption(output, "", job), text=clean(data.decode("utf-8", "replace")))


async def _elsewhere(output: SavedOutput, what: str) -> str:
    path = Path(output.path)
    size = (await asyncio.to_thread(path.stat)).st_size
    return f"{one_line(path.name, 60)} is {what} of {words.size(size)}: o opens it, y copies its path."


def caption(output: SavedOutput, size: str, job: Job | None, more: str = "") -> str:
    """fox_00012.png · 512×512 · seed 471 · 4.1 s"""
    parts = [one_line(Path(output.path).name, 60), size, more]
    if job is not None:
        parts.append(_beside(output, job))
    if output.seed is not None:
        parts.append(f"seed {output.seed}")
    if job is not None and job.started_at and job.ended_at:
        parts.append(words.duration(job.ended_at - job.started_at))
    return " · ".join(part for part in parts if part)


def _beside(output: SavedOutput, job: Job) -> str:
    """What preview nodes showed stands apart: said of the result, and of itself."""
    if output in job.asides:
        return f"preview {job.asides.index(output) + 1} of {len(job.asides)}, not saved (s saves it)"
    count = len(job.asides)
    return f"{count} preview{'' if count == 1 else 's'} (p)" if count else ""


def _read(path: Path, limit: int) -> bytes:
    with path.open("rb") as file:
        return file.read(limit)
