"""Several programs on one journal, one after the other and at the same time."""

import asyncio

import pytest

from tests.support.programs import FOX, over, studio
from tests.support.waiting import first, until
from tui.domain.errors import InputError
from tui.domain.events import (
    JobOutcomeUnknown,
    JobStarted,
)
from tui.domain.job import JobStatus


async def test_a_closed_program_leaves_the_job_to_the_next_which_finds_it_again(fleet, settings, tmp_path):
    fleet["paint"].is_gated = True
    journal = tmp_path / "j.sqlite3"
    async with studio(settings, fleet, journal) as it:
        running = await it.generation.submit("paint", FOX)
        queued = await it.generation.submit("paint", FOX)
        waiting = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(running.id).step == 3)
        await until(lambda: it.generation.job(queued.id).step == 3)
    fleet["paint"].is_gated = False
    async with studio(settings, fleet, journal) as it:
        for job in (running, queued, waiting):
            assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED
    assert fleet["paint"].runs == [running.id, queued.id, waiting.id]
    assert set(fleet["paint"].attaches) == {running.id, queued.id}


async def test_a_job_whose_hand_over_was_cut_is_shown_as_unknown(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    fleet["paint"].hand_over.clear()
    async with studio(settings, fleet, journal) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).is_with_server)
    async with studio(settings, fleet, journal) as it:
        events = it.generation.events()
        unknown = await over(it.generation, job.id)
        assert unknown.status is JobStatus.UNKNOWN
        assert fleet["paint"].runs == []
        await it.generation.look_again(job.id)
        await first(events, lambda event: isinstance(event, JobOutcomeUnknown))
        fleet["paint"].hand_over.set()
        again = await it.generation.retry(job.id)
        assert (await over(it.generation, again.id)).status is JobStatus.COMPLETED
        await it.generation.drop(job.id)
        assert [job.id for job in await it.generation.history()] == [again.id]


async def test_two_programs_never_run_the_same_job(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    settings.change(queue_depth=1)
    async with studio(settings, fleet, journal) as one, studio(settings, fleet, journal) as two:
        submitted = [await one.generation.submit("paint", FOX, detach=True) for _ in range(10)]
        async with asyncio.timeout(20):
            await one.generation.until_empty()
        assert sorted(fleet["paint"].runs) == sorted(job.id for job in submitted)
        for job in submitted:
            assert (await over(two.generation, job.id)).status is JobStatus.COMPLETED


async def test_another_program_sees_the_progress_and_can_cancel(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, journal) as one, studio(settings, fleet, journal) as two:
        job = await one.generation.submit("paint", FOX)
        await first(two.generation.events(), lambda event: event == JobStarted(job.id))
        await two.generation.cancel(job.id)
        assert (await over(two.generation, job.id)).status is JobStatus.CANCELLED
        assert (await over(one.generation, job.id)).status is JobStatus.CANCELLED
        assert fleet["paint"].attaches == []


async def test_an_id_is_taken_once(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, journal) as one, studio(settings, fleet, journal) as two:
        job = await one.generation.submit("paint", FOX)
        for program in (one, two):
            with pytest.raises(InputError, match="already"):
                await program.generation.submit("paint", FOX, job_id=job.id)
        fleet["paint"].gate(job.id).set()
        await over(one.generation, job.id)
    assert fleet["paint"].runs == [job.id]


async def test_a_single_command_runs_its_own_job_only(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    async with studio(settings, fleet, journal, works_queue=False) as it:
        left = await it.generation.submit("paint", FOX, detach=True)
        own = await it.generation.submit("paint", FOX)
        await over(it.generation, own.id)
    assert fleet["paint"].runs == [own.id]
    async with studio(settings, fleet, journal) as it:
        assert (await over(it.generation, left.id)).status is JobStatus.COMPLETED


async def test_a_single_command_says_that_the_outcome_is_unknown_rather_than_wait(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet, works_queue=False) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).step == 3)
        fleet["paint"].break_off()
        assert (await over(it.generation, job.id)).status is JobStatus.UNKNOWN
