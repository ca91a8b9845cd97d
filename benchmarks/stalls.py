"""How long the studio's event loop is held while previews and progress pour in, beside the same studio idle.

    python benchmarks/stalls.py            each way of drawing: 10 previews and 1000 messages a second
    python benchmarks/stalls.py --hour     the memory over an hour's worth of the same, as fast as it goes

The studio runs on a pty whose far end reads 100 Mbit/s and answers after 5 ms; its services are fakes.
A stall is how late a loop wakes that wants to every 5 ms.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.picture_apps import frames
from tests.support.fake_services import connected, fake_services
from tests.support.pty_terminal import KITTY_ANSWERS, XTERM_ANSWERS, PtyTerminal
from tests.support.running_job import running_job
from tui.terminal.detect import detect_terminal
from tui.terminal.textual_host import attach
from tui.ui.app import LatentuiApp

SECONDS = 10.0
PREVIEWS = 10
MESSAGES = 1000
HALF_ANSWERS = {b"\x1b[c": b"\x1b[?1;2c", b"\x1b[?2026$p": b"\x1b[?2026;2$y"}
ITERM2_ANSWERS = {**XTERM_ANSWERS, b"\x1b[>q": b"\x1bP>|iTerm2 3.5.10\x1b\\"}
TERMINALS: dict[str, Mapping[bytes, bytes]] = {
    "half": HALF_ANSWERS,
    "kitty": KITTY_ANSWERS,
    "sixel": XTERM_ANSWERS,
    "iterm2": ITERM2_ANSWERS,
}


class Pouring:
    """Inside the pty: the studio, events into it, and a pulse."""

    def __init__(self, mode: str, report: Path) -> None:
        self._mode, self._report = mode, report
        self._services = fake_services(Path(tempfile.mkdtemp()), connected())
        profile = detect_terminal()
        self._app = LatentuiApp(self._services.factory)
        attach(self._app, profile)
        self._job = running_job(created_at=time.time(), started_at=time.time(), total=1000)
        self._frames = frames()

    async def run(self) -> None:
        """Measure, and end with the application."""
        measuring = asyncio.create_task(self._measure())
        await self._app.run_async()
        await measuring

    async def _measure(self) -> None:
        await asyncio.sleep(7)
        gaps: list[float] = []
        pulse = asyncio.create_task(_pulse(gaps))
        cpu = time.process_time()
        found: dict[str, float] = {}
        match self._mode:
            case "idle":
                await asyncio.sleep(SECONDS)
            case "busy":
                await self._pour()
            case _:
                found = await self._hour()
        pulse.cancel()
        gaps.sort()
        found |= {
            "p99": gaps[int(len(gaps) * 0.99)] * 1000,
            "max": gaps[-1] * 1000,
            "cpu": (time.process_time() - cpu) / SECONDS,
        }
        self._report.write_text(json.dumps(found))
        self._app.exit()

    async def _pour(self) -> None:
        """Previews and messages at their rates."""
        begun, sent, shown = time.monotonic(), 0, 0
        while (passed := time.monotonic() - begun) < SECONDS:
            while sent < passed * MESSAGES:
                sent += 1
                self._progress(sent)
            if shown < passed * PREVIEWS:
                shown += 1
                self._preview(shown)
            await asyncio.sleep(0.002)

    async def _hour(self) -> dict[str, float]:
        """All events of an hour, each of its seconds in a few hundredths of one."""
        found: dict[str, float] = {}
        begun = time.monotonic()
        for second in range(3600):
            for number in range(PREVIEWS):
                for step in range(MESSAGES // PREVIEWS):
                    self._progress(number * 100 + step)
                self._preview(second + number)
                await asyncio.sleep(0)
            await asyncio.sleep(0.02)
            if second in {120, 1800, 3599}:
                found[f"MB after {second} s"] = resident() / 1e6
        return {**found, "took": time.monotonic() - begun}

    def _progress(self, number: int) -> None:
        self._services.generation.put(replace(self._job, step=number % 1000))

    def _preview(self, number: int) -> None:
        self._services.generation.preview(self._job, self._frames[number % len(self._frames)])


async def _pulse(gaps: list[float]) -> None:
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(0.005)
        gaps.append(time.perf_counter() - begun - 0.005)


def resident() -> int:
    """Bytes of this process in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * 4096


def measured(name: str, mode: str, patience: float) -> dict[str, float]:
    """What one run found."""
    root = str(Path(__file__).parent.parent)
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        terminal = PtyTerminal(
            [sys.executable, __file__, "--inside", mode, str(report)],
            TERMINALS[name],
            delay=0.005,
            size=(120, 40),
            rate=12_500_000,
            environ={"PYTHONPATH": root},
        )
        terminal.run(seconds=patience)
        terminal.close()
        return json.loads(report.read_text())


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--hour", action="store_true")
    parser.add_argument("--inside", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.inside:
        asyncio.run(Pouring(options.inside[0], Path(options.inside[1])).run())
    elif options.hour:
        for name in TERMINALS:
            print(name, measured(name, "hour", 1200), flush=True)
    else:
        print("| form | stall p99, max ms | idle p99, max ms | CPU | idle CPU |")
        print("| --- | ---: | ---: | ---: | ---: |")
        for name in TERMINALS:
            busy, idle = measured(name, "busy", 60), measured(name, "idle", 60)
            print(
                f"| {name} | {busy['p99']:.1f}, {busy['max']:.0f} | {idle['p99']:.1f}, {idle['max']:.0f} |"
                f" {busy['cpu']:.2f} | {idle['cpu']:.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
