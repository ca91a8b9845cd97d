"""Names for the JSON that goes over the wire, and the words of the engine about itself."""

import time
from typing import Any, TypeAlias

JsonObject: TypeAlias = dict[str, Any]
Graph: TypeAlias = dict[str, JsonObject]
"""ComfyUI's API format: `{node id: {"class_type", "inputs", "_meta"?}}`."""

ENGINE_VERSION = "0.33.0-embedded"
ENGINE_NAME = "embedded engine, procedural pictures"


def now_ms() -> int:
    """The clock of every timestamp on the wire."""
    return int(time.time() * 1000)
