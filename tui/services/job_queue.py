"""Our own queue in front of each server, as people arrange it."""

from collections.abc import Callable

from tui.domain.errors import InputError
from tui.domain.job import Job, JobId
from tui.domain.request import GenerationRequest
from tui.services.archive import Archive
from tui.services.connections import ConnectionsService
from tui.services.roster import Roster
from tui.storage import queues
from tui.storage.journal import Journal


class JobQueue:
    """Pause, resume, reorder, move, edit: each is written at once, for every program of ours."""

    def __init__(
        self,
        journal: Journal,
        archive: Archive,
        roster: Roster,
        connections: ConnectionsService,
        wake: Callable[[], None],
    ) -> None:
        self._journal = journal
        self._archive = archive
        self._roster = roster
        self._connections = connections
        self._wake = wake
        self._paused: frozenset[str] = frozenset()

    async def refresh(self) -> None:
        """Learn which queues are held back."""
        self._paused = await self._journal.read(queues.paused)

    async def write_anew(self) -> None:
        """Write which queues are held back into a journal that does not know."""
        for server in self._paused:
            await self._journal.do(queues.set_paused, server, True)

    def is_paused(self, server: str) -> bool:
        """Whether what waits for the server is held back."""
        return server in self._paused

    async def set_paused(self, server: str | None, *, is_paused: bool) -> None:
        """Hold back, or let go, what waits for one server or for all."""
        everyone = [connection.server for connection in self._connections.connections]
        for name in everyone if server is None else [server]:
            await self._journal.do(queues.set_paused, name, is_paused)
        await self.refresh()
        self._wake()

    async def waiting(self, server: str | None) -> tuple[JobId, ...]:
        """The jobs that wait with us, in the order in which they will go."""
        return await self._journal.read(queues.waiting, server)

    async def move(self, job_id: JobId, place: int) -> None:
        """Put a waiting job at a place of its queue."""
        await self._take_in(job_id, await self._journal.do(queues.move, job_id, place))

    async def move_to_server(self, job_id: JobId, server: str, request: GenerationRequest | None) -> None:
        """Put a waiting job into another server's queue, with another request where that is given."""
        if request is None:
            self._check_kind((await self._archive.entry(job_id)).job, server)
        await self._take_in(job_id, await self._journal.do(queues.move_to_server, job_id, server, request))

    async def edit(self, job_id: JobId, request: GenerationRequest) -> None:
        """Replace what a waiting job asks for."""
        await self._take_in(job_id, await self._journal.do(queues.edit, job_id, request))

    def _check_kind(self, job: Job, server: str) -> None:
        old = next((c for c in self._connections.connections if c.server == job.server), None)
        is_alike = (
            self._connections.connection(server).kind == old.kind
            if old is not None
            else self._connections.image_backend(server).capabilities.runs_graphs
            == (job.request.plan is not None)
        )
        if not is_alike:
            raise InputError(
                f"{server} is another kind of server than {job.server}.",
                "Open the job's request in the form, choose the server there, and generate.",
            )

    async def _take_in(self, job_id: JobId, is_changed: bool) -> None:
        if not is_changed:
            await self._archive.entry(job_id)
            raise InputError(
                "This job waits no longer.", "Only a job that waits in our own queue can be changed."
            )
        self._roster.put(await self._archive.read(job_id))
        self._wake()
