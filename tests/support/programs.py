"""A program of ours in a test: its services over scripted servers that outlive it."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.support.scripted import FixedSettings, ScriptedFleet
from tui.domain.job import Job, JobId
from tui.domain.request import GenerationRequest
from tui.services.connections import ConnectionsService
from tui.services.generation import GenerationService
from tui.services.results import ResultsService

FOX = GenerationRequest(prompt="a red fox", seed=7)


class Studio:
    """One program of ours: its services over a fleet that outlives it."""

    def __init__(self, connections: ConnectionsService, generation: GenerationService) -> None:
        self.connections = connections
        self.generation = generation


@asynccontextmanager
async def studio(
    settings: FixedSettings,
    fleet: ScriptedFleet,
    journal: Path | None = None,
    *,
    works_queue: bool = True,
    asides: Path | None = None,
) -> AsyncGenerator[Studio]:
    async with (
        ConnectionsService(settings, opener=fleet.open) as connections,
        GenerationService(
            settings, connections, ResultsService(settings, asides), journal, works_queue=works_queue
        ) as generation,
    ):
        yield Studio(connections, generation)


async def over(generation: GenerationService, job_id: JobId) -> Job:
    async with asyncio.timeout(30):
        return await generation.wait(job_id)
