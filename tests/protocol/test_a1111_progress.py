"""How far a server is, read from what real ones said."""

import pytest

from tests.support.a1111_recordings import answer, answers
from tui.protocol.a1111_ownership import Expectation, Owner, Ownership
from tui.protocol.a1111_progress import (
    ServerProgress,
    Stage,
    TaskProgress,
    decode_picture,
    read_server_progress,
    read_task_progress,
)


def server_looks(name: str) -> list[ServerProgress]:
    return [read_server_progress(body) for body in answers(f"a1111/{name}", "progress")]


def test_an_idle_server_is_idle_also_with_what_the_last_run_left() -> None:
    assert not read_server_progress(answer("a1111/progress_idle")).is_busy
    left = read_server_progress(answer("a1111/progress_idle_after_interrupt"))
    assert not left.is_busy
    assert left.is_interrupted


def test_steps_of_a_run_count_up_and_those_of_the_run_before_are_not_believed() -> None:
    seen = [look for look in server_looks("txt2img_with_progress") if look.is_busy]
    totals = [(look.done, look.total) for look in seen]
    assert totals[:2] == [(0, 0), (0, 0)]  # sampling_steps was 0, then stale
    assert totals[2:] == [(step, 8) for step in range(1, 8)]
    assert [look.is_at_last_step for look in seen] == [False] * (len(seen) - 1) + [True]


def test_the_second_pass_of_a_hires_fix_goes_on_counting() -> None:
    busy = [look for look in server_looks("txt2img_hires_with_progress") if look.is_busy and look.total]
    assert [look.round for look in busy] == sorted(look.round for look in busy)
    assert busy[-1].round == 1
    assert all(look.done <= look.total for look in busy)


def test_previews_of_the_server_are_pictures() -> None:
    previews = [look.preview for look in server_looks("txt2img_with_progress") if look.preview]
    assert previews
    assert all(preview.startswith(b"\x89PNG") for preview in previews)


def test_one_task_runs_while_the_other_waits_as_the_first_in_line() -> None:
    looks = [read_task_progress(body) for body in answers("a1111/internal_progress_two_tasks", "task")]
    waiting = [look for look in looks if look.stage is Stage.QUEUED]
    assert {look.position for look in waiting} == {0}
    assert looks[0].stage is Stage.ACTIVE
    assert looks[-1].stage is Stage.COMPLETED
    previews = [look for look in looks if look.preview]
    assert previews[0].preview.startswith(b"\x89PNG")
    assert previews[0].preview_id == 1


def test_a_task_that_the_server_does_not_know_is_unknown() -> None:
    assert read_task_progress(answer("a1111/internal_progress_unknown_task")) == TaskProgress(
        stage=Stage.UNKNOWN
    )


@pytest.mark.parametrize("garbage", [None, [], "x", {"state": []}, {"active": "yes"}, {"state": {"job": 1}}])
def test_garbage_is_neither_busy_nor_known(garbage: object) -> None:
    assert not read_server_progress(garbage).is_busy
    assert read_task_progress(garbage).stage is Stage.UNKNOWN


@pytest.mark.parametrize(
    ("encoded", "data"), [("aGk=", b"hi"), ("data:image/png;base64,aGk=", b"hi"), ("a", b""), ("", b"")]
)
def test_base64_is_read_with_and_without_its_prefix(encoded: str, data: bytes) -> None:
    assert decode_picture(encoded) == data


def busy(run: str = "2", job: str = "scripts_txt2img", step: int = 0, steps: int = 12) -> ServerProgress:
    return ServerProgress(run=run, job=job, is_busy=True, step=step, steps=steps, rounds=1)


IDLE = ServerProgress(run="1")
EXPECTED = Expectation("txt2img", frozenset({12}))


def test_the_run_that_begins_on_an_idle_server_is_ours_once_its_length_is_seen() -> None:
    ownership = Ownership(EXPECTED, IDLE)
    assert ownership.look(IDLE) is Owner.UNDECIDED
    assert ownership.look(busy(steps=8)) is Owner.UNDECIDED  # steps of the run before
    assert ownership.look(busy(step=1)) is Owner.OURS
    assert ownership.look(IDLE) is Owner.OURS


@pytest.mark.parametrize(
    "first",
    [busy(step=1, steps=30), busy(job="scripts_img2img"), busy(job="extras", step=1)],
    ids=["another length", "another kind", "an enlargement"],
)
def test_a_run_that_does_not_fit_is_somebody_elses_and_nothing_is_sure_after_it(
    first: ServerProgress,
) -> None:
    ownership = Ownership(EXPECTED, IDLE)
    assert ownership.look(first) is Owner.UNKNOWABLE
    assert ownership.look(busy("3", step=1)) is Owner.UNKNOWABLE


def test_on_a_busy_server_no_run_is_surely_ours() -> None:
    ownership = Ownership(EXPECTED, busy("1", step=3))
    assert ownership.look(busy("2", step=1)) is Owner.UNKNOWABLE


def test_when_another_run_follows_ours_it_is_not_taken_for_ours() -> None:
    ownership = Ownership(EXPECTED, IDLE)
    assert ownership.look(busy(step=1)) is Owner.OURS
    assert ownership.look(busy("3", step=1)) is Owner.UNKNOWABLE


def test_the_second_of_two_recorded_clients_never_owns_the_first_ones_run() -> None:
    looks = server_looks("two_clients_interrupt_hits_running")
    second = Ownership(Expectation("txt2img", frozenset({8})), looks[1])
    assert {second.look(look) for look in looks[2:]} == {Owner.UNKNOWABLE}


def test_sdnext_tells_runs_apart_by_an_id_of_its_own() -> None:
    body = {"id": "abc", "state": {"job": "API-TXT", "job_count": 1, "job_timestamp": "1"}}
    assert read_server_progress(body).run == "abc"
    assert EXPECTED.fits_name(read_server_progress(body))
    assert not Expectation("img2img").fits_name(read_server_progress(body))
