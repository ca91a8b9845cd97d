"""Jobs that wait, the one that runs, and those that are over."""

import asyncio
import heapq
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tui.demo.wire import Graph, JsonObject

_LONGEST_HISTORY = 10_000
_SECRETS = ("auth_token_comfy_org", "api_key_comfy_org")


@dataclass(slots=True, kw_only=True, eq=False)
class QueuedJob:
    """One accepted prompt."""

    number: float
    prompt_id: str
    graph: Graph
    extra_data: JsonObject
    outputs: tuple[str, ...]
    interrupted: threading.Event = field(default_factory=threading.Event)

    @property
    def client_id(self) -> str | None:
        """Whose socket hears of it."""
        given = self.extra_data.get("client_id")
        return given if isinstance(given, str) else None

    def as_item(self) -> list[Any]:
        """The five-list of `/queue` and `/history`."""
        shown = {key: value for key, value in self.extra_data.items() if key not in _SECRETS}
        return [self.number, self.prompt_id, self.graph, shown, list(self.outputs)]


class JobQueue:
    """The line of jobs and its past. All calls are made on the event loop."""

    def __init__(self, changed: Callable[[], None]) -> None:
        self._heap: list[tuple[float, str, int, QueuedJob]] = []
        self._changed = changed
        self._waiting = asyncio.Event()
        self._entries = 0
        self.running: QueuedJob | None = None
        self.history: dict[str, JsonObject] = {}

    @property
    def remaining(self) -> int:
        """Waiting and running jobs, as `queue_remaining` counts them."""
        return len(self._heap) + (self.running is not None)

    @property
    def pending(self) -> list[QueuedJob]:
        """Waiting jobs in heap order, which is what ComfyUI shows."""
        return [entry[-1] for entry in self._heap]

    def put(self, job: QueuedJob) -> None:
        """Line up one job."""
        self._entries += 1
        heapq.heappush(self._heap, (job.number, job.prompt_id, self._entries, job))
        self._waiting.set()
        self._changed()

    async def take(self) -> QueuedJob:
        """The next job, which from now on runs."""
        while not self._heap:
            self._waiting.clear()
            await self._waiting.wait()
        self.running = heapq.heappop(self._heap)[-1]
        self._changed()
        return self.running

    def finish(self, job: QueuedJob, outcome: JsonObject) -> None:
        """Write the running job into history."""
        self.running = None
        self.history.pop(job.prompt_id, None)
        self.history[job.prompt_id] = {"prompt": job.as_item(), **outcome}
        while len(self.history) > _LONGEST_HISTORY:
            del self.history[next(iter(self.history))]
        self._changed()

    def delete(self, prompt_id: str) -> bool:
        """Drop a waiting job; it leaves no trace."""
        return self._drop(lambda job: job.prompt_id == prompt_id)

    def clear(self) -> None:
        """Drop every waiting job."""
        self._drop(lambda _job: True)

    def interrupt(self, prompt_id: str | None = None) -> bool:
        """Stop the running job, or only when it is the one that is meant."""
        if self.running is None or prompt_id not in (None, self.running.prompt_id):
            return False
        self.running.interrupted.set()
        return True

    def _drop(self, unwanted: Callable[[QueuedJob], bool]) -> bool:
        kept = [entry for entry in self._heap if not unwanted(entry[-1])]
        dropped = len(kept) < len(self._heap)
        heapq.heapify(kept)
        self._heap = kept
        if dropped:
            self._changed()
        return dropped
