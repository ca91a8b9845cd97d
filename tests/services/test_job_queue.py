"""Our own queue in front of each server: depth, pausing, order, moving, editing."""

from dataclasses import replace

import pytest

from tests.support.programs import FOX, over, studio
from tests.support.scripted import server_settings
from tests.support.waiting import until
from tui.domain.errors import InputError
from tui.domain.job import JobStatus
from tui.domain.settings import ServerKind


async def test_a_server_holds_no_more_of_ours_than_the_settings_say(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        submitted = [await it.generation.submit("paint", FOX) for _ in range(5)]
        await until(lambda: len(fleet["paint"].runs) == 2)
        assert fleet["paint"].runs == [job.id for job in submitted[:2]]
        fleet["paint"].gate(submitted[0].id).set()
        await over(it.generation, submitted[0].id)
        await until(lambda: len(fleet["paint"].runs) == 3)
        assert await it.generation.waiting("paint") == tuple(job.id for job in submitted[3:])


async def test_a_job_goes_out_only_when_the_server_has_the_one_before_it(fleet, settings):
    fleet["paint"].hand_over.clear()
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        submitted = [await it.generation.submit("paint", FOX) for _ in range(2)]
        await until(lambda: it.generation.job(submitted[0].id).is_with_server)
        elsewhere = await it.generation.submit("other", FOX)
        await over(it.generation, elsewhere.id)
        assert await it.generation.waiting("paint") == (submitted[1].id,)
        fleet["paint"].hand_over.set()
        await until(lambda: fleet["paint"].runs == [job.id for job in submitted])


async def test_a_server_that_keeps_nothing_holds_one_and_the_others_stay_with_us(fleet, settings, tmp_path):
    fleet["paint"].is_gated, fleet["paint"].keeps_results = True, False
    async with studio(settings, fleet, tmp_path / "j.sqlite3") as it:
        submitted = [await it.generation.submit("paint", FOX) for _ in range(3)]
        await until(lambda: fleet["paint"].runs)
        assert await it.generation.waiting("paint") == tuple(job.id for job in submitted[1:])
    assert fleet["paint"].runs == [submitted[0].id]


async def test_a_paused_queue_waits_and_a_resumed_one_goes_on(fleet, settings):
    async with studio(settings, fleet) as it:
        await it.generation.pause("paint")
        job = await it.generation.submit("paint", FOX)
        elsewhere = await it.generation.submit("other", FOX)
        await over(it.generation, elsewhere.id)
        assert it.generation.is_paused("paint")
        assert fleet["paint"].runs == []
        await it.generation.resume("paint")
        assert (await over(it.generation, job.id)).status is JobStatus.COMPLETED


async def test_a_paused_queue_is_still_paused_after_a_restart(fleet, settings, tmp_path):
    journal = tmp_path / "j.sqlite3"
    async with studio(settings, fleet, journal) as it:
        await it.generation.pause("paint")
        job = await it.generation.submit("paint", FOX)
    async with studio(settings, fleet, journal) as it:
        assert it.generation.is_paused("paint")
        assert it.generation.job(job.id).status is JobStatus.PENDING
        await it.generation.resume("paint")
        await over(it.generation, job.id)


async def test_a_waiting_job_can_go_first_or_elsewhere(fleet, settings):
    async with studio(settings, fleet) as it:
        await it.generation.pause()
        one, two, three = [await it.generation.submit("paint", FOX) for _ in range(3)]
        await it.generation.move(three.id, 0)
        await it.generation.move(one.id, "other")
        assert await it.generation.waiting("paint") == (three.id, two.id)
        assert it.generation.job(one.id).server == "other"
        await it.generation.resume()
        for job in (one, two, three):
            await over(it.generation, job.id)
        assert fleet["other"].runs == [one.id]
        assert fleet["paint"].runs == [three.id, two.id]


async def test_a_waiting_job_can_be_edited(fleet, settings):
    async with studio(settings, fleet) as it:
        await it.generation.pause("paint")
        job = await it.generation.submit("paint", FOX)
        owl = replace(FOX, prompt="an owl")
        await it.generation.edit(job.id, owl)
        assert it.generation.job(job.id).request == owl
        await it.generation.resume("paint")
        await over(it.generation, job.id)
        assert fleet["paint"].requests[job.id] == owl


async def test_a_job_cannot_go_to_another_kind_of_server(fleet, settings):
    a1111 = server_settings("auto", kind=ServerKind.A1111)
    settings.change(servers=(*settings.current.servers, a1111))
    async with studio(settings, fleet) as it:
        await it.generation.pause()
        job = await it.generation.submit("paint", FOX)
        with pytest.raises(InputError, match="another kind of server"):
            await it.generation.move(job.id, "auto")
        with pytest.raises(InputError, match="no server called nowhere"):
            await it.generation.move(job.id, "nowhere")


async def test_a_job_that_runs_can_no_longer_be_moved(fleet, settings):
    fleet["paint"].is_gated = True
    async with studio(settings, fleet) as it:
        job = await it.generation.submit("paint", FOX)
        await until(lambda: it.generation.job(job.id).is_with_server)
        with pytest.raises(InputError, match="waits no longer"):
            await it.generation.move(job.id, 0)
