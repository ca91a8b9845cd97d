"""The person's own command: once for each job, by the program that ran it."""

import asyncio
import os
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.support.programs import FOX, over
from tests.support.scripted import FixedSettings, ScriptedFleet, server_settings
from tests.support.waiting import until
from tui.domain.settings import NoticeSettings
from tui.services.connections import ConnectionsService
from tui.services.generation import GenerationService
from tui.services.hooks import Hooks
from tui.services.results import ResultsService

HOOK = """
import os, sys
with open(sys.argv[1], "a") as told:
    told.write(os.environ["LATENTUI_JOB_ID"] + " " + os.environ["LATENTUI_JOB_STATUS"] + "\\n")
"""


@pytest.fixture
def told(tmp_path: Path) -> Path:
    return tmp_path / "told"


@pytest.fixture
def command(tmp_path: Path, told: Path) -> str:
    script = tmp_path / "hook.py"
    script.write_text(HOOK)
    return f"'{sys.executable}' '{script}' '{told}'"


@asynccontextmanager
async def program(
    fleet: ScriptedFleet, folder: Path, command: str, *, works_queue: bool = True
) -> AsyncGenerator[tuple[GenerationService, Hooks]]:
    notices = NoticeSettings(command=command)
    settings = FixedSettings(str(folder / "pictures"), server_settings("paint"), notices=notices)
    async with (
        Hooks(settings) as hooks,
        ConnectionsService(settings, opener=fleet.open) as connections,
        GenerationService(
            settings,
            connections,
            ResultsService(settings),
            folder / "j.sqlite3",
            works_queue=works_queue,
            after_job=hooks.job_ended,
        ) as generation,
    ):
        yield generation, hooks


def lines(told: Path) -> list[str]:
    return told.read_text().splitlines() if told.exists() else []


async def test_every_job_that_ends_runs_the_command_once(fleet, tmp_path, command, told):
    async with program(fleet, tmp_path, command) as (generation, hooks):
        done = await generation.submit("paint", FOX)
        await over(generation, done.id)
        await generation.pause("paint")
        waiting = await generation.submit("paint", FOX)
        await generation.cancel(waiting.id)
        await hooks.finished()
    assert sorted(lines(told)) == sorted((f"{done.id} completed", f"{waiting.id} cancelled"))


async def test_a_program_that_only_watches_runs_no_command(fleet, tmp_path, command, told):
    async with (
        program(fleet, tmp_path, command) as (running, hooks),
        program(fleet, tmp_path, command) as (watching, other_hooks),
    ):
        job = await running.submit("paint", FOX)
        await over(watching, job.id)
        await hooks.finished()
        await other_hooks.finished()
    assert lines(told) == [f"{job.id} completed"]


async def test_a_command_that_cancels_what_waits_runs_it_though_it_knows_no_jobs(
    fleet, tmp_path, command, told
):
    async with program(fleet, tmp_path, command) as (generation, _):
        await generation.pause("paint")
        job = await generation.submit("paint", FOX)
        async with program(fleet, tmp_path, command, works_queue=False) as (single, hooks):
            await single.cancel(job.id)
            await hooks.finished()
    assert lines(told) == [f"{job.id} cancelled"]


async def test_a_command_that_fails_is_told_and_harms_nothing(fleet, tmp_path):
    async with program(fleet, tmp_path, "false") as (generation, hooks):
        failures = hooks.failures()
        job = await generation.submit("paint", FOX)
        await over(generation, job.id)
        async with asyncio.timeout(30):
            assert "it ended with 1" in (await anext(failures)).title


async def test_a_program_does_not_wait_long_for_its_commands_when_it_ends(fleet, tmp_path, monkeypatch):
    monkeypatch.setattr("tui.services.hooks.FAREWELL", 0.1)
    process_file = tmp_path / "process"
    script = tmp_path / "slow.sh"
    script.write_text(f"#!/bin/sh\necho $$ > '{process_file}'\nexec sleep 300\n")
    script.chmod(0o755)
    async with program(fleet, tmp_path, str(script)) as (generation, _):
        job = await generation.submit("paint", FOX)
        await over(generation, job.id)
        await until(lambda: process_file.exists() and process_file.read_text().strip(), 40)
    number = int(process_file.read_text())
    await until(lambda: not is_running(number), 40)


def is_running(number: int) -> bool:
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    return True
