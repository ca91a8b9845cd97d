"""The studio tells a person who does not look at it how its jobs are."""

import asyncio
from typing import TYPE_CHECKING

from tui.domain.job import Job
from tui.terminal.textual_host import host_for
from tui.ui.speaker import PAUSE, Speaker

if TYPE_CHECKING:
    from tui.services.bundle import Services
    from tui.ui.app import LatentuiApp


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
