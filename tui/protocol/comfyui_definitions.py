"""`/object_info`: what the server declares about its nodes, decoded and made safe to show."""

import re
from typing import Any

import msgspec

from tui.domain.json_values import Json, object_of
from tui.domain.text import clean

_SUSPICIOUS = re.compile(
    rb"\\u(?:00[01789]|20[026]|feff|d[89a-f])|\x7f|\xc2[\x80-\x9f]|\xe2[\x80\x81]|\xef\xbb\xbf", re.IGNORECASE
)
"""What every character that `clean` takes out looks like in JSON, and little else."""


def decode_definitions(body: bytes) -> dict[str, Any]:
    """Definitions by class. Raises msgspec's errors.

    Decoded class by class: a decode of many megabytes would hold the interpreter from other threads.
    """
    pieces = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    definitions = {name: msgspec.json.decode(piece) for name, piece in pieces.items()}
    return object_of(_cleaned(definitions)) if _SUSPICIOUS.search(body) else definitions


def _cleaned(value: Json) -> Json:
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, list):
        return [_cleaned(item) for item in value]
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return value
