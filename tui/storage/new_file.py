"""A new file that appears under its name whole, or not at all, and never over another."""

import errno
import hashlib
import os
import secrets
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from tui.domain.errors import SaveError

_PREFIX = ".latentui-"
_SUFFIX = ".part"
_ABANDONED_SECONDS = 24 * 3600.0

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}


class NewFile:
    """A hidden file beside its future place. Blocking: use it off the event loop. Raises SaveError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.size = 0
        self._digest = hashlib.sha256()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._path = folder / f"{_PREFIX}{secrets.token_hex(8)}{_SUFFIX}"
            self._file: BinaryIO = self._path.open("xb")
        except OSError as error:
            raise save_error(folder, error) from error

    @property
    def digest(self) -> str:
        """SHA-256 of what was written so far, in hexadecimal."""
        return self._digest.hexdigest()

    def write(self, piece: bytes) -> None:
        """Append."""
        try:
            self._file.write(piece)
        except OSError as error:
            raise save_error(self.folder, error) from error
        self.size += len(piece)
        self._digest.update(piece)

    def seal(self) -> None:
        """Bring everything to the disk itself."""
        try:
            self._file.flush()
            os.fsync(self._file.fileno())
            self._file.close()
        except OSError as error:
            raise save_error(self.folder, error) from error

    def name(self, target: Path) -> bool:
        """Give the sealed file its name; False when the name is taken, and nothing happened."""
        try:
            if not _link(self._path, target):
                return False
            _sync_folder(self.folder)
        except OSError as error:
            raise save_error(self.folder, error) from error
        return True

    def discard(self) -> None:
        """Leave nothing but what has a name."""
        with suppress(OSError):  # the rest of the buffer did not fit; it goes with the file
            self._file.close()
        with suppress(OSError):  # the folder was taken away, and the file with it
            self._path.unlink(missing_ok=True)


def holds(path: Path, size: int, digest: str) -> bool:
    """Whether the file at `path` is exactly this one."""
    try:
        if path.stat().st_size != size:
            return False
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == digest
    except OSError:
        return False


def sweep(folder: Path) -> None:
    """Remove what a program that was killed left behind in `folder`, a day ago or longer."""
    oldest = time.time() - _ABANDONED_SECONDS
    for path in _abandoned(folder):
        try:
            if path.stat().st_mtime < oldest:
                path.unlink(missing_ok=True)
        except OSError:
            continue


def save_error(folder: Path, error: OSError) -> SaveError:
    """Why nothing can be written to `folder`, and what to do."""
    if error.errno in _FULL:
        return SaveError(f"The disk of {folder} is full.", "Free some space, then save again.")
    if error.errno in _FORBIDDEN:
        return SaveError(
            f"The folder {folder} cannot be written to.",
            "Change its permissions or choose another pictures folder, then save again.",
        )
    if error.errno in {errno.ENOENT, errno.ENOTDIR, errno.EEXIST}:
        return SaveError(
            f"The folder {folder} is not there.", "Choose another pictures folder, then save again."
        )
    return SaveError(
        f"Nothing can be written to {folder}: {error.strerror or error}.",
        "Check the disk, then save again.",
    )


def _link(source: Path, target: Path) -> bool:
    try:
        os.link(source, target)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _replace_own_placeholder(source, target)
    source.unlink()
    return True


def _replace_own_placeholder(source: Path, target: Path) -> bool:
    # for file systems without hard links (exFAT, many network shares): take the name, then fill it at once
    try:
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666))
    except FileExistsError:
        return False
    try:
        source.replace(target)
    except OSError:
        target.unlink(missing_ok=True)
        raise
    return True


def _sync_folder(folder: Path) -> None:
    if not hasattr(os, "O_DIRECTORY"):
        return  # the platform cannot open folders
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in {errno.EINVAL, errno.ENOTSUP}:  # network shares that cannot
            raise
    finally:
        os.close(descriptor)


def _abandoned(folder: Path) -> Iterable[Path]:
    try:
        return list(folder.glob(f"{_PREFIX}*{_SUFFIX}"))
    except OSError:
        return ()
