"""A program of ours for the torture: submits what was not submitted yet, runs the queue, and gets killed."""

import asyncio
import sys
from pathlib import Path

import msgspec

from tui.domain.errors import InputError, LatentuiError
from tui.domain.job import JobId
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.storage.encoding import request_from_json


class Errand(msgspec.Struct):
    """One job to submit, and whether to change one's mind about it."""

    job_id: str
    request: str
    is_cancelled: bool = False


async def run(url: str, plan: Path | None) -> None:
    """Work until nothing is left to do; without a plan, on what others submitted."""
    errands = msgspec.json.decode(plan.read_bytes(), type=list[Errand]) if plan else []
    async with open_services() as services:
        engine = ServerSettings(name="engine", kind=ServerKind.COMFYUI, url=url, is_enabled=True)
        services.connections.add(engine)
        for errand in errands:
            await submit(services, errand)
        await services.generation.until_empty()


async def submit(services: Services, errand: Errand) -> None:
    """Submit a job that the journal does not have."""
    job_id = JobId(errand.job_id)
    try:
        await services.generation.find(job_id)
    except InputError:
        request = request_from_json(errand.request)
        await services.generation.submit("engine", request, job_id=job_id, wait_for_server=True)
    if errand.is_cancelled:
        try:
            await services.generation.cancel(job_id)
        except LatentuiError as error:
            print(error, file=sys.stderr)


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], Path(sys.argv[2]) if len(sys.argv) > 2 else None))
