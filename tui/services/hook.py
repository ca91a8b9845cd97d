"""A command of the person's, run when a job ends; what a server said reaches it by environment only."""

import asyncio
import os
import shlex
from asyncio.subprocess import DEVNULL

from tui.domain.errors import InputError
from tui.domain.job import Job

PATIENCE = 60.0
"""Seconds that the command may take."""


async def run_hook(command: str, job: Job) -> None:
    """Run it to its end without a shell. Raises `InputError` where it cannot be run or fails."""
    try:
        process = await asyncio.create_subprocess_exec(
            *_words(command),
            env={**os.environ, **_facts(job)},
            stdin=DEVNULL,
            stdout=DEVNULL,
            stderr=DEVNULL,
            start_new_session=True,
        )
    except OSError as error:
        raise _failed(f"{error.strerror or 'it cannot be run'}.") from error
    try:
        code = await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError as error:
        raise _failed(f"it took more than {PATIENCE:.0f} s.") from error
    finally:
        if process.returncode is None:
            process.kill()
    if code:
        raise _failed(f"it ended with {code}.")


def _words(command: str) -> list[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise _failed(f"{error}.") from error
    if not words:
        raise _failed("it is empty.")
    return words


def _facts(job: Job) -> dict[str, str]:
    paths = [output.path for output in job.results]
    return {
        "LATENTUI_JOB_ID": job.id,
        "LATENTUI_JOB_STATUS": job.status.value,
        "LATENTUI_JOB_PATH": paths[-1] if paths else "",
        "LATENTUI_JOB_PATHS": "\n".join(paths),
    }


def _failed(reason: str) -> InputError:
    return InputError(
        f"The command for notices failed: {reason}", "It is `command` under [notices] in the settings."
    )
