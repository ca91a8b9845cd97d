"""Programs and engines killed at random moments: every job is accounted for, none runs twice.

Repeatable by LATENTUI_TORTURE_SEED; LATENTUI_TORTURE_KILLS says how often (the marked test: 200).
"""

import asyncio
import json
import os
import random
import sys
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import msgspec
import pytest
from PIL import Image

from tests.support.engine_process import EngineProcess, engine_process
from tests.support.fault_proxy import (
    Answer,
    FaultProxy,
    LoseAnswer,
    LoseRequest,
    Truncate,
    fault_proxy,
    reply,
)
from tests.torture.program import Errand
from tui.demo.server import EmbeddedEngine
from tui.domain.job import Job, JobStatus
from tui.domain.request import GenerationRequest
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import open_services
from tui.storage.encoding import request_to_json

SEED = int(os.environ.get("LATENTUI_TORTURE_SEED", "1"))
KILLS = int(os.environ.get("LATENTUI_TORTURE_KILLS", "200"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Where it happens: the engine, the plan, and how chance decides."""

    engine: EngineProcess
    url: str
    """Where the program finds the engine; perhaps through a proxy."""

    plan: Path
    errands: list[Errand]
    chance: random.Random
    folder: Path

    async def program(self, *, submits: bool = True) -> asyncio.subprocess.Process:
        """Start a program that works on the plan, or only on what is in the journal."""
        plan = [str(self.plan)] if submits else []
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.torture.program",
            self.url,
            *plan,
            stderr=asyncio.subprocess.PIPE,
        )

    async def finish(self) -> None:
        """Let one program come to its end."""
        process = await self.program()
        try:
            _, said = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
        assert process.returncode == 0, said.decode()

    async def moment(self, most: float) -> None:
        """Wait until a moment that only chance knows."""
        await asyncio.sleep(self.chance.uniform(0.05, most))

    def runs(self) -> Counter[str]:
        """How often the engine began each job, by its own log."""
        log = self.folder / "engine.log.jsonl"
        lines = [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []
        return Counter(line["prompt_id"] for line in lines if line["event"] == "start")


@asynccontextmanager
async def scene(tmp_path: Path, jobs: int, step_delay: float = 0.02) -> AsyncGenerator[Scene]:
    chance = random.Random(SEED)
    engine_folder = tmp_path / "engine"
    errands = await make_errands(chance, jobs)
    plan = tmp_path / "plan.json"
    plan.write_bytes(msgspec.json.encode(errands))
    async with engine_process(engine_folder, step_delay) as engine:
        yield Scene(
            engine=engine, url=engine.url, plan=plan, errands=errands, chance=chance, folder=engine_folder
        )


async def make_errands(chance: random.Random, count: int) -> list[Errand]:
    """A mixed batch: most are plain, some are cancelled at once, some are refused, some make two pictures."""
    request = await plain_request()
    errands: list[Errand] = []
    for number in range(count):
        mine = with_inputs(request, seed=number, steps=chance.randint(3, 12), sampler_name="euler")
        kind = chance.random()
        if kind < 0.1:
            mine = with_inputs(mine, sampler_name="no such sampler")
        elif kind < 0.2:
            mine = with_inputs(mine, batch_size=2)
        job_id = str(UUID(int=chance.getrandbits(128), version=4))
        errands.append(Errand(job_id, request_to_json(mine), is_cancelled=0.2 <= kind < 0.3))
    return errands


async def plain_request() -> GenerationRequest:
    async with EmbeddedEngine(step_delay=0) as engine, open_services(watches=False) as services:
        services.connections.add(
            ServerSettings(name="engine", kind=ServerKind.COMFYUI, url=engine.url, is_enabled=True)
        )
        values = {"prompt": "a lighthouse", "width": 64, "height": 64, "steps": 4, "seed": 1}
        return await services.workflows.request("engine", "txt2img_default", values)


def with_inputs(request: GenerationRequest, **inputs: object) -> GenerationRequest:
    """The request with these inputs wherever a node has them."""
    assert request.plan is not None
    graph = {
        node_id: {**node, "inputs": {name: inputs.get(name, value) for name, value in node["inputs"].items()}}
        for node_id, node in request.plan.graph.items()
    }
    return replace(request, plan=replace(request.plan, graph=graph))


async def journalled(home: Path) -> list[Job]:
    async with open_services(watches=False) as services:
        assert services.generation.problem is None
        return list(await services.generation.history(limit=10_000))


def check_accounts(scene: Scene, jobs: list[Job], pictures: Path, *, engine_lived: bool) -> None:
    """Every job once, over, with what belongs to its end; no file that belongs to none."""
    assert sorted(job.id for job in jobs) == sorted(errand.job_id for errand in scene.errands)
    runs = scene.runs()
    print(Counter(job.status.value for job in jobs), f"{sum(runs.values())} runs", f"seed {SEED}")
    print(Counter(f"{job.status.value}: {job.error_title}" for job in jobs if job.error_title))
    assert all(count == 1 for count in runs.values()), runs
    for job in jobs:
        match job.status:
            case JobStatus.COMPLETED:
                assert job.outputs, job
            case JobStatus.FAILED | JobStatus.UNKNOWN:
                assert job.error_title, job
            case JobStatus.CANCELLED:
                pass
            case _:
                raise AssertionError(f"{job.id} is {job.status}")
        if job.status is JobStatus.UNKNOWN and engine_lived:
            assert runs[job.id] == 0, f"the engine ran {job.id}, and we say that nobody knows"
    check_files([Path(output.path) for job in jobs for output in job.outputs], pictures)


def check_files(claimed: list[Path], pictures: Path) -> None:
    named = [path for path in pictures.rglob("*") if path.is_file() and not path.name.startswith(".")]
    assert sorted(named) == sorted(claimed)
    for path in named:
        with Image.open(path) as image:
            image.load()


async def kill_programs(scene: Scene, kills: int) -> None:
    """Two programs on one journal; one or the other is killed and started again."""
    programs = {submits: await scene.program(submits=submits) for submits in (True, False)}
    for _ in range(kills):
        await scene.moment(2.5)
        submits = scene.chance.random() < 0.7
        await kill(programs[submits])
        programs[submits] = await scene.program(submits=submits)
    for process in programs.values():
        await kill(process)


async def kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
    await process.communicate()


@pytest.mark.timeout(300)
async def test_every_job_is_accounted_for_when_the_program_is_killed_a_few_times(tmp_path, own_home):
    async with scene(tmp_path, jobs=14) as it:
        await kill_programs(it, kills=6)
        await it.finish()
        jobs = await journalled(own_home)
        check_accounts(it, jobs, own_home / "pictures", engine_lived=True)
        assert sum(job.status is JobStatus.COMPLETED for job in jobs) > 5


@pytest.mark.torture
@pytest.mark.skipif("LATENTUI_TORTURE" not in os.environ, reason="takes minutes; set LATENTUI_TORTURE")
@pytest.mark.timeout(3600)
async def test_every_job_is_accounted_for_when_the_program_is_killed_all_the_time(tmp_path, own_home):
    async with scene(tmp_path, jobs=KILLS * 2) as it:
        await kill_programs(it, KILLS)
        await it.finish()
        check_accounts(it, await journalled(own_home), own_home / "pictures", engine_lived=True)


async def kill_engines(scene: Scene, kills: int) -> None:
    """One program works on while its engine dies and comes back."""
    process = await scene.program()
    for _ in range(kills):
        await scene.moment(2.0)
        await scene.engine.kill()
        await scene.moment(1.0)
        await scene.engine.start()
    async with asyncio.timeout(120):
        _, said = await process.communicate()
    assert process.returncode == 0, said.decode()


async def kill_both(scene: Scene, kills: int) -> None:
    """Either dies, by chance."""
    process = await scene.program()
    for _ in range(kills):
        await scene.moment(2.0)
        if scene.chance.random() < 0.5:
            await scene.engine.kill()
            await scene.engine.start()
        else:
            await kill(process)
            process = await scene.program()
    await process.communicate()


@pytest.mark.timeout(300)
async def test_every_job_is_accounted_for_when_the_engine_is_killed_a_few_times(tmp_path, own_home):
    async with scene(tmp_path, jobs=14) as it:
        await kill_engines(it, kills=3)
        check_accounts(it, await journalled(own_home), own_home / "pictures", engine_lived=False)


@pytest.mark.torture
@pytest.mark.skipif("LATENTUI_TORTURE" not in os.environ, reason="takes minutes; set LATENTUI_TORTURE")
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("killing", [kill_engines, kill_both])
async def test_every_job_is_accounted_for_when_the_engine_is_killed_all_the_time(tmp_path, own_home, killing):
    async with scene(tmp_path, jobs=KILLS * 2) as it:
        await killing(it, KILLS)
        await it.finish()
        check_accounts(it, await journalled(own_home), own_home / "pictures", engine_lived=False)


FAULTS = (
    ("POST", "/prompt", LoseAnswer()),
    ("POST", "/prompt", LoseRequest()),
    ("POST", "/prompt", Answer(reply("500 Internal Server Error", "no"))),
    ("POST", "/prompt", Answer(reply("200 OK", "<html>gateway</html>", "text/html"))),
    ("GET", "/view", LoseRequest()),
    ("GET", "/view", Truncate(300)),
    ("GET", "/view", Answer(reply("502 Bad Gateway", "<html>", "text/html"))),
    ("GET", "/history", LoseRequest()),
    ("GET", "/history", Answer(reply("200 OK", "{"))),
    ("GET", "/queue", LoseRequest()),
    ("GET", "/queue", Answer(reply("503 Service Unavailable", ""))),
    ("GET", "/system_stats", LoseRequest()),
)


async def misbehave(proxy: FaultProxy, chance: random.Random) -> None:
    """Something goes wrong all the time, for ever; never more than a few things at once."""
    while True:
        proxy.forget_all_but(3)
        await asyncio.sleep(chance.uniform(0.05, 0.4))
        what = chance.random()
        if what < 0.1:
            await proxy.drop_websockets()
        elif what < 0.15:
            await proxy.cut()
        elif what < 0.25:
            proxy.delay = chance.choice((0.0, 0.0, 0.2))
        else:
            proxy.on(*chance.choice(FAULTS))


async def run_through_faults(tmp_path: Path, own_home: Path, jobs: int) -> None:
    async with scene(tmp_path, jobs) as it, fault_proxy(it.engine.url) as proxy:
        behind = replace(it, url=proxy.url)
        trouble = asyncio.create_task(misbehave(proxy, it.chance))
        try:
            async with asyncio.timeout(30 + 5 * jobs):
                await behind.finish()
        finally:
            trouble.cancel()
        check_accounts(it, await journalled(own_home), own_home / "pictures", engine_lived=True)


@pytest.mark.timeout(300)
async def test_every_job_is_accounted_for_when_the_line_misbehaves(tmp_path, own_home):
    await run_through_faults(tmp_path, own_home, jobs=12)


@pytest.mark.torture
@pytest.mark.skipif("LATENTUI_TORTURE" not in os.environ, reason="takes minutes; set LATENTUI_TORTURE")
@pytest.mark.timeout(3600)
async def test_every_job_is_accounted_for_when_the_line_misbehaves_for_long(tmp_path, own_home):
    await run_through_faults(tmp_path, own_home, jobs=KILLS)
