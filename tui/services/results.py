"""Finished files: from the server's bytes to a whole file under a readable name."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from tui.domain.errors import SaveError, ServerReplyError
from tui.domain.job import Job, OutputImage, SavedOutput
from tui.media.sniff import ENOUGH, SUFFIXES, media_type
from tui.services.naming import NamePattern, is_file_target
from tui.services.protocols import SettingsSource
from tui.services.tasks import closed_after
from tui.storage.new_file import NewFile, sweep

_BUFFER = 1024 * 1024
_LARGEST_ASIDE = 128 * 1024 * 1024
_MOST_JOBS = 50
"""Jobs of which it is kept what their preview nodes showed."""

_TEXT = "text/plain"


@dataclass(frozen=True, slots=True)
class Arrival:
    """What is about to get its name: enough to know it again after a crash."""

    path: Path
    size: int
    digest: str


Announce = Callable[[Arrival], None]
"""Told, in a thread, before a file takes its name."""


class ResultsService:
    """Saves what servers made; the bytes stay as they came, their metadata in them untouched."""

    def __init__(self, settings: SettingsSource, asides: Path | None = None) -> None:
        self._settings = settings
        self._asides = asides
        """Where what preview nodes showed lies for a while; without it, it is not fetched."""

        self._numbers: dict[tuple[Path, str], int] = {}
        self._swept: set[Path] = set()

    @property
    def folder(self) -> Path:
        """Where results go; it is made when the first one comes."""
        return Path(self._settings.current.pictures_folder).expanduser()

    async def save(
        self,
        job: Job,
        output: OutputImage,
        pieces: AsyncIterator[bytes],
        *,
        into: str | None = None,
        announce: Announce | None = None,
    ) -> SavedOutput:
        """Write the pieces to a new file and name it once it is whole and on the disk.

        `into` is a folder, or a file (see `is_file_target`); an existing file is never touched, the new
        one gets a number. Raises SaveError, ServerReplyError for a picture that is none, and what
        `pieces` raises.
        """
        names, file = await self._begun(job, output, into)
        path: Path | None = None
        try:
            async with closed_after(pieces):
                head, rest = await _pour(pieces, file)
            kind, suffix = _kind_of(head, output)
            path = await asyncio.to_thread(self._end, file, rest, names, suffix, announce)
        finally:
            if path is None:  # also when the job was cancelled meanwhile
                await asyncio.shield(asyncio.to_thread(file.discard))
        return SavedOutput(
            path=str(path), media_type=kind, seed=output.seed, is_temporary=output.is_temporary
        )

    @property
    def keeps_previews(self) -> bool:
        """Whether what preview nodes show belongs to the results even when there are others."""
        return self._settings.current.keep_previews

    async def put_aside(
        self, job: Job, output: OutputImage, pieces: AsyncIterator[bytes]
    ) -> SavedOutput | None:
        """Bring what a preview node showed where it can be looked at for a while. Raises as `save`."""
        if self._asides is None:
            return None
        bounded = _at_most(_LARGEST_ASIDE, pieces)
        saved = await self.save(job, output, bounded, into=str(self._asides / job.id))
        await asyncio.to_thread(_sweep, self._asides)
        return replace(saved, is_kept=False)

    async def keep(self, job: Job, aside: SavedOutput, *, into: str | None = None) -> SavedOutput:
        """Put a copy of what was only looked at among the results. Raises as `save`."""
        path = Path(aside.path)
        output = OutputImage(filename=path.name, media_type=aside.media_type, seed=aside.seed)
        saved = await self.save(job, output, _pieces_of(path), into=into)
        return replace(saved, is_temporary=aside.is_temporary)

    def _names(self, job: Job, output: OutputImage, into: str | None) -> "_Names":
        if into is not None and is_file_target(into):
            return _ChosenName(Path(into).expanduser().absolute())
        folder = Path(into).expanduser().absolute() if into is not None else self.folder
        pattern = NamePattern(self._settings.current.name_pattern)
        return _PatternNames(folder, pattern, job, output)

    async def _begun(self, job: Job, output: OutputImage, into: str | None) -> tuple["_Names", NewFile]:
        beginning = asyncio.create_task(asyncio.to_thread(self._begin, job, output, into))
        try:
            return await asyncio.shield(beginning)
        except asyncio.CancelledError:
            with suppress(SaveError):  # a thread is not cancelled: without this its file stays, and open
                await asyncio.to_thread((await beginning)[1].discard)
            raise

    def _begin(self, job: Job, output: OutputImage, into: str | None) -> tuple["_Names", NewFile]:
        names = self._names(job, output, into)
        if names.folder not in self._swept:
            self._swept.add(names.folder)
            sweep(names.folder)
        return names, NewFile(names.folder)

    def _end(
        self, file: NewFile, rest: bytes, names: "_Names", suffix: str, announce: Announce | None
    ) -> Path:
        file.write(rest)
        file.seal()
        return self._settle(file, names, suffix, announce)

    def _settle(self, file: NewFile, names: "_Names", suffix: str, announce: Announce | None) -> Path:
        series = (names.folder, names.path(0, "").name)
        number = self._numbers.get(series) or _last_taken(names, suffix)
        while True:
            number += 1
            path = names.path(number, suffix)
            if path.exists():  # cheaper than an announcement; `name` decides
                continue
            if announce is not None:
                announce(Arrival(path, file.size, file.digest))
            if file.name(path):
                self._numbers[series] = number
                return path


class _ChosenName:
    """The file that the person named, and its numbered siblings."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self.folder = target.parent

    def path(self, number: int, suffix: str) -> Path:  # noqa: ARG002 - the person's suffix counts
        if number <= 1:
            return self._target
        return self._target.with_name(f"{self._target.stem}_{number}{self._target.suffix}")


