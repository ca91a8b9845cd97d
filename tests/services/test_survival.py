"""What becomes of jobs when programs, servers and connections die, over real peers."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.support.comfyui_peer import open_peer as open_engine
from tests.support.engine_process import engine_process
from tests.support.fault_proxy import Answer, LoseAnswer, LoseRequest, fault_proxy, reply
from tests.support.peers import Peer, open_peer, peer_names
from tests.support.scripted import FixedSettings
from tests.support.waiting import first, until
from tui.domain.events import JobFailed, JobProgressed, PreviewReceived
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.connections import ConnectionsService
from tui.services.generation import GenerationService
from tui.services.results import ResultsService

LONG = 200


def fresh() -> int:
    """A seed that was never used: a real server answers a repeated job from memory."""
    return random.randrange(2**32)


FORGETFUL = frozenset({"a1111", "a1111 nowebui", "a1111 sdnext"})
"""Servers that hand a picture only to the connection that asked for it: with the program it is gone."""


@dataclass(frozen=True, slots=True)
class Case:
    """A server, and whether it keeps what it made for whoever asks later."""

    peer: Peer
    keeps_pictures: bool

    async def check(self, generation: GenerationService, job_id: JobId) -> None:
        """The job is done and its pictures are here, or it is said that nobody can know."""
        done = await over(generation, job_id)
        if not self.keeps_pictures:
            assert (done.status, bool(done.error_title)) == (JobStatus.UNKNOWN, True)
            return
        assert done.status is JobStatus.COMPLETED, done.error_title
        assert done.outputs
        assert all(Path(output.path).is_file() for output in done.outputs)


@pytest.fixture(params=peer_names())
async def case(request: pytest.FixtureRequest) -> AsyncGenerator[Case]:
    async with open_peer(request.param) as opened:
        yield Case(opened, keeps_pictures=request.param.removesuffix(" live") not in FORGETFUL)


@asynccontextmanager
async def program(
    settings: ServerSettings, folder: Path, **values: object
) -> AsyncGenerator[GenerationService]:
    """One program of ours with a journal that the next one finds."""
    enabled = replace(settings, is_enabled=True)
    source = FixedSettings(str(folder / "pictures"), enabled, **values)
    async with (
        ConnectionsService(source) as connections,
        GenerationService(source, connections, ResultsService(source), folder / "j.sqlite3") as generation,
    ):
        yield generation


async def over(generation: GenerationService, job_id: JobId) -> Job:
    async with asyncio.timeout(90):
        return await generation.wait(job_id)


def is_running(generation: GenerationService, job_id: JobId) -> bool:
    return generation.job(job_id).status is JobStatus.IN_PROGRESS


async def test_a_job_that_runs_while_no_program_does_is_followed_and_saved_by_the_next(case, tmp_path):
    name = case.peer.settings.name
    async with program(case.peer.settings, tmp_path) as generation:
        job = await generation.submit(name, case.peer.request(seed=fresh(), steps=60))
        await until(lambda: is_running(generation, job.id), 30)
    async with program(case.peer.settings, tmp_path) as generation:
        await case.check(generation, job.id)


async def test_a_job_that_waits_at_the_server_while_no_program_runs_is_followed_by_the_next(case, tmp_path):
    name = case.peer.settings.name
    async with program(case.peer.settings, tmp_path) as generation:
        running = await generation.submit(name, case.peer.request(seed=fresh(), steps=60))
        waiting = await generation.submit(name, case.peer.request(seed=fresh()))
        await until(lambda: is_running(generation, running.id), 30)
        await until(lambda: generation.job(waiting.id).is_with_server, 30)
    async with program(case.peer.settings, tmp_path) as generation:
        for job in (running, waiting):
            done = await over(generation, job.id)
            allowed = {JobStatus.COMPLETED} if case.keeps_pictures else {JobStatus.UNKNOWN}
            # what had no answer when the program went may never have reached the server
            assert done.status in (allowed | {JobStatus.UNKNOWN} if job is waiting else allowed)


async def test_a_job_that_ended_while_no_program_ran_is_saved_by_the_next(case, tmp_path):
    name = case.peer.settings.name
    async with program(case.peer.settings, tmp_path) as generation:
        job = await generation.submit(name, case.peer.request(seed=fresh(), steps=60))
        await until(lambda: is_running(generation, job.id), 30)
    async with program(case.peer.settings, tmp_path / "another") as generation:  # knows nothing of the first
        after = await generation.submit(name, case.peer.request(seed=fresh()))
        assert (await over(generation, after.id)).status is JobStatus.COMPLETED  # so the first is over
    async with program(case.peer.settings, tmp_path) as generation:
        await case.check(generation, job.id)


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


async def engine_request(steps: int = 4, seed: int = 1) -> GenerationRequest:
    async with open_engine(None) as peer:
        return peer.request(seed=seed, steps=steps)


async def test_a_restarted_server_has_forgotten_its_jobs_and_that_is_said(tmp_path):
    async with engine_process(tmp_path / "engine", 0.05) as engine:
        settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
        request = await engine_request(steps=LONG)
        async with program(settings, tmp_path) as generation:
            running = await generation.submit("comfyui", request)
            waiting = await generation.submit("comfyui", request)
            await until(lambda: is_running(generation, running.id), 30)
            await until(lambda: generation.job(waiting.id).is_with_server, 30)
            events = generation.events()
            await engine.kill()
            await engine.start()
            await first(events, lambda event: isinstance(event, JobFailed) and event.job_id == running.id, 40)
            for job in (running, waiting):
                gone = await over(generation, job.id)
                assert gone.status is JobStatus.FAILED
                assert "no longer has the job" in gone.error_title
            again = await generation.submit("comfyui", await engine_request(seed=9))
            assert (await over(generation, again.id)).status is JobStatus.COMPLETED


async def test_a_server_restarted_while_no_program_ran_leaves_its_jobs_unknown(tmp_path):
    async with engine_process(tmp_path / "engine", 0.05) as engine:
        settings = ServerSettings(name="comfyui", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
        async with program(settings, tmp_path) as generation:
            job = await generation.submit("comfyui", await engine_request(steps=LONG))
            await until(lambda: is_running(generation, job.id), 30)
        await engine.kill()
        await engine.start()
        async with program(settings, tmp_path) as generation:
            unknown = await over(generation, job.id)
            assert unknown.status is JobStatus.UNKNOWN
            assert unknown.error_title


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
