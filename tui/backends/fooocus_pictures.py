"""The person's pictures on their way to a Fooocus-API: upright PNGs in base64. Blocking work."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image

from tui.domain.errors import PictureError
from tui.domain.request import GenerationRequest, PictureInput, Task
from tui.media.images import open_picture
from tui.media.masks import fit, load_mask, mask_bytes
from tui.protocol.fooocus_checks import sides
from tui.protocol.fooocus_request import SourcePictures

_NEEDED = {
    Task.IMAGE_TO_IMAGE: "Choose the picture to vary.",
    Task.INPAINT: "Choose the picture to repaint.",
    Task.UPSCALE: "Choose the picture to enlarge.",
}

_HALF = 127
"""What is brighter counts as white there."""


def source_pictures(request: GenerationRequest) -> SourcePictures:
    """The pictures of a request; raises `InputError`."""
    controls = tuple(_encoded(_png(_opened(unit.image))) for unit in request.control)
    if request.task is Task.CONTROL and not controls:
        raise PictureError("No control picture is chosen.", "Choose the picture that guides.")
    if request.task not in _NEEDED:
        return SourcePictures(controls=controls)
    if request.init_image is None:
        raise PictureError("No picture is chosen.", _NEEDED[request.task])
    picture = _sized(_opened(request.init_image), request)
    mask = _mask(request, picture) if request.task is Task.INPAINT else ""
    return SourcePictures(_encoded(_png(picture)), mask, controls, picture.size)


def _opened(picture: PictureInput) -> Image.Image:
    return open_picture(Path(picture.path))


def _sized(picture: Image.Image, request: GenerationRequest) -> Image.Image:
    """The picture at the size that is asked for: the server works at the size of what it gets."""
    size = (request.width or picture.width, request.height or picture.height)
    if request.task is Task.UPSCALE or size == picture.size:
        return picture
    return picture.resize(size, Image.Resampling.LANCZOS)  # pyright: ignore[reportUnknownMemberType]  # its signature names numpy


def _mask(request: GenerationRequest, picture: Image.Image) -> str:
    """White is repainted there too. None is needed where the picture is widened."""
    if request.mask is None:
        if sides(request):
            return ""
        raise PictureError(
            "No mask is chosen.",
            "White in it is repainted. To widen the picture, name sides under “Outpaint to”.",
        )
    mask, _ = fit(load_mask(Path(request.mask.path)), picture.size)
    if not _has_white(mask) and not sides(request):
        # the server would paint a new picture from the prompt alone (worker.py apply_image_input)
        raise PictureError(
            "The mask is black everywhere: nothing would be repainted.", "Paint white into it."
        )
    return _encoded(mask_bytes(mask))


def _has_white(mask: Image.Image) -> bool:
    brightest = mask.getextrema()[1]
    return not isinstance(brightest, tuple) and brightest > _HALF


def _png(picture: Image.Image) -> bytes:
    buffer = BytesIO()
    picture.save(buffer, format="PNG", compress_level=1)
    return buffer.getvalue()


def _encoded(data: bytes) -> str:
    return b64encode(data).decode()
