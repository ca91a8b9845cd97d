"""The pictures of a request, checked and fitted to each other before anything is sent. Blocking work."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from PIL import Image

from tui.domain.errors import PictureError
from tui.domain.forms import Form, PictureField
from tui.domain.request import FieldValue, PictureInput
from tui.media.images import inspect, open_picture
from tui.media.masks import fit, is_blank, is_plain, mask_bytes, transparency_of
from tui.storage.atomic import write_whole
from tui.workflow.slots import MULTIPLE

_PLAIN_MODES = ("1", "L", "RGB", "RGBA")

LARGEST_WORKING_SIZE = 4_000_000
"""Pixels up to which a picture is worked on at its own size."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Values whose pictures can be sent, and what was adapted on the way."""

    values: Mapping[str, FieldValue]
    notes: tuple[str, ...] = ()


def prepare_pictures(form: Form, values: Mapping[str, FieldValue], cache: Path) -> Prepared:
    """Open every picture, fit the mask to its picture, and settle sizes that follow it.

    Raises `PictureError`. A mask that had to be changed is written to `cache`.
    """
    prepared = Prepared(dict(values))
    pictures = {
        field.name: _open(field, value)
        for field in form.fields
        if isinstance(field, PictureField) and isinstance(value := values.get(field.name), PictureInput)
        if not field.is_mask and field.media == "image"
    }
    main = pictures.get("init_image")
    for field in form.fields:
        if isinstance(field, PictureField) and field.is_mask:
            prepared = _with_mask(prepared, field, main, cache)
        elif isinstance(field, PictureField) and field.is_required and values.get(field.name) is None:
            raise _missing(field)
    return _with_size(prepared, main) if main is not None else prepared


def _open(field: PictureField, picture: PictureInput) -> Image.Image:
    try:
        return open_picture(Path(picture.path))
    except PictureError as error:
        raise PictureError(f"{field.label}: {error.title}", error.advice) from error


def _missing(field: PictureField) -> PictureError:
    flag = {"init_image": "--image", "mask": "--mask", "control_image": "--control"}.get(field.name)
    advice = f"Pick one, or give it with {flag}." if flag else "Pick one."
    thing = "picture" if field.media == "image" else f"{field.media} file"
    return PictureError(f"No {thing} is chosen for “{field.label}”.", advice)


def _with_mask(prepared: Prepared, field: PictureField, main: Image.Image | None, cache: Path) -> Prepared:
    given = prepared.values.get(field.name)
    if isinstance(given, PictureInput):
        return _with_given_mask(prepared, field, given, main, cache)
    mask = transparency_of(main) if main is not None and given is None else None
    if mask is None:
        if field.is_required and given is None:
            raise _missing(field)
        return prepared
    return _adding(
        prepared,
        {field.name: _stored(mask, cache)},
        "The mask was taken from the picture: what is transparent is repainted.",
    )


def _with_given_mask(
    prepared: Prepared, field: PictureField, given: PictureInput, main: Image.Image | None, cache: Path
) -> Prepared:
    picture = _open(field, given)
    transparency = transparency_of(picture)
    mask, notes = transparency or picture.convert("L"), list[str]()
    if transparency is not None:
        notes.append("The mask has transparency: what is transparent is repainted.")
    if main is not None:
        mask, note = fit(mask, main.size)
        notes.extend([note] if note else [])
    if is_blank(mask):
        notes.append("The mask is black everywhere: nothing is repainted.")
    if (
        mask.size == picture.size
        and inspect(Path(given.path)).mode in _PLAIN_MODES
        and is_plain(picture, mask)
    ):
        return _adding(prepared, {}, *notes)
    return _adding(prepared, {field.name: _stored(mask, cache)}, *notes)


def _stored(mask: Image.Image, cache: Path) -> PictureInput:
    """The mask as a file of its own, named after what is in it: the same mask is the same file."""
    data = mask_bytes(mask)
    path = cache / "masks" / f"mask-{sha256(data).hexdigest()[:16]}.png"
    if not path.is_file():
        write_whole(path, data)
    return PictureInput(str(path.absolute()))


def _with_size(prepared: Prepared, main: Image.Image) -> Prepared:
    """A width or height of 0 is that of the picture, in blocks that the server can work on."""
    width, height = prepared.values.get("width"), prepared.values.get("height")
    if not isinstance(width, int) or not isinstance(height, int) or (width and height):
        return prepared
    size = working_size(main.size, width, height)
    if size == main.size:
        return _adding(prepared, {"width": size[0], "height": size[1]})
    return _adding(
        prepared,
        {"width": size[0], "height": size[1]},
        f"The picture is {main.width}×{main.height}; it is worked on at {size[0]}×{size[1]}.",
    )


def working_size(picture: tuple[int, int], width: int = 0, height: int = 0) -> tuple[int, int]:
    """The size to work at: what is given, and the picture's shape for what is 0, in whole blocks."""
    if width:
        scale = width / picture[0]
    elif height:
        scale = height / picture[1]
    else:
        scale = min(1.0, (LARGEST_WORKING_SIZE / (picture[0] * picture[1])) ** 0.5)
    return width or _blocks(picture[0] * scale), height or _blocks(picture[1] * scale)


def _blocks(length: float) -> int:
    return max(MULTIPLE, round(length / MULTIPLE) * MULTIPLE)


def _adding(prepared: Prepared, values: Mapping[str, FieldValue], *notes: str) -> Prepared:
    return replace(prepared, values={**prepared.values, **values}, notes=(*prepared.notes, *notes))
