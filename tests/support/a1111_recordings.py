"""Recordings of real A1111 and stable-diffusion.cpp servers."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "recordings"


def exchange(path: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the response of one exchange: "a1111/txt2img"."""
    recorded = json.loads((FOLDER / f"{path}.json").read_text())
    return recorded["request"], recorded["response"]


def answer(path: str) -> Any:
    """The decoded body of a response."""
    return exchange(path)[1]["body"]


def body_of(response: dict[str, Any]) -> bytes:
    """The body of a response as it was on the wire."""
    if "body" in response:
        return json.dumps(response["body"]).encode()
    return str(response.get("body_text", "")).encode()


_MARKS = {"progress": "state", "task": "active", "generation": "images", "job": "queue_position"}
"""A key that only the answers of one kind have."""


def answers(path: str, kind: str) -> list[Any]:
    """The answers of one kind in a sequence, in order."""
    lines = (FOLDER / f"{path}.jsonl").read_text().splitlines()
    bodies = (json.loads(line)["data"].get("body") or {} for line in lines)
    return [body for body in bodies if _MARKS[kind] in body]
