"""Pictures by iTerm2's protocol: a small JPEG file in one command, which WezTerm and mintty read too.

https://iterm2.com/documentation-images.html
"""

from base64 import standard_b64encode
from io import BytesIO

from PIL import Image


def jpeg(image: Image.Image, quality: int) -> bytes:
    """An RGB image as JPEG bytes."""
    target = BytesIO()
    image.save(target, "JPEG", quality=quality)
    return target.getvalue()


def inline(data: bytes, columns: int, rows: int) -> bytes:
    """The command that draws picture bytes over cells from the cursor on, which stays where it is."""
    options = (
        f"inline=1;size={len(data)};width={columns};height={rows};preserveAspectRatio=0;doNotMoveCursor=1"
    )
    return b"\x1b]1337;File=" + options.encode() + b":" + standard_b64encode(data) + b"\x07"
