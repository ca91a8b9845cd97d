"""`latentui jobs`: the queue and the journal on the command line."""

import argparse
import asyncio
import json
import signal
import sys
from dataclasses import asdict
from datetime import datetime
from typing import Any

from tui.cli.choice import ad_hoc_server
from tui.domain.errors import InputError
from tui.domain.events import JobChanged
from tui.domain.job import Job, JobStatus
from tui.domain.text import one_line
from tui.services.bundle import Services, open_services

_SIGNS = {
    JobStatus.PENDING: "⌛",
    JobStatus.IN_PROGRESS: "▶",
    JobStatus.COMPLETED: "✓",
    JobStatus.FAILED: "✗",
    JobStatus.CANCELLED: "–",
    JobStatus.UNKNOWN: "?",
}


def run(arguments: argparse.Namespace) -> int:
    """Do one thing with jobs."""
    return asyncio.run(_ACTIONS[arguments.action or "list"](arguments))


async def _list(arguments: argparse.Namespace) -> int:
    if arguments.status is not None and arguments.status not in set(JobStatus):
        raise InputError(f"{arguments.status!r} is no status.", f"There are: {', '.join(JobStatus)}.")
    status = JobStatus(arguments.status) if arguments.status else None
    async with open_services(watches=False) as services:
        jobs = await services.generation.history(limit=arguments.limit, status=status, text=arguments.search)
    if arguments.json:
        _print(json.dumps([_summary(job) for job in jobs]))
        return 0
    for job in jobs:
        _print(line_of(job))
    return 0


async def _show(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        job = await services.generation.find(arguments.id)
        log = await services.generation.log(job.id)
        values = services.workflows.values_of(job.request)
    if arguments.json:
        changes = [{"at": change.at, "state": change.phase.value, "detail": change.detail} for change in log]
        _print(json.dumps(_summary(job) | {"request": values, "log": changes}, default=_plain))
        return 0
    _print(line_of(job))
    for name, value in values.items():
        if value not in (None, "", ()):
            _print(f"  {name}: {one_line(str(_plain(value)), 500)}")
    for output in job.outputs:
        _print(f"  → {output.path}")
    for note in job.notes:
        _print(f"  note: {note}")
    for change in log:
        _print(f"  {_clock(change.at)}  {change.phase.value}  {change.detail}".rstrip())
    if job.error_title:
        _print(f"  {job.error_title} {job.error_advice}".rstrip())
    return 0


async def _change(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        job = await services.generation.find(arguments.id)
        match arguments.action:
            case "cancel":
                await services.generation.cancel(job.id)
            case "again":
                await services.generation.look_again(job.id)
            case "save":
                await services.generation.save_again(job.id)
            case "move" if arguments.to.isdecimal():
                await services.generation.move(job.id, int(arguments.to))
            case "move":
                await _move(services, job, arguments.to)
            case _:
                await services.generation.drop(job.id)
    return 0


async def _move(services: Services, job: Job, server: str) -> None:
    transfer = await services.transfers.plan(job.id, server)
    await services.transfers.carry_out(transfer)
    for loss in transfer.losses:
        print(f"note: {loss}", file=sys.stderr)  # noqa: T201


async def _retry(arguments: argparse.Namespace) -> int:
    from tui.cli.generate import start_worker

    async with open_services(watches=False) as services:
        old = await services.generation.find(arguments.id)
        new = await services.generation.submit(old.server, old.request, detach=True)
    start_worker(None, None)
    _print(json.dumps({"job": new.id}) if arguments.json else new.id)
    return 0


async def _pause(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        if arguments.action == "pause":
            await services.generation.pause(arguments.server)
        else:
            await services.generation.resume(arguments.server)
    return 0


async def _watch(arguments: argparse.Namespace) -> int:
    async with open_services(watches=False) as services:
        wanted = await services.generation.find(arguments.id) if arguments.id else None
        told: dict[str, str] = {}
        if wanted is not None:
            _tell(wanted, told, as_json=arguments.json)
            if wanted.status.is_over:
                return 0
        async for event in services.generation.events():
            if not isinstance(event, JobChanged) or (wanted and event.job.id != wanted.id):
                continue
            _tell(event.job, told, as_json=arguments.json)
            if wanted and event.job.status.is_over:
                return 0
    return 0


def _tell(job: Job, told: dict[str, str], *, as_json: bool) -> None:
    line = json.dumps(_summary(job)) if as_json else line_of(job)
    if told.get(job.id) != line:
        told[job.id] = line
        _print(line)


async def _work(arguments: argparse.Namespace) -> int:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with open_services() as services:
        if arguments.url:
            services.connections.add(ad_hoc_server(arguments.kind, arguments.url))
        if services.generation.problem is not None:
            raise services.generation.problem
        teller = asyncio.create_task(_report(services))
        waits = [asyncio.create_task(_stopped(stop))]
        if arguments.until_empty:
            waits.append(asyncio.create_task(services.generation.until_empty()))
        done, left = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        for task in (*left, teller):
            task.cancel()
        await asyncio.gather(*left, teller, return_exceptions=True)
        for task in done:
            task.result()
    return 0


async def _stopped(stop: asyncio.Event) -> None:
    await stop.wait()


async def _report(services: Services) -> None:
    told: dict[str, JobStatus] = {}
    async for event in services.generation.events():
        if isinstance(event, JobChanged) and told.get(event.job.id) is not event.job.status:
            told[event.job.id] = event.job.status
            print(line_of(event.job), file=sys.stderr, flush=True)  # noqa: T201


def line_of(job: Job) -> str:
    """One line for people: "✓ 3f2a9c1b  14:02:11  comfyui  a red fox in fresh snow"."""
    progress = f"  {job.step}/{job.total}" if job.status is JobStatus.IN_PROGRESS and job.total else ""
    what = one_line(job.request.prompt or job.request.workflow, 60)
    return f"{_SIGNS[job.status]} {job.id[:8]}  {_clock(job.created_at)}  {job.server}{progress}  {what}"


def _summary(job: Job) -> dict[str, Any]:
    left_out = {"request", "is_with_server"}
    tree = {key: value for key, value in asdict(job).items() if key not in left_out and value is not None}
    return tree | {"workflow": job.request.workflow, "prompt": job.request.prompt, "seed": job.request.seed}


def _plain(value: object) -> object:
    path = getattr(value, "path", None)
    return path if path is not None else str(value)


def _clock(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _print(line: str) -> None:
    print(line, flush=True)  # noqa: T201


_ACTIONS = {
    "list": _list,
    "show": _show,
    "cancel": _change,
    "again": _change,
    "save": _change,
    "move": _change,
    "drop": _change,
    "retry": _retry,
    "pause": _pause,
    "resume": _pause,
    "watch": _watch,
    "work": _work,
}
