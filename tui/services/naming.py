"""Readable file names for results: the person's pattern, filled with what is safe in a name."""

import os
import re
import string
import time
from pathlib import Path

from tui.domain.errors import SaveError
from tui.domain.job import Job, OutputImage
from tui.domain.text import clean

_UNSAFE = re.compile(r"[^\w\-+=,()\[\] .]+")
_NUMBERS = re.compile(r"(?<=.)(_\d{2,})+$")
_LONGEST = 60
PICTURE_SUFFIXES = frozenset({".png", ".jpg", ".jpeg", ".webp", ".gif", ".mp4", ".webm"})

PLACEHOLDERS = ("workflow", "number", "date", "time", "seed", "prompt", "server")


class NamePattern:
    """`{workflow}_{number:05}` and the like. A slash in it makes folders below the pictures folder."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        try:
            fields = {name for _, name, _, _ in string.Formatter().parse(pattern) if name is not None}
        except ValueError as error:
            raise _useless(pattern, str(error)) from error
        if unknown := sorted(fields - set(PLACEHOLDERS)):
            raise _useless(pattern, f"there is no {{{unknown[0]}}}")
        if Path(pattern).is_absolute() or ".." in Path(pattern).parts or not Path(pattern).name:
            raise _useless(pattern, "it must stay inside the pictures folder")
        self.has_number = "number" in fields

    def stem(self, job: Job, output: OutputImage, number: int) -> Path:
        """The name without its extension, relative to the pictures folder."""
        when = time.localtime(job.created_at)
        request = job.request
        values = {
            "workflow": part(_workflow_name(request.workflow)) or "picture",
            "number": number,
            "date": time.strftime("%Y-%m-%d", when),
            "time": time.strftime("%H%M%S", when),
            "seed": request.seed if output.seed is None else output.seed,
            "prompt": part(request.prompt) or "untitled",
            "server": part(job.server) or "server",
        }
        try:
            filled = self._pattern.format(**values)
        except (ValueError, TypeError) as error:
            raise _useless(self._pattern, str(error)) from error
        path = Path(*(part(piece, 120) or "_" for piece in filled.split("/")))
        return path if self.has_number or number == 1 else path.with_name(f"{path.name}_{number}")


def part(text: str, longest: int = _LONGEST) -> str:
    """`text` as a piece of a file name: no separators, no leading dots, not long."""
    safe = _UNSAFE.sub("-", clean(text)).strip(" .-")[:longest]
    return re.sub(r"\s+", " ", safe).rstrip(" .-")


def absolute_target(target: str) -> str:
    """The same place, whichever folder the program that saves is in; a separator at the end stays."""
    path = str(Path(target).expanduser().absolute())
    return path + os.sep if target.endswith(("/", os.sep)) and not path.endswith(os.sep) else path


def _workflow_name(workflow: str) -> str:
    """The name of its file; of a result that was opened again, without the numbers it was saved under."""
    path = Path(workflow)
    is_result = path.suffix.lower() in PICTURE_SUFFIXES
    return _NUMBERS.sub("", path.stem) if is_result else path.stem


def is_file_target(target: str) -> bool:
    """Whether the person means a file: no separator at the end, no folder there, a picture's suffix."""
    path = Path(target)
    return not target.endswith(("/", "\\")) and path.suffix.lower() in PICTURE_SUFFIXES and not path.is_dir()


def _useless(pattern: str, reason: str) -> SaveError:
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    return SaveError(
        f"The name pattern {pattern} cannot be used: {reason}.",
        f"Correct name_pattern in the settings, then save again. It may hold {known}.",
    )
