"""Files and workflows pasted into the studio: opened, or put into the form; both can be taken back."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from textual import events, work

from tui.domain.errors import InputError, WorkflowError
from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.screens.partner_place import PartnerPlace

if TYPE_CHECKING:
    from tui.ui.draft import Draft
    from tui.ui.widgets.fields.picture import PictureRow

UNDO = "Alt+Z takes it back."


class DropPlace(PartnerPlace):
    """A place that takes files."""

    _before: "Draft | None" = None
    """The draft as it was before the last file."""

    _taken = ""
    """What named the last file."""

    _undone = ""
    """What is a text if it is pasted again: its file was taken back, or there was none."""

    def takes_paste(self, text: str) -> bool:
        """Whether a pasted text is looked at as a file first; a field that takes files does so itself."""
        from tui.ui.dropped import may_be_path, may_be_workflow
        from tui.ui.widgets.fields.picture import PictureSlot

        if not self.is_furnished or text == self._undone or isinstance(self.focused, PictureSlot):
            return False
        if may_be_path(text):
            self._take_dropped(text)
        elif may_be_workflow(text):
            self._take_workflow(text)
        else:
            return False
        return True

    @work(exclusive=True, group="dropped")
    @gesture
    async def _take_dropped(self, text: str) -> None:
        from tui.ui.dropped import PICTURES, SOUNDS, VIDEOS, dropped_file

        path = await asyncio.to_thread(dropped_file, text)
        kind = path.suffix.lower() if path is not None else ""
        if path is not None and await self.services.workflows.carries(str(path)):
            await self._open_dropped(path, text)
        elif path is not None and kind in PICTURES and self._row_for(path) is None:
            await self._take_recipe(path, text)
        elif path is not None and kind in PICTURES | VIDEOS | SOUNDS:
            self._put_dropped(path, text)
        else:
            self._give_back(text)

    @work(exclusive=True, group="dropped")
    @gesture
    async def _take_workflow(self, text: str) -> None:
        """A workflow's JSON from the clipboard."""
        workflows = self.services.workflows
        try:
            path = Path(await workflows.paste(text))
        except WorkflowError:
            self._give_back(text)
            return
        if await workflows.carries(str(path)):
            await self._open_dropped(path, text)
        else:
            self._give_back(text)

    def _give_back(self, text: str) -> None:
        """It is a text after all."""
        self._undone = text
        app_of(self).post_message(events.Paste(text))

    async def _open_dropped(self, path: Path, text: str) -> None:
        session = self.session
        # says what is wrong with it before anything is changed
        await self.services.workflows.form(session.draft.server, str(path))
        self._before, self._taken = session.draft, text
        session.choose_workflow(str(path))
        self.show_draft()
        app_of(self).say(f"Opened the workflow in {path.name}. {UNDO}")

    async def _take_recipe(self, path: Path, text: str) -> None:
        """A picture where none can go: what made it, as far as the server can read that."""
        before = self.session.draft
        if not await self.session.take_recipe(str(path)):
            self._put_dropped(path, text)  # which says that it takes none
            return
        self._before, self._taken = before, text
        self.show_draft()
        app_of(self).say(f"Took prompt and values from {path.name}. {UNDO}")

    def _put_dropped(self, path: Path, text: str) -> None:
        row = self._row_for(path)
        if row is None:
            raise InputError(
                f"{path.name} carries no workflow, and this one takes no such file.",
                "Choose one that does: img2img, inpaint or control.",
            )
        self._before, self._taken = self.session.draft, text
        row.put(str(path))
        app_of(self).say(f"{row.field.label}: {path.name}. {UNDO}")

    def _row_for(self, path: Path) -> "PictureRow | None":
        """The first field for files of this kind that is empty, else the first."""
        from tui.ui.dropped import SOUNDS, VIDEOS
        from tui.ui.widgets.fields.picture import PictureRow

        kind = path.suffix.lower()
        media = "video" if kind in VIDEOS else "audio" if kind in SOUNDS else "image"
        rows = [row for row in self.query(PictureRow) if row.media == media and not row.field.unavailable]
        return next(iter([*(row for row in rows if row.value is None), *rows]), None)

    @gesture
    async def action_undo_drop(self) -> None:
        """Back to what was before a file was dropped; the same path pasted again is text."""
        if self._before is None:
            raise InputError("There is nothing to take back.", "It undoes what a dropped file changed.")
        self.session.restore(self._before)
        self._before, self._undone = None, self._taken
        self.show_draft()

    def show_draft(self) -> None:
        """Show a draft that was changed elsewhere."""
        raise NotImplementedError
