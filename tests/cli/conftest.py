"""The command as a process, against an engine as a process."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.engine_process import EngineProcess, engine_process


@dataclass(frozen=True, slots=True)
class Ended:
    """How a command ended and what it said."""

    code: int
    out: str
    err: str

    @property
    def events(self) -> list[dict[str, Any]]:
        """The JSON lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    def named(self, event: str) -> list[dict[str, Any]]:
        """The events of one name."""
        return [line for line in self.events if line["event"] == event]


class Latentui:
    """Runs `latentui` commands; each must leave no traceback behind."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def start(self, *words: str, stdin: int = asyncio.subprocess.DEVNULL) -> asyncio.subprocess.Process:
        """A running command."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tui",
            *words,
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2]), "PYTHONWARNINGS": "error"},
            stdin=stdin,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )

    async def __call__(self, *words: str) -> Ended:
        return await self.end_of(await self.start(*words))

    async def piped(self, text: str, *words: str) -> Ended:
        """A command with `text` on its standard input."""
        return await self.end_of(await self.start(*words, stdin=asyncio.subprocess.PIPE), text.encode())

    async def end_of(self, process: asyncio.subprocess.Process, given: bytes | None = None) -> Ended:
        """Wait for a command."""
        out, err = await process.communicate(given)
        ended = Ended(process.returncode or 0, out.decode(), err.decode())
        assert "Traceback" not in ended.err, ended.err
        return ended


@pytest.fixture
def latentui(tmp_path: Path) -> Latentui:
    """The command, run in the test's own folder."""
    folder = tmp_path / "work"
    folder.mkdir()
    return Latentui(folder)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[EngineProcess]:
    """A running engine, as fast as it can paint."""
    async with engine_process(tmp_path / "engine", step_delay=0.0) as running:
        yield running


@pytest.fixture
def at(engine: EngineProcess) -> tuple[str, ...]:
    """The words that choose the engine as the server."""
    return ("--kind", "comfyui", "--url", engine.url)
