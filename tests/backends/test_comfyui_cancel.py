"""Cancelling stops one job and no other, on servers of any age."""

import json
import os
import random
from collections.abc import AsyncIterator

import httpx
import pytest
import respx

from tests.support.comfyui_peer import QUICK, ComfyUIPeer
from tests.support.fault_proxy import Answer, FaultProxy, reply
from tests.support.job_events import follow
from tui.backends.comfyui import ComfyUIBackend
from tui.domain.events import JobCancelled, JobCompleted, JobFailed, JobQueued, JobStarted
from tui.domain.job import JobId
from tui.domain.request import GenerationRequest

OURS = JobId("11111111-2222-4333-a444-555500000001")
THEIRS = "11111111-2222-4333-a444-555500000002"


LIVE = os.environ.get("LATENTUI_LIVE_COMFYUI")


@pytest.fixture(params=["jobs route", "old routes", pytest.param("live", marks=pytest.mark.live)])
def comfyui(request: pytest.FixtureRequest, proxy: FaultProxy) -> ComfyUIPeer:
    """The engine, the engine as servers before 0.25 were (no route that cancels by id), and a real server."""
    if request.param == "live":
        if not LIVE:
            pytest.skip("LATENTUI_LIVE_COMFYUI is not set")
        return ComfyUIPeer(LIVE, is_live=True)
    if request.param == "old routes":
        proxy.on("POST", "/api/jobs/", Answer(reply("405 Method Not Allowed")), times=100)
    return ComfyUIPeer(proxy.url)


def request(comfyui: ComfyUIPeer, steps: int = 4) -> GenerationRequest:
    """A job that the server has not done before."""
    return comfyui.request(seed=random.randrange(2**31), steps=steps)


async def test_a_waiting_job_is_dropped_while_a_stranger_runs(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=QUICK) as stranger:
        theirs = follow(stranger, request(comfyui, 20))
        await theirs.until(JobStarted)
        ours = follow(backend, request(comfyui, 20))
        await ours.until(JobQueued)
        await backend.cancel(ours.id)
        await ours.over()
        assert isinstance(ours.last, JobCancelled)
        assert not ours.of(JobStarted)
        await theirs.over()
        assert isinstance(theirs.last, JobCompleted)


async def test_a_running_job_is_stopped_while_a_stranger_waits(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=QUICK) as stranger:
        ours = follow(backend, request(comfyui, 200))
        await ours.until(JobStarted)
        theirs = follow(stranger, request(comfyui, 5))
        await theirs.until(JobQueued)
        await backend.cancel(ours.id)
        await ours.over()
        assert isinstance(ours.last, JobCancelled)
        await theirs.over()
        assert isinstance(theirs.last, JobCompleted)


async def test_a_job_that_is_over_is_left_alone_and_so_is_the_one_that_runs(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=QUICK) as stranger:
        ours = follow(backend, request(comfyui))
        await ours.over()
        theirs = follow(stranger, request(comfyui, 20))
        await theirs.until(JobStarted)
        await backend.cancel(ours.id)
        await theirs.over()
        assert isinstance(theirs.last, JobCompleted)


async def test_one_of_our_own_jobs_is_cancelled_and_the_other_goes_on(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    first = follow(backend, request(comfyui, 200))
    await first.until(JobStarted)
    second = follow(backend, request(comfyui))
    await second.until(JobQueued)
    await backend.cancel(first.id)
    await first.over()
    await second.over()
    assert isinstance(first.last, JobCancelled)
    assert isinstance(second.last, JobCompleted)


async def test_a_stranger_who_interrupts_cancels_our_job_and_it_did_not_fail(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    ours = follow(backend, request(comfyui, 200))
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


URL = "http://127.0.0.1:8188"


@pytest.fixture
async def lonely() -> AsyncIterator[ComfyUIBackend]:
    """A backend that watches no job: the one to cancel was submitted by an earlier process."""
    async with ComfyUIBackend(ComfyUIPeer(URL).settings) as backend:
        yield backend


async def test_a_job_that_begins_while_it_is_taken_out_is_stopped_by_its_id(lonely: ComfyUIBackend) -> None:
    with respx.mock(base_url=URL) as server:
        server.post(path__startswith="/api/jobs/").respond(405)
        server.get("/queue").side_effect = [queue([THEIRS], [OURS]), queue([OURS], [])]
        dropped = server.post("/queue").respond(200)
        stopped = server.post("/interrupt").respond(200)
        await lonely.cancel(OURS)
        assert dropped.call_count == 1
        assert json.loads(stopped.calls.last.request.content) == {"prompt_id": OURS}


async def test_no_interrupt_is_sent_while_a_stranger_runs(lonely: ComfyUIBackend) -> None:
    with respx.mock(base_url=URL, assert_all_called=False) as server:
        server.post(path__startswith="/api/jobs/").respond(404)
        server.get("/queue").mock(queue([THEIRS], []))
        stopped = server.post("/interrupt").respond(200)
        await lonely.cancel(OURS)
        assert not stopped.called


async def test_a_newer_server_is_told_once_and_by_id(lonely: ComfyUIBackend) -> None:
    with respx.mock(base_url=URL) as server:
        route = server.post(f"/api/jobs/{OURS}/cancel").respond(json={"cancelled": True})
        await lonely.cancel(OURS)
        assert route.call_count == 1
