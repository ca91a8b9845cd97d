"""From the command line to a running studio and back."""

import asyncio
import gc
import importlib
import os
import signal
import sys
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tui.terminal.colors import announce
from tui.terminal.detect import detect_terminal
from tui.terminal.textual_host import attach
from tui.ui.app import LatentuiApp, ServicesFactory
from tui.ui.glyphs import ASCII, UNICODE
from tui.ui.options import StudioOptions

if TYPE_CHECKING:
    from tui.services.bundle import Services


def launch(options: StudioOptions, open_services: ServicesFactory | None) -> int:
    """Ask the terminal what it is, run the studio in it, and give the exit code."""
    gc.disable()  # nothing is garbage before the first frame; the application turns it on again
    profile = detect_terminal(options.graphics)
    announce(profile, os.environ)
    app = LatentuiApp(open_services or _open_services, options, UNICODE if profile.unicode else ASCII)
    attach(app, profile)
    result = asyncio.run(_run(app))
    if app.return_code:
        return app.return_code
    from tui.ui.words import ENGINE  # not before the first frame

    # the engine ends with us
    living = sum(not job.status.is_over and job.server != ENGINE for job in app.jobs)
    if living:
        words = "1 job lives" if living == 1 else f"{living} jobs live"
        sys.stderr.write(f"{words} on; the studio shows what becomes of it when it is opened again.\n")
    return result or 0


async def _run(app: LatentuiApp) -> int | None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, app.exit, 128 + number)
    return await app.run_async(mouse=os.environ.get("LATENTUI_MOUSE", "1") != "0")


@asynccontextmanager
async def _open_services() -> AsyncGenerator["Services"]:
    # the services bring the whole of HTTP with them: a person types while that is imported
    bundle = await asyncio.to_thread(importlib.import_module, "tui.services.bundle")
    async with bundle.open_services() as services:
        yield services
