"""Recordings of a real ComfyUI, with the model names that the embedded engine has."""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent.parent / "recordings" / "comfyui"

_NAMES = {
    "tiny_sd15_inpaint.safetensors": "procedural-painter.safetensors",
    "tiny_sd15.safetensors": "procedural-painter.safetensors",
    "tiny_canny.safetensors": "procedural-canny.safetensors",
    "tiny_lora.safetensors": "procedural-ink.safetensors",
    "tiny_x4.safetensors": "procedural-2x.safetensors",
}


def _with_our_names(text: str) -> Any:
    for theirs, ours in _NAMES.items():
        text = text.replace(theirs, ours)
    return json.loads(text)


def graph(name: str) -> dict[str, Any]:
    """A graph that ran on the real server."""
    return _with_our_names((FOLDER / "graphs" / f"{name}.json").read_text())


def exchange(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The request and the response of one recorded exchange."""
    recorded = _with_our_names((FOLDER / "http" / f"{name}.json").read_text())
    return recorded["request"], recorded["response"]


def frame(name: str) -> bytes:
    """One recorded binary frame."""
    return (FOLDER / name).read_bytes()


def session(name: str) -> list[dict[str, Any]]:
    """Everything that happened on one recorded socket, in order."""
    lines = (FOLDER / f"{name}.jsonl").read_text().splitlines()
    return [_with_our_names(line) for line in lines]


def submitted(name: str) -> list[dict[str, Any]]:
    """The bodies that were posted to /prompt during a recorded session."""
    requests = [line["http"]["request"] for line in session(name) if "http" in line]
    return [request["body"] for request in requests if request["path"] == "/prompt"]


def received(name: str, socket: str | None = None) -> list[Any]:
    """What one recorded socket received: decoded text messages, and the file names of binary frames."""
    lines = [line for line in session(name) if line.get("direction") == "in" and line.get("socket") == socket]
    return [json.loads(line["text"]) if "text" in line else line.get("binary") for line in lines]
