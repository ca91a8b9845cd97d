"""Which job goes to which server, and when: the one place where jobs are handed over or found again."""

import asyncio
import time
from dataclasses import dataclass, replace
from typing import Self, TypeVar
from weakref import WeakSet

from tui.backends.base import ImageBackend
from tui.domain.errors import InputError, LatentuiError, SaveError
from tui.domain.job import Job, JobId
from tui.domain.server import Connection, ConnectionState
from tui.services.folding import at_phase
from tui.services.job_run import JobRun
from tui.services.protocols import SettingsSource
from tui.services.saving import Desk, OutputSaver
from tui.services.tasks import BackgroundTasks
from tui.storage import leases, queues
from tui.storage.entries import Entry, Phase

T = TypeVar("T")

_FIRST_REST = 0.5
_LONGEST_REST = 15.0
_KEPT = 50
"""Savers and errors of ended jobs that are kept in memory."""


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a server that could not be handed a job is left alone."""

    seconds: float
    until: float

    @classmethod
    def after(cls, last: Self | None) -> Self:
        """Twice as long as the last one."""
        seconds = min(last.seconds * 2, _LONGEST_REST) if last else _FIRST_REST
        return cls(seconds, time.monotonic() + seconds)

    @property
    def is_over(self) -> bool:
        """Whether it may be tried again."""
        return time.monotonic() >= self.until


class Scheduler:
    """Runs jobs while servers have room. `takes_free`: also those that no program keeps for itself."""

    def __init__(self, settings: SettingsSource, desk: Desk, *, takes_free: bool) -> None:
        self._settings = settings
        self._desk = desk
        self._takes_free = takes_free
        self._runs: dict[JobId, JobRun] = {}
        self._loose: list[Entry] = []
        self._rests: dict[str, Rest] = {}
        self._identified: WeakSet[ImageBackend] = WeakSet()
        self._wake = asyncio.Event()
        self._claiming = asyncio.Lock()
        self._tasks = BackgroundTasks()
        self.errors: dict[JobId, LatentuiError] = {}
        """Why jobs failed, by error of ours; the latest only."""

        self.savers: dict[JobId, OutputSaver] = {}
        """Those whose files could not be written."""

    def open(self) -> None:
        """Begin to hand jobs over."""
        self._tasks.start(self._schedule(), name="scheduler")
        self.wake()

    async def aclose(self) -> None:
        """Stop watching; nothing on a server changes."""
        await self._tasks.aclose()

    def wake(self) -> None:
        """Look again whether a job can be handed over."""
        self._wake.set()

    def run_of(self, job_id: JobId) -> JobRun | None:
        """The run of a job that this program watches."""
        return self._runs.get(job_id)

    def would_lose(self, job: Job) -> bool:
        """Whether the job's pictures are lost if this program ends now."""
        run = self._runs.get(job.id)
        return run is not None and not job.status.is_over and not run.keeps_results

    async def settled_run_of(self, job_id: JobId) -> JobRun | None:
        """As `run_of`, and a job that is just being taken from the journal is waited for."""
        async with self._claiming:
            return self._runs.get(job_id)

    def keep_loose(self, entry: Entry) -> None:
        """Run a job that the journal could not take."""
        self._loose.append(entry)
        self.wake()

    def drop_loose(self, job_id: JobId) -> bool:
        """Take such a job out again; False when it runs already or was never here."""
        before = len(self._loose)
        self._loose = [entry for entry in self._loose if entry.job.id != job_id]
        return len(self._loose) < before

    async def attach(self, entry: Entry) -> None:
        """Look for one job at its server. It must be claimed already."""
        backend = self._desk.connections.image_backend(entry.job.server)
        self._start(entry, backend, attaches=True)

    async def _schedule(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            for connection in self._connections():
                if (backend := self._backend(connection.server)) is not None:
                    is_reachable = connection.state is ConnectionState.CONNECTED
                    rest = self._rests.get(connection.server)
                    may_go = is_reachable and (rest is None or rest.is_over)
                    await self._serve(connection.server, backend, may_go)

    def _connections(self) -> tuple[Connection, ...]:
        every = self._desk.connections.connections
        if self._takes_free:
            return every
        # a single command leaves alone, and does not even open, the servers that it has no job for
        entries, me = self._desk.roster.entries, self._desk.book.owner.id
        mine = {entry.job.server for entry in entries if entry.owner == me and not entry.phase.status.is_over}
        return tuple(connection for connection in every if connection.server in mine)

    def _backend(self, server: str) -> ImageBackend | None:
        try:
            return self._desk.connections.image_backend(server)
        except InputError:
            return None  # switched off, or it makes no pictures

    async def _serve(self, server: str, backend: ImageBackend, is_reachable: bool) -> None:
        try:
            async with self._claiming:
                await self._identify(server, backend)
                if self._takes_free and is_reachable:
                    await self._find_again(server, backend)
                await self._hand_over(server, backend, is_reachable)
        except SaveError as error:
            self._desk.book.problem = error
        await self._hand_over_loose(server, backend)

    async def _identify(self, server: str, backend: ImageBackend) -> None:
        if backend not in self._identified:
            client_id = await self._desk.book.journal.do(leases.take_client_id, server, self._desk.book.owner)
            backend.identify(client_id)
            self._identified.add(backend)

    async def _find_again(self, server: str, backend: ImageBackend) -> None:
        book = self._desk.book
        for entry in await book.journal.do(leases.claim_orphans, server, book.owner):
            await self._speak_as(entry.client, server, backend)
            self._start(entry, backend, attaches=True)

    async def _speak_as(self, client: str | None, server: str, backend: ImageBackend) -> None:
        """Take over the name under which a job was handed over: to that one its server tells how it goes."""
        book = self._desk.book
        is_watching = any(run.server == server for run in self._runs.values())
        if client is None or is_watching:  # what is watched already is told to the present name
            return
        if await book.journal.do(leases.inherit_client_id, server, client, book.owner):
            backend.identify(client)

    async def _hand_over(self, server: str, backend: ImageBackend, is_reachable: bool) -> None:
        book = self._desk.book
        if self._is_handing_over(server):
            return
        entry = await book.journal.do_durably(
            leases.claim_next,
            server,
            book.owner,
            depth=self._depth(backend),
            takes_free=self._takes_free,
            is_reachable=is_reachable,
        )
        if entry is not None:
            self._start(entry, backend, attaches=False)

    def _is_handing_over(self, server: str) -> bool:
        """Whether a job is on its way: one sent beside it could come before it."""
        return any(run.server == server and not run.is_taken for run in self._runs.values())

    def _depth(self, backend: ImageBackend) -> int:
        # what it was given is lost when we or it end: the next job is safer with us
        return self._settings.current.queue_depth if backend.capabilities.keeps_results else 1

    async def _hand_over_loose(self, server: str, backend: ImageBackend) -> None:
        for entry in [entry for entry in self._loose if entry.job.server == server]:
            held = sum(self._desk.roster.entry(job_id).job.server == server for job_id in self._runs)
            if held >= self._depth(backend) or self._is_handing_over(server):
                return
            sent = at_phase(entry, Phase.SENT, entry.job)
            await self._desk.book.record(sent)  # once more, now that it goes out
            if entry in self._loose:  # not cancelled meanwhile
                self._loose.remove(entry)
                self._start(sent, backend, attaches=False)

    def _start(self, entry: Entry, backend: ImageBackend, *, attaches: bool) -> None:
        self._desk.roster.put(entry)
        is_patient = self._takes_free  # a single command tells its person rather than wait on
        run = JobRun(entry, backend, self._desk, attaches=attaches, is_patient=is_patient, on_taken=self.wake)
        self._runs[run.id] = run
        self._tasks.start(self._carry(run), name=f"job {run.id}")

    async def _carry(self, run: JobRun) -> None:
        is_done = False
        try:
            await run.run()
            is_done = True
        except asyncio.CancelledError:
            is_done = True  # the program ends; the job goes on at its server
            raise
        finally:
            self._runs.pop(run.id, None)
            if not is_done:
                await run.give_up("Latentui stumbled over this job; its log says where.")
            self._keep(run)
            self.wake()
        if run.is_put_back:
            await self._put_back(run)
        else:
            self._rests.pop(run.server, None)

    async def _put_back(self, run: JobRun) -> None:
        """Return a job to its queue, and let its server rest a while even if it seems to answer."""
        rest = self._rests[run.server] = Rest.after(self._rests.get(run.server))
        entry, book = self._desk.roster.entry(run.id), self._desk.book
        waiting = replace(entry.job, activity=f"waiting for {run.server}")
        self._desk.roster.put(at_phase(entry, Phase.WAITING, waiting))
        try:
            await book.journal.do(queues.put_back, run.id, book.owner.id)
        except SaveError as error:
            book.problem = error
            self._loose.append(self._desk.roster.entry(run.id))
        await asyncio.sleep(rest.seconds)
        self.wake()

    def _keep(self, run: JobRun) -> None:
        if run.error is not None:
            _remember(self.errors, run.id, run.error)
        if run.saver.error is not None:
            _remember(self.savers, run.id, run.saver)


def _remember(shelf: dict[JobId, T], job_id: JobId, value: T) -> None:
    shelf[job_id] = value
    while len(shelf) > _KEPT:
        del shelf[next(iter(shelf))]
