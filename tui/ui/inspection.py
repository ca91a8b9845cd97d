"""A few words about a picture file: its size in pixels and bytes, or why it cannot be used."""

from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.errors import LatentuiError
from tui.ui import words

if TYPE_CHECKING:
    from tui.services.pictures import PicturesService


async def facts_of(pictures: "PicturesService", path: str) -> tuple[str, str]:
    """Facts and problem; one of them is empty."""
    try:
        info = await pictures.inspect(Path(path))
    except LatentuiError as error:
        return "", error.title.rstrip(".")
    return f"{info.width}×{info.height}  {words.size(info.byte_count)}", ""
