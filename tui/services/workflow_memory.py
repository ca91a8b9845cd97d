"""What is remembered of workflows: how their fields are arranged, what was opened, what came from outside."""

import re
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType

import msgspec

from tui.domain.arrangement import Arrangement
from tui.domain.text import one_line
from tui.storage.atomic import write_whole
from tui.storage.paths import Paths

_MOST_FILES = 200
"""Workflows from outside that are kept; the ones opened longest ago go first."""

_MOST_RECENT = 20
_MOST_PINNED = 200
_LONGEST_LABEL = 60
_UNFIT = re.compile(r"[^\w .()+-]+")


class _Kept(msgspec.Struct, omit_defaults=True):
    """An arrangement as its file holds it."""

    pinned: list[str] = []
    hidden: list[str] = []
    labels: dict[str, str] = {}


class WorkflowMemory:
    """Small files in the person's folders. Blocking work."""

    def __init__(self, paths: Paths) -> None:
        self._paths = paths

    def arrangement(self, key: str) -> Arrangement:
        """How the fields of a workflow are arranged; a damaged file is no arrangement."""
        try:
            kept = msgspec.json.decode(self._arrangement_file(key).read_bytes(), type=_Kept)
        except (OSError, msgspec.DecodeError):
            return Arrangement()
        labels = {name: one_line(label, _LONGEST_LABEL) for name, label in kept.labels.items()}
        return Arrangement(tuple(kept.pinned), tuple(kept.hidden), MappingProxyType(labels))

    def arrange(self, key: str, wishes: Arrangement) -> None:
        """Keep an arrangement. Raises `SaveError`."""
        file = self._arrangement_file(key)
        if wishes.is_empty:
            file.unlink(missing_ok=True)
            return
        kept = _Kept(list(wishes.pinned), list(wishes.hidden), dict(wishes.labels))
        write_whole(file, msgspec.json.format(msgspec.json.encode(kept)))

    def keep(self, data: bytes, title: str, suffix: str = ".json") -> Path:
        """A file for a workflow that lies nowhere: the same content is the same file. Raises `SaveError`."""
        name = f"{fit_name(title) or 'workflow'}-{sha256(data).hexdigest()[:10]}{suffix}"
        return self._written("opened", name, data)

    def keep_picture(self, data: bytes, key: str) -> Path:
        """A picture of a server's, in the cache. Raises `SaveError`."""
        path = self.picture_file(key)
        write_whole(path, data)
        return path

    def picture_file(self, key: str) -> Path:
        """Where the picture of that key lies, or would."""
        return self._paths.cache / "thumbnails" / f"{sha256(key.encode()).hexdigest()[:24]}.webp"

    def recent(self) -> tuple[str, ...]:
        """The workflows opened last, newest first."""
        try:
            return tuple(msgspec.json.decode(self._recent_file.read_bytes(), type=list[str])[:_MOST_RECENT])
        except (OSError, msgspec.DecodeError):
            return ()

    def pinned(self) -> tuple[str, ...]:
        """The workflows that the person wants at the top, in the order in which they were pinned."""
        try:
            return tuple(msgspec.json.decode(self._pinned_file.read_bytes(), type=list[str]))
        except (OSError, msgspec.DecodeError):
            return ()

    def pin(self, workflow: str) -> bool:
        """Pin a workflow, or let it go where it is pinned; whether it is now. Raises `SaveError`."""
        known = self.pinned()
        names = [name for name in known if name != workflow]
        if workflow not in known:
            names = [*names, workflow][-_MOST_PINNED:]
        write_whole(self._pinned_file, msgspec.json.format(msgspec.json.encode(names)))
        return workflow not in known

    def remember(self, workflow: str) -> None:
        """Note that a workflow was used. Raises `SaveError`."""
        known = self.recent()
        if known[:1] == (workflow,):
            return
        names = [workflow, *(name for name in known if name != workflow)][:_MOST_RECENT]
        write_whole(self._recent_file, msgspec.json.encode(names))

    @property
    def _pinned_file(self) -> Path:
        return self._paths.config / "pinned_workflows.json"

    @property
    def _recent_file(self) -> Path:
        return self._paths.state / "recent_workflows.json"

    def _arrangement_file(self, key: str) -> Path:
        return self._paths.config / "arrangements" / f"{fit_name(key)}.json"

    def _written(self, folder: str, name: str, data: bytes) -> Path:
        path = self._paths.data / folder / name
        if not path.is_file():
            write_whole(path, data)
            _sweep(path.parent, _MOST_FILES)
        return path


def fit_name(text: str, limit: int = 80) -> str:
    """A title as a file's name: letters, digits and few signs; never a path."""
    return _UNFIT.sub("_", one_line(text, limit)).strip(" ._")


def _sweep(folder: Path, most: int) -> None:
    files = sorted(folder.iterdir(), key=_changed, reverse=True)
    for file in files[most:]:
        file.unlink(missing_ok=True)


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
