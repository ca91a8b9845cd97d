"""One job from recorded events and a recorded item."""

import json
from typing import Any

import msgspec
import pytest

from tests.support.invokeai_recordings import events, exchange
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
from tui.domain.job import new_job_id
from tui.media.sniff import media_type
from tui.protocol.invokeai_answers import QueueItem
from tui.protocol.invokeai_messages import Heard, ItemsRemoved, NodeProgressed, StatusChanged, heard
from tui.protocol.invokeai_run import Run

NODES = {
    "noise_0": {"seed": 7},
    "denoise_0": {"steps": 8, "denoising_start": 0.0},
}
JOB = new_job_id()


def played(name: str, run: Run, item_id: int | None = None) -> list[JobEvent]:
    """What a recorded stream means; its nodes are called as ours are."""
    renamed = {"d": "denoise_0", "out": "out_0"}
    found: list[JobEvent] = []
    for event, payload in events(name):
        if item_id is not None and payload.get("item_id") not in (None, item_id):
            continue
        node = str(payload.get("invocation_source_id"))
        ours = {**payload, "destination": JOB, "invocation_source_id": renamed.get(node, node)}
        meaning = heard(event, ours)
        if isinstance(meaning, Heard):
            found += run.receive(meaning.message)
    return found


def item(**fields: Any) -> QueueItem:
    return msgspec.convert({"item_id": 1, "status": "completed", **fields}, QueueItem)


def test_a_recorded_run_starts_counts_shows_and_ends() -> None:
    run = Run(JOB)
    run.expect(NODES)
    found = played("txt2img_sd15_events", run)
    assert found[0] == JobStarted(JOB)
    assert sum(isinstance(event, JobStarted) for event in found) == 1
    steps = [event.step for event in found if isinstance(event, JobProgressed)]
    assert steps == sorted(steps)
    assert steps[-1] == 8
    previews = [event for event in found if isinstance(event, PreviewReceived)]
    assert len(previews) == 9
    assert {media_type(preview.data) for preview in previews} == {"image/jpeg"}
    (output,) = [event.output for event in found if isinstance(event, OutputReceived)]
    assert output.seed == 7
    assert run.is_ending


def test_what_the_server_is_busy_with_is_told_in_its_words() -> None:
    run = Run(JOB)
    run.expect(NODES)
    activities = [e.activity for e in played("txt2img_sd15_events", run) if isinstance(e, JobProgressed)]
    assert "Loading model tiny-sd15 (unet)" in activities
    assert "Denoising" in activities


def test_a_picture_is_announced_once() -> None:
    run = Run(JOB)
    run.expect(NODES)
    played("txt2img_sd15_events", run)
    name = next(
        p["result"]["image"]["image_name"]
        for _, p in events("txt2img_sd15_events")
        if "image" in str(p.get("result"))
    )
    session = {"source_prepared_mapping": {"out_0": ["x"]}, "results": {"x": {"image": {"image_name": name}}}}
    assert run.settle(item(session=session)) == (JobCompleted(JOB),)


def test_pictures_that_no_event_told_of_come_from_the_item() -> None:
    answer = exchange("queue_item_completed").body.replace(b'"out"', b'"out_0"')
    run = Run(JOB)
    settled = run.settle(msgspec.json.decode(answer, type=QueueItem))
    assert [type(event) for event in settled] == [OutputReceived, JobCompleted]


def test_pictures_of_a_batch_come_in_order() -> None:
    names = {f"out_{n}": [str(n)] for n in (10, 2, 0)}
    results = {str(n): {"image": {"image_name": f"{n}.png"}} for n in (10, 2, 0)}
    found = item(session={"source_prepared_mapping": names, "results": results})
    assert [name for _, name in found.pictures] == ["0.png", "2.png", "10.png"]


def test_two_pictures_count_together() -> None:
    run = Run(JOB)
    run.expect({"denoise_0": {"steps": 4}, "denoise_1": {"steps": 4}})
    counted: list[int] = []
    for node in ("denoise_0", "denoise_1"):
        for fraction in (0.0, 0.5, 1.0):
            (started_or_progressed) = run.receive(
                NodeProgressed(node_id=node, said="Denoising", fraction=fraction)
            )
            counted += [e.step for e in started_or_progressed if isinstance(e, JobProgressed)]
    assert counted == [0, 2, 4, 4, 6, 8]


