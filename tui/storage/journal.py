"""The journal: every job with its whole request and every change of its state, off the event loop."""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Concatenate, ParamSpec, Self, TypeVar

from tui.domain.errors import SaveError
from tui.storage.database import (
    CorruptedError,
    open_database,
    open_in_memory,
    set_aside,
    transaction,
    words,
)

P = ParamSpec("P")
R = TypeVar("R")

Work = Callable[Concatenate[sqlite3.Connection, P], R]
"""A function of `jobs`, `leases`, `queues`, `outputs` or `timings`."""


class Journal:
    """One SQLite database and the one thread that touches it.

    When the file cannot be used, jobs are kept in memory for this run; `problem` says why, in words.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="journal")
        self._db: sqlite3.Connection | None = None
        self.file: tuple[int, int] | None = None
        """Which file is open, whatever lies at the path by now."""

        self.problem: SaveError | None = None
        """Why jobs are not kept on the disk, or what became of the journal that was."""

    async def __aenter__(self) -> Self:
        await self._in_thread(self._open)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._in_thread(self._close)
        self._thread.shutdown(wait=False)

    async def do(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `work` in one transaction: all of it is written, or nothing. Raises SaveError."""
        return await self._in_thread(lambda: self._in_transaction(work, *args, **kwargs))

    async def do_durably(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `do`, and what is written survives a power cut from here on."""
        return await self._in_thread(lambda: self._durably(work, *args, **kwargs))

    async def read(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Run `work` that only reads. Raises SaveError."""
        return await self._in_thread(lambda: self._run(work, *args, **kwargs))

    async def renew(self) -> bool:
        """Go on in the file that lies at the path now, if another program put ours aside; True if so."""
        return await self._in_thread(self._renew)

    def do_from_thread(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        """As `do`, for code in another thread; never on the event loop. Raises SaveError."""
        return self._thread.submit(lambda: self._in_transaction(work, *args, **kwargs)).result()

    def _in_transaction(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        def in_transaction(db: sqlite3.Connection) -> R:
            with transaction(db):
                return work(db, *args, **kwargs)

        return self._run(in_transaction)

    def _durably(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        self._run(lambda db: db.execute("PRAGMA synchronous = FULL"))
        try:
            return self._in_transaction(work, *args, **kwargs)
        finally:
            self._run(lambda db: db.execute("PRAGMA synchronous = NORMAL"))

    def _run(self, work: Work[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
        assert self._db is not None, "the journal is closed"  # noqa: S101 - a fault of ours
        try:
            with words(self._path or Path(":memory:")):
                return work(self._db, *args, **kwargs)
        except CorruptedError as error:
            self._db.close()
            self._begin_anew(error)
            raise

    def _open(self) -> None:
        if self._path is None:
            self._db = open_in_memory()
            return
        try:
            self._db = open_database(self._path)
            self.file = _identity(self._path)
        except CorruptedError as error:
            self._begin_anew(error)
        except SaveError as error:
            self.problem = error
            self._db = open_in_memory()

    def _begin_anew(self, error: CorruptedError) -> None:
        assert self._path is not None, "memory does not rot"  # noqa: S101 - a fault of ours
        try:
            with words(self._path):
                aside = set_aside(self._path)
            self._db = open_database(self._path)
            self.file = _identity(self._path)
            self.problem = SaveError(error.title, f"It was set aside as {aside}, and a new one was begun.")
        except SaveError as second:
            self.problem = second
            self._db = open_in_memory()

    def _renew(self) -> bool:
        if self._path is None or self.file is None or _identity(self._path) == self.file:
            return False
        self._close()
        self.file = None
        self._open()
        if self.file is not None:
            self.problem = self.problem or SaveError(
                f"The journal {self._path} was set aside or removed by another program.",
                "Jobs that are not over go on in the new one.",
            )
        return True

    def _close(self) -> None:
        if self._db is not None:
            self._db.close()
            self._db = None

    async def _in_thread(self, work: Callable[[], R]) -> R:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
