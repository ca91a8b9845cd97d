"""Whole recorded jobs through the state machine, and what a job's answers mean."""

from typing import Any

import msgspec
import pytest

from tests.support.fooocus_recordings import answer, told
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobEvent,
    JobNoted,
    JobProgressed,
    JobStarted,
    OutputReceived,
    PreviewReceived,
)
from tui.domain.job import JobId
from tui.protocol.fooocus_job import (
    JobAnswer,
    Step,
    are_named,
    read_outputs,
    read_place,
    read_seed,
    read_step,
)
from tui.protocol.fooocus_run import Run

OURS = JobId("ours")


def replay(name: str, *, job: int = 0, pictures: int = 1) -> list[JobEvent]:
    """All events of a recorded job that nobody stopped."""
    run, events = Run(OURS, pictures), list[JobEvent]()
    for body in told(name, job):
        said = msgspec.convert(body, JobAnswer)
        if said.is_over:
            events += run.end(said, is_stopped=False, is_cancelled=False)
        else:
            events += run.receive(said)
    return events


def of_kind(events: list[JobEvent], kind: type) -> list[Any]:
    return [event for event in events if isinstance(event, kind)]


def sampling(step: int, *, of: int = 8, picture: int = 1, **fields: Any) -> JobAnswer:
    """A job that has done this step, counting from 0."""
    status = f"Step {step}/{of} in the {picture}-th Sampling"
    return JobAnswer(job_id="theirs", job_stage="WAITING", job_progress=20, job_status=status, **fields)


def done(*urls: str) -> JobAnswer:
    """A job that is over, with pictures at these addresses."""
    results = [{"url": url, "seed": "7", "finish_reason": "SUCCESS"} for url in urls]
    return msgspec.convert({"job_stage": "SUCCESS", "job_result": results}, JobAnswer)


PLACES = tuple(f"http://127.0.0.1:8888/files/2026-11-21/x-{number}.png" for number in range(3))


def test_a_job_of_two_pictures_runs_to_its_end() -> None:
    events = replay("async_two_jobs_with_previews", pictures=2)
    assert isinstance(events[0], JobStarted)
    assert isinstance(events[-1], JobCompleted)
    assert len(of_kind(events, JobStarted)) == 1
    steps = [(event.step, event.total) for event in of_kind(events, JobProgressed) if event.total]
    assert steps[0] == (2, 16)
    assert steps[-1] == (15, 16)
    assert steps == sorted(steps)
    first, second = (event.output for event in of_kind(events, OutputReceived))
    assert second.seed == first.seed + 1
    assert first.seed == int(told("async_two_jobs_with_previews")[-1]["job_result"][0]["seed"]) > 2**53
    assert (first.subfolder, first.media_type) == ("2026-11-21", "image/png")
    assert first.data is not None
    assert first.data.startswith(b"\x89PNG")


def test_a_job_called_waiting_is_seen_to_run() -> None:
    first, *others = (msgspec.convert(body, JobAnswer) for body in told("async_two_jobs_with_previews"))
    assert not first.is_running
    assert all(body.job_stage == "WAITING" and body.is_running for body in others[1:-1])


def test_a_job_called_running_runs() -> None:
    second = msgspec.convert(told("dialect_0_4_running_then_stopped")[1], JobAnswer)
    assert second.is_running
    assert not second.is_over


def test_the_second_job_waits_without_a_word() -> None:
    events = replay("async_two_jobs_with_previews", job=1)
    assert isinstance(events[0], JobStarted)
    assert [event.output.seed for event in of_kind(events, OutputReceived)] == [4279976810330470634]


def test_the_same_preview_is_told_once() -> None:
    run = Run(OURS, 1)
    one, other = "iVBORw0KGgoAAAA=", "iVBORw0KGgoBAAA="
    told_ = [
        run.receive(sampling(step, job_step_preview=shown)) for step, shown in enumerate([one, one, other])
    ]
    previews = of_kind([event for events in told_ for event in events], PreviewReceived)
    assert [event.data for event in previews] == [b"\x89PNG\r\n\x1a\n\0\0\0", b"\x89PNG\r\n\x1a\n\1\0\0"]


@pytest.mark.parametrize("preview", ["", "not base64!", "R0lGODlh", "data:,", "====", "\x00"])
def test_a_preview_that_is_none_is_passed_over(preview: str) -> None:
    assert not of_kind(Run(OURS, 1).receive(sampling(0, job_step_preview=preview)), PreviewReceived)


def test_a_preview_may_be_a_data_url() -> None:
    events = Run(OURS, 1).receive(sampling(0, job_step_preview="data:image/png;base64,iVBORw0KGgoAAAA="))
    assert of_kind(events, PreviewReceived)


@pytest.mark.parametrize(
    ("status", "step"),
    [
        ("Step 3/8 in the 1-th Sampling", Step(4, 8, 1)),
        ("Step 8/8 in the 2-th Sampling", Step(8, 8, 2)),
        ("Sampling step 0/30, image 1/2 ...", Step(1, 30, 1)),
        ("Encoding positive #1 ...", None),
        ("Preparing task 1/2 ...", None),
        ("", None),
        (None, None),
    ],
)
def test_a_step_is_read_from_the_text(status: str | None, step: Step | None) -> None:
    assert read_step(status) == step