def test_a_picture_that_is_kept_in_part_takes_fewer_steps() -> None:
    run = Run(JOB)
    run.expect({"denoise_0": {"steps": 20, "denoising_start": 0.4}})
    (_, progress) = run.receive(NodeProgressed(node_id="denoise_0", said="Denoising", fraction=1.0))
    assert isinstance(progress, JobProgressed)
    assert (progress.step, progress.total) == (12, 12)


def test_an_upscaler_without_steps_counts_in_percent() -> None:
    run = Run(JOB)
    run.expect({"out_0": {}})
    (_, progress) = run.receive(NodeProgressed(node_id="out_0", said="Upscaling", fraction=0.25))
    assert isinstance(progress, JobProgressed)
    assert (progress.step, progress.total) == (25, 100)


def test_a_cached_answer_ends_all_the_same() -> None:
    run = Run(JOB)
    assert any(isinstance(event, OutputReceived) for event in played("cached_result_no_progress", run))
    assert run.is_ending


@pytest.mark.parametrize("name", ["cancel_running_item", "cancel_batch_running_and_pending"])
def test_a_cancelled_item_is_cancelled(name: str) -> None:
    run = Run(JOB)
    run.expect(NODES)
    played(name, run)
    assert run.is_ending
    assert run.settle(item(status="canceled")) == (JobCancelled(JOB),)


def test_a_failed_item_says_why() -> None:
    run = Run(JOB)
    played("item_failed_unknown_model", run)
    assert run.is_ending
    (failed,) = run.settle(
        item(status="failed", error_type="Exception", error_message="Unknown model deadbeef")
    )
    assert isinstance(failed, JobFailed)
    assert failed.title == "InvokeAI no longer has a model of this job."


def test_a_job_without_a_picture_says_so() -> None:
    noted, completed = Run(JOB).settle(item())
    assert isinstance(noted, JobNoted)
    assert completed == JobCompleted(JOB)


def test_items_cancelled_in_bulk_are_a_reason_to_look() -> None:
    bulk = [heard(*event) for event in events("cancel_batch_running_and_pending")]
    assert ItemsRemoved() in bulk


def test_events_of_others_have_no_owner_here() -> None:
    assert heard("queue_item_status_changed", {"status": "failed", "destination": None}) is None
    assert heard("model_load_started", {"config": {}}) is None


@pytest.mark.parametrize(
    "image",
    [
        None,
        7,
        {},
        {"dataURL": "data:image/jpeg;base64,%%%"},
        {"dataURL": "data:text/html;base64,AAAA"},
        {"dataURL": 3},
    ],
)
def test_a_preview_that_is_none_is_no_preview(image: object) -> None:
    payload = {
        "destination": JOB,
        "invocation_source_id": "denoise_0",
        "message": "\x1b[1mDenoising",
        "image": image,
    }
    meaning = heard("invocation_progress", json.loads(json.dumps(payload)))
    assert isinstance(meaning, Heard)
    assert meaning.message == NodeProgressed(node_id="denoise_0", said="[1mDenoising")


@pytest.mark.parametrize("payload", [None, 7, [], "text", {}, {"destination": 7}, {"destination": JOB}])
def test_events_of_any_shape_do_no_harm(payload: object) -> None:
    for event in (
        "queue_item_status_changed",
        "invocation_progress",
        "invocation_complete",
        "invocation_started",
    ):
        meaning = heard(event, payload)
        if isinstance(meaning, Heard):
            Run(JOB).receive(meaning.message)


def test_a_fraction_beyond_its_bounds_is_bounded() -> None:
    meaning = heard("invocation_progress", {"destination": JOB, "percentage": 17})
    assert isinstance(meaning, Heard)
    assert isinstance(meaning.message, NodeProgressed)
    assert meaning.message.fraction == 1.0


def test_a_status_that_nobody_knows_ends_nothing() -> None:
    run = Run(JOB)
    assert run.receive(StatusChanged(status="waiting")) == ()
    assert not run.is_ending
