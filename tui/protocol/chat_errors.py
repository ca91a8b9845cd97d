"""What the refusals of language servers mean, in sentences; the servers agree on no codes."""

import re

from tui.domain.errors import LatentuiError, RequestRejectedError, ServerReplyError, ServerUnreachableError

_NO_MODEL = re.compile(r"no models loaded|model is not loaded|model name is missing", re.IGNORECASE)
_UNKNOWN_MODEL = re.compile(r"""model ["'“]?(?P<name>[^"'”]+?)["'”]? not found""", re.IGNORECASE)
_BROKEN_MODEL = re.compile(r"model name=(?P<name>\S+) failed to load|failed to load model", re.IGNORECASE)
_CRASH = re.compile(r"model has crashed|model crashed|exit code", re.IGNORECASE)
_CONTEXT = re.compile(r"context (?:length|size|window)|n_ctx", re.IGNORECASE)
_BLIND = re.compile(r"mmproj|image input is not supported|does not support (?:images|vision)", re.IGNORECASE)
_PICTURE = re.compile(r"failed to load image|base64 encoded image|invalid image", re.IGNORECASE)


def refusal(label: str, status: int, said: str) -> LatentuiError | None:
    """The error in what a server said, or None when only its status tells something."""
    if status in {401, 403}:
        return None
    if status == 503:
        return ServerUnreachableError(f"{label} is loading its model.", "Try again in a moment.")
    if (found := _about_the_model(label, said) or _about_the_question(label, said)) is not None:
        return found
    if 200 <= status < 300:
        return ServerReplyError(
            f"{label} answered with something other than a stream of text.", _quoted(said) if said else ""
        )
    return None


def _about_the_model(label: str, said: str) -> LatentuiError | None:
    if _NO_MODEL.search(said):
        return RequestRejectedError(f"{label} has no model loaded.", "Load one there first.")
    if unknown := _UNKNOWN_MODEL.search(said):
        return RequestRejectedError(
            f"{label} has no model called “{unknown['name']}”.", "Choose one that it lists."
        )
    if _BROKEN_MODEL.search(said):
        return RequestRejectedError(
            f"{label} could not load its model.", f"Its own log tells why. {_quoted(said)}"
        )
    if _CRASH.search(said):
        return ServerReplyError(
            f"The model of {label} crashed.",
            f"Load it again, perhaps with less context. {_quoted(said)}",
        )
    return None


def _about_the_question(label: str, said: str) -> LatentuiError | None:
    if _CONTEXT.search(said):
        return RequestRejectedError(
            f"The text is longer than the model's context on {label}.",
            f"Shorten it, or load the model with a larger context. {_quoted(said)}",
        )
    if _BLIND.search(said):
        return RequestRejectedError(
            f"The model of {label} does not see pictures.",
            "Load one that does, or describe the picture yourself.",
        )
    if _PICTURE.search(said):
        return RequestRejectedError(f"{label} could not read the picture.", _quoted(said))
    return None


def _quoted(said: str) -> str:
    return f"It said: “{said}”"
