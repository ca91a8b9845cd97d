"""Cancelling stops one job and no other, on servers of any age."""

import json

import httpx
import pytest
import respx

from tests.support.comfyui_peer import QUICK, ComfyUIPeer
from tests.support.fault_proxy import Answer, FaultProxy, reply
from tests.support.job_events import follow
from tui.backends.comfyui import ComfyUIBackend
from tui.domain.events import JobCancelled, JobCompleted, JobFailed, JobQueued, JobStarted
from tui.domain.job import JobId

OURS = JobId("11111111-2222-4333-a444-555500000001")
THEIRS = "11111111-2222-4333-a444-555500000002"


@pytest.fixture(params=["jobs route", "old routes"])
def age(request: pytest.FixtureRequest, proxy: FaultProxy) -> str:
    """Servers before 0.25 have no route that cancels by id."""
    if request.param == "old routes":
        proxy.on("POST", "/api/jobs/", Answer(reply("405 Method Not Allowed")), times=100)
    return request.param


async def test_a_waiting_job_is_dropped_while_a_stranger_runs(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, age: str
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=QUICK) as stranger:
        theirs = follow(stranger, comfyui.request(seed=1, steps=20))
        await theirs.until(JobStarted)
        ours = follow(backend, comfyui.request(seed=2, steps=20))
        await ours.until(JobQueued)
        await backend.cancel(ours.id)
        await ours.over()
        assert isinstance(ours.last, JobCancelled)
        assert not ours.of(JobStarted)
        await theirs.over()
        assert isinstance(theirs.last, JobCompleted)


async def test_a_running_job_is_stopped_while_a_stranger_waits(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, age: str
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=QUICK) as stranger:
        ours = follow(backend, comfyui.request(seed=3, steps=200))
        await ours.until(JobStarted)
        theirs = follow(stranger, comfyui.request(seed=4, steps=5))
        await theirs.until(JobQueued)
        await backend.cancel(ours.id)
        await ours.over()
        assert isinstance(ours.last, JobCancelled)
        await theirs.over()
        assert isinstance(theirs.last, JobCompleted)


async def test_a_job_that_is_over_is_left_alone_and_so_is_the_one_that_runs(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, age: str
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=QUICK) as stranger:
        ours = follow(backend, comfyui.request(seed=5))
        await ours.over()
        theirs = follow(stranger, comfyui.request(seed=6, steps=20))
        await theirs.until(JobStarted)
        await backend.cancel(ours.id)
        await theirs.over()
        assert isinstance(theirs.last, JobCompleted)


async def test_one_of_our_own_jobs_is_cancelled_and_the_other_goes_on(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, age: str
) -> None:
    first = follow(backend, comfyui.request(seed=7, steps=200))
    await first.until(JobStarted)
    second = follow(backend, comfyui.request(seed=8))
    await second.until(JobQueued)
    await backend.cancel(first.id)
    await first.over()
    await second.over()
    assert isinstance(first.last, JobCancelled)
    assert isinstance(second.last, JobCompleted)


async def test_a_stranger_who_interrupts_cancels_our_job_and_it_did_not_fail(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    ours = follow(backend, comfyui.request(seed=9, steps=200))
    await ours.until(JobStarted)
    async with httpx.AsyncClient(trust_env=False) as anybody:
        await anybody.post(f"{comfyui.settings.url}/interrupt")
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert not ours.of(JobFailed)


def queue(running: list[str], pending: list[str]) -> httpx.Response:
    def items(ids: list[str]) -> list[list[object]]:
        return [[number, prompt_id, {}, {}, []] for number, prompt_id in enumerate(ids)]

    return httpx.Response(200, json={"queue_running": items(running), "queue_pending": items(pending)})


@pytest.fixture
async def lonely(comfyui: ComfyUIPeer) -> ComfyUIBackend:
    """A backend that watches no job: the one to cancel was submitted by an earlier process."""
    return ComfyUIBackend(comfyui.settings)


async def test_a_job_that_begins_while_it_is_taken_out_is_stopped_by_its_id(
    comfyui: ComfyUIPeer, lonely: ComfyUIBackend
) -> None:
    with respx.mock(base_url=comfyui.settings.url) as server:
        server.post(path__startswith="/api/jobs/").respond(405)
        server.get("/queue").side_effect = [queue([THEIRS], [OURS]), queue([OURS], [])]
        dropped = server.post("/queue").respond(200)
        stopped = server.post("/interrupt").respond(200)
        await lonely.cancel(OURS)
        assert dropped.call_count == 1
        assert json.loads(stopped.calls.last.request.content) == {"prompt_id": OURS}


async def test_no_interrupt_is_sent_while_a_stranger_runs(
    comfyui: ComfyUIPeer, lonely: ComfyUIBackend
) -> None:
    with respx.mock(base_url=comfyui.settings.url, assert_all_called=False) as server:
        server.post(path__startswith="/api/jobs/").respond(404)
        server.get("/queue").mock(queue([THEIRS], []))
        stopped = server.post("/interrupt").respond(200)
        await lonely.cancel(OURS)
        assert not stopped.called


async def test_a_newer_server_is_told_once_and_by_id(comfyui: ComfyUIPeer, lonely: ComfyUIBackend) -> None:
    with respx.mock(base_url=comfyui.settings.url) as server:
        route = server.post(f"/api/jobs/{OURS}/cancel").respond(json={"cancelled": True})
        await lonely.cancel(OURS)
        assert route.call_count == 1
