"""The services' life in the studio: opened after the first frame, fed to the screens, the draft kept."""

import asyncio
import gc
import importlib
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from tui.domain.errors import LatentuiError, SaveError
from tui.ui import notices
from tui.ui.draft import from_mapping, to_mapping
from tui.ui.options import StudioOptions
from tui.ui.pump import Pump
from tui.ui.session import Session

if TYPE_CHECKING:
    from tui.services.bundle import Services
    from tui.ui.app import LatentuiApp

SAVE_SECONDS = 2.0
"""How much of a person's typing a crash can take."""

SETTLE_SECONDS = 5.0
"""After this the services, the form and Pillow are there."""

YOUNG_OBJECTS = 10_000
"""So many more than before make a collection of the youngest."""


async def live(
    app: "LatentuiApp",
    open_services: Callable[[], AbstractAsyncContextManager["Services"]],
    options: StudioOptions,
) -> None:
    """Until cancelled: open the services, choose where to begin, and keep screens and draft current."""
    async with open_services() as services:
        app.services = services
        app.apply(services.settings.current)
        stored = await asyncio.to_thread(services.state.load)
        app.session = Session(services, from_mapping(stored))
        keeper = _Keeper(app, services, app.session)
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(Pump(services, app).run())
                group.create_task(keeper.run())
                group.create_task(notices.watch(app, services))
                group.create_task(notices.tell_of_hooks(app, services))
                group.create_task(notices.tell_of_journal(app, services))
                group.create_task(notices.tell_of_memory(app, services))
                group.create_task(_open_session(app, services, options))
                group.create_task(_settle(app))
        finally:
            await keeper.save()


class _Keeper:
    """Writes the draft down whenever it changed."""

    def __init__(self, app: "LatentuiApp", services: "Services", session: Session) -> None:
        self._app = app
        self._services = services
        self._session = session
        self._kept = session.draft

    async def run(self) -> None:
        """Look every two seconds."""
        while True:
            await asyncio.sleep(SAVE_SECONDS)
            await self.save()

    async def save(self) -> None:
        """Write it now, if there is anything new."""
        draft = self._session.draft
        if draft == self._kept:
            return
        self._kept = draft
        try:
            await self._services.state.save(to_mapping(draft))
        except SaveError as error:
            self._app.tell(error)


async def _settle(app: "LatentuiApp") -> None:
    """What the start brought stays for good: a whole collection that looks at it holds the loop for 50 ms.

    Of the rest little is garbage in cycles: to look for it ten times a second finds no more than once.
    """
    await asyncio.sleep(SETTLE_SECONDS)
    if app.is_headless:
        return
    for place in ("jobs", "results", "workflows", "settings"):  # so that to go there imports nothing
        await asyncio.to_thread(importlib.import_module, f"tui.ui.screens.{place}")
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS)


async def _open_session(app: "LatentuiApp", services: "Services", options: StudioOptions) -> None:
    """Choose a server, the embedded engine where there is no other, and tell the screens."""
    session = app.session
    if session is None:
        return
    for problem in (services.settings.problem, services.generation.problem):
        if problem is not None:
            app.tell(problem)
    is_first_start = not session.image_servers
    if options.demo or is_first_start:
        app.session_opened.publish(session)
        await _start_engine(app, services)
    else:
        session.choose_server(options.server or "")
    app.session_opened.publish(session)
    if is_first_start and not options.demo:
        app.offers = await services.connections.discover()


async def _start_engine(app: "LatentuiApp", services: "Services") -> None:
    try:
        server = await services.engine.start()
    except LatentuiError as error:
        app.tell(error)
        return
    services.connections.add(server)
    await asyncio.sleep(0)
    if app.session is not None:
        app.session.choose_server(server.name)
