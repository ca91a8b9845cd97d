"""The generation service over a scripted server and a real journal."""

import asyncio
from itertools import pairwise
from pathlib import Path

import pytest

from tests.support.programs import FOX, over, studio
from tests.support.scripted import server_settings
from tests.support.waiting import first, until
from tui.domain.errors import InputError, RequestRejectedError, ServerUnreachableError
from tui.domain.events import (
    JobCancelled,
    JobChanged,
    JobCompleted,
    JobFailed,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
    OutputSaved,
    ServiceEvent,
)
from tui.domain.job import JobId, JobStatus
from tui.domain.server import ConnectionState
from tui.services import tasks


async def test_a_job_is_followed_from_queue_to_file(fleet, settings, tmp_path):
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        events = it.generation.events()
        job = await it.generation.submit("paint", FOX)
        told: list[ServiceEvent] = []

        def is_end(event: ServiceEvent) -> bool:
            told.append(event)
            return isinstance(event, JobChanged) and event.job.status.is_over

        await first(events, is_end)
        kinds = [type(event) for event in told if not isinstance(event, JobChanged | JobProgressed)]
        assert kinds == [JobQueued, JobStarted, OutputReceived, OutputSaved, JobCompleted]
        done = it.generation.job(job.id)
        assert done.status is JobStatus.COMPLETED
        (output,) = done.outputs
        assert Path(output.path).name == "txt2img_default_00001.png"
        assert Path(output.path).read_bytes() == fleet["paint"].body(told_output(told))


def told_output(told: list[ServiceEvent]):
    return next(event.output for event in told if isinstance(event, OutputReceived))


async def test_cancelling_a_waiting_job_never_reaches_the_server(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        submitted = [await it.generation.submit("paint", FOX) for _ in range(3)]
        await until(lambda: len(fleet["paint"].runs) == 2)
        events = it.generation.events()
        await it.generation.cancel(submitted[2].id)
        await first(events, lambda event: event == JobCancelled(submitted[2].id))
        assert it.generation.job(submitted[2].id).status is JobStatus.CANCELLED
        assert fleet["paint"].cancels == []


async def test_cancelling_a_running_job_stops_it_and_no_other(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        first_job, second = [await it.generation.submit("paint", FOX) for _ in range(2)]
        await until(lambda: it.generation.job(first_job.id).step == 3)
        await it.generation.cancel(first_job.id)
        assert (await over(it.generation, first_job.id)).status is JobStatus.CANCELLED
        assert it.generation.job(second.id).status is JobStatus.IN_PROGRESS
        assert fleet["paint"].cancels == [first_job.id]


async def test_a_job_cancelled_while_it_is_handed_over_is_stopped_once_the_server_has_it(fleet, settings):
    fleet["paint"].is_gated = True
    fleet["paint"].hand_over.clear()
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).is_with_server)
        await it.generation.cancel(job.id)
        assert fleet["paint"].stopped == set()
        fleet["paint"].hand_over.set()
        assert (await over(it.generation, job.id)).status is JobStatus.CANCELLED


async def test_cancelling_an_unknown_job_is_an_input_error(fleet, settings):
    async with studio(settings, fleet) as it:
        with pytest.raises(InputError, match="no job nonsense"):
            await it.generation.cancel(JobId("nonsense"))


async def test_a_server_that_is_down_fails_the_job_with_its_error(fleet, settings):
    fleet["paint"].is_up = False
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        failed = await over(it.generation, job.id)
        assert (failed.status, failed.error_title) == (JobStatus.FAILED, "The scripted server is down.")
        assert isinstance(it.generation.error(job.id), ServerUnreachableError)


async def test_a_job_that_may_wait_is_handed_over_when_the_server_is_back(fleet, settings):
    fleet["paint"].is_up = False
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX, wait_for_server=True)
        await until(lambda: fleet["paint"].looks > 1)
        assert it.generation.job(job.id).status is JobStatus.PENDING
        fleet["paint"].is_up = True
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED


async def test_a_job_whose_hand_over_had_no_answer_is_asked_after_and_not_sent_again(fleet, settings):
    fleet["paint"].loses_answer = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX, wait_for_server=True)
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED
    assert (fleet["paint"].runs, fleet["paint"].attaches) == ([job.id], [job.id])


async def test_a_rejected_job_fails_in_the_server_s_words(fleet, settings):
    fleet["paint"].rejects = RequestRejectedError("The sampler is unknown.", "Choose another.")
    async with studio(settings, fleet) as it:
        events = it.generation.events()
        job = await it.generation.submit("paint", FOX)
        event = await first(events, lambda event: isinstance(event, JobFailed))
        assert event == JobFailed(job.id, "The sampler is unknown.", "Choose another.")


async def test_a_server_that_is_switched_off_keeps_its_jobs_until_it_is_on_again(fleet, settings, tmp_path):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        running = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(running.id).step == 3)
        fleet["paint"].break_off()
        await until(lambda: "waiting for paint" in it.generation.job(running.id).activity)
        settings.change(servers=(server_settings("paint", is_enabled=False),))
        await until(lambda: it.connections.connection("paint").state is ConnectionState.OFF)
        fleet["paint"].is_gated = False
        fleet["paint"].is_up = True
        settings.change(servers=(server_settings("paint"),))
        assert (await over(it.generation, running.id)).status is JobStatus.COMPLETED
        assert fleet["paint"].runs == [running.id]


async def test_a_job_whose_server_went_away_midway_is_found_when_it_is_back(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).step == 3)
        fleet["paint"].break_off()
        await until(lambda: it.generation.job(job.id).activity == "waiting for paint")
        fleet["paint"].is_gated = False
        fleet["paint"].is_up = True
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED
        assert fleet["paint"].runs == [job.id]


async def test_a_fault_of_ours_leaves_the_job_unknown_and_the_others_alone(fleet, settings):
    raised: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context["exception"]))
    fleet["paint"].is_buggy = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        other = await it.generation.submit("other", FOX)
        assert (await over(it.generation, job.id)).status is JobStatus.UNKNOWN
        assert (await over(it.generation, other.id)).status is JobStatus.COMPLETED
    assert [type(error) for error in raised] == [ZeroDivisionError]


async def test_a_burst_of_progress_never_holds_the_loop(fleet, settings, monkeypatch):
    monkeypatch.setattr(tasks, "_LONGEST_HOLD", -1.0)  # however fast the machine is
    fleet["paint"].steps, fleet["paint"].is_bursting = 5000, True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        steps = list[int]()
        while not (now := it.generation.job(job.id)).status.is_over:
            steps.append(now.step or 0)
            await asyncio.sleep(0)
        assert it.generation.job(job.id).status is JobStatus.COMPLETED
        held = max(later - earlier for earlier, later in pairwise(steps))
        assert held < 100, "others had no turn meanwhile"
