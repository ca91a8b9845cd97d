"""What happens once the services are open: a server is chosen, the engine started, loopback looked at."""

import asyncio
from typing import TYPE_CHECKING

from tui.domain.errors import LatentuiError
from tui.ui.options import StudioOptions

if TYPE_CHECKING:
    from tui.services.bundle import Services
    from tui.ui.app import LatentuiApp


async def open_session(app: "LatentuiApp", services: "Services", options: StudioOptions) -> None:
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
