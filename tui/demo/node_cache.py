"""Remembers what nodes returned, so that an unchanged part of a graph does not run again."""

import hashlib
import json
from dataclasses import dataclass, field

from tui.demo.definitions import IMAGE_CLASSES
from tui.demo.folders import Folders, UnsafePathError
from tui.demo.nodes.registry import NodeResult
from tui.demo.wire import Graph, as_link


@dataclass(slots=True)
class Signatures:
    """What each node's result depends on, as one hash: its class, its values, its ancestors', its files."""

    graph: Graph
    folders: Folders
    _known: dict[str, str] = field(default_factory=dict[str, str])

    def of(self, node_id: str) -> str:
        """The signature of one node of a valid graph."""
        if node_id not in self._known:
            self._known[node_id] = self._compute(node_id)
        return self._known[node_id]

    def _compute(self, node_id: str) -> str:
        node = self.graph[node_id]
        parts: list[object] = [node["class_type"]]
        for name, value in sorted(node["inputs"].items()):
            link = as_link(value)
            parts.append([name, repr(value)] if link is None else [name, self.of(link[0]), link[1]])
        if node["class_type"] in IMAGE_CLASSES:
            parts.append(self._file_hash(str(node["inputs"]["image"])))
        return hashlib.sha256(json.dumps(parts).encode()).hexdigest()

    def _file_hash(self, name: str) -> str:
        try:
            return hashlib.sha256(self.folders.annotated(name).read_bytes()).hexdigest()
        except (OSError, UnsafePathError):
            return "unreadable"


class NodeCache:
    """The results of the last graph, by signature, as ComfyUI's classic cache keeps them."""

    def __init__(self) -> None:
        self._results: dict[str, NodeResult] = {}

    def __contains__(self, signature: str) -> bool:
        return signature in self._results

    def __getitem__(self, signature: str) -> NodeResult:
        return self._results[signature]

    def keep(self, signature: str, result: NodeResult) -> None:
        """Remember what a node returned."""
        self._results[signature] = result

    def forget_all_but(self, signatures: set[str]) -> None:
        """Drop what the graph about to run does not name."""
        self._results = {key: value for key, value in self._results.items() if key in signatures}

    def clear(self) -> None:
        """Drop everything (`/free`)."""
        self._results.clear()
