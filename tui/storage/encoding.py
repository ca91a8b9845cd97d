"""Requests and outputs as JSON text, and back, value for value."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

import msgspec

from tui.domain.job import OutputImage, SavedOutput
from tui.domain.request import GenerationRequest


def request_to_json(request: GenerationRequest) -> str:
    """The whole request."""
    return _encode(request)


def request_from_json(text: str) -> GenerationRequest:
    """The request again. Raises ValueError when the text is not one."""
    return _REQUESTS.decode(text)


def offer_to_json(output: OutputImage) -> str:
    """An output as the server offers it, without bytes that came inline."""
    return _encode(replace(output, data=None))


def offer_from_json(text: str) -> OutputImage:
    """The offer again."""
    return _OFFERS.decode(text)


def saved_to_json(output: SavedOutput) -> str:
    """A file of ours."""
    return _encode(output)


def saved_from_json(text: str) -> tuple[SavedOutput, ...]:
    """An array of files."""
    return _SAVED.decode(text)


def notes_to_json(notes: tuple[str, ...]) -> str:
    """Sentences."""
    return _encode(notes)


def names_to_json(names: tuple[str, ...]) -> str:
    """Names, for a query."""
    return _encode(names)


def notes_from_json(text: str) -> tuple[str, ...]:
    """The sentences again."""
    return _NOTES.decode(text)


_REQUESTS = msgspec.json.Decoder(GenerationRequest)
_OFFERS = msgspec.json.Decoder(OutputImage)
_SAVED = msgspec.json.Decoder(tuple[SavedOutput, ...])
_NOTES = msgspec.json.Decoder(tuple[str, ...])


def _encode(value: object) -> str:
    return msgspec.json.encode(value, enc_hook=_plain).decode()


def _plain(value: object) -> Any:
    if isinstance(value, Mapping):  # read-only views of a dict
        return dict(cast("Mapping[str, Any]", value))  # isinstance cannot tell the types inside
    raise NotImplementedError(f"{type(value).__name__} is no part of a request")
