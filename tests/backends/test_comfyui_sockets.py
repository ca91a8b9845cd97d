"""The socket drops, falls silent or rests: progress comes back, and no job is lost by it."""

from dataclasses import replace

from tests.support.comfyui_peer import QUICK, ComfyUIPeer
from tests.support.fault_proxy import (
    Answer,
    FaultProxy,
    LoseRequest,
    reply,
)
from tests.support.job_events import fetched, follow
from tests.support.waiting import until
from tui.backends.comfyui import ComfyUIBackend
from tui.backends.comfyui_pace import Pace
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobNoted,
    JobProgressed,
    JobQueued,
    JobStarted,
    PreviewReceived,
)


async def test_a_dropped_socket_comes_back_and_progress_goes_on(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, comfyui.request(seed=1, steps=40))
    await job.until(JobProgressed, lambda event: event.step >= 2)
    await proxy.drop_websockets()
    dropped_at = max(event.step for event in job.of(JobProgressed))
    await job.until(JobProgressed, lambda event: event.step > dropped_at + 2)
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert proxy.sockets_opened == 2
    assert proxy.count("POST /prompt") == 1


async def test_a_job_that_ends_while_the_socket_is_away_is_completed(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, comfyui.request(seed=2, steps=8))
    await job.until(JobStarted)
    proxy.on("GET", "/ws", LoseRequest(), times=1000)
    await proxy.drop_websockets()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert (await fetched(backend, job.outputs[0])).startswith(b"\x89PNG")


async def test_a_job_that_is_sent_while_the_socket_rests_gets_one_at_once(
    comfyui: ComfyUIPeer, proxy: FaultProxy
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=Pace(retry_first=60, retry_most=60)) as backend:
        proxy.on("GET", "/ws", LoseRequest())
        first = follow(backend, comfyui.request(seed=40, steps=60))
        await first.until(JobStarted)
        second = follow(backend, comfyui.request(seed=41))
        await second.until(JobQueued)
        assert proxy.sockets_opened == 1
        await backend.cancel(first.id)
        await second.over()
        assert second.of(PreviewReceived)


async def test_a_server_without_a_socket_still_makes_pictures(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    proxy.on("GET", "/ws", Answer(reply("403 Forbidden")), times=1000)
    job = follow(backend, comfyui.request(seed=3))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert "no socket" in job.of(JobNoted)[0].message
    assert len(job.outputs) == 1


async def test_an_open_socket_that_fell_silent_is_opened_anew(
    comfyui: ComfyUIPeer, proxy: FaultProxy
) -> None:
    pace = replace(QUICK, deaf_from_start=0.4, deaf=0.6)
    async with ComfyUIBackend(comfyui.settings, pace=pace) as backend:
        job = follow(backend, comfyui.request(seed=4, steps=200))
        await job.until(JobProgressed, lambda event: event.step >= 2)
        proxy.deafen()
        heard = max(event.step for event in job.of(JobProgressed))
        await job.until(JobProgressed, lambda event: event.step > heard + 3)
        # never two at a time: the newer would go deaf
        assert proxy.socket_log[:3] == ["opened", "closed", "opened"]
        await backend.cancel(job.id)
        await job.over()
        assert isinstance(job.last, JobCancelled)


async def test_an_unused_socket_is_closed_and_opens_again_for_the_next_job(
    comfyui: ComfyUIPeer, proxy: FaultProxy
) -> None:
    async with ComfyUIBackend(comfyui.settings, pace=replace(QUICK, linger=0.1)) as backend:
        await follow(backend, comfyui.request(seed=42)).over()
        await until(lambda: proxy.socket_log == ["opened", "closed"])
        job = follow(backend, comfyui.request(seed=43))
        await job.over()
        assert job.of(PreviewReceived)


async def test_jobs_in_a_row_share_one_socket(
    comfyui: ComfyUIPeer, backend: ComfyUIBackend, proxy: FaultProxy
) -> None:
    for seed in (44, 45, 46):
        await follow(backend, comfyui.request(seed=seed)).over()
    assert proxy.socket_log == ["opened"]
