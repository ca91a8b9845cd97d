"""Looking at the person's own picture files."""

import asyncio
from io import BytesIO
from pathlib import Path

from tui.domain.pictures import Frame, PictureInfo
from tui.services.posters import Poster, can_make_posters, poster_of

_MOST_POSTERS = 16
"""Stills that are kept, so that going through a list asks for each once."""


class PicturesService:
    """What is shown of picture and video files, read off the event loop."""

    def __init__(self) -> None:
        self._posters: dict[tuple[Path, int, int], Poster] = {}

    async def inspect(self, path: str | Path) -> PictureInfo:
        """Size and format of a picture from its header; raises PictureError."""
        return await asyncio.to_thread(_inspect, Path(path))

    async def for_language_model(self, path: str | Path, side: int) -> bytes:
        """The picture as a JPEG whose longer side has at most `side` pixels; raises PictureError."""
        return await asyncio.to_thread(_small_jpeg, Path(path), side)

    async def poster(self, path: str | Path, media_type: str) -> Poster | None:
        """A still of a video; None where none can be had."""
        path = Path(path)
        found = await asyncio.to_thread(path.stat)
        key = (path, found.st_mtime_ns, found.st_size)
        if key not in self._posters:
            poster = await poster_of(path, media_type)
            if poster is None:
                return None
            while len(self._posters) >= _MOST_POSTERS:
                del self._posters[next(iter(self._posters))]
            self._posters[key] = poster
        return self._posters[key]

    @property
    def can_make_posters(self) -> bool:
        """Whether the program that makes them is there."""
        return can_make_posters()

    async def frames(self, path: str | Path) -> tuple[Frame, ...]:
        """The frames of an animated picture, small; raises PictureError."""
        return await asyncio.to_thread(_frames, Path(path))

    async def thumbnail(self, path: str | Path, side: int = 384) -> bytes:
        """The picture small enough to be shown among many, as a JPEG; raises PictureError."""
        return await asyncio.to_thread(_small_jpeg, Path(path), side)


def _inspect(path: Path) -> PictureInfo:
    from tui.media.images import inspect  # Pillow, when the first picture is looked at

    return inspect(path.expanduser())


def _frames(path: Path) -> tuple[Frame, ...]:
    from tui.media.animation import frames_of

    return frames_of(path.expanduser())


def _small_jpeg(path: Path, side: int) -> bytes:
    from tui.media.images import thumbnail

    picture = thumbnail(path.expanduser(), (side, side))
    buffer = BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
