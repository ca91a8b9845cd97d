"""`latentui jobs work`: the queue runs without the studio."""

import argparse
import asyncio
import signal
import sys

from tui.cli.choice import ad_hoc_server
from tui.cli.faults import tell
from tui.cli.job_words import line_of
from tui.cli.notices import notices
from tui.domain.events import JobChanged
from tui.domain.job import JobStatus
from tui.services.bundle import Services, open_services

_PAUSE = 1.0
"""Seconds between two looks at the journal."""


async def work(arguments: argparse.Namespace) -> int:
    """Hand out what waits and bring home what is done, until stopped or until nothing is left."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_services() as services:
        if arguments.url:
            services.connections.add(ad_hoc_server(arguments.kind, arguments.url))
        if services.generation.problem is not None:
            raise services.generation.problem
        if sys.stderr.isatty():
            await _greet(services)
        async with notices(services):
            await _work_until(services, stop, until_empty=arguments.until_empty)
    return 0


async def _greet(services: Services) -> None:
    counts = await services.generation.counts()
    waiting, running = counts[JobStatus.PENDING], counts[JobStatus.IN_PROGRESS]
    print(f"{waiting} waiting, {running} running. Ctrl+C leaves; jobs live on.", file=sys.stderr)


async def _work_until(services: Services, stop: asyncio.Event, *, until_empty: bool) -> None:
    tellers = [asyncio.create_task(_report(services)), asyncio.create_task(_tell_of_journal(services))]
    waits = [asyncio.create_task(_stopped(stop))]
    if until_empty:
        waits.append(asyncio.create_task(_emptied(services)))
    done, left = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for task in (*left, *tellers):
        task.cancel()
    await asyncio.gather(*left, *tellers, return_exceptions=True)
    for task in done:
        task.result()


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()


async def _emptied(services: Services) -> None:
    await services.generation.until_empty()
    await services.hooks.finished()


async def _tell_of_journal(services: Services) -> None:
    told: str | None = None
    while True:
        problem = services.generation.problem
        if problem is not None and problem.sentence != told:
            tell(problem)
        told = problem and problem.sentence
        await asyncio.sleep(_PAUSE)


async def _report(services: Services) -> None:
    told: dict[str, JobStatus] = {}
    async for event in services.generation.events():
        if isinstance(event, JobChanged) and told.get(event.job.id) is not event.job.status:
            told[event.job.id] = event.job.status
            print(line_of(event.job), file=sys.stderr, flush=True)