class _PatternNames:
    """Names by the person's pattern."""

    def __init__(self, folder: Path, pattern: NamePattern, job: Job, output: OutputImage) -> None:
        self._root = folder
        self._pattern = pattern
        self._job = job
        self._output = output
        self.folder = folder / pattern.stem(job, output, 0).parent

    def path(self, number: int, suffix: str) -> Path:
        stem = self._pattern.stem(self._job, self._output, number)
        return self._root / stem.with_name(stem.name + suffix)


_Names = _ChosenName | _PatternNames


def _last_taken(names: _Names, suffix: str) -> int:
    """The highest number in use, found in a few looks even among 100 000 files; a gap may be filled."""
    free = 1
    while names.path(free, suffix).exists():
        free *= 2
    taken = free // 2
    while free - taken > 1:
        middle = (taken + free) // 2
        taken, free = (middle, free) if names.path(middle, suffix).exists() else (taken, middle)
    return taken


async def _at_most(limit: int, pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    async for piece in pieces:
        limit -= len(piece)
        if limit < 0:
            raise ServerReplyError("What a preview node showed is too large to be looked at here.")
        yield piece


async def _pieces_of(path: Path) -> AsyncIterator[bytes]:
    try:
        yield await asyncio.to_thread(path.read_bytes)
    except OSError as error:
        raise SaveError(f"{path.name} is no longer there.", "Run the workflow again to see it.") from error


def _sweep(folder: Path) -> None:
    """Let go of what the jobs of long ago showed."""
    try:
        jobs = sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in jobs[_MOST_JOBS:]:
            shutil.rmtree(old, ignore_errors=True)
    except OSError:
        return  # another program sweeps too


async def _pour(pieces: AsyncIterator[bytes], file: NewFile) -> tuple[bytes, bytes]:
    """Write what comes, in large pieces; the first bytes, and the last ones, which are not written yet."""
    head, waiting = b"", bytearray()
    async for piece in pieces:
        waiting += piece
        if len(waiting) >= _BUFFER:
            head = head or bytes(waiting[:ENOUGH])
            await asyncio.to_thread(file.write, bytes(waiting))
            waiting.clear()
    return head or bytes(waiting[:ENOUGH]), bytes(waiting)


def _kind_of(head: bytes, output: OutputImage) -> tuple[str, str]:
    kind = media_type(head)
    if kind is not None and kind != _TEXT:
        return kind, SUFFIXES[kind]
    if output.media_type.startswith("image/") and _suffix_of(output.filename) != ".svg":
        what = "nothing" if not head else "text" if kind == _TEXT else "unknown data"
        raise ServerReplyError(
            f"The server sent {what} where a picture should be ({output.filename}).",
            "Nothing was saved. Its own log may tell why; save again to fetch it once more.",
        )
    suffix = _suffix_of(output.filename)
    if kind == _TEXT:
        return _TEXT, ".txt" if suffix == ".bin" else suffix
    return output.media_type, suffix


def _suffix_of(filename: str) -> str:
    """The extension of a server's file name where it is a plain short one, or `.bin`."""
    suffix = PurePosixPath(filename).suffix.lower()
    is_plain = 2 <= len(suffix) <= 6 and suffix[1:].isascii() and suffix[1:].isalnum()
    return suffix if is_plain else ".bin"
