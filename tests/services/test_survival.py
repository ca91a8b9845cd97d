"""What becomes of jobs when programs come back and connections misbehave, on the embedded engine."""

import asyncio

import pytest

from tests.support.comfyui_peer import open_peer as open_engine
from tests.support.engine_process import engine_process
from tests.support.fault_proxy import Answer, LoseAnswer, LoseRequest, fault_proxy, reply
from tests.support.one_program import program, submit_and_be_killed
from tests.support.waiting import first, until
from tui.domain.events import JobProgressed, PreviewReceived
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.generation import GenerationService
from tui.storage.entries import Phase

LONG = 200


async def over(generation: GenerationService, job_id: JobId) -> Job:
    async with asyncio.timeout(90):
        return await generation.wait(job_id)


async def test_progress_and_previews_resume_in_the_next_program(tmp_path):
    async with engine_process(tmp_path / "engine", 0.05) as engine:
        settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
        request = await engine_request(steps=LONG)
        async with program(settings, tmp_path) as generation:
            job = await generation.submit("comfyui", request)
            await until(lambda: generation.job(job.id).step > 3, 30)
        async with program(settings, tmp_path) as generation:
            events = generation.events()
            await first(events, lambda event: isinstance(event, JobProgressed) and event.step > 3, 30)
            await first(events, lambda event: isinstance(event, PreviewReceived), 30)
            await generation.cancel(job.id)
            assert (await over(generation, job.id)).status is JobStatus.CANCELLED


async def test_progress_and_previews_resume_in_a_program_that_runs_beside_the_one_that_died(tmp_path):
    async with engine_process(tmp_path / "engine", 0.4) as engine:
        settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
        request = await engine_request(steps=LONG)
        async with program(settings, tmp_path) as generation:
            events = generation.events()
            job_id = await submit_and_be_killed(settings, tmp_path, request, Phase.RUNNING)
            await first(events, lambda event: isinstance(event, PreviewReceived), 60)
            await generation.cancel(job_id)
            assert (await over(generation, job_id)).status is JobStatus.CANCELLED


async def engine_request(steps: int = 4, seed: int = 1) -> GenerationRequest:
    async with open_engine(None) as peer:
        return peer.request(seed=seed, steps=steps)


async def test_a_waiting_job_goes_out_when_its_server_comes_up(tmp_path):
    async with engine_process(tmp_path / "engine", 0) as engine:
        settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
        await engine.kill()
        async with program(settings, tmp_path) as generation:
            job = await generation.submit("comfyui", await engine_request(), wait_for_server=True)
            await engine.start()
            assert (await over(generation, job.id)).status is JobStatus.COMPLETED


@pytest.mark.parametrize("fault", [LoseAnswer(), LoseRequest(), Answer(reply("500 Oops", "no"))])
async def test_a_hand_over_that_goes_wrong_never_runs_a_job_twice(tmp_path, fault):
    async with (
        engine_process(tmp_path / "engine", 0) as engine,
        fault_proxy(engine.url) as proxy,
    ):
        settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=proxy.url, is_enabled=True)
        proxy.on("POST", "/prompt", fault)
        async with program(settings, tmp_path) as generation:
            job = await generation.submit("comfyui", await engine_request(), wait_for_server=True)
            done = await over(generation, job.id)
    log = tmp_path / "engine" / "engine.log.jsonl"
    runs = log.read_text().count('"start", "prompt_id"') if log.exists() else 0
    assert runs == (0 if done.status is JobStatus.FAILED else 1), done
    assert done.status in {JobStatus.COMPLETED, JobStatus.FAILED}


async def test_a_download_that_is_cut_is_fetched_again_and_saved_once(tmp_path):
    async with (
        engine_process(tmp_path / "engine", 0) as engine,
        fault_proxy(engine.url) as proxy,
    ):
        settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=proxy.url, is_enabled=True)
        proxy.on("GET", "/view", LoseRequest(), times=2)
        async with program(settings, tmp_path) as generation:
            job = await generation.submit("comfyui", await engine_request())
            done = await over(generation, job.id)
        assert done.status is JobStatus.COMPLETED
        assert [str(path) for path in (tmp_path / "pictures").iterdir()] == [done.outputs[0].path]
