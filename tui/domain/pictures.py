"""What is known of a picture file without decoding it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureInfo:
    """A picture file at a glance. Width and height are as people see it, its rotation applied."""

    width: int
    height: int
    format: str
    """"PNG", "JPEG", "WEBP"…"""

    byte_count: int
    mode: str
    """How its pixels are stored, in Pillow's words: "RGB", "RGBA", "L", "CMYK"…"""

    frames: int = 1
    """More than one when it is animated."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One frame of an animated picture, encoded, and for how long it is seen."""

    data: bytes
    seconds: float
