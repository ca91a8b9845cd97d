"""Frames of the real server, read as messages."""

import json
from collections import Counter
from typing import Any

import pytest

from tests.support.comfyui_recordings import FOLDER, frame, session
from tui.protocol.comfyui_messages import (
    ExecutionStarted,
    FlagsAgreed,
    Message,
    MessageStream,
    NodeEntered,
    NodeExecuted,
    NodesCached,
    NodesProgressed,
    NodeText,
    PreviewFrame,
    QueueChanged,
    RunFailed,
    RunInterrupted,
    RunSucceeded,
    StepDone,
    decode_frame,
)

RECORDINGS = sorted(path.stem for path in FOLDER.glob("ws_*.jsonl"))
KINDS = {
    "status": QueueChanged,
    "feature_flags": FlagsAgreed,
    "execution_start": ExecutionStarted,
    "execution_cached": NodesCached,
    "executing": NodeEntered,
    "progress": StepDone,
    "progress_state": NodesProgressed,
    "executed": NodeExecuted,
    "execution_success": RunSucceeded,
    "execution_error": RunFailed,
    "execution_interrupted": RunInterrupted,
}


def texts(name: str) -> list[str]:
    return [line["text"] for line in session(name) if line.get("direction") == "in" and "text" in line]


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_text_frame_of_a_recording_is_understood(name: str) -> None:
    for text in texts(name):
        assert type(decode_frame(text)) is KINDS[json.loads(text)["type"]], text[:100]


def test_the_recordings_hold_every_kind_of_event() -> None:
    seen = Counter(json.loads(text)["type"] for name in RECORDINGS for text in texts(name))
    assert set(seen) == set(KINDS)


def test_a_preview_with_metadata_names_its_job_and_node() -> None:
    message = decode_frame(frame("ws_txt2img_cold_type4.01.type4.bin"))
    assert isinstance(message, PreviewFrame)
    assert message.prompt_id == "a1a1b0c7-3b0c-40a5-bf7c-ee1ca5dd8840"
    assert (message.node, message.media_type, message.is_bare) == ("3", "image/jpeg", False)
    assert message.data.startswith(b"\xff\xd8\xff")
    assert message.data.endswith(b"\xff\xd9")


def test_a_bare_preview_is_the_picture_alone() -> None:
    message = decode_frame(frame("ws_txt2img_warm_type1.01.type1.bin"))
    assert isinstance(message, PreviewFrame)
    assert (message.prompt_id, message.media_type, message.is_bare) == (None, "image/jpeg", True)
    assert message.data.startswith(b"\xff\xd8\xff")
    assert message.data.endswith(b"\xff\xd9")


@pytest.mark.parametrize(
    "name", ["ws_save_image_websocket.01.type4.bin", "ws_save_image_websocket_type1.01.type1.bin"]
)
def test_a_finished_picture_in_a_frame_is_a_png(name: str) -> None:
    message = decode_frame(frame(name))
    assert isinstance(message, PreviewFrame)
    assert message.media_type == "image/png"
    assert message.data.startswith(b"\x89PNG\r\n")
    assert message.data.endswith(b"IEND\xaeB`\x82")


def test_a_text_frame_is_a_node_and_what_it_says() -> None:
    assert decode_frame(frame("ws_text_frame_type3.01.type3.bin")) == NodeText("1", "héllo")


@pytest.mark.parametrize(
    "garbage",
    [
        "",
        "not json",
        "[]",
        "{}",
        '{"type": 3}',
        '{"type":"logs","data":{"entries":[]}}',
        '{"type":"progress","data":null}',
        '{"type":"progress","data":{"value":"many","prompt_id":"a"}}',
        '{"type":"execution_start","data":{}}',
        '{"type":"status"}' + " x",
        "[" * 100_000,
        b"",
        b"\0\0\0\1",
        b"\0\0\0\4\0\0\0\x10{}",
        b"\0\0\0\4\xff\xff\xff\xff{}",
        b"\0\0\0\4\0\0\0\2[]",
        b"\0\0\0\3\0\0\0\1\xffx",
        b"\0\0\0\2\0\0\0\1x",
        b"\0\0\0\x63\0\0\0\1x",
    ],
)
def test_garbage_is_no_message(garbage: str | bytes) -> None:
    assert decode_frame(garbage) is None


def told(frames: list[str | bytes]) -> list[tuple[str | None, Message]]:
    stream = MessageStream()
    return [heard for heard in map(stream.receive, frames) if heard]


def text_frame(kind: str, **data: Any) -> str:
    return json.dumps({"type": kind, "data": data})


def test_a_bare_preview_belongs_to_the_job_that_runs() -> None:
    preview = frame("ws_txt2img_warm_type1.01.type1.bin")
    frames = [preview, text_frame("execution_start", prompt_id="ours"), preview]
    heard = told([*frames, text_frame("executing", node=None, prompt_id="ours"), preview])
    assert [job for job, message in heard if isinstance(message, PreviewFrame)] == ["ours"]


def test_bare_previews_are_a_strangers_once_metadata_is_agreed() -> None:
    start = [
        text_frame("feature_flags", supports_preview_metadata=True),
        text_frame("execution_start", prompt_id="ours"),
    ]
    heard = told([*start, frame("ws_txt2img_warm_type1.01.type1.bin")])
    assert not any(isinstance(message, PreviewFrame) for _, message in heard)


def test_after_a_reconnect_a_message_without_job_id_is_told_to_nobody() -> None:
    assert told([text_frame("executing", node="3")]) == []
    after = told(
        [text_frame("progress", prompt_id="ours", value=1, max=2), text_frame("executing", node="3")]
    )
    assert [job for job, _ in after] == ["ours"]


def test_two_jobs_of_two_clients_stay_apart() -> None:
    frames = [
        line["text"] for line in session("ws_two_clients") if line.get("direction") == "in" and "text" in line
    ]
    jobs = {job for job, message in told(frames) if isinstance(message, NodeExecuted)}
    assert len(jobs) == 2
