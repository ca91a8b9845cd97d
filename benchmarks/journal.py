"""How much a long history costs: start, pages, search and memory with 100 000 ended jobs against ten.

`python benchmarks/journal.py [--jobs N]` prints one line per measure, with the ratio.
"""

import argparse
import asyncio
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

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


def best(path: Path) -> dict[str, float]:
    """The best of some fresh processes."""
    command = [sys.executable, __file__, "--measure", str(path)]
    rounds = [json.loads(subprocess.check_output(command)) for _ in range(ROUNDS)]
    return {name: min(took[name] for took in rounds) for name in rounds[0]}


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
        few, many = Path(folder, "few.sqlite3"), Path(folder, "many.sqlite3")
        fill(few, FEW)
        fill(many, arguments.jobs)
        with_few, with_many = best(few), best(many)
        for name, value in with_many.items():
            unit = "MB" if name == "memory" else "ms"
            ratio = value / with_few[name]
            print(f"{name:20} {with_few[name]:8.2f} {unit}  {value:8.2f} {unit}  x{ratio:.1f}")


if __name__ == "__main__":
    main()
