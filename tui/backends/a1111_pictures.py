"""The person's pictures on their way to an A1111 server: upright PNGs in base64. Blocking work."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image

from tui.domain.errors import PictureError
from tui.domain.request import GenerationRequest, Task
from tui.media.images import inspect, open_picture
from tui.media.masks import fit, load_mask, mask_bytes
from tui.protocol.a1111_request import SourcePictures

_BLOCK = 8
_NEEDED = {
    Task.IMAGE_TO_IMAGE: "Choose the picture to start from.",
    Task.INPAINT: "Choose the picture to repaint.",
    Task.UPSCALE: "Choose the picture to enlarge.",
}


def source_pictures(request: GenerationRequest) -> SourcePictures:
    """The pictures of a request; raises `PictureError`.

    They are decoded here: some servers turn or misread what a camera wrote, and stable-diffusion.cpp
    paints something else without a word when it cannot read a picture.
    """
    control = tuple(_encoded(_png(open_picture(Path(unit.image.path)))) for unit in request.control)
    if request.task is Task.CONTROL and not control:
        raise PictureError("No control picture is chosen.", "Choose the one that guides.")
    if request.init_image is None:
        if request.task in _NEEDED:
            raise PictureError("No picture is chosen.", _NEEDED[request.task])
        return SourcePictures(control=control)
    picture = open_picture(Path(request.init_image.path))
    mask = ""
    if request.mask is not None and request.task is not Task.UPSCALE:
        fitted, _ = fit(load_mask(Path(request.mask.path)), picture.size)
        mask = _encoded(mask_bytes(fitted))
    elif request.task is Task.INPAINT:
        raise PictureError("No mask is chosen.", "White in it is repainted.")
    return SourcePictures(_encoded(_png(picture)), mask, _working_size(picture.size), control)


def whole_file(path: Path) -> bytes:
    """A picture's file as it is, with what is written in it; raises `PictureError`."""
    inspect(path)  # which bounds it
    try:
        return path.read_bytes()
    except OSError as error:
        raise PictureError(f"{path.name} cannot be read.", str(error)) from error


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def _encoded(data: bytes) -> str:
    return b64encode(data).decode()


def _working_size(size: tuple[int, int]) -> tuple[int, int]:
    width, height = (max(_BLOCK, round(length / _BLOCK) * _BLOCK) for length in size)
    return width, height
