"""A picture in the system's own viewer."""

import asyncio
import shutil
import sys
from asyncio.subprocess import DEVNULL

from tui.domain.errors import InputError


async def open_in_viewer(path: str) -> None:
    """Hand the file to whatever the system opens pictures with; raises InputError where there is nothing."""
    opener = "open" if sys.platform == "darwin" else "xdg-open"
    if shutil.which(opener) is None:
        raise InputError("There is no viewer on this machine.", f"The picture is {path}")
    process = await asyncio.create_subprocess_exec(
        opener, path, stdin=DEVNULL, stdout=DEVNULL, stderr=DEVNULL, start_new_session=True
    )
    if await process.wait():
        raise InputError("The viewer could not be opened.", f"The picture is {path}")
