"""Recordings of language servers; those under reported/ were built from documentation and reports."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "recordings" / "lmstudio"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered, as it was on the wire."""

    status: int
    content_type: str
    body: bytes
    is_cut: bool = False
    """Whether the connection broke before the answer was over."""


def answer(name: str) -> Answer:
    """The answer of one exchange: "llamacpp_models"; a stream by its name with ".jsonl"."""
    return _stream(name) if name.endswith(".jsonl") else _exchange(name)


def tree(name: str) -> Any:
    """The decoded body of one exchange."""
    return json.loads(answer(name).body)


def path(name: str) -> str:
    """The path that was asked."""
    return json.loads((FOLDER / f"{name}.json").read_text())["request"]["path"]


def error_names() -> list[str]:
    """Every exchange in which a server refused, or said an error behind a 200."""
    names = [str(file.relative_to(FOLDER).with_suffix("")) for file in sorted(FOLDER.rglob("*.json"))]
    return [name for name in names if answer(name).status >= 400 or b'"error"' in answer(name).body[:40]]


def _exchange(name: str) -> Answer:
    response = json.loads((FOLDER / f"{name}.json").read_text())["response"]
    body = json.dumps(response["body"]) if "body" in response else response.get("body_text", "")
    kind = response.get("headers", {}).get("content-type", "application/json")
    return Answer(response["status"], kind, body.encode())


def _stream(name: str) -> Answer:
    # not splitlines: one recording holds U+2028
    lines = [json.loads(line) for line in (FOLDER / name).read_text().split("\n") if line]
    received = [line["data"] for line in lines if line["direction"] == "received"]
    pieces = [data for data in received if isinstance(data, str)]
    head = next((data for data in received if isinstance(data, dict) and "status" in data), {})
    is_cut = any("connection" in data for data in received if isinstance(data, dict))
    return Answer(head.get("status", 200), "text/event-stream", "".join(pieces).encode(), is_cut)
