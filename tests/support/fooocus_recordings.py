"""Recordings of a real Fooocus-API."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "recordings" / "fooocus"


def exchange(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the response of one exchange."""
    recorded = json.loads((FOLDER / f"{name}.json").read_text())
    return recorded["request"], recorded["response"]


def answer(name: str) -> Any:
    """The decoded body of a response; "openapi" was stored as it was served, shortened."""
    if name == "openapi":
        return json.loads((FOLDER / "openapi.json").read_text())
    return exchange(name)[1]["body"]


def body_of(name: str) -> tuple[int, bytes]:
    """Status and body of a response as they were on the wire."""
    response = exchange(name)[1]
    if "body" in response:
        return response["status"], json.dumps(response["body"]).encode()
    return response["status"], str(response.get("body_text", "")).encode()


def told(name: str, job: int = 0) -> list[dict[str, Any]]:
    """What a recorded session's server told of its first (or a later) job, in order."""
    lines = [json.loads(line) for line in (FOLDER / f"{name}.jsonl").read_text().splitlines()]
    bodies = [
        line["data"]["body"]
        for line in lines
        if line["direction"] == "received" and "job_id" in (line["data"].get("body") or ())
    ]
    ids = list(dict.fromkeys(body["job_id"] for body in bodies))
    return [body for body in bodies if body["job_id"] == ids[job]]
