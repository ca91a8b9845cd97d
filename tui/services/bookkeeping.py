"""What a running job writes down as it goes; a journal that cannot be written never stops a job."""

import sqlite3
from dataclasses import replace

from tui.domain.errors import InputError, SaveError
from tui.domain.job import JobId, OutputImage, SavedOutput
from tui.services.results import Announce, Arrival
from tui.storage import jobs, leases, outputs, timings
from tui.storage.entries import Entry, Phase
from tui.storage.journal import Journal
from tui.storage.leases import Owner
from tui.storage.outputs import OutputEntry


class Bookkeeper:
    """Writes for the jobs of one program. What could not be written is tried again by `catch_up`."""

    def __init__(self, journal: Journal, owner: Owner) -> None:
        self.journal = journal
        self.owner = owner
        self._unwritten: dict[JobId, Entry] = {}
        self._loose: dict[JobId, Entry] = {}
        self.problem: SaveError | None = None
        """Why the last write failed; None once one succeeded."""

    async def enter(self, entry: Entry) -> bool:
        """Write a new job. False when it cannot be: it is written as soon as it can.

        Raises InputError when there is a job of that id already.
        """
        try:
            await self.journal.do(_enter, self.owner, entry)
        except SaveError as error:
            self.problem = error
            self._loose[entry.job.id] = entry
            return False
        self.problem = None
        self._loose.pop(entry.job.id, None)
        return True

    async def record(self, entry: Entry) -> bool:
        """Write where a job of ours stands; False when another program has taken it over."""
        if entry.job.id in self._loose:
            await self.enter(entry)
            return True
        try:
            is_ours = await self.journal.do(_record, self.owner, entry)
        except SaveError as error:
            self.problem = error
            self._unwritten[entry.job.id] = entry
            return True
        self.problem = None
        self._unwritten.pop(entry.job.id, None)
        return is_ours

    async def release(self, job_id: JobId) -> None:
        """Leave a job to whoever finds its server again, perhaps to ourselves."""
        try:
            await self.journal.do(leases.release, job_id, self.owner)
        except SaveError as error:
            self.problem = error

    async def catch_up(self) -> None:
        """Write what could not be written before."""
        for entry in tuple(self._unwritten.values()):
            await self.record(entry)
        for entry in tuple(self._loose.values()):
            if entry.phase is not Phase.WAITING:  # what waits is written when it goes out
                await self.enter(entry)

    async def outputs_of(self, job_id: JobId) -> tuple[OutputEntry, ...]:
        """What is known of the job's outputs; nothing when that cannot be read."""
        try:
            return await self.journal.read(outputs.of_job, job_id)
        except SaveError as error:
            self.problem = error
            return ()

    async def offer(self, job_id: JobId, place: int, output: OutputImage) -> None:
        """Write that an output is ready at the server."""
        try:
            await self.journal.do(outputs.offer, job_id, place, output)
        except SaveError as error:
            self.problem = error

    def announcer(self, job_id: JobId, place: int) -> Announce:
        """Writes which file is about to appear, before it does."""

        def announce(arrival: Arrival) -> None:
            path, size, digest = str(arrival.path), arrival.size, arrival.digest
            try:
                self.journal.do_from_thread(outputs.announce, job_id, place, path, size, digest)
            except SaveError as error:
                self.problem = error

        return announce

    async def saved(self, job_id: JobId, place: int, output: SavedOutput) -> None:
        """Write that a file lies on the disk."""
        try:
            await self.journal.do(outputs.save, job_id, place, output)
        except SaveError as error:
            self.problem = error

    async def expected(self, key: str) -> float | None:
        """How long jobs of this kind take."""
        try:
            return await self.journal.read(timings.expected, key)
        except SaveError:
            return None  # an estimate is not worth a message

    async def learn(self, key: str, seconds: float) -> None:
        """Remember how long a job took."""
        try:
            await self.journal.do(timings.learn, key, seconds)
        except SaveError as error:
            self.problem = error


def _enter(db: sqlite3.Connection, owner: Owner, entry: Entry) -> None:
    if jobs.exists(db, entry.job.id):
        raise InputError(f"There is a job {entry.job.id} already.", "Give the new one another id.")
    leases.beat(db, owner)  # the journal may be a new one, or we may have been taken for dead
    jobs.insert_as_it_stands(db, entry)


def _record(db: sqlite3.Connection, owner: Owner, entry: Entry) -> bool:
    if jobs.update(db, entry.job, entry.phase, owner.id):
        return True
    leases.beat(db, owner)
    return jobs.insert_missing(db, replace(entry, owner=owner.id))
