"""Rates and time left: smoothed, per stage, and nothing rather than nonsense."""

import pytest

from tui.domain.job import Job, JobStatus, new_job_id
from tui.domain.request import GenerationRequest
from tui.services.estimates import RateMeter, time_left, timing_key
from tui.services.outlook import keys_of, seconds_until_done


def metered(*marks: tuple[int, int, float]) -> RateMeter:
    meter = RateMeter()
    for step, total, now in marks:
        meter.mark(step, total, now)
    return meter


def test_a_steady_job_has_a_steady_rate_and_an_end():
    meter = metered(*((step, 20, step * 0.5) for step in range(11)))
    assert meter.rate == pytest.approx(2.0)
    assert meter.seconds_left == pytest.approx(5.0)


def test_one_step_is_not_enough_to_tell():
    assert metered((0, 20, 0.0), (1, 20, 0.5)).seconds_left is None


def test_a_server_that_tells_no_steps_has_no_end():
    assert metered(*((0, 0, now) for now in range(5))).seconds_left is None


def test_a_new_stage_starts_from_nothing():
    meter = metered((0, 20, 0.0), (10, 20, 1.0), (20, 20, 2.0), (1, 20, 9.0))
    assert (meter.rate, meter.seconds_left) == (None, None)


def test_a_repeated_step_changes_nothing():
    meter = metered((0, 20, 0.0), (5, 20, 1.0), (5, 20, 50.0), (10, 20, 51.0))
    assert meter.rate is not None
    assert meter.rate < 5.0  # the pause counts


def test_an_end_in_days_is_nonsense():
    assert metered((0, 10**6, 0.0), (1, 10**6, 100.0), (2, 10**6, 200.0)).seconds_left is None


def test_what_such_jobs_took_counts_until_this_one_proves_slower():
    assert time_left(None, 30.0, 10.0) == pytest.approx(20.0)
    assert time_left(5.0, 30.0, 10.0) == pytest.approx(20.0)
    assert time_left(60.0, 30.0, 10.0) == pytest.approx(60.0)
    assert time_left(None, 30.0, 40.0) is None
    assert time_left(4.0, None, 10.0) == pytest.approx(4.0)


def test_jobs_that_differ_in_what_takes_time_are_told_apart():
    keys = {
        timing_key("a", GenerationRequest(steps=steps, width=width, prompt=prompt))
        for steps in (10, 20)
        for width in (512, 1024)
        for prompt in ("a fox", "an owl")
    }
    assert len(keys) == 4


def job(server: str = "a", status: JobStatus = JobStatus.PENDING, steps: int = 10, **values) -> Job:
    request = GenerationRequest(steps=steps)
    return Job(id=new_job_id(), server=server, request=request, status=status, created_at=0, **values)


def test_servers_work_side_by_side_and_each_on_one_job_at_a_time():
    jobs = [
        job(status=JobStatus.IN_PROGRESS, seconds_left=3.0),
        job(),
        job("b"),
        job("b", JobStatus.COMPLETED),
    ]
    keys = keys_of(jobs)
    assert len(keys) == 2
    assert seconds_until_done(jobs, dict.fromkeys(keys, 10.0), 0) == pytest.approx(13.0)
    assert seconds_until_done(jobs, {}, 0) is None
    assert seconds_until_done([], {}, 0) is None


def test_a_running_job_that_tells_nothing_takes_what_such_jobs_took():
    running = job(status=JobStatus.IN_PROGRESS, started_at=100.0)
    expected = dict.fromkeys(keys_of([running]), 10.0)
    assert seconds_until_done([running], expected, 104.0) == pytest.approx(6.0)
    assert seconds_until_done([running], expected, 200.0) is None
