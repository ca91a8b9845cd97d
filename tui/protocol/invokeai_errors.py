"""What InvokeAI says when something is wrong, as sentences a person can act on."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from tui.domain.errors import (
    AnswerLostError,
    NotFoundError,
    RequestRejectedError,
    ServerError,
    ServerRefusedError,
    ServerReplyError,
)
from tui.domain.json_values import list_of, object_of, objects_in, text_of
from tui.domain.text import one_line

_MOST_TOLD = 3
_LONGEST = 200
_LABELS = {
    "cfg_scale": "CFG",
    "guidance": "CFG",
    "num_steps": "Steps",
    "scheduler": "Sampler",
    "model": "Checkpoint",
    "lora": "LoRA",
    "vae_model": "VAE",
    "control_model": "ControlNet",
    "control_weight": "Control strength",
    "denoising_start": "Denoise",
}
"""Fields of its nodes by the names that a form has for them; the others only get a capital."""

_ADVICE = {
    "literal_error": "Choose one from its list.",
    "enum": "Choose one from its list.",
    "multiple_of": "Choose another size.",
    "missing": "Its version may be older or newer than this program knows: InvokeAI 6 is meant.",
    "union_tag_invalid": "Its version may be older or newer than this program knows: InvokeAI 6 is meant.",
}
_UNKNOWN_NODE = re.compile(r"Input tag '([^']*)' found using 'type'")


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, and what the person can do."""

    sentence: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class _Known:
    """Words of an exception or of its type, and what they mean for a person."""

    words: str
    sentence: str
    advice: str


_KNOWN = (
    _Known(
        "out of memory",
        "InvokeAI ran out of memory.",
        "Make the picture smaller, ask for fewer at once, or free memory on that machine.",
    ),
    _Known(
        "outofmemory",
        "InvokeAI ran out of memory.",
        "Make the picture smaller, ask for fewer at once, or free memory on that machine.",
    ),
    _Known(
        "unknown model",
        "InvokeAI no longer has a model of this job.",
        "Look at its models again, and choose one of them.",
    ),
    _Known(
        "unknownmodel",
        "InvokeAI no longer has a model of this job.",
        "Look at its models again, and choose one of them.",
    ),
    _Known(
        "image file not found",
        "InvokeAI no longer has a picture of this job.",
        "Somebody cleared its intermediate pictures. Generate again.",
    ),
    _Known(
        "no such file or directory",
        "A file of InvokeAI’s is missing.",
        "Its model manager shows which model has lost its file.",
    ),
)


def failure_of(error_type: str, message: str) -> Problem:
    """Why an item failed. Its traceback is nobody's business here."""
    said = f"{error_type} {message}".lower()
    for known in _KNOWN:
        if known.words in said:
            return Problem(known.sentence, known.advice)
    reason = one_line(message, _LONGEST) or one_line(error_type, 80)
    if not reason:
        return Problem("InvokeAI failed without saying why.", "Its own log tells more.")
    return Problem(f"InvokeAI failed: {_ended(reason)}", "Its own log tells more.")


def error_of(label: str, status: int, body: bytes, path: str) -> ServerError:
    """The error for an answer with a status that is no success."""
    said = said_in(body)
    quoted = f" It said: “{said}”" if said else ""
    match status:
        case 401:
            return _login_needed(label, said)
        case 403:
            return ServerRefusedError(
                f"{label} does not allow it.{quoted}", "Log in there as somebody who may."
            )
        case 404 | 405:
            return _not_found(label, path, said)
        case 409:
            return RequestRejectedError(f"{label} cannot do it now (409).{quoted}")
        case 415:
            return RequestRejectedError(
                f"{label} cannot read the picture.", "Save it as PNG or JPEG and choose it again."
            )
        case 422:
            return _invalid(label, _detail(body))
        case _ if 300 <= status < 400:
            return ServerReplyError(
                f"{label} sends {path} elsewhere ({status}).",
                "Check the address: http or https, the path prefix, or a login page in front of it.",
            )
        case 413:
            return RequestRejectedError(
                f"{label} finds the request too large (413).", "Use a smaller picture."
            )
        case 502 | 504:
            return AnswerLostError(
                f"A gateway got no answer from {label} ({status}).", "Is the server behind it running?"
            )
        case _ if status >= 500:
            return ServerReplyError(f"{label} failed inside ({status}).{quoted}", "Its own log tells more.")
        case _:
            return RequestRejectedError(f"{label} rejected the request ({status}).{quoted}")


