"""Names for the JSON that goes over the wire, and the words of the engine about itself."""

import time
from typing import Any, TypeAlias, cast

JsonObject: TypeAlias = dict[str, Any]
Graph: TypeAlias = dict[str, JsonObject]
"""ComfyUI's API format: `{node id: {"class_type", "inputs", "_meta"?}}`."""

ENGINE_VERSION = "0.33.0-embedded"
ENGINE_NAME = "embedded engine, procedural pictures"


def now_ms() -> int:
    """The clock of every timestamp on the wire."""
    return int(time.time() * 1000)


def as_object(value: object) -> JsonObject | None:
    """A JSON object, or None for anything else."""
    return cast("JsonObject", value) if isinstance(value, dict) else None  # keys of JSON are text


def as_list(value: object) -> list[Any] | None:
    """A JSON array, or None for anything else."""
    return cast("list[Any]", value) if isinstance(value, list) else None


def as_link(value: object) -> tuple[str, int] | None:
    """The node and slot that an input is linked to, or None for a value of its own."""
    pair = as_list(value)
    return (pair[0], pair[1]) if pair is not None and len(pair) == 2 else None
