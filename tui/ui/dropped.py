"""The file that a pasted text names: terminals paste the path of what is dropped on them."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from tui.ui.browsing import PICTURES

LONGEST = 4096
"""Characters; no path is longer."""

VIDEOS = frozenset({".mp4", ".webm", ".mkv", ".mov"})
SOUNDS = frozenset({".flac", ".mp3", ".wav", ".ogg", ".opus", ".m4a"})
KINDS = PICTURES | VIDEOS | SOUNDS | {".json"}
"""Endings of files that the studio has a use for."""

_BEGINS = re.compile(r"""["']?(?:/|~/|file:/|[A-Za-z]:[\\/])""")


def may_be_path(text: str) -> bool:
    """Whether a text could be nothing but the path of a file, as terminals write it."""
    given = text.strip()
    is_line = bool(given) and len(given) <= LONGEST and "\n" not in given
    return is_line and _BEGINS.match(given) is not None and Path(given.rstrip("'\"")).suffix.lower() in KINDS


def may_be_workflow(text: str) -> bool:
    """Whether a text could be a workflow's JSON, in either format."""
    given = text.strip()
    return given.startswith("{") and given.endswith("}") and ('"class_type"' in given or '"nodes"' in given)


def readings(text: str) -> Iterator[Path]:
    """What the text may name: a plain path, a quoted or escaped one, an address that begins with file://."""
    given = text.strip()
    if given.startswith("file:"):
        parts = urlsplit(given)
        if parts.netloc in ("", "localhost"):
            yield Path(unquote(parts.path))
        return
    yield Path(given).expanduser()
    if len(given) > 1 and given[0] == given[-1] and given[0] in "'\"":
        yield Path(given[1:-1]).expanduser()
    try:
        words = shlex.split(given)
    except ValueError:
        return
    if len(words) == 1:
        yield Path(words[0]).expanduser()


def dropped_file(text: str) -> Path | None:
    """The one existing file that the text names, absolute; None where it names none. Looks at the disk."""
    if not text.strip() or len(text) > LONGEST:
        return None
    for path in readings(text):
        try:
            if path.is_file():
                return path.absolute()
        except (OSError, ValueError):  # a name too long, or no name at all
            continue
    return None


def first_path(text: str) -> str:
    """The path that the first line means, whether or not it is there: for who asked for a path."""
    lines = text.strip().splitlines()
    if not lines:
        return ""
    found = dropped_file(lines[0])
    return str(found if found is not None else [*readings(lines[0])][-1].absolute())
