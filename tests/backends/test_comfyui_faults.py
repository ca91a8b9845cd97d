"""Whatever becomes of ComfyUI, the job ends in a clear state, and runs once."""

import asyncio
from pathlib import Path

import pytest

from tests.support.comfyui_peer import HASTY, ComfyUIPeer
from tests.support.engine_process import engine_process
from tests.support.fault_proxy import (
    Answer,
    FaultProxy,
    Truncate,
    reply,
)
from tests.support.job_events import Followed, fetched, follow
from tui.backends.comfyui import ComfyUIBackend
from tui.backends.comfyui_pace import Pace
from tui.demo.server import EmbeddedEngine
from tui.domain.errors import (
    RequestRejectedError,
    ServerUnreachableError,
)
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
)
from tui.domain.job import new_job_id


async def test_an_engine_killed_and_started_again_has_lost_the_job(tmp_path: Path) -> None:
    async with engine_process(tmp_path / "engine") as engine:
        comfyui = ComfyUIPeer(engine.url)
        async with ComfyUIBackend(comfyui.settings, pace=Pace(retry_most=0.5, blind=0.2)) as backend:
            running = follow(backend, comfyui.request(seed=5, steps=200))
            await running.until(JobProgressed, lambda event: event.step > 0)
            waiting = follow(backend, comfyui.request(seed=6))
            await waiting.until(JobQueued, lambda event: event.position == 0)
            await engine.kill()
            with pytest.raises(ServerUnreachableError):
                await backend.connect()
            await running.until(JobProgressed, lambda event: "Waiting" in event.activity)
            await engine.start()
            for job in (running, waiting):
                await job.over()
                assert isinstance(job.last, JobFailed)
                assert "no longer has the job" in job.last.title
            after = follow(backend, comfyui.request(seed=7))
            await after.over()
            assert isinstance(after.last, JobCompleted)
            assert after.of(JobProgressed)


async def test_an_engine_that_stays_away_leaves_the_outcome_unknown(tmp_path: Path) -> None:
    async with engine_process(tmp_path / "engine") as engine:
        comfyui = ComfyUIPeer(engine.url)
        async with ComfyUIBackend(comfyui.settings, pace=HASTY) as backend:
            job = follow(backend, comfyui.request(seed=8, steps=200))
            await job.until(JobStarted)
            await engine.kill()
            await job.over()
            assert isinstance(job.last, JobOutcomeUnknown)
            assert "may have gone on" in job.last.reason


async def test_a_reply_five_seconds_late_is_waited_for(comfyui: ComfyUIPeer, proxy: FaultProxy) -> None:
    proxy.delay = 5.0
    async with ComfyUIBackend(comfyui.settings) as backend:
        job = follow(backend, comfyui.request(seed=9))
        await job.over(seconds=100)
        assert isinstance(job.last, JobCompleted)
        assert job.of(JobProgressed)
        assert proxy.count("POST /prompt") == 1


async def test_a_late_server_does_not_hold_up_the_loop(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.delay = 1.0
    job = follow(backend, comfyui.request(seed=10))
    turns = 0
    while not job.of(JobStarted):
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 20, "a loop that waits for each answer turns a few times"
    await job.over()


@pytest.mark.parametrize("is_cut", [False, True])
async def test_a_history_that_never_comes_leaves_what_the_socket_told(
    comfyui: ComfyUIPeer, hasty: ComfyUIBackend, proxy: FaultProxy, is_cut: bool
) -> None:
    proxy.on("GET", "/history/", Answer(reply("200 OK", "{}")), times=1000)
    job = follow(hasty, comfyui.request(seed=48, steps=30))
    if is_cut:
        await job.until(JobProgressed, lambda event: event.step > 1)
        await proxy.drop_websockets()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert bool(job.of(JobNoted)) is is_cut


async def test_a_history_that_comes_late_is_waited_for(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("GET", "/history/", Answer(reply("200 OK", "{}")), times=3)
    job = follow(backend, comfyui.request(seed=15))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert not job.of(JobNoted)
    assert proxy.count("GET /history/") == 4


async def test_a_waiting_job_tells_its_position_and_moves_up(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    jobs: list[Followed] = []
    for number in range(3):
        jobs.append(follow(backend, comfyui.request(seed=20 + number, steps=15)))
        await jobs[-1].until(JobQueued)
    await jobs[2].over()
    positions = [event.position for event in jobs[2].of(JobQueued) if event.position is not None]
    assert positions == [1, 0]


async def test_a_waiting_job_somebody_deletes_is_cancelled_and_said(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend
) -> None:
    first = follow(backend, comfyui.request(seed=30, steps=100))
    await first.until(JobStarted)
    second = follow(backend, comfyui.request(seed=31))
    await second.until(JobQueued, lambda event: event.position == 0)
    async with ComfyUIBackend(comfyui.settings) as other:
        await other._api.delete(second.id)
    await second.over()
    assert isinstance(second.last, JobCancelled)
    assert "Somebody" in second.of(JobNoted)[0].message
    await backend.cancel(first.id)
    await first.over()


async def test_a_result_that_breaks_off_is_an_error_and_not_a_short_file(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, comfyui.request(seed=32))
    await job.over()
    proxy.on("GET", "/view", Truncate(600))
    with pytest.raises(ServerUnreachableError):
        await fetched(backend, job.outputs[0])
    assert (await fetched(backend, job.outputs[0])).startswith(b"\x89PNG")


async def test_a_cached_rerun_whose_file_was_deleted_is_said(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, engine: EmbeddedEngine
) -> None:
    await follow(backend, comfyui.request(seed=33)).over()
    for file in (engine.folder / "output").iterdir():
        file.unlink()
    again = follow(backend, comfyui.request(seed=33))
    await again.over()
    assert "earlier result" in again.of(JobNoted)[0].message
    with pytest.raises(RequestRejectedError, match="no longer has the file"):
        await fetched(backend, again.outputs[0])


async def test_a_job_of_an_earlier_process_is_found_again(comfyui: ComfyUIPeer) -> None:
    request, job_id = comfyui.request(seed=34, steps=30), new_job_id()
    async with ComfyUIBackend(comfyui.settings, client_id="kept") as first:
        job = follow(first, request, job_id)
        await job.until(JobStarted)
        await job.leave()
    async with ComfyUIBackend(comfyui.settings, client_id="kept") as second:
        again = Followed(second.attach(job_id, request), job_id)
        await again.until(JobProgressed)
        await again.over()
        assert isinstance(again.last, JobCompleted)
        assert len(again.outputs) == 1


async def test_disconnecting_ends_a_job_in_words(comfyui: ComfyUIPeer, backend: ComfyUIBackend) -> None:
    job = follow(backend, comfyui.request(seed=35, steps=100))
    await job.until(JobStarted)
    await backend.disconnect()
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)
