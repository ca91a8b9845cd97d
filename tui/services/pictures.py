"""Looking at the person's own picture files."""

import asyncio
from pathlib import Path

from tui.domain.pictures import PictureInfo
from tui.media.images import inspect


class PicturesService:
    """What a file picker shows of a picture, read off the event loop."""

    async def inspect(self, path: str | Path) -> PictureInfo:
        """Size and format of a picture from its header; raises PictureError."""
        return await asyncio.to_thread(_inspect, Path(path))


def _inspect(path: Path) -> PictureInfo:
    return inspect(path.expanduser())
