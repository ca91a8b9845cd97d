"""What can be done to the picture fields of a form."""

from typing import TYPE_CHECKING

from textual import work

from tui.ui.access import app_of
from tui.ui.screens.job_place import JobPlace

if TYPE_CHECKING:
    from tui.ui.widgets.fields.picture import PictureRow


class PicturePlace(JobPlace):
    """A place whose form takes pictures."""

    def action_pick_picture(self) -> None:
        """Pick a picture for the focused field, or the first that is empty."""
        from tui.ui.widgets.fields.picture import PictureRow

        rows = list(self.query(PictureRow))
        focused = [row for row in rows if row.has_focus_within]
        empty = [row for row in rows if row.value is None]
        row = next(iter([*focused, *empty, *rows]), None)
        if row is None:
            app_of(self).say(
                "This workflow takes no picture. Choose one that does: img2img, inpaint or control."
            )
        else:
            self._ask_for_picture(row)

    def on_picture_row_picture_asked(self, event: "PictureRow.PictureAsked") -> None:
        self._ask_for_picture(event.row)

    @work(exclusive=True, group="picker")
    async def _ask_for_picture(self, row: "PictureRow") -> None:
        from tui.ui.screens.file_picker import FilePicker

        session = app_of(self).session
        if session is None:
            return
        path = await app_of(self).push_screen_wait(
            FilePicker(session.draft.folder, session.draft.recent_folders, title=row.field.label)
        )
        if path is not None:
            session.draft = session.draft.with_folder(str(path.parent))
            row.put(str(path))

    @work(exclusive=True, group="picker")
    async def on_picture_row_server_asked(self, event: "PictureRow.ServerAsked") -> None:
        """Choose a file that lies on the server; one that is not listed can be typed."""
        from tui.ui.screens.pick_sheet import PickSheet
        from tui.ui.widgets.search_list import Option

        row = event.row
        options = [Option(name) for name in row.choices]
        question = f"{row.field.label}: a file on the server"
        name = await app_of(self).push_screen_wait(PickSheet(question, options, takes_other=True))
        if name:
            row.name_on_server(name)

    def on_picture_row_inspected(self, event: "PictureRow.Inspected") -> None:
        self._inspect(event.row, event.path)

    @work(group="inspect")
    async def _inspect(self, row: "PictureRow", path: str) -> None:
        from tui.ui.inspection import facts_of

        services = app_of(self).services
        if services is not None:
            facts, problem = await facts_of(services.pictures, path)
            row.tell_facts(path, facts, problem)