def said_in(body: bytes) -> str:
    """The sentence in an error body, where it is one."""
    return one_line(text_of(_detail(body)), _LONGEST)


def login_failed(label: str, said: str) -> ServerRefusedError:
    """The error for a name or password that is not taken."""
    quoted = f": {_ended(said)}" if said else "."
    return ServerRefusedError(
        f"{label} refused the login{quoted}",
        "In the settings, username is the e-mail address there, and password its password.",
    )


def _login_needed(label: str, said: str) -> ServerRefusedError:
    if "token" in said.lower():
        return ServerRefusedError(
            f"{label} no longer accepts the login.", "Set username and password anew in the settings."
        )
    return ServerRefusedError(
        f"{label} asks for a login.",
        "Set username (the e-mail address there) and password in the settings.",
    )


def _not_found(label: str, path: str, said: str) -> NotFoundError:
    if said and said not in ("Not Found", "Method Not Allowed"):
        return NotFoundError(f"{label} does not have it: {_ended(said)}", "It may have been deleted there.")
    return NotFoundError(
        f"{label} does not know {path}.", "Check the address, and that it is InvokeAI 6 or newer."
    )


def _invalid(label: str, detail: object) -> RequestRejectedError:
    """A 422: only `msg` and the name of the field are shown, since the rest repeats all prompts."""
    faults = objects_in(detail)
    told = list(dict.fromkeys(_told(fault) for fault in faults))
    if not told:
        return RequestRejectedError(f"{label} does not take the job.", "It does not say why.")
    more = f" And {len(told) - _MOST_TOLD} more." if len(told) > _MOST_TOLD else ""
    advice = _ADVICE.get(text_of(faults[0].get("type")), "")
    return RequestRejectedError(f"{label} does not take the job. {' '.join(told[:_MOST_TOLD])}{more}", advice)


def _told(fault: Mapping[str, Any]) -> str:
    said = one_line(text_of(fault.get("msg")).removeprefix("Value error, "), _LONGEST)
    unknown = _UNKNOWN_NODE.match(said)
    if unknown:
        return f"It has no node “{one_line(unknown[1], 60)}”."
    field = _field(fault)
    return f"{field}: {_ended(said)}" if field else _ended(said)


def _field(fault: Mapping[str, Any]) -> str:
    """The field of a node, or of the query, that a fault is about; a whole graph has no name."""
    path = [part for part in list_of(fault.get("loc")) if isinstance(part, str)]
    if not path or path[-1] in ("body", "batch", "graph", "data"):
        return ""
    name = path[-1]
    is_reference = name in ("key", "hash", "name", "base", "type") and len(path) > 1
    shown = f"{_label(path[-2])} {name}" if is_reference else _label(name)
    return one_line(shown, 60)


def _label(name: str) -> str:
    return _LABELS.get(name, name.replace("_", " ").capitalize())


def _ended(sentence: str) -> str:
    return sentence if sentence.endswith((".", "!", "?", "…")) else f"{sentence}."


def _detail(body: bytes) -> object:
    """`detail` of an error body; plain text as it is, and a page as nothing."""
    try:
        return object_of(msgspec.json.decode(body)).get("detail")
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        said = body[:2000].decode("utf-8", "replace")
        return "" if said.lstrip().startswith("<") else said
