"""A text in the person's own editor, while the program goes on underneath."""

import asyncio
import os
import shlex
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tui.domain.errors import InputError
from tui.domain.text import clean

if TYPE_CHECKING:
    from tui.ui.app import LatentuiApp


def editor_command() -> list[str]:
    """$VISUAL, $EDITOR, or the editor that is everywhere."""
    return shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")


async def edited(app: "LatentuiApp", text: str) -> str:
    """What is left of `text` when the editor is closed."""
    path = await asyncio.to_thread(_written, text)
    try:
        await _run(app, [*editor_command(), str(path)])
        changed = await asyncio.to_thread(path.read_text, encoding="utf-8", errors="replace")
    finally:
        await asyncio.to_thread(path.unlink, missing_ok=True)
    return clean(changed).rstrip("\n")


async def _run(app: "LatentuiApp", command: list[str]) -> None:
    # the batch keeps us from drawing over the editor while jobs go on
    with app.batch_update(), app.suspend():
        try:
            process = await asyncio.create_subprocess_exec(*command)
        except OSError as error:
            advice = "Set EDITOR to the editor you use."
            raise InputError(f"{command[0]} could not be started.", advice) from error
        await process.wait()


def _written(text: str) -> Path:
    handle, name = tempfile.mkstemp(prefix="prompt-", suffix=".txt")
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)
