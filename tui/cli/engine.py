"""`latentui engine`: the embedded engine as a server of its own."""

import argparse
import asyncio
import os
import signal
import sys
from contextlib import AsyncExitStack
from pathlib import Path

from tui.demo.server import EmbeddedEngine
from tui.domain.errors import InputError


def run(arguments: argparse.Namespace) -> int:
    """Serve until Ctrl+C, SIGTERM, or the end of standard input where that was asked for."""
    return asyncio.run(_serve(arguments, Path(arguments.folder) if arguments.folder else None))


async def _serve(arguments: argparse.Namespace, folder: Path | None) -> int:
    delay = {} if arguments.step_delay is None else {"step_delay": arguments.step_delay}
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        try:
            engine = await stack.enter_async_context(
                EmbeddedEngine(folder=folder, port=arguments.port, **delay)
            )
        except OSError as error:
            raise InputError(
                f"The engine cannot listen on port {arguments.port}: {error.strerror}.",
                "Choose another with --port.",
            ) from error
        print(engine.url, flush=True)
        if arguments.until_stdin_closes:
            loop.add_reader(sys.stdin, lambda: os.read(sys.stdin.fileno(), 1024) or stop.set())
        else:
            print("Embedded engine, procedural pictures. Ctrl+C stops it.", file=sys.stderr)
        await stop.wait()
    return 0
