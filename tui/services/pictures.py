"""Looking at the person's own picture files."""

import asyncio
from io import BytesIO
from pathlib import Path

from tui.domain.pictures import PictureInfo


class PicturesService:
    """What a file picker shows of a picture, read off the event loop."""

    async def inspect(self, path: str | Path) -> PictureInfo:
        """Size and format of a picture from its header; raises PictureError."""
        return await asyncio.to_thread(_inspect, Path(path))

    async def for_language_model(self, path: str | Path, side: int) -> bytes:
        """The picture as a JPEG whose longer side has at most `side` pixels; raises PictureError."""
        return await asyncio.to_thread(_small_jpeg, Path(path), side)

    async def thumbnail(self, path: str | Path, side: int = 384) -> bytes:
        """The picture small enough to be shown among many, as a JPEG; raises PictureError."""
        return await asyncio.to_thread(_small_jpeg, Path(path), side)


def _inspect(path: Path) -> PictureInfo:
    from tui.media.images import inspect  # Pillow, when the first picture is looked at

    return inspect(path.expanduser())


def _small_jpeg(path: Path, side: int) -> bytes:
    from tui.media.images import thumbnail

    picture = thumbnail(path.expanduser(), (side, side))
    buffer = BytesIO()
    picture.convert("RGB").save(buffer, "JPEG", quality=90)
    return buffer.getvalue()
