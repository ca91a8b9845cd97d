"""Which of our errors a failed exchange is, in words."""

from typing import Any, TypeVar

import httpx
import msgspec

from tui.domain.errors import (
    AnswerLostError,
    NotFoundError,
    RequestRejectedError,
    ServerError,
    ServerRefusedError,
    ServerReplyError,
    ServerUnreachableError,
)
from tui.domain.text import one_line

T = TypeVar("T")

_NAMELESS = (
    "Name or service",
    "getaddrinfo",
    "nodename nor servname",
    "No address associated",
    "name resolution",
)


def decode_json(label: str, body: bytes, path: str) -> Any:
    """`body` as JSON; HTML and garbage become a sentence."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(label, body, path) from error


def decode_json_as(kind: type[T], label: str, body: bytes, path: str) -> T:
    """`body` as a value of `kind`; JSON of another shape becomes a sentence too."""
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise ServerReplyError(
            f"{label} answered {path} with something unexpected ({one_line(str(error), 120)}).",
            "Is it the kind of server that the settings say?",
        ) from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise not_json(label, body, path) from error


def not_json(label: str, body: bytes, path: str) -> ServerReplyError:
    """The error for an answer that should have been JSON."""
    what = "a web page" if body.lstrip()[:1] == b"<" else "something that is not JSON"
    return ServerReplyError(
        f"{label} answered {path} with {what}.",
        "Check that the address leads to the server itself, with its path prefix.",
    )


def error_of(label: str, status: int, body: bytes, path: str) -> ServerError:
    """The error for an answer with a status that is no success."""
    said = plain_text(body)
    quoted = f" It said: “{said}”" if said else ""
    match status:
        case _ if 300 <= status < 400:
            return ServerReplyError(
                f"{label} sends {path} elsewhere ({status}).",
                "Check the address: http or https, the path prefix, or a login page in front of it.",
            )
        case 401 | 403:
            return ServerRefusedError(
                f"{label} refused access ({status}).{quoted}", "Check its key or password in the settings."
            )
        case 404 | 405:
            return NotFoundError(
                f"{label} does not know {path} ({status}).",
                "Check the address, and that the server is recent enough.",
            )
        case 413:
            return RequestRejectedError(
                f"{label} finds the request too large (413).",
                "Use a smaller picture, or raise the server's upload limit.",
            )
        case 502 | 504:
            return AnswerLostError(
                f"A gateway got no answer from {label} ({status}).", "Is the server behind it running?"
            )
        case _ if status >= 500:
            return ServerReplyError(f"{label} failed inside ({status}).{quoted}", "Its own log tells more.")
        case _:
            return RequestRejectedError(f"{label} rejected the request ({status}).{quoted}")


def plain_text(body: bytes) -> str:
    """A short readable piece of an error body, or nothing when it is a page."""
    text = body[:2000].decode("utf-8", "replace")
    return "" if text.lstrip().startswith("<") else one_line(text, 300)


def unreachable(label: str, error: httpx.TransportError) -> ServerUnreachableError:
    """The error for a connection that failed or broke."""
    match error:
        case httpx.ConnectTimeout() | httpx.PoolTimeout():
            return ServerUnreachableError(
                f"{label} did not answer in time.", "Is the machine on and the network up?"
            )
        case httpx.ConnectError():
            return _not_connected(label, str(error))
        case httpx.ProxyError():
            return ServerUnreachableError(
                f"The proxy before {label} does not let through.", "Check the proxy variables."
            )
        case httpx.UnsupportedProtocol():
            return not_an_address(label)
        case httpx.TimeoutException():
            return AnswerLostError(f"{label} took too long to answer.", "It may be busy; try again.")
        case _:
            return AnswerLostError(f"The connection to {label} broke off.", "It may have stopped.")


def not_an_address(label: str) -> ServerUnreachableError:
    """The error for an address nothing can be sent to."""
    return ServerUnreachableError(
        f"The address of {label} is not a web address.",
        "Correct it in the settings; it begins with http:// or https://.",
    )


def _not_connected(label: str, reason: str) -> ServerUnreachableError:
    if "CERTIFICATE" in reason.upper():
        return ServerUnreachableError(
            f"The certificate of {label} is not trusted.",
            "Name its CA file in the settings, or switch verification off there.",
        )
    if "SSL" in reason:
        return ServerUnreachableError(
            f"{label} does not speak TLS.", "Does its address begin with http:// instead of https://?"
        )
    if any(words in reason for words in _NAMELESS):
        return ServerUnreachableError(f"{label} cannot be found.", "Check the address in the settings.")
    if "refused" in reason or "All connection attempts failed" in reason:
        return ServerUnreachableError(f"{label} refused the connection.", "Is it running?")
    return ServerUnreachableError(f"{label} cannot be reached.", "Is the machine on and the network up?")


def too_large(label: str, limit: int) -> ServerReplyError:
    """The error for an answer beyond the bound."""
    return ServerReplyError(f"{label} sent more than {limit // 2**20} MB in one answer.", "It was not read.")
