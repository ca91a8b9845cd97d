"""`latentui jobs`: the queue and the journal on the command line."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

from tui.cli.job_words import clock, exit_code, line_of, plain, spelled, summary
from tui.cli.notices import notices
from tui.cli.work import work
from tui.domain.errors import InputError
from tui.domain.events import JobChanged
from tui.domain.job import Job, JobId, JobStatus
from tui.services.bundle import Services, open_services
from tui.ui.words import jobs

_STOPPING_SECONDS = 10.0
"""How long `cancel` waits to see the job stopped."""


def run(arguments: argparse.Namespace) -> int:
    """Do one thing with jobs."""
    return asyncio.run(_ACTIONS[arguments.action or "list"](arguments))


async def _list(arguments: argparse.Namespace) -> int:
    status = _status(arguments.status)
    async with _opened() as services:
        found = await services.generation.history(limit=arguments.limit, status=status, text=arguments.search)
    if arguments.json:
        _print(json.dumps([summary(job) for job in found]))
        return 0
    for job in found:
        _print(line_of(job))
    if not found:
        _say("There is no such job." if status or arguments.search else "There are no jobs yet.")
    return 0


async def _show(arguments: argparse.Namespace) -> int:
    async with _opened() as services:
        job = await services.generation.find(arguments.id)
        log = await services.generation.log(job.id)
        values = services.workflows.values_of(job.request)
    if arguments.json:
        changes = [{"at": change.at, "state": change.phase.value, "detail": change.detail} for change in log]
        request = {name: plain(value) for name, value in values.items()}
        graph = {"graph": dict(job.request.plan.graph)} if job.request.plan else {}
        _print(json.dumps(summary(job) | {"request": request, "log": changes} | graph))
        return 0
    _print(line_of(job))
    for name, value in values.items():
        if value not in (None, "", ()):
            _print(f"  {name}: {spelled(value)}")
    for output in job.results:
        _print(f"  → {output.path}")
    for aside in job.asides:
        _print(f"  shown only: {aside.path}")
    for note in dict.fromkeys((*job.request.notes, *job.notes)):
        _print(f"  note: {note}")
    for change in log:
        _print(f"  {clock(change.at)}  {change.phase.value}  {change.detail}".rstrip())
    if job.error_title:
        _print(f"  {job.error_title} {job.error_advice}".rstrip())
    return 0


async def _cancel(arguments: argparse.Namespace) -> int:
    async with _opened() as services:
        job = await services.generation.find(arguments.id)
        await services.generation.cancel(job.id)
        try:
            async with asyncio.timeout(_STOPPING_SECONDS):
                job = await services.generation.wait(job.id)
        except TimeoutError:
            _say("It is not stopped yet: the wish is kept until its server answers.")
        await services.hooks.finished()
        return await _tell_of(services, job.id, as_json=arguments.json)


async def _mend(arguments: argparse.Namespace) -> int:
    async with _opened() as services:
        job = await services.generation.find(arguments.id)
        if arguments.action == "save":
            await services.generation.save_again(job.id)
        else:
            await services.generation.look_again(job.id)
            await services.generation.wait(job.id)
        return await _tell_of(services, job.id, as_json=arguments.json)


async def _move(arguments: argparse.Namespace) -> int:
    async with _opened() as services:
        job = await services.generation.find(arguments.id)
        if arguments.to.isdecimal():
            await services.generation.move(job.id, int(arguments.to))
        else:
            transfer = await services.transfers.plan(job.id, arguments.to)
            await services.transfers.carry_out(transfer)
            for loss in transfer.losses:
                _say(f"note: {loss}")
        return await _tell_of(services, job.id, as_json=arguments.json)


async def _drop(arguments: argparse.Namespace) -> int:
    if bool(arguments.id) == arguments.finished:
        raise InputError("Which jobs?", "Give the id of one, or --finished for all that are over.")
    async with _opened() as services:
        if arguments.id:
            job = await services.generation.find(arguments.id)
            await services.generation.drop(job.id)
            count = 1
        else:
            statuses = _droppable(_status(arguments.status))
            counts = await services.generation.counts()
            _make_sure(sum(counts[status] for status in statuses), is_sure=arguments.yes)
            count = await services.generation.drop_ended(statuses)
    if arguments.json:
        _print(json.dumps({"dropped": count}))
    elif arguments.finished:
        _say(f"{jobs(count)} dropped; their files stay.")
    return 0


def _droppable(status: JobStatus | None) -> frozenset[JobStatus]:
    """Of one status, else all that are settled; those whose outcome is unknown only when they are named."""
    if status is None:
        return frozenset(status for status in JobStatus if status.is_settled)
    if not status.is_over:
        raise InputError(f"Jobs that are {status} are not over.", "Cancel them first.")
    return frozenset({status})


def _make_sure(count: int, *, is_sure: bool) -> None:
    """Ask before many jobs are forgotten."""
    if is_sure or not count:
        return
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise InputError(f"{jobs(count)} would be dropped.", "Say --yes where nobody can be asked.")
    print(f"Drop {jobs(count)}? Their files stay. [y/N] ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise InputError("Nothing was dropped.")


async def _retry(arguments: argparse.Namespace) -> int:
    from tui.cli.generate import start_worker

    async with _opened() as services:
        old = await services.generation.find(arguments.id)
        new = await services.generation.retry(old.id, detach=True)
    start_worker(None, None)
    _print(json.dumps({"job": new.id}) if arguments.json else new.id)
    return 0


async def _pause(arguments: argparse.Namespace) -> int:
    is_paused = arguments.action == "pause"
    async with _opened() as services:
        generation, server = services.generation, arguments.server
        names = [state.server for state in services.connections.connections]
        if server and server not in names and not await generation.waiting(server):
            raise InputError(f'There is no server "{server}".', f"There are: {', '.join(names)}.")
        await (generation.pause(server) if is_paused else generation.resume(server))
        paused = [name for name in dict.fromkeys((*names, server)) if name and generation.is_paused(name)]
        count = len(await generation.waiting(server))
    if arguments.json:
        _print(json.dumps({"paused": paused, "waiting": count}))
        return 0
    what = f"The queue of {server}" if server else "Every queue"
    _say(f"{what} is paused; what a server already has goes on." if is_paused else f"{what} goes on.")
    if count and not is_paused:
        _say(f"{count} waiting: the studio runs them, or `latentui jobs work`.")
    return 0


async def _watch(arguments: argparse.Namespace) -> int:
    async with _opened() as services:
        events = services.generation.events()
        wanted = await services.generation.find(arguments.id) if arguments.id else None
        told: dict[str, str] = {}
        if wanted is not None:
            _tell(wanted, told, as_json=arguments.json)
            if wanted.status.is_over:
                return exit_code(wanted)
        async with notices(services, wanted and wanted.id, is_quiet=arguments.json):
            async for event in events:
                if not isinstance(event, JobChanged) or (wanted and event.job.id != wanted.id):
                    continue
                _tell(event.job, told, as_json=arguments.json)
                if wanted and event.job.status.is_over:
                    return exit_code(event.job)
    return 0


def _tell(job: Job, told: dict[str, str], *, as_json: bool) -> None:
    line = json.dumps(summary(job)) if as_json else line_of(job)
    if told.get(job.id) != line:
        told[job.id] = line
        _print(line)


async def _tell_of(services: Services, job_id: JobId, *, as_json: bool) -> int:
    job = await services.generation.find(job_id)
    _print(json.dumps(summary(job)) if as_json else line_of(job))
    return 0


def _status(word: str | None) -> JobStatus | None:
    if word is not None and word not in set(JobStatus):
        raise InputError(f"{word!r} is no status.", f"There are: {', '.join(JobStatus)}.")
    return JobStatus(word) if word else None


@asynccontextmanager
async def _opened() -> AsyncGenerator[Services]:
    """The services on the real journal. Raises why it cannot be used, rather than show an empty one."""
    async with open_services(watches=False) as services:
        if services.generation.problem is not None:
            raise services.generation.problem
        yield services


def _print(line: str) -> None:
    print(line, flush=True)


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


_ACTIONS = {
    "list": _list,
    "show": _show,
    "cancel": _cancel,
    "again": _mend,
    "save": _mend,
    "move": _move,
    "drop": _drop,
    "retry": _retry,
    "pause": _pause,
    "resume": _pause,
    "watch": _watch,
    "work": work,
}
