"""Folders as a file picker shows them; reading the disk is done off the event loop."""

import os
from dataclasses import dataclass
from pathlib import Path

from tui.domain.errors import InputError

PICTURES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff", ".avif"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A file or folder in a folder."""

    name: str
    path: Path
    is_folder: bool
    size: int = 0
    changed_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Folder:
    """What is in a folder: folders first, then files, each by name."""

    path: Path
    entries: tuple[Entry, ...]

    def seen(self, prefix: str = "", *, shows_hidden: bool, shows_all: bool) -> list[Entry]:
        """The entries to show: pictures unless all are wanted, and those that go with what is typed."""
        folded = prefix.casefold()
        kept = [
            entry
            for entry in self.entries
            if (shows_hidden or prefix.startswith(".") or not entry.name.startswith("."))
            and (shows_all or entry.is_folder or entry.path.suffix.lower() in PICTURES)
        ]
        beginning = [entry for entry in kept if entry.name.casefold().startswith(folded)]
        return beginning or [entry for entry in kept if folded in entry.name.casefold()]


def read_folder(path: Path) -> Folder:
    """Read a folder; raises InputError in words."""
    try:
        with os.scandir(path) as found:
            entries = [entry for entry in map(_entry, found) if entry is not None]
    except OSError as error:
        reason = error.strerror or "it cannot be opened"
        raise InputError(f"The folder {path} cannot be read: {reason}.", "Choose another one.") from error
    entries.sort(key=lambda entry: (not entry.is_folder, entry.name.casefold()))
    return Folder(path, tuple(entries))


def _entry(found: "os.DirEntry[str]") -> Entry | None:
    try:
        is_folder = found.is_dir()
        facts = found.stat()
    except OSError:
        return None  # gone meanwhile, or a link to nowhere
    return Entry(
        name=found.name,
        path=Path(found.path),
        is_folder=is_folder,
        size=facts.st_size,
        changed_at=facts.st_mtime,
    )


def split_typed(typed: str, base: Path) -> tuple[Path, str]:
    """The folder a typed path stands in, and what is typed of the name in it."""
    text = os.path.expanduser(typed)  # noqa: PTH111 - pathlib would swallow the last slash
    folder, name = os.path.split(text)
    return (base / folder if folder else base), name


def completed(typed: str, entries: list[Entry]) -> str:
    """What is typed, with its last name made as long as the entries agree on."""
    if not entries:
        return typed
    names = [entry.name for entry in entries]
    head = typed[: len(typed) - len(os.path.basename(typed))]  # noqa: PTH119 - a typed text, perhaps no path yet
    common = _common_beginning(names)
    if len(entries) == 1:
        return head + names[0] + (os.sep if entries[0].is_folder else "")
    return head + common if len(common) > len(typed) - len(head) else typed


def _common_beginning(names: list[str]) -> str:
    first, last = min(names), max(names)
    alike = (index for index, pair in enumerate(zip(first, last, strict=False)) if pair[0] != pair[1])
    return first[: next(alike, min(len(first), len(last)))]


def existing_folder(*wishes: str) -> Path:
    """The first of the wished folders that is there, else the home folder."""
    for wish in wishes:
        if wish and Path(wish).is_dir():
            return Path(wish)
    return Path.home()
