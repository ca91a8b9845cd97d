"""`latentui generate`: one job from submission to saved file."""

import argparse
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import assert_never

from tui.cli.choice import chosen_server, chosen_workflow
from tui.cli.faults import CANCELLED, FAILED, exit_code_of
from tui.cli.notices import notices
from tui.cli.report import Reporter, choose_reporter
from tui.domain.events import (
    JobCancelled,
    JobChanged,
    JobCompleted,
    JobDropped,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
    OutputSaved,
    PreviewReceived,
    ServiceEvent,
)
from tui.domain.job import JobId, JobStatus
from tui.domain.request import FieldValue, Lora, PictureInput
from tui.services.bundle import Services, open_services
from tui.services.generation import GenerationService


def run(arguments: argparse.Namespace) -> int:
    """Make the picture; the exit code says how it went."""
    return asyncio.run(_generate(arguments, choose_reporter(as_json=arguments.json)))


async def _generate(arguments: argparse.Namespace, reporter: Reporter) -> int:
    async with open_services(watches=False) as services:
        if arguments.wait:
            return await wait_for(services, arguments.wait, reporter, is_quiet=arguments.json)
        server = await chosen_server(services, arguments)
        workflow = await chosen_workflow(services, arguments.workflow) or default_workflow(arguments)
        values = values_of(arguments)
        if arguments.enhance:
            from tui.cli.enhance import enhanced  # only what is asked for is imported

            values = {**values, "prompt": await enhanced(services, arguments, server, workflow, reporter)}
        request = await services.workflows.request(server, workflow, values)
        for note in request.notes:
            reporter.note(note)
        if arguments.detach:
            job = await services.generation.submit(server, request, into=arguments.output, detach=True)
            if services.generation.problem is not None:
                raise services.generation.problem  # nobody could find the job
            start_worker(arguments.kind, arguments.url)
            print(job.id)
            return 0
        events = services.generation.events()
        job = await services.generation.submit(server, request, into=arguments.output)
        if services.generation.is_paused(server):
            reporter.note(f"The queue of {server} is paused: `latentui jobs resume {server}` lets it go.")
        if services.generation.problem is not None:
            reporter.note(services.generation.problem.sentence)
        async with notices(services, job.id, is_quiet=arguments.json):
            with Cancelling(services, job.id):
                code = await _watch(services.generation, events, job.id, reporter)
            await services.hooks.finished()
        return code


async def wait_for(services: Services, text: str, reporter: Reporter, *, is_quiet: bool) -> int:
    """Wait for a job of any process; tell its files and how it ended."""
    job = await services.generation.find(text)
    async with notices(services, job.id, is_quiet=is_quiet):
        job = await services.generation.wait(job.id)
    for output in job.results:
        reporter.saved(OutputSaved(job.id, output))
    match job.status:
        case JobStatus.COMPLETED:
            reporter.completed(JobCompleted(job.id))
            return 0
        case JobStatus.CANCELLED:
            reporter.cancelled(JobCancelled(job.id))
            return CANCELLED
        case _:
            reporter.failed(job.id, job.error_title or "Its outcome is unknown.", job.error_advice)
            return FAILED


def start_worker(kind: str | None, url: str | None) -> None:
    """Leave a process behind that runs the queue until it is empty; a second one finds nothing to do."""
    server = ["--kind", kind, "--url", url] if kind and url else []
    words = [sys.executable, "-m", "tui", "jobs", "work", "--until-empty", *server]
    nothing = [(os.POSIX_SPAWN_OPEN, descriptor, os.devnull, os.O_RDWR, 0) for descriptor in range(3)]
    # a session of its own: it outlives this one, and nobody waits for it
    os.posix_spawn(sys.executable, words, os.environ, file_actions=nothing, setsid=True)


def default_workflow(arguments: argparse.Namespace) -> str:
    """The template that the given pictures call for."""
    if arguments.mask:
        return "inpaint_masked"
    if arguments.control:
        return "controlnet_canny"
    return "img2img_default" if arguments.image else "txt2img_default"


def values_of(arguments: argparse.Namespace) -> Mapping[str, FieldValue]:
    """The form's values as they were typed; `--set` comes last and wins."""
    width, height = arguments.size or (None, None)
    values: dict[str, FieldValue] = {
        "prompt": arguments.prompt or None,
        "negative_prompt": arguments.negative,
        "checkpoint": arguments.checkpoint,
        "steps": arguments.steps,
        "cfg_scale": arguments.cfg,
        "seed": arguments.seed,
        "width": width,
        "height": height,
        "sampler": arguments.sampler,
        "scheduler": arguments.scheduler,
        "denoise": arguments.denoise,
        "batch_size": arguments.batch_size,
        "loras": tuple(Lora(name, strength) for name, strength in arguments.lora) or None,
        "init_image": _picture(arguments.image),
        "mask": _picture(arguments.mask),
        "control_image": _picture(arguments.control),
    }
    given = {name: value for name, value in values.items() if value is not None}
    return given | dict(arguments.settings)


def _picture(path: str | None) -> PictureInput | None:
    return PictureInput(str(Path(path).expanduser().absolute())) if path else None


async def _watch(
    generation: GenerationService, events: AsyncIterator[ServiceEvent], job_id: JobId, reporter: Reporter
) -> int:
    async for event in events:
        if _job_of(event) != job_id:
            continue
        match event:
            case JobQueued():
                reporter.queued(event)
            case JobStarted():
                reporter.started(event)
            case JobProgressed():
                reporter.progressed(event, generation.job(job_id))
            case PreviewReceived():
                reporter.preview(event)
            case OutputSaved():
                reporter.saved(event)
            case JobNoted():
                reporter.note(event.message, job_id)
            case JobCompleted():
                reporter.completed(event)
                return 0
            case JobFailed():
                reporter.failed(job_id, event.title, event.advice)
                error = generation.error(job_id)
                return exit_code_of(error) if error else FAILED
            case JobOutcomeUnknown():
                reporter.failed(job_id, "Nobody can say what became of the job.", event.reason)
                return FAILED
            case JobCancelled():
                reporter.cancelled(event)
                return CANCELLED
            case OutputReceived() | JobChanged() | JobDropped():
                pass
            case _:
                assert_never(event)
    return FAILED


def _job_of(event: ServiceEvent) -> JobId:
    return event.job.id if isinstance(event, JobChanged) else event.job_id


class Cancelling:
    """While entered, the first Ctrl+C cancels the job on the server; the second ends the program."""

    def __init__(self, services: Services, job_id: JobId) -> None:
        self._services = services
        self._job_id = job_id
        self._loop = asyncio.get_running_loop()
        self._wish: asyncio.Task[None] | None = None

    def __enter__(self) -> None:
        self._loop.add_signal_handler(signal.SIGINT, self._cancel)

    def __exit__(self, *_: object) -> None:
        self._loop.remove_signal_handler(signal.SIGINT)

    def _cancel(self) -> None:
        self._loop.remove_signal_handler(signal.SIGINT)
        print("\nCancelling… press Ctrl+C again to leave at once.", file=sys.stderr)
        self._wish = self._loop.create_task(self._services.generation.cancel(self._job_id))
