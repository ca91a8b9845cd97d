"""Whole recorded jobs through the state machine."""

import json
from typing import Any

import msgspec
import pytest

from tests.support.comfyui_recordings import FOLDER, exchange, frame, graph, session, submitted
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobFailed,
    JobNoted,
    JobProgressed,
    JobStarted,
    OutputReceived,
    PreviewReceived,
)
from tui.domain.job import JobId
from tui.protocol.comfyui_answers import HistoryEntry
from tui.protocol.comfyui_messages import MessageStream, NodeExecuted, NodesCached, QueueChanged
from tui.protocol.comfyui_run import Run

OURS = JobId("ours")


def replay(name: str, index: int = 0) -> tuple[Run, list[JobEvent]]:
    """Everything a recorded socket said about one of its jobs."""
    body = submitted(name)[index]
    run, stream, events = Run(OURS, body["prompt"]), MessageStream(), list[JobEvent]()
    for line in session(name):
        if line.get("event") == "connect":
            stream = MessageStream()
        if line.get("direction") != "in":
            continue
        data = line["text"] if "text" in line else line["binary"] and kept(line["binary"])
        heard = stream.receive(data) if data else None
        if heard and heard[0] == body.get("prompt_id"):
            events += run.receive(heard[1])
    return run, events


def kept(name: str) -> bytes | None:
    return frame(name) if (FOLDER / name).exists() else None


def history(name: str, job: str) -> HistoryEntry:
    """The entry of a job in a recorded session."""
    for line in session(name):
        answer = line.get("http", {}).get("response", {}).get("body", {})
        if line.get("http", {}).get("request", {}).get("path") == f"/history/{job}" and answer:
            return msgspec.convert(answer[job], HistoryEntry)
    raise AssertionError("not recorded")


