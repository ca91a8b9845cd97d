"""What Latentui adds to one model-free job inside a program that is already running.

    python benchmarks/running_jobs.py [--url URL] [--jobs N]

The floor is a loop that keeps one HTTP connection and one WebSocket open: post, listen, read the history,
download, write. Ours is the generation service with its journal, submitting one job after another and waiting
for its file. Both take turns on the same server. The goal is at most 5 ms added per job.
"""

import argparse
import asyncio
import http.client
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from websockets.sync.client import ClientConnection, connect

from tui.domain.events import JobCompleted
from tui.domain.request import GenerationRequest, GraphPlan
from tui.domain.settings import ServerKind, ServerSettings
from tui.services.bundle import Services, open_services
from tui.services.generation import GenerationService


def graph() -> dict[str, Any]:
    """A graph without models that no cache has seen."""
    colour = random.randrange(2**24)
    size = {"width": 256, "height": 256, "batch_size": 1, "color": colour}
    return {
        "1": {"class_type": "EmptyImage", "inputs": size},
        "2": {"class_type": "ImageInvert", "inputs": {"image": ["1", 0]}},
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0], "filename_prefix": "bench"}},
    }


class Bare:
    """The floor: open connections and nothing else."""

    def __init__(self, url: str, folder: Path, client: str, socket: ClientConnection) -> None:
        self._client = client
        self._folder = folder
        self._socket = socket
        self._http = http.client.HTTPConnection(urlsplit(url).netloc)

    def job(self) -> None:
        """One job, from the graph to the file."""
        prompt_id = str(uuid.uuid4())
        body = {"prompt": graph(), "client_id": self._client, "prompt_id": prompt_id}
        self._exchange("POST", "/prompt", json.dumps(body))
        while not self._is_over(self._socket.recv(), prompt_id):
            pass
        outputs = json.loads(self._exchange("GET", f"/history/{prompt_id}"))[prompt_id]["outputs"]
        for image in outputs["3"]["images"]:
            (self._folder / image["filename"]).write_bytes(self._exchange("GET", f"/view?{urlencode(image)}"))

    def _is_over(self, frame: str | bytes, prompt_id: str) -> bool:
        if isinstance(frame, bytes):
            return False
        message = json.loads(frame)
        data = message["data"]
        return message["type"] == "executing" and data["node"] is None and data["prompt_id"] == prompt_id

    def _exchange(self, method: str, path: str, body: str | None = None) -> bytes:
        self._http.request(method, path, body, {"Content-Type": "application/json"})
        return self._http.getresponse().read()


async def our_job(generation: GenerationService) -> None:
    """One job, from the graph to the file."""
    events = generation.events()
    request = GenerationRequest(workflow="bench", plan=GraphPlan(graph=graph()))
    job = await generation.submit("bench", request)
    async for event in events:
        if isinstance(event, JobCompleted) and event.job_id == job.id:
            return


async def measure(services: Services, url: str, folder: Path, count: int) -> None:
    server = ServerSettings(name="bench", kind=ServerKind.COMFYUI, url=url, is_enabled=True)
    services.connections.add(server)
    client = uuid.uuid4().hex
    address = f"ws{url.removeprefix('http')}/ws?clientId={client}"
    with connect(address, max_size=None, proxy=None) as socket:
        await take_turns(services.generation, Bare(url, folder, client, socket), count)


async def take_turns(generation: GenerationService, bare: Bare, count: int) -> None:
    floor: list[float] = []
    ours: list[float] = []
    for _ in range(count + 3):
        began = time.perf_counter()
        await asyncio.to_thread(bare.job)
        floor.append((time.perf_counter() - began) * 1000)
        began = time.perf_counter()
        await our_job(generation)
        ours.append((time.perf_counter() - began) * 1000)
    bare_median, our_median = statistics.median(floor[3:]), statistics.median(ours[3:])
    print(f"open connections  {bare_median:6.1f} ms a job")
    print(f"latentui          {our_median:6.1f} ms a job")
    print(f"added             {our_median - bare_median:6.1f} ms (goal at most 5)")


async def run(url: str | None, count: int) -> None:
    with tempfile.TemporaryDirectory() as folder:
        os.environ["LATENTUI_HOME"] = f"{folder}/home"
        engine = None if url else start_engine(folder)
        try:
            address = url or address_of(engine)
            async with open_services() as services:
                await measure(services, address, Path(folder), count)
        finally:
            if engine is not None:
                engine.kill()
                engine.communicate()


def start_engine(folder: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tui", "engine", "--port", "0", "--folder", folder, "--step-delay", "0"]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)


def address_of(engine: subprocess.Popen[str] | None) -> str:
    assert engine is not None
    assert engine.stdout is not None
    line = engine.stdout.readline()
    return next(word for word in line.split() if word.startswith("http://")).rstrip("/")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--url")
    parser.add_argument("--jobs", type=int, default=50)
    arguments = parser.parse_args()
    asyncio.run(run(arguments.url, arguments.jobs))


if __name__ == "__main__":
    main()
