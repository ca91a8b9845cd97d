"""What A1111 and its dialects say when something is wrong, as sentences a person can act on."""

from dataclasses import dataclass
from typing import Any

import msgspec

from tui.domain.errors import JobFailedError, LatentuiError, RequestRejectedError, ServerRefusedError
from tui.domain.json_values import list_of, object_of, objects_in, text_of
from tui.domain.text import one_line

_ROUTING = frozenset({"Not Found", "Method Not Allowed"})
"""What the framework itself says of a path it does not have."""


@dataclass(frozen=True, slots=True)
class Fault:
    """An error body: the name of the exception where there is one, and the server's own words."""

    name: str
    said: str


@dataclass(frozen=True, slots=True)
class _Known:
    """Words that a server uses, and what they mean for a person."""

    words: str
    title: str
    advice: str


_KNOWN = (
    _Known(
        "out of memory",
        "{label} ran out of memory.",
        "Make the picture smaller, or ask for fewer at once.",
    ),
    _Known("sampler not found", "{label} does not have this sampler.", "Choose one from its list."),
    _Known("script '", "{label} lacks an extension that this job needs.", "Install it there, or do without."),
    _Known(
        "script not found",
        "{label} lacks an extension that this job needs.",
        "Install it there, or do without.",
    ),
    _Known("init image not found", "{label} got no picture to start from.", "Choose a picture."),
    _Known("init image is none", "{label} got no picture to start from.", "Choose a picture."),
    _Known(
        "invalid encoded image",
        "{label} cannot read the picture.",
        "Save it as PNG or JPEG and choose it again.",
    ),
    _Known(
        "tensor with all nans",
        "The model gave nothing but invalid numbers.",
        "Start the server with --no-half-vae or --no-half, or use another VAE or checkpoint.",
    ),
    _Known(
        "error(s) in loading state_dict",
        "{label} cannot load a model: it is of another kind than the server took it for.",
        "Choose another checkpoint or VAE.",
    ),
    _Known(
        "for resprocessimage",  # SD.Next of July 2026 trips over its own answer
        "This version of {label} cannot enlarge pictures for others.",
        "Enlarge the picture on its own page, or update it.",
    ),
    _Known(
        "could not find upscaler",
        "{label} does not have this upscaler.",
        "Choose one from its list.",
    ),
    _Known(
        "settings is disabled",
        "{label} does not let a job choose its checkpoint.",
        "It runs with --freeze-settings: leave the checkpoint empty.",
    ),
    _Known(
        "frozen with",
        "{label} does not let a job choose its checkpoint.",
        "It runs with frozen settings: leave the checkpoint empty.",
    ),
    _Known(
        "kernel size can't be greater",
        "The picture's size is too small for {label}.",
        "Use a width and height of at least 64.",
    ),
    _Known("division or modulo by zero", "{label} cannot work with these values.", "Use at least one step."),
    _Known("prompt required", "{label} needs a prompt.", "Write one."),
    _Known(
        "width and height must be positive",
        "The picture's size is too small for {label}.",
        "Use a width and height of at least 64.",
    ),
    _Known(
        "invalid generation parameters",
        "{label} cannot work with these values.",
        "Check the size, the pictures and the LoRAs; its log names the one it means.",
    ),
    _Known("job queue is full", "The queue of {label} is full.", "Wait until a job is done, and try again."),
    _Known("rate limit exceeded", "{label} was asked too often.", "Wait a minute, and try again."),
)


def read_fault(body: bytes) -> Fault | None:
    """What an error body says; None when it is a page, garbage, or only says that there is no such route."""
    try:
        decoded: Any = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    tree = object_of(decoded)
    if text_of(tree.get("detail")) in _ROUTING:
        return None
    said = next((words for words in _sayings(tree) if words), "")
    return Fault(one_line(text_of(tree.get("error")), 60), one_line(said, 300)) if said else None


def error_of_fault(label: str, status: int, fault: Fault) -> LatentuiError:
    """The error that a fault is, by the status it came with."""
    if status in {401, 403}:
        return _refused(label, fault.said)
    known = _known(f"{fault.name} {fault.said}".replace("OutOfMemory", "out of memory"))
    if known is not None:
        quoted = f" It said: “{fault.said}”"
        title, advice = known.title.format(label=label), f"{known.advice}{quoted}"
    else:
        verb = "failed at the job" if status >= 500 else "rejected the job"
        title, advice = f"{label} {verb}: {_as_sentence(fault.said)}", "Its own log tells more."
    return JobFailedError(title, advice) if status >= 500 else RequestRejectedError(title, advice)


def _sayings(tree: dict[str, Any]) -> tuple[str, ...]:
    """Where the words may stand, the best place first."""
    return (
        text_of(tree.get("detail")),
        text_of(tree.get("errors")),
        text_of(tree.get("message")),
        _validation(tree.get("detail")),
        text_of(tree.get("error")),
    )


def _validation(detail: object) -> str:
    """FastAPI's list of fields that are wrong, the first of them."""
    for item in objects_in(detail):
        loc = list_of(item.get("loc"))
        where = ".".join(part for part in loc if isinstance(part, str) and part != "body")
        said = text_of(item.get("msg"))
        return f"{where}: {said}" if where else said
    return ""


def _known(said: str) -> _Known | None:
    folded = said.casefold()
    return next((known for known in _KNOWN if known.words in folded), None)


def _refused(label: str, said: str) -> ServerRefusedError:
    if "incorrect" in said.casefold() or said == "Unauthorized":  # SD.Next's word for a wrong password
        return ServerRefusedError(
            f"{label} does not accept the user name and password.", "Correct them in the settings."
        )
    return ServerRefusedError(
        f"{label} wants a user name and password.",
        "Set username and password in its settings; it runs with --api-auth, or SD.Next with --auth.",
    )


def _as_sentence(said: str) -> str:
    return said if said.endswith((".", "!", "?", "…")) else f"{said}."
