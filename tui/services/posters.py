"""A still of a video, taken by ffmpeg where it is installed."""

import asyncio
import re
import shutil
from asyncio.subprocess import DEVNULL, PIPE
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PATIENCE = 15.0
"""Seconds that ffmpeg may take."""

_MOST_BYTES = 32 * 1024 * 1024
_MOST_WORDS = 64 * 1024
_MOST_PIXELS = 64_000_000
_LONGEST_SIDE = 1536
_DEMUXERS: Final = {
    "video/mp4": "mov",
    "video/quicktime": "mov",
    "video/webm": "matroska",
    "video/x-matroska": "matroska",
    "video/x-msvideo": "avi",
}
"""Said, not guessed: in a playlist that is called a video ffmpeg would follow its addresses."""

_DURATION = re.compile(rb"Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)")


@dataclass(frozen=True, slots=True)
class Poster:
    """A still, and how long the video is."""

    png: bytes
    seconds: float | None


def can_make_posters() -> bool:
    """Whether ffmpeg is installed."""
    return shutil.which("ffmpeg") is not None


async def poster_of(path: Path, media_type: str) -> Poster | None:
    """The most telling of the first frames; None where there is no ffmpeg, or it can make nothing of it.

    `path` is absolute.
    """
    program, demuxer = shutil.which("ffmpeg"), _DEMUXERS.get(media_type)
    if program is None or demuxer is None:
        return None
    process = await asyncio.create_subprocess_exec(
        program,
        *("-nostdin", "-hide_banner", "-protocol_whitelist", "file,pipe"),
        *("-max_pixels", str(_MOST_PIXELS), "-f", demuxer, "-i", f"file:{path}"),
        *("-an", "-sn", "-dn", "-vf", f"thumbnail=n=12,scale='min({_LONGEST_SIDE},iw)':-2"),
        *("-frames:v", "1", "-f", "image2pipe", "-c:v", "png", "pipe:1"),
        stdin=DEVNULL,
        stdout=PIPE,
        stderr=PIPE,
    )
    try:
        async with asyncio.timeout(PATIENCE):
            png, words = await asyncio.gather(
                _read(process.stdout, _MOST_BYTES), _read(process.stderr, _MOST_WORDS)
            )
            await process.wait()
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return Poster(png, _seconds(words)) if png and len(png) < _MOST_BYTES else None


async def _read(stream: asyncio.StreamReader | None, limit: int) -> bytes:
    """All that comes, the first `limit` bytes of it kept."""
    kept = bytearray()
    while stream is not None and (piece := await stream.read(64 * 1024)):
        kept += piece[: limit - len(kept)]
    return bytes(kept)


def _seconds(words: bytes) -> float | None:
    found = _DURATION.search(words)
    if found is None:
        return None
    hours, minutes, seconds = found.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds)
