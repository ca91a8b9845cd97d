"""From an output that the server announces to a file on our disk, once and only once."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tui.backends.base import ImageBackend
from tui.domain.errors import LatentuiError, SaveError, ServerReplyError, ServerUnreachableError
from tui.domain.events import OutputSaved
from tui.domain.job import Job, JobId, OutputImage, SavedOutput
from tui.services.bookkeeping import Bookkeeper
from tui.services.connections import ConnectionsService
from tui.services.folding import with_output
from tui.services.inputs import InputKeeper
from tui.services.results import ResultsService
from tui.services.roster import Roster
from tui.storage.new_file import holds
from tui.storage.outputs import OutputEntry

_ATTEMPTS = 4
_MOST_ASIDES = 64
"""Pictures of preview nodes that are fetched for one job."""

_PAUSE_SECONDS = 0.05
_WAIT_SECONDS = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What everybody who works on jobs shares."""

    connections: ConnectionsService
    results: ResultsService
    roster: Roster
    book: Bookkeeper
    inputs: InputKeeper
    before_job: Callable[[str], Awaitable[None]]
    """What is to be done before a job is handed to the server of that name."""

    after_job: Callable[[Job], None]
    """What is to be done when a job ended here; not for those of other programs."""


class OutputSaver:
    """Saves the outputs of one job in their order, while the job goes on."""

    def __init__(self, job_id: JobId, backend: ImageBackend, desk: Desk) -> None:
        self._job_id = job_id
        self._backend = backend
        self._desk = desk
        self._known: list[OutputEntry] = []
        self._places = 0
        self._has_results = False
        self._temporary: list[OutputImage] = []
        self._missing: list[OutputEntry] = []
        self.error: LatentuiError | None = None
        """Why an output could not be saved."""

    async def recall(self) -> None:
        """Learn what an earlier watch of the same job has saved already; all else is announced anew."""
        self._known = list(await self._desk.book.outputs_of(self._job_id))
        self._places = len(self._known)
        self._has_results = any(not entry.offer.is_temporary for entry in self._known)
        self._temporary, self._missing, self.error = [], [], None

    async def save(self, output: OutputImage) -> None:
        """Bring one output home. What a preview node made is kept back until the end."""
        if output.is_temporary:
            self._temporary.append(output)
            return
        self._has_results = True
        await self._save(await self._entry_of(output))

    async def finish(self) -> None:
        """Save what was kept back, if the job left nothing else; else put it where it can be looked at."""
        for output in self._temporary:
            if self._keeps_previews:
                await self._save(await self._entry_of(output))
        if not self._keeps_previews:
            for output in self._temporary[:_MOST_ASIDES]:
                await self._put_aside(output)

    @property
    def _keeps_previews(self) -> bool:
        return not self._has_results or self._desk.results.keeps_previews

    async def _put_aside(self, output: OutputImage) -> None:
        now = self._desk.roster.entry(self._job_id)
        if any(entry.saved is not None and _same(entry.offer, output) for entry in self._known):
            return
        try:
            aside = await self._desk.results.put_aside(now.job, output, self._backend.fetch(output))
        except LatentuiError:
            return  # nobody asked for it
        if aside is not None:
            entry = await self._entry_of(output)
            await self._note(entry, aside)

    @property
    def has_missing(self) -> bool:
        """Whether anything is known that could not be saved."""
        return bool(self._unsaved)

    @property
    def _unsaved(self) -> list[OutputEntry]:
        # ours still hold the bytes that came inline; those of the journal have to be fetched
        return self._missing or [entry for entry in self._known if entry.saved is None]

    async def save_missing(self) -> None:
        """Try again what could not be saved."""
        self.error = None
        missing, self._missing = self._unsaved, []
        for entry in missing:
            await self._save(entry)

    async def _save(self, entry: OutputEntry) -> None:
        if entry.saved is not None:
            return
        try:
            saved = await self._find(entry) or await self._bring(entry)
        except LatentuiError as error:
            self.error = error
            self._missing.append(entry)
            return
        await self._note(entry, saved)

    async def _note(self, entry: OutputEntry, saved: SavedOutput) -> None:
        await self._desk.book.saved(self._job_id, entry.place, saved)
        now = self._desk.roster.entry(self._job_id)
        self._desk.roster.put(with_output(now, saved), OutputSaved(self._job_id, saved))

    async def _entry_of(self, output: OutputImage) -> OutputEntry:
        for entry in self._known:
            if _same(entry.offer, output):
                self._known.remove(entry)
                return OutputEntry(
                    place=entry.place,
                    offer=output,
                    path=entry.path,
                    size=entry.size,
                    digest=entry.digest,
                    saved=entry.saved,
                )
        place, self._places = self._places, self._places + 1
        await self._desk.book.offer(self._job_id, place, output)
        return OutputEntry(place=place, offer=output)

    async def _find(self, entry: OutputEntry) -> SavedOutput | None:
        # named just before a crash, and only the note of it is missing
        if entry.path is None or not await asyncio.to_thread(
            holds, Path(entry.path), entry.size, entry.digest
        ):
            return None
        offer = entry.offer
        return SavedOutput(
            path=entry.path, media_type=offer.media_type, seed=offer.seed, is_temporary=offer.is_temporary
        )

    async def _bring(self, entry: OutputEntry) -> SavedOutput:
        for attempt in range(_ATTEMPTS):
            try:
                return await self._fetch(entry)
            except ServerUnreachableError:
                await self._wait_for_server()
            except ServerReplyError:  # a gateway's page, a hiccup: the file itself is there
                await asyncio.sleep(_PAUSE_SECONDS * 2**attempt)
        return await self._fetch(entry)

    async def _fetch(self, entry: OutputEntry) -> SavedOutput:
        now = self._desk.roster.entry(self._job_id)
        return await self._desk.results.save(
            now.job,
            entry.offer,
            self._backend.fetch(entry.offer),
            into=now.target,
            announce=self._desk.book.announcer(self._job_id, entry.place),
        )

    async def _wait_for_server(self) -> None:
        server = self._desk.roster.entry(self._job_id).job.server
        try:
            async with asyncio.timeout(_WAIT_SECONDS):
                await self._desk.connections.check(server)
                await self._desk.connections.wait_until_connected(server)
        except TimeoutError:
            return


def save_failure(error: LatentuiError) -> tuple[str, str]:
    """Title and advice for a job whose picture was made and is not on our disk."""
    if isinstance(error, SaveError):
        return error.title, error.advice
    return error.title, f"{error.advice} The job itself was done; its result can be saved again.".strip()


def _same(known: OutputImage, output: OutputImage) -> bool:
    return (known.filename, known.subfolder, known.folder) == (
        output.filename,
        output.subfolder,
        output.folder,
    )
