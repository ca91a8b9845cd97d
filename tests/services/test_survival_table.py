"""What a person finds when the program was killed or the server restarted: one test for each cell of a table.

A row for every peer. The program is a process that SIGKILL ends; the server is one of the tests' own that
forgets what the real one forgets. `LATENTUI_LIVE_…` adds a real server to the rows in which it stays alive.
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.mortal_servers import LiveServer, MortalServer, mortal_server
from tests.support.one_program import program, submit, submit_and_be_killed
from tests.support.peers import peer_names
from tui.domain.job import Job, JobId, JobStatus
from tui.domain.request import GenerationRequest
from tui.services.generation import GenerationService
from tui.storage.entries import Phase

DOWN_SECONDS = 0.3
"""No server is back at once: a real one takes longer."""

SHORT, SOME, BUSY, LONG = 4, 50, 400, 200
"""Steps of jobs: soon done; caught running; outlasting the start of a program; not done before the test."""

COMPLETED, FAILED, CANCELLED, UNKNOWN = (
    JobStatus.COMPLETED,
    JobStatus.FAILED,
    JobStatus.CANCELLED,
    JobStatus.UNKNOWN,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What becomes of a job, and words that its person reads."""

    client_dies: tuple[JobStatus, str] = (COMPLETED, "")
    """While the job waits at the server, while it runs, after it was done."""

    server_dies_waiting: tuple[JobStatus, str] = (FAILED, "no longer has the job")
    server_dies_running: tuple[JobStatus, str] = (FAILED, "no longer has the job")
    both_die: tuple[JobStatus, str] = (UNKNOWN, "does not know the job")
    """The server is restarted while no program of ours runs."""


KEEPS_NOTHING = Row(
    client_dies=(UNKNOWN, "pictures only to the connection that asked"),
    server_dies_waiting=(FAILED, "does not have the job"),
    server_dies_running=(FAILED, "does not have the job"),
)
CANNOT_BE_ASKED = Row(
    client_dies=(UNKNOWN, "cannot be asked after a job"),
    server_dies_waiting=(UNKNOWN, "cannot be asked after a job"),
    server_dies_running=(UNKNOWN, "cannot be asked after a job"),
    both_die=(UNKNOWN, "cannot be asked after a job"),
)
KEEPS_ITS_QUEUE = Row(
    server_dies_waiting=(COMPLETED, ""),
    server_dies_running=(FAILED, "stopped the job"),
    both_die=(CANCELLED, "or the server was restarted"),
)
ROWS = {
    "comfyui": Row(),
    "a1111": KEEPS_NOTHING,
    "a1111 forge": KEEPS_NOTHING,
    "a1111 nowebui": CANNOT_BE_ASKED,
    "a1111 sdnext": CANNOT_BE_ASKED,
    "a1111 sdcpp": Row(),
    "invokeai": KEEPS_ITS_QUEUE,
    "fooocus": Row(),
    "fooocus old": Row(),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A server, its row, and a folder for what a program leaves."""

    row: Row
    server: MortalServer
    folder: Path

    @property
    def name(self) -> str:
        return self.server.peer.settings.name

    def request(self, steps: int) -> GenerationRequest:
        return self.server.peer.request(seed=random.randrange(2**31), steps=steps)

    def program(self, folder: str = "ours") -> AbstractAsyncContextManager[GenerationService]:
        return program(self.server.peer.settings, self.folder / folder)

    async def killed(self, steps: int, phase: Phase) -> JobId:
        """A program submitted a job and was killed when the job was so far."""
        settings = self.server.peer.settings
        return await submit_and_be_killed(settings, self.folder / "ours", self.request(steps), phase)

    @asynccontextmanager
    async def kept_busy(self, steps: int) -> AsyncGenerator[Callable[[], Awaitable[None]]]:
        """Somebody else's job runs at the server, until it is stopped."""
        async with self.program("theirs") as theirs:
            job_id = await submit(theirs, self.name, self.request(steps), Phase.RUNNING)

            async def stop() -> None:
                await theirs.cancel(job_id)
                await theirs.wait(job_id)

            yield stop

    async def restart(self) -> None:
        await self.server.kill()
        await asyncio.sleep(DOWN_SECONDS)
        await self.server.start()

    async def check(self, generation: GenerationService, job_id: JobId, cell: tuple[JobStatus, str]) -> None:
        """The job ended as the cell says, its pictures are here if it is done, and it ran once at most."""
        async with asyncio.timeout(60):
            job = await generation.wait(job_id)
        status, words = cell
        assert (job.status, words in said(job)) == (status, True), said(job)
        assert bool(job.outputs) == (status is COMPLETED)
        assert all(Path(output.path).is_file() for output in job.outputs)
        assert self.server.runs(job) in ({1, None} if job.outputs else {0, 1, None})


def said(job: Job) -> str:
    return " ".join((job.error_title, *job.notes))


@pytest.fixture(params=peer_names())
async def scene(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncGenerator[Scene]:
    row = ROWS[request.param.removesuffix(" live")]
    async with mortal_server(request.param, tmp_path / "server") as server:
        yield Scene(row, server, tmp_path)


@pytest.fixture
def mortal_scene(scene: Scene) -> Scene:
    """A server that may be killed; a real one is skipped at once."""
    if isinstance(scene.server, LiveServer):
        pytest.skip("a real server is not killed")
    return scene


async def test_the_program_is_killed_while_its_job_waits_at_the_server(scene: Scene) -> None:
    async with scene.kept_busy(BUSY) as stop:
        job_id = await scene.killed(SHORT, Phase.QUEUED)
        await stop()
    async with scene.program() as generation:
        await scene.check(generation, job_id, scene.row.client_dies)


async def test_the_program_is_killed_while_its_job_runs(scene: Scene) -> None:
    job_id = await scene.killed(SOME, Phase.RUNNING)
    async with scene.program() as generation:
        await scene.check(generation, job_id, scene.row.client_dies)


async def test_the_program_is_killed_and_its_job_is_done_before_the_next_program_looks(scene: Scene):
    job_id = await scene.killed(SOME, Phase.RUNNING)
    async with scene.kept_busy(SHORT):  # so the first is over
        pass
    async with scene.program() as generation:
        await scene.check(generation, job_id, scene.row.client_dies)


async def test_the_server_restarts_while_a_job_waits_there(mortal_scene: Scene) -> None:
    async with mortal_scene.kept_busy(LONG), mortal_scene.program() as generation:
        job_id = await submit(generation, mortal_scene.name, mortal_scene.request(SHORT), Phase.QUEUED)
        await mortal_scene.restart()
        await mortal_scene.check(generation, job_id, mortal_scene.row.server_dies_waiting)


async def test_the_server_restarts_while_a_job_runs_and_the_next_one_goes_out(mortal_scene: Scene) -> None:
    async with mortal_scene.program() as generation:
        job_id = await submit(generation, mortal_scene.name, mortal_scene.request(LONG), Phase.RUNNING)
        await mortal_scene.restart()
        await mortal_scene.check(generation, job_id, mortal_scene.row.server_dies_running)
        after = await submit(generation, mortal_scene.name, mortal_scene.request(SHORT), Phase.RUNNING)
        await mortal_scene.check(generation, after, (COMPLETED, ""))


async def test_the_server_restarts_while_no_program_looks(mortal_scene: Scene):
    async with mortal_scene.program() as generation:
        job_id = await submit(generation, mortal_scene.name, mortal_scene.request(LONG), Phase.RUNNING)
    await mortal_scene.restart()
    async with mortal_scene.program() as generation:
        await mortal_scene.check(generation, job_id, mortal_scene.row.both_die)
