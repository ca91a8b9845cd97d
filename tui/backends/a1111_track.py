"""Looking after one job on an A1111 server, by what that server is able to tell of it."""

import asyncio
from dataclasses import dataclass
from typing import Protocol

from tui.backends.a1111_api import A1111Api
from tui.protocol.a1111_dialect import Dialect
from tui.protocol.a1111_ownership import Expectation, Owner, Ownership
from tui.protocol.a1111_progress import ServerProgress, Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """One look at a job. `progress` is there only when the run that is seen is surely ours."""

    stage: Stage
    position: int | None = None
    progress: ServerProgress | None = None
    preview: bytes = b""
    is_idle: bool = False
    """Whether the server does nothing at all, as far as it tells."""

    @property
    def may_interrupt(self) -> bool:
        """Whether an interrupt would hit our run and nothing else."""
        return self.progress is not None and not self.progress.is_at_last_step


class Tracker(Protocol):
    """A way to see a job."""

    @property
    def run(self) -> str:
        """Which of the server's runs is ours, once that is known."""
        ...

    @property
    def can_stop(self) -> bool:
        """Whether there is hope to be sure enough, sooner or later, to stop the job."""
        ...

    async def look(self) -> Sight:
        """Ask the server."""
        ...


class TaskTracker:
    """Where the server tells tasks apart: by the id we gave."""

    can_stop = True

    def __init__(self, api: A1111Api, task_id: str) -> None:
        self.run = ""
        self._api = api
        self._task_id = task_id
        self._preview_id = -1

    async def look(self) -> Sight:
        """See `Tracker`."""
        task = await self._api.task_progress(self._task_id, self._preview_id)
        if task.stage is not Stage.ACTIVE:
            return Sight(stage=task.stage, position=task.position)
        self._preview_id = task.preview_id
        return Sight(stage=Stage.ACTIVE, progress=await self._own_run(), preview=task.preview)

    async def _own_run(self) -> ServerProgress | None:
        """The steps of the run, which the task's own answer lacks.

        A task that broke with an error stays "active" until another begins, which may be an enlargement
        that has no task: then the run has another name, or began at another time.
        """
        progress = await self._api.progress()
        if not progress.is_busy or "2img" not in progress.job:
            return None
        self.run = self.run or progress.run
        return progress if progress.run == self.run else None


class ServerTracker:
    """Where the server only tells how far it is: believed when the run must be ours."""

    def __init__(self, api: A1111Api, expected: Expectation, before: ServerProgress | None) -> None:
        self.run = ""
        self._api = api
        self._ownership = Ownership(expected, before)

    @property
    def can_stop(self) -> bool:
        """See `Tracker`."""
        return self._ownership.owner is not Owner.UNKNOWABLE

    async def look(self) -> Sight:
        """See `Tracker`."""
        progress = await self._api.progress(with_preview=self.can_stop)
        if self._ownership.look(progress) is not Owner.OURS:
            return Sight(stage=Stage.QUEUED, is_idle=not progress.is_busy)
        if not progress.is_busy:
            return Sight(stage=Stage.COMPLETED)
        self.run = progress.run
        return Sight(stage=Stage.ACTIVE, progress=progress, preview=progress.preview)


class BlindTracker:
    """Where the server tells nothing: the answer is all there is."""

    run = ""
    can_stop = False

    async def look(self) -> Sight:
        """See `Tracker`."""
        return Sight(stage=Stage.ACTIVE)


async def open_tracker(
    api: A1111Api, dialect: Dialect, task_id: str, expected: Expectation | None, *, gap: float
) -> Tracker:
    """The best tracker there is, opened before the job is sent. No expectation: the job has no steps."""
    if expected is None or not dialect.has_progress:
        return BlindTracker()
    if dialect.has_tasks:
        return TaskTracker(api, task_id)
    before = await api.progress()
    if dialect.has_gaps and not before.is_busy:
        await asyncio.sleep(gap)
        before = await api.progress()
    return ServerTracker(api, expected, before)
