"""stable-diffusion.cpp's own queue: jobs that can be asked after, where `/sdapi` only blocks."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from tui.domain.json_values import integer_of, list_of, object_of, objects_in, text_of
from tui.domain.request import GenerationRequest, Lora
from tui.domain.text import nearest, one_line
from tui.protocol.a1111_answer import Info, Picture
from tui.protocol.a1111_lists import LoraFile
from tui.protocol.a1111_progress import decode_picture
from tui.protocol.a1111_request import DEFAULT_DENOISE, SourcePictures, loras_in

_DEFAULT = "default"
_SEED = re.compile(r"(?:^|, |\n)Seed: (\d{1,18})\b")


class NativeStatus(StrEnum):
    """Where a job stands, in the server's words."""

    QUEUED = "queued"
    GENERATING = "generating"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"


class _NativeImage(msgspec.Struct, frozen=True):
    b64_json: str = ""
    index: int = 0


class _NativeResult(msgspec.Struct, frozen=True):
    images: tuple[_NativeImage, ...] = ()


class _NativeError(msgspec.Struct, frozen=True):
    message: str | None = None
    code: str | None = None


class NativeJob(msgspec.Struct, frozen=True):
    """A job, as it was accepted or as it stands."""

    id: str
    status: NativeStatus
    queue_position: int = 0
    result: _NativeResult | None = None
    error: _NativeError | None = None

    @property
    def position(self) -> int | None:
        """How many wait before it; 0 is the next."""
        return self.queue_position - 1 if self.queue_position > 0 else None

    @property
    def said(self) -> str:
        """Why it failed."""
        error = self.error or _NativeError()
        return one_line(error.message or error.code or "it gave no reason", 300)

    def pictures(self) -> tuple[bytes, ...]:
        """The finished files in order."""
        images = self.result.images if self.result else ()
        ordered = sorted(images, key=lambda image: image.index)
        return tuple(data for image in ordered if (data := decode_picture(image.b64_json)))


@dataclass(frozen=True, slots=True, kw_only=True)
class NativeServer:
    """What the server has, from `/sdcpp/v1/capabilities`."""

    model: str = ""
    samplers: tuple[str, ...] = ()
    schedulers: tuple[str, ...] = ()
    loras: tuple[LoraFile, ...] = ()
    most_pictures: int | None = None
    most_pixels: tuple[int | None, int | None] = (None, None)
    """Width and height. The server says its limits, and crashes rather than hold anybody to them."""


def read_native_server(answer: object) -> NativeServer:
    """What `/sdcpp/v1/capabilities` said."""
    tree = object_of(answer)
    model, limits = object_of(tree.get("model")), object_of(tree.get("limits"))
    return NativeServer(
        most_pictures=integer_of(limits.get("max_batch_count")),
        most_pixels=(integer_of(limits.get("max_width")), integer_of(limits.get("max_height"))),
        model=one_line(text_of(model.get("name")) or text_of(model.get("stem")), 300),
        samplers=_names(tree.get("samplers")),
        schedulers=_names(tree.get("schedulers")),
        loras=tuple(
            LoraFile(one_line(text_of(item.get("name")), 300), path=text_of(item.get("path")))
            for item in objects_in(tree.get("loras"))
            if text_of(item.get("name"))
        ),
    )


def native_body(
    request: GenerationRequest, pictures: SourcePictures, server: NativeServer
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The body for `/sdcpp/v1/img_gen`, and what is done differently from what was asked."""
    notes: list[str] = []
    prompt, written = loras_in(request.prompt)
    width, height = pictures.size or (None, None)
    sample: dict[str, Any] = _said(
        sample_steps=request.steps,
        sample_method=_choice("sampler", request.sampler, server.samplers, notes),
        scheduler=_choice("scheduler", request.scheduler, server.schedulers, notes),
        guidance=None if request.cfg_scale is None else {"txt_cfg": request.cfg_scale},
    )
    body: dict[str, Any] = {
        "prompt": prompt,
        "negative_prompt": request.negative_prompt,
        "seed": request.seed,
        "batch_count": request.batch_size,
        **_said(width=request.width or width, height=request.height or height),
        "sample_params": sample,
        "lora": _loras((*request.loras, *written), server.loras, notes),
        "output_format": "png",
    }
    if request.checkpoint and not _is_model(request.checkpoint, server.model):
        notes.append(f"The server runs {server.model} only; “{request.checkpoint}” was asked for.")
    if pictures.image:
        body["init_image"] = pictures.image
        body["strength"] = DEFAULT_DENOISE if request.denoise is None else request.denoise
        body |= _said(mask_image=pictures.mask or None)
    return body, tuple(notes)


def beyond_limits(body: Mapping[str, Any], server: NativeServer) -> str:
    """What is wrong with the size or number of pictures, as a sentence; empty when nothing is."""
    if server.most_pictures and body["batch_count"] > server.most_pictures:
        return f"The server makes at most {server.most_pictures} pictures at once."
    for side, most in zip(("width", "height"), server.most_pixels, strict=True):
        if most and body.get(side, 0) > most:
            return f"The server makes pictures of at most {most} pixels in {side}."
    return ""


def read_native_pictures(
    files: tuple[bytes, ...], infotexts: tuple[str, ...], request: GenerationRequest
) -> tuple[tuple[Picture, ...], Info]:
    """The pictures with the seeds in their infotexts; without one, seeds count up from the request's."""
    found = [_SEED.search(infotext) for infotext in infotexts]
    seeds = tuple(int(match[1]) if match else request.seed + number for number, match in enumerate(found))
    return tuple(Picture(data, seed) for data, seed in zip(files, seeds, strict=True)), Info(seeds=seeds)


def _choice(what: str, asked: str | None, known: tuple[str, ...], notes: list[str]) -> str | None:
    """The server's spelling of a name; its default, and a note, where it has none."""
    if not asked or asked.casefold() == _DEFAULT:
        return None
    folded = asked.casefold().replace(" ", "_")
    found = next((name for name in known if name.casefold() == folded), None)
    if found is None and known:
        like = nearest(asked, known)
        meant = f" Did you mean “{like}”?" if like else ""
        notes.append(f"The server has no {what} “{asked}” and used its default.{meant}")
    return found or (None if known else asked)


def _loras(asked: tuple[Lora, ...], known: tuple[LoraFile, ...], notes: list[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for lora in asked:
        file = next((item for item in known if lora.name in {item.name, item.path}), None)
        if file is None:
            notes.append(f"The server has no LoRA “{lora.name}”; it works without it.")
        else:
            found.append({"path": file.path or file.name, "multiplier": lora.strength})
    return found


def _is_model(asked: str, model: str) -> bool:
    return asked.rsplit(".", 1)[0].casefold() == model.rsplit(".", 1)[0].casefold() or not model


def _names(value: object) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one_line(item, 100) for item in list_of(value) if isinstance(item, str)))


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}