def of_kind(events: list[JobEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def test_a_picture_is_made_step_by_step() -> None:
    name = "ws_txt2img_cold_type4"
    run, events = replay(name)
    assert isinstance(events[0], JobStarted)
    steps = [(event.step, event.total) for event in of_kind(events, JobProgressed) if event.total]
    assert steps[:4] == [(1, 4), (2, 4), (3, 4), (4, 4)]
    activities = dict.fromkeys(event.activity for event in of_kind(events, JobProgressed))
    assert list(activities)[:4] == ["CheckpointLoaderSimple", "EmptyLatentImage", "negative", "positive"]
    assert list(activities)[4:] == ["KSampler", "VAEDecode", "SaveImage"]
    assert of_kind(events, PreviewReceived)[0].media_type == "image/jpeg"
    [output] = [event.output for event in of_kind(events, OutputReceived)]
    assert (output.filename, output.folder, output.is_temporary) == ("txt2img_00001_.png", "output", False)
    assert run.is_ending
    assert run.is_closed
    assert run.settle(history(name, submitted(name)[0]["prompt_id"])) == (JobCompleted(OURS),)


def test_bare_previews_of_an_older_socket_arrive_too() -> None:
    _, events = replay("ws_txt2img_warm_type1")
    assert of_kind(events, PreviewReceived)


def test_every_picture_of_a_batch_is_announced_once() -> None:
    name = "ws_batch3"
    run, events = replay(name)
    entry = history(name, submitted(name)[0]["prompt_id"])
    assert len(of_kind(events, OutputReceived)) == 3
    assert run.settle(entry) == (JobCompleted(OURS),)


def test_outputs_missed_by_the_socket_come_from_history() -> None:
    _, response = exchange("history_success")
    [entry] = response["body"].values()
    events = Run(OURS, graph("txt2img")).settle(msgspec.convert(entry, HistoryEntry))
    assert [event.output.filename for event in of_kind(list(events), OutputReceived)] == ["hist_00001_.png"]
    assert events[-1] == JobCompleted(OURS)


def test_an_unchanged_graph_is_said_to_name_its_earlier_result() -> None:
    run, events = replay("ws_cached_rerun", 1)
    [note] = of_kind(events, JobNoted)
    assert "earlier result" in note.message
    assert of_kind(events, OutputReceived)
    assert run.is_closed


def test_a_preview_nodes_picture_is_temporary() -> None:
    _, events = replay("ws_preview_image_temp")
    [output] = [event.output for event in of_kind(events, OutputReceived)]
    assert output.is_temporary
    assert output.folder == "temp"


def test_a_text_that_is_shown_is_a_glimpse() -> None:
    _, events = replay("ws_preview_any_text")
    [received] = of_kind(events, OutputReceived)
    assert (received.output.data, received.output.is_temporary) == (b"hello text", True)


def test_a_failed_node_is_named_by_its_title() -> None:
    run, events = replay("ws_runtime_error")
    [failed] = run.settle_without_history()
    assert isinstance(failed, JobFailed)
    assert failed.title.startswith("“SaveImage” failed: **** ERROR: Saving image outside the output folder")
    assert "\n" not in failed.title
    assert "tensor" not in failed.title
    assert of_kind(events, PreviewReceived) or of_kind(events, JobProgressed)


def test_history_tells_the_same_failure_as_the_socket() -> None:
    _, response = exchange("history_error")
    [entry] = response["body"].values()
    [failed] = Run(OURS, graph("txt2img")).settle(msgspec.convert(entry, HistoryEntry))
    assert isinstance(failed, JobFailed)
    assert failed.title.startswith("“SaveImage” failed:")


def test_an_interrupted_job_was_cancelled_and_did_not_fail() -> None:
    run, _ = replay("ws_interrupt_running")
    assert run.settle_without_history() == (JobCancelled(OURS),)
    _, response = exchange("history_interrupted")
    [entry] = response["body"].values()
    assert Run(OURS, graph("txt2img")).settle(msgspec.convert(entry, HistoryEntry)) == (JobCancelled(OURS),)


@pytest.mark.parametrize("name", ["ws_save_image_websocket", "ws_save_image_websocket_type1"])
def test_a_picture_sent_over_the_socket_is_an_output_with_its_bytes(name: str) -> None:
    run, events = replay(name)
    [output] = [event.output for event in of_kind(events, OutputReceived)]
    assert output.data is not None
    assert output.data.startswith(b"\x89PNG")
    assert not of_kind(events, PreviewReceived)
    assert run.settle(HistoryEntry()) == (JobCompleted(OURS),)


def test_a_picture_sent_while_nobody_listened_is_said_to_be_lost() -> None:
    [failed] = Run(OURS, graph("save_image_websocket")).settle(HistoryEntry())
    assert isinstance(failed, JobFailed)
    assert "does not keep it" in failed.title


def test_a_job_that_made_no_file_says_so() -> None:
    note, last = Run(OURS, graph("txt2img")).settle(HistoryEntry())
    assert isinstance(note, JobNoted)
    assert last == JobCompleted(OURS)


def test_progress_goes_on_after_a_reconnect() -> None:
    _, events = replay("ws_reconnect_midrun")
    steps = [event.step for event in of_kind(events, JobProgressed) if event.total == 40]
    assert 3 in steps
    assert 10 in steps
    assert max(steps) == 40
    assert len(of_kind(events, JobStarted)) == 1


def test_a_nodes_own_words_are_its_activity() -> None:
    _, events = replay("ws_text_frame_type3")
    assert "SendProgressText: héllo" in [event.activity for event in of_kind(events, JobProgressed)]


def test_a_newer_servers_activity_is_told() -> None:
    run = Run(OURS, graph("txt2img"))
    node = {"state": "running", "activity": "loading\x1b[31m weights"}
    text = json.dumps({"type": "progress_state", "data": {"prompt_id": "ours", "nodes": {"3": node}}})
    heard = MessageStream().receive(text)
    assert heard
    assert run.receive(heard[1])[-1] == JobProgressed(
        job_id=OURS, step=0, total=0, activity="KSampler: loading[31m weights"
    )


def test_what_concerns_everybody_starts_no_job() -> None:
    assert Run(OURS, graph("txt2img")).receive(QueueChanged()) == ()
    flags = '{"type":"feature_flags","data":{"supports_preview_metadata":true}}'
    assert MessageStream().receive(flags) is None


def test_a_server_that_names_files_for_ever_is_not_followed_for_ever() -> None:
    run, announced = Run(OURS, graph("txt2img")), 0
    for number in range(0, 30_000, 500):
        images = [{"filename": f"{number + index}.png"} for index in range(500)]
        announced += len(run.receive(NodeExecuted("ours", "9", {"images": images})))
        announced += len(run.receive(NodesCached("ours", tuple(graph("txt2img")))))
    assert announced == 10_000 + 2  # the start and one note beside the files


def test_success_alone_does_not_close_a_job() -> None:
    run = Run(OURS, graph("txt2img"))
    heard = MessageStream().receive('{"type":"execution_success","data":{"prompt_id":"ours"}}')
    assert heard
    run.receive(heard[1])
    assert run.is_ending
    assert not run.is_closed
