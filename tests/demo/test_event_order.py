"""The order and the keys of every event, held against recordings of a real server."""

import struct
from typing import Any

import pytest

from tests.support import comfyui_recordings as recordings
from tests.support.engine_client import Listener, listening
from tui.demo.server import EmbeddedEngine

RUNS_WITH_METADATA = [
    "ws_txt2img_cold_type4",
    "ws_controlnet_canny",
    "ws_upscale_model",
    "ws_inpaint_model",
    "ws_error_unreadable_image",
    "ws_runtime_error",
    "ws_preview_any_text",
    "ws_partial_targets",
    "ws_partly_invalid_prompt",
    "ws_save_image_websocket",
]


@pytest.mark.parametrize("name", RUNS_WITH_METADATA)
async def test_a_run_tells_what_the_real_server_told(client: Listener, name: str) -> None:
    body, recorded = recordings.submitted(name)[0], recordings.received(name)
    await _warm_up(client, body["prompt"], recorded)
    history = await client.run(**_as_this_client(body))

    assert _outline(client.received) == _outline(recorded)
    assert history["status"]["completed"] == ("error" not in name)


@pytest.mark.parametrize("name", ["ws_txt2img_warm_type1", "ws_save_image_websocket_type1"])
async def test_without_the_flag_previews_are_type_1_and_follow_progress(
    engine: EmbeddedEngine, name: str
) -> None:
    body, recorded = recordings.submitted(name)[0], recordings.received(name)
    async with listening(engine.url, flags=False) as client:
        await _warm_up(client, body["prompt"], recorded)
        await client.run(**_as_this_client(body))

        assert _outline(client.received) == _outline(recorded)


@pytest.mark.parametrize("name", ["ws_txt2img_cold_type4", "ws_runtime_error", "ws_preview_any_text"])
async def test_every_message_has_the_keys_of_the_real_one(client: Listener, name: str) -> None:
    await client.run(**_as_this_client(recordings.submitted(name)[0]))

    assert _keys(client.received) == _keys(recordings.received(name))


async def test_a_rerun_runs_nothing_and_names_the_old_file(client: Listener) -> None:
    bodies = recordings.submitted("ws_cached_rerun")
    for body, prefix in zip(bodies, ("txt2img", "txt2img", "other"), strict=True):
        body["prompt"]["9"]["inputs"]["filename_prefix"] = prefix  # the recording shows the last one thrice
        await client.run(**_as_this_client(body))

    assert _outline(client.received) == _outline(recordings.received("ws_cached_rerun"))
    first, again, other = (data["output"]["images"][0] for data in client.messages("executed"))
    assert first == again != other


async def test_a_history_entry_looks_like_the_real_one(client: Listener) -> None:
    body = recordings.submitted("ws_txt2img_cold_type4")[0]
    ours = await client.run(**_as_this_client(body))
    lines = [line["http"] for line in recordings.session("ws_txt2img_cold_type4") if "http" in line]
    theirs = next(iter(lines[-1]["response"]["body"].values()))

    assert _shape(ours) == _shape(theirs)
    assert ours["prompt"][2] == theirs["prompt"][2]
    assert [kind for kind, _data in ours["status"]["messages"]] == [
        kind for kind, _data in theirs["status"]["messages"]
    ]


async def test_preview_method_none_sends_no_frames(client: Listener) -> None:
    await client.run(recordings.graph("txt2img"), extra_data={"preview_method": "none"})

    assert client.frames() == []
    assert len(client.messages("progress")) == 6


def _as_this_client(body: dict[str, Any]) -> dict[str, Any]:
    fields = {key: value for key, value in body.items() if key not in ("prompt", "client_id", "prompt_id")}
    return {"graph": body["prompt"], **fields}


async def _warm_up(client: Listener, graph: dict[str, Any], recorded: list[Any]) -> None:
    """Leave in the cache what the recorded server had there."""
    cached = next(message["data"]["nodes"] for message in recorded if _is(message, "execution_cached"))
    if cached:
        greeting = list(client.received)
        shown = {
            f"show {key}": {"class_type": "PreviewAny", "inputs": {"source": [key, 0]}} for key in cached
        }
        await client.run({**{key: graph[key] for key in cached}, **shown})
        client.received[:] = greeting


def _is(message: Any, kind: str) -> bool:
    return isinstance(message, dict) and message["type"] == kind


def _outline(messages: list[Any]) -> list[Any]:
    return [_one(message) for message in messages]


def _one(message: Any) -> Any:
    if isinstance(message, bytes):
        return "frame", struct.unpack(">I", message[:4])[0]
    if message is None or isinstance(message, str):  # a recorded frame whose bytes may not have been kept
        return "frame", 1 if message is not None and "type1" in message else _ANY
    kind, data = message["type"], message["data"]
    match kind:
        case "progress_state":
            told = {key: (node["value"], node["max"], node["state"]) for key, node in data["nodes"].items()}
            return kind, told
        case "progress":
            return kind, data["value"], data["max"], data["node"]
        case "executing":
            return kind, data["node"]
        case "executed":
            return kind, data["node"], list(data["output"])
        case "execution_cached":
            return kind, data["nodes"]
        case "execution_error":
            return kind, data["node_id"], data["node_type"], set(data["executed"])
        case "status":
            return kind, data["status"]["exec_info"]["queue_remaining"], "sid" in data
        case _:
            return (kind,)


class _Any:
    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = object.__hash__


_ANY = _Any()


def _keys(messages: list[Any]) -> set[tuple[str, frozenset[str]]]:
    texts = [message for message in messages if isinstance(message, dict)]
    return {(message["type"], frozenset(message["data"])) for message in texts}


def _shape(value: Any) -> Any:
    """The keys and types of a JSON value, deep down; the keys of a graph are kept."""
    if isinstance(value, dict):
        return {key: _shape(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_shape(inner) for inner in value]
    return type(value).__name__
