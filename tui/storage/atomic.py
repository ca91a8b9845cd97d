"""Small files written whole or not at all."""

import os
import tempfile
from pathlib import Path

from tui.domain.errors import SaveError


def write_whole(path: Path, content: bytes) -> None:
    """Replace `path` by a file of mode 0600 holding `content`; the old one stays when anything fails."""
    target = path.resolve()  # a link made by a dotfiles manager stays a link
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")
    except OSError as error:
        raise _failed(path, error) from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(target)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise _failed(path, error) from error


def _failed(path: Path, error: OSError) -> SaveError:
    reason = error.strerror or str(error)
    return SaveError(
        f"{path} could not be written: {reason}.", "Check the disk and the folder's permissions."
    )
