"""What Fooocus-API says when something is wrong, and what it leaves unsaid, as sentences."""

from typing import Any

import msgspec

from tui.domain.errors import (
    NotFoundError,
    RequestRejectedError,
    ServerError,
    ServerRefusedError,
    ServerReplyError,
)
from tui.domain.json_values import list_of, object_of, objects_in, text_of
from tui.domain.text import one_line

GET_API = (
    "Latentui needs Fooocus-API: clone github.com/mrhan1993/Fooocus-API, start it with `python main.py`, "
    "and set its address here, usually port 8888."
)

_OUR_WORDS = {
    "guidance_scale": "CFG",
    "image_number": "batch size",
    "image_seed": "seed",
    "overwrite_step": "steps",
    "overwrite_vary_strength": "denoise",
    "inpaint_strength": "denoise",
    "performance_selection": "performance",
    "uov_method": "upscaler",
    "base_model_name": "checkpoint",
    "input_image": "picture",
    "input_mask": "mask",
    "image_prompts": "control picture",
    "cn_type": "ControlNet",
    "cn_weight": "control strength",
}
_WEIGHT = "LoRA strength"


def fooocus_error(label: str, status: int, body: bytes, path: str) -> ServerError | None:
    """The error that an answer is; None where the server is not heard in it and its status must do."""
    match status:
        case 401 | 403:
            return ServerRefusedError(
                f"{label} wants an API key, or another one.",
                "Set api_key in its settings to what the server was started with: --apikey.",
            )
        case 404 | 405 if _detail(body) in {"Not Found", "Method Not Allowed"}:
            return NotFoundError(
                f"{label} does not know {path}.",
                "Its Fooocus-API is too old for this, or something else answers there.",
            )
        case 422:
            return RequestRejectedError(
                f"{label} does not take the {_faults(body)}.", "Change it, and try again."
            )
        case 500 if body == b"Internal Server Error":  # its own words: nothing was queued
            return RequestRejectedError(
                f"{label} could not work with what it was sent and does not say why.",
                "It may not be able to read a picture; its own log tells more.",
            )
        case _:
            return None


def queue_full(label: str) -> RequestRejectedError:
    """The server takes no more jobs."""
    return RequestRejectedError(
        f"The queue of {label} is full.",
        "Wait until it is done with a job, or start it with a larger --queue-size.",
    )


def not_the_api(label: str) -> ServerReplyError:
    """Fooocus' own web page answers, which has no API to speak of."""
    return ServerReplyError(f"{label} is Fooocus' own web page, without an API.", GET_API)


def something_else(label: str) -> ServerReplyError:
    """Somebody answers who is no Fooocus at all."""
    return ServerReplyError(f"What answers as {label} is not Fooocus-API.", GET_API)


def file_gone(label: str, filename: str) -> NotFoundError:
    """A picture cannot be had: the server says so with a 500."""
    return NotFoundError(
        f"{label} no longer has {one_line(filename, 80)}.",
        "It deletes the pictures of old jobs when it was started with --queue-history.",
    )


def _faults(body: bytes) -> str:
    """ "CFG (Input should be …) and LoRA strength (…)", from FastAPI's list of fields that are wrong."""
    tree = object_of(_decoded(body))
    found = [_fault(item) for item in objects_in(tree.get("detail"))]
    return " and ".join(dict.fromkeys(found[:3])) or "request"


def _fault(item: dict[str, Any]) -> str:
    place = [part for part in list_of(item.get("loc")) if part not in ("body", "query")]
    names = [part for part in place if isinstance(part, str)]
    name = names[-1] if names else "request"
    shown = _WEIGHT if name == "weight" and "loras" in names else _OUR_WORDS.get(name, one_line(name, 40))
    return f"{shown} ({one_line(text_of(item.get('msg')), 160)})"


def _detail(body: bytes) -> str:
    return text_of(object_of(_decoded(body)).get("detail"))


def _decoded(body: bytes) -> Any:
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
