"""Recordings of a real InvokeAI 6.14.2."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "recordings" / "invokeai"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One recorded answer."""

    method: str
    path: str
    status: int
    content_type: str
    body: bytes

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.body)


def exchange(name: str) -> Exchange:
    """A recorded answer by name."""
    found = json.loads((FOLDER / f"{name}.json").read_text())
    body = json.dumps(found["body"]) if "body" in found else found["body_text"]
    return Exchange(found["method"], found["path"], found["status"], found["content_type"], body.encode())


def events(name: str) -> list[tuple[str, dict[str, Any]]]:
    """The events of a recorded run: name and payload, in order."""
    lines = (FOLDER / f"{name}.jsonl").read_text().splitlines()
    return [(line["event"], line["payload"]) for line in map(json.loads, lines)]


def graph(name: str) -> dict[str, Any]:
    """A graph that ran; names of models and pictures stand in double braces."""
    return json.loads((FOLDER / "graphs" / f"{name}.json").read_text())
