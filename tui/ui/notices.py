"""The studio tells a person who does not look at it how its jobs are."""

import asyncio
from typing import TYPE_CHECKING

from tui.domain.job import Job
from tui.terminal.textual_host import host_for
from tui.ui.speaker import PAUSE, Speaker

if TYPE_CHECKING:
    from tui.services.bundle import Services
    from tui.ui.app import LatentuiApp

JOURNAL_PAUSE = 1.0
"""Seconds between two looks at the journal."""


async def watch(app: "LatentuiApp", services: "Services") -> None:
    """Until cancelled: tell of the application's jobs, at most four times a second."""
    host = host_for(app)
    speaker = Speaker(host.profile, host.write)
    has_news = asyncio.Event()
    ended: list[Job] = []

    def note(job: Job) -> None:
        ended.append(job)
        has_news.set()

    app.watch(app, "jobs", lambda _: has_news.set())
    app.job_ended.subscribe(app, note)
    try:
        while True:
            await has_news.wait()
            has_news.clear()
            wishes = services.settings.current.notices
            speaker.show(app.jobs, wishes)
            speaker.tell(ended, wishes, is_away=not app.app_focus)
            ended.clear()
            await asyncio.sleep(PAUSE)
    finally:
        speaker.clear()


async def tell_of_memory(app: "LatentuiApp", services: "Services") -> None:
    """Until cancelled: say when a server did not make room for another one."""
    async for error in services.handover.problems():
        app.tell(error)


async def tell_of_hooks(app: "LatentuiApp", services: "Services") -> None:
    """Until cancelled: say when the person's own command failed."""
    async for error in services.hooks.failures():
        app.tell(error)


async def tell_of_journal(app: "LatentuiApp", services: "Services") -> None:
    """Until cancelled: say when the journal cannot be written, and when it can again."""
    told = services.generation.problem  # at the start it is told with the settings
    while True:
        await asyncio.sleep(JOURNAL_PAUSE)
        problem = services.generation.problem
        if problem is not None and (told is None or problem.sentence != told.sentence):
            app.tell(problem)
        elif problem is None and told is not None:
            app.say("The journal can be written again.")
        told = problem
