"""What can be done with a finished picture, wherever one is shown."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual.widget import Widget

from tui.domain.errors import InputError
from tui.terminal.clipboard import MOST_BYTES, copy_picture, takes_pictures
from tui.terminal.textual_host import host_of
from tui.ui.access import app_of
from tui.ui.finished import Result, recipe, results_of

if TYPE_CHECKING:
    from collections.abc import Callable

COPIED_AT_MOST = 100_000
"""Characters: terminals drop longer texts on their way to the clipboard."""


async def do(verb: str, widget: Widget, result: Result | None) -> None:
    """Do what a key asks for; raises `InputError` where it cannot be done."""
    if result is None:
        raise InputError("There is no finished picture here yet.")
    match verb:
        case "view":
            from tui.ui.viewer import open_in_viewer

            await open_in_viewer(result.output.path)
        case "copy_path":
            _copy(widget, result.output.path, result.output.path)
        case "copy_recipe":
            _copy(widget, recipe(result), f"the recipe of {result.name}")
        case "copy_picture":
            await _copy_picture(widget, result)
        case _:
            compare(widget, result)


async def keep(widget: Widget, result: Result | None) -> Result | None:
    """Save what a preview node showed with the results; raises `InputError` for anything else."""
    if result is None or result.output not in result.job.asides:
        raise InputError(
            "This is saved already.", "p shows what the preview nodes showed, where there are any."
        )
    services = app_of(widget).services
    if services is None:
        return None
    job = await services.generation.keep(result.job.id, result.output.path)
    saved = job.outputs[result.job.outputs.index(result.output)]
    app_of(widget).say(f"Saved as {Path(saved.path).name}")
    return Result(saved, job)


def _copy(widget: Widget, text: str, what: str) -> None:
    if len(text) > COPIED_AT_MOST:
        text = text.partition("\nGraph: ")[0]
        what += ", without its graph, which is too long; the picture file carries it"
    app_of(widget).copy_to_clipboard(text)
    app_of(widget).say(f"Copied {what}")


async def _copy_picture(widget: Widget, result: Result) -> None:
    host = host_of(widget)
    if not takes_pictures(host.profile):
        raise InputError("This terminal takes no pictures into the clipboard.", "y copies the path.")
    path = Path(result.output.path)
    try:
        data = await asyncio.to_thread(_read, path)
    except OSError as error:
        raise InputError(f"{path.name} cannot be read.", "Was it moved?") from error
    if len(data) > MOST_BYTES:
        raise InputError(f"{path.name} is too large for the clipboard.", "y copies the path.")
    host.write(copy_picture(data, result.output.media_type, host.profile))
    app_of(widget).say(f"Copied the picture {path.name}")


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES + 1)


def compare(widget: Widget, result: Result, other: Result | None = None) -> None:
    """Show two pictures side by side; without another, the one made before."""
    from tui.ui.screens.compare import CompareScreen

    results = list(results_of(app_of(widget).jobs))
    paths = [item.output.path for item in results]
    at = paths.index(result.output.path) if result.output.path in paths else -1
    other = other or next(iter(results[at + 1 :]), None)
    if other is None or other == result:
        raise InputError("There is no other picture to compare with.")
    app_of(widget).push_screen(CompareScreen(other, result))


def open_contact(
    widget: Widget, results: "list[Result]", current: Result | None, chosen: "Callable[[Result], object]"
) -> None:
    """Show many pictures, small; `chosen` gets the one that is opened."""
    from tui.ui.screens.contact import ContactScreen

    if not results:
        raise InputError("There are no pictures yet.")
    app_of(widget).push_screen(ContactScreen(results, current, chosen))
