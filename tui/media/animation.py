"""The frames of an animated picture, small and few enough to be played in a terminal."""

from io import BytesIO
from pathlib import Path

from PIL import Image, ImageSequence

from tui.domain.pictures import Frame
from tui.media.images import opened

MOST_FRAMES = 150
_LONGEST_SIDE = 640
_USUAL_SECONDS = 0.1


def frames_of(path: Path) -> tuple[Frame, ...]:
    """Its first frames, with the time each is seen; one where it does not move. Raises `PictureError`."""
    with opened(path) as (image, _):
        return tuple(
            _frame(frame) for _, frame in zip(range(MOST_FRAMES), ImageSequence.Iterator(image), strict=False)
        )


def _frame(image: Image.Image) -> Frame:
    small = image.convert("RGB")
    milliseconds = image.info.get("duration")  # WebP tells it once the frame is decoded
    seconds = milliseconds / 1000 if isinstance(milliseconds, int | float) and milliseconds > 0 else 0.0
    small.thumbnail((_LONGEST_SIDE, _LONGEST_SIDE))
    buffer = BytesIO()
    small.save(buffer, "JPEG", quality=85)
    return Frame(buffer.getvalue(), max(seconds, 0.02) if seconds else _USUAL_SECONDS)
