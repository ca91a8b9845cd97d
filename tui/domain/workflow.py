"""What a graph server declares about its nodes, handed on unread."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class NodeCatalog:
    """The decoded `/object_info` of one server version: `{class_type: {"input": …, "output": …}}`.

    Treat it as frozen. `version` tells two servers' (or one upgraded server's) definitions apart.
    """

    definitions: Mapping[str, Any]
    version: str = ""