def test_a_job_without_steps_counts_percent() -> None:
    run = Run(OURS, 1)
    early = run.receive(
        JobAnswer(job_stage="WAITING", job_progress=3, job_status="Upscaling image from (8, 8) ...")
    )
    late = run.receive(
        JobAnswer(job_stage="WAITING", job_progress=100, job_status="Saving image to system ...")
    )
    assert early == [
        JobStarted(OURS),
        JobProgressed(job_id=OURS, step=0, total=0, activity="Upscaling image from (8, 8)"),
    ]
    assert late == [JobProgressed(job_id=OURS, step=100, total=100, activity="Saving image to system")]


@pytest.mark.parametrize(
    ("step", "picture", "may"),
    [
        (0, 1, True),
        (5, 1, True),
        (6, 1, True),
        (7, 1, True),
        (0, 2, True),
        (5, 2, True),
        (6, 2, False),
        (7, 2, False),
    ],
)
def test_a_stop_hits_only_a_job_with_steps_before_it(step: int, picture: int, may: bool) -> None:
    run = Run(OURS, 2)
    run.receive(sampling(step, picture=picture))
    assert run.may_be_stopped is may


@pytest.mark.parametrize("status", ["Loading models ...", "Preparing task 1/1 ...", None])
def test_a_job_that_does_not_sample_yet_is_not_to_be_stopped(status: str | None) -> None:
    run = Run(OURS, 1)
    run.receive(sampling(0))
    run.receive(JobAnswer(job_stage="WAITING", job_status=status))
    assert not run.may_be_stopped


def test_pictures_finished_before_our_stop_are_kept() -> None:
    run = Run(OURS, 3)
    run.receive(sampling(3, picture=2))
    events = run.end(done(PLACES[0]), is_stopped=True, is_cancelled=True)
    assert [event.output.filename for event in of_kind(events, OutputReceived)] == ["x-0.png"]
    assert of_kind(events, JobNoted) == [JobNoted(OURS, "1 of 3 pictures were finished before.")]
    assert events[-1] == JobCancelled(OURS)


def test_somebody_elses_stop_between_two_pictures_is_said() -> None:
    events = Run(OURS, 3).end(done(*PLACES[:2]), is_stopped=False, is_cancelled=False)
    assert of_kind(events, JobNoted) == [
        JobNoted(OURS, "Somebody stopped the job on the server after 2 of 3 pictures.")
    ]
    assert events[-1] == JobCompleted(OURS)


def test_a_stop_that_came_too_late_is_said() -> None:
    events = Run(OURS, 1).end(done(PLACES[0]), is_stopped=True, is_cancelled=True)
    assert (
        of_kind(events, JobNoted)[-1].message == "The stop came too late; it may hit the server's next job."
    )
    assert events[-1] == JobCompleted(OURS)


def test_a_wish_that_came_too_late_is_said() -> None:
    events = Run(OURS, 1).end(done(PLACES[0]), is_stopped=False, is_cancelled=True)
    assert of_kind(events, JobNoted)[-1].message == "The job was done before it could be stopped."
    assert events[-1] == JobCompleted(OURS)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("http://127.0.0.1:8888/files/2026-11-21/a-0.png", ("2026-11-21", "a-0.png")),
        ("https://evil.example/fooocus/files/2026-11-21/a-0.webp?x=1#y", ("2026-11-21", "a-0.webp")),
        ("/files/2026-11-21/a%20b.png", ("2026-11-21", "a b.png")),
        ("http://h/files/../../etc/passwd", None),
        ("http://h/files/%2e%2e/passwd", None),
        ("http://h/files/a.png", None),
        ("http://h/elsewhere/a.png", None),
        ("http://[::1/files/d/a.png", None),
        ("", None),
    ],
)
def test_of_a_url_only_the_place_counts(url: str, place: tuple[str, str] | None) -> None:
    assert read_place(url) == place


@pytest.mark.parametrize(
    ("said", "seed"),
    [
        ("9223372036854775807", 2**63 - 1),
        ("0", 0),
        (5, 5),
        ("-1", None),
        (-1, None),
        ("", None),
        (None, None),
        ("1e9", None),
        ("9" * 500, None),
    ],
)
def test_a_seed_is_read_as_a_whole_number(said: str | int | None, seed: int | None) -> None:
    assert read_seed(said) == seed


@pytest.mark.parametrize("name", ["text_to_image_sync", "unknown_model_silently_replaced", "v2_upscale_2x"])
def test_recorded_results_are_places(name: str) -> None:
    said = msgspec.convert({"job_stage": "SUCCESS", "job_result": answer(name)}, JobAnswer)
    (output,) = read_outputs("ours", said)
    assert output is not None
    assert output.filename.endswith("-0.png")
    assert output.data is None


def test_a_webp_with_a_name_of_ours_is_both() -> None:
    said = msgspec.convert(
        {"job_stage": "SUCCESS", "job_result": answer("text_to_image_webp_base64")}, JobAnswer
    )
    (output,) = read_outputs("ours", said)
    assert output is not None
    assert (output.filename, output.media_type) == ("myname-0.webp", "image/webp")
    assert are_named(said, "myname")
    assert are_named(said, "another") is False
    assert are_named(done(), "myname") is None


def test_a_picture_that_is_nowhere_is_said() -> None:
    events = Run(OURS, 2).end(done(PLACES[0], "http://h/elsewhere.png"), is_stopped=False, is_cancelled=False)
    assert of_kind(events, JobNoted) == [JobNoted(OURS, "1 of 2 pictures cannot be found on the server.")]
    assert len(of_kind(events, OutputReceived)) == 1
