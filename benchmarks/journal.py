"""How much a long history costs: start, pages, search and memory with 100 000 ended jobs against ten.

`python benchmarks/journal.py [--jobs N]` prints one line per measure, with the ratio: first the whole studio
on a pty of 120x40, then the service by itself.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tests.support.pty_terminal import XTERM_ANSWERS, PtyTerminal
from tui.domain.job import Job, JobStatus, new_job_id
from tui.domain.request import GenerationRequest, GraphPlan
from tui.domain.settings import Settings
from tui.services.broadcast import Broadcast
from tui.services.connections import ConnectionsService
from tui.services.generation import GenerationService
from tui.services.results import ResultsService
from tui.storage import jobs
from tui.storage.database import open_database, transaction
from tui.storage.entries import Entry, Phase

FEW = 10
JOURNAL = Path("data", "journal.sqlite3")
ROUNDS = 5


class NoServers:
    """Settings without any server."""

    def __init__(self) -> None:
        self.current = Settings(servers=(), pictures_folder="pictures")
        self._broadcast: Broadcast[Settings] = Broadcast()

    def events(self) -> AsyncIterator[Settings]:
        """Nothing ever changes."""
        return self._broadcast.subscribe()


def fill(path: Path, count: int) -> None:
    """A journal with `count` ended jobs of ordinary size."""
    node = {"class_type": "KSampler", "inputs": {"seed": 1, "steps": 20, "model": ["4", 0]}}
    plan = GraphPlan(graph={str(number): node for number in range(12)})
    db = open_database(path)
    with transaction(db):
        for number in range(1, count + 1):
            request = GenerationRequest(prompt=f"a red fox, number {number}", seed=number, plan=plan)
            job = Job(id=new_job_id(), server="paint", request=request, created_at=float(number))
            jobs.insert(db, Entry(job=job))
            jobs.set_phase(db, job.id, Phase.COMPLETED, None)
            saved = json.dumps({"path": f"/pictures/{number}.png", "media_type": "image/png"})
            db.execute(
                "INSERT INTO outputs (job, place, offer, saved) VALUES (?, 0, '{}', ?)", (number, saved)
            )
    db.close()


async def measure(path: Path) -> dict[str, float]:
    """Milliseconds of one program's first acts, and its memory in MB."""
    settings = NoServers()
    took: dict[str, float] = {}
    async with ConnectionsService(settings) as connections:
        began = time.perf_counter()
        async with GenerationService(settings, connections, ResultsService(settings), path) as generation:
            took["start"] = _milliseconds(began)
            acts = {
                "first page": lambda: generation.history(limit=100),
                "page of the failed": lambda: generation.history(limit=100, status=JobStatus.FAILED),
                "page at the far end": lambda: generation.history(limit=100, before=oldest),
                "counts": generation.counts,
                "search": lambda: generation.history(limit=100, text="number 7"),
            }
            oldest = generation.jobs[-1].id
            for name, act in acts.items():
                began = time.perf_counter()
                await act()
                took[name] = _milliseconds(began)
    took["memory"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return took


def _milliseconds(began: float) -> float:
    return (time.perf_counter() - began) * 1000


def studio(home: Path, count: int) -> dict[str, float]:
    """Milliseconds until the studio lists its newest job, and from F3 to the jobs screen; its memory."""
    newest = b"number %d" % count
    began = time.perf_counter()
    terminal = PtyTerminal(
        [sys.executable, "-m", "tui"], XTERM_ANSWERS, size=(120, 40), environ={"LATENTUI_HOME": str(home)}
    )
    assert terminal.run(until=newest, seconds=60), terminal.output[-500:]
    took = {"studio lists jobs": _milliseconds(began)}
    terminal.run(seconds=3)
    terminal.output.clear()
    began = time.perf_counter()
    terminal.type(b"\x1bOR")
    assert terminal.run(until=newest, seconds=60), terminal.output[-500:]
    took["jobs screen"] = _milliseconds(began)
    terminal.run(seconds=3)
    status = Path(f"/proc/{terminal.process}/status").read_text()
    took["studio's memory"] = int(status.split("VmRSS:")[1].split()[0]) / 1024
    terminal.type(b"\x11")
    terminal.run(seconds=20)
    terminal.close()
    return took


def service(home: Path, count: int) -> dict[str, float]:
    """The same of the service by itself, in a fresh process."""
    del count
    command = [sys.executable, __file__, "--measure", str(home / JOURNAL)]
    return json.loads(subprocess.check_output(command))


def best(measured: Callable[[], dict[str, float]]) -> dict[str, float]:
    """The best of some fresh processes; the first one leaves its bytecode and does not count."""
    measured()
    rounds = [measured() for _ in range(ROUNDS)]
    return {name: min(took[name] for took in rounds) for name in rounds[0]}


def compare(measured: Callable[[Path, int], dict[str, float]], few: Path, many: Path, count: int) -> None:
    """One line per measure of a short and of a long history."""
    short, long = best(lambda: measured(few, FEW)), best(lambda: measured(many, count))
    for name, value in long.items():
        unit = "MB" if "memory" in name else "ms"
        print(f"{name:20} {short[name]:8.2f} {unit}  {value:8.2f} {unit}  x{value / short[name]:.2f}")


def main() -> None:
    """Fill two journals and compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--measure", type=Path)
    arguments = parser.parse_args()
    if arguments.measure:
        print(json.dumps(asyncio.run(measure(arguments.measure))))
        return
    with tempfile.TemporaryDirectory() as folder:
        few, many = Path(folder, "few"), Path(folder, "many")
        for home, count in ((few, FEW), (many, arguments.jobs)):
            (home / "config").mkdir(parents=True)
            (home / "config" / "settings.toml").write_text('[servers.comfyui]\nurl = "http://127.0.0.1:9"\n')
            fill(home / JOURNAL, count)
        for measured in (studio, service):
            compare(measured, few, many, arguments.jobs)


if __name__ == "__main__":
    main()
