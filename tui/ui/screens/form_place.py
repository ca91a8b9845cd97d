"""The form of a place: which workflow on which server, and its fields."""

from typing import TYPE_CHECKING

from textual import work

from tui.domain.errors import InputError, LatentuiError
from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.screens.picture_place import PicturePlace

if TYPE_CHECKING:
    from tui.domain.forms import Form
    from tui.ui.session import Session
    from tui.ui.widgets.form import FormPanel
    from tui.ui.widgets.pick import Pick
    from tui.ui.widgets.top_line import TopLine


class FormPlace(PicturePlace):
    """A place with a form and a line of choices above it."""

    is_furnished = False
    """Whether form and choices are there: they come after the first frame."""

    @property
    def session(self) -> "Session":
        """What is being worked on; raises InputError while the services still open."""
        session = app_of(self).session
        if session is None or not self.is_furnished:
            raise InputError("Not ready yet.", "Latentui is still starting.")
        return session

    @property
    def panel(self) -> "FormPanel":
        """The form."""
        from tui.ui.widgets.form import FormPanel

        return self.query_one(FormPanel)

    @property
    def top(self) -> "TopLine":
        """Workflow, server and counts."""
        from tui.ui.widgets.top_line import TopLine

        return self.query_one(TopLine)

    def show_choice(self) -> None:
        """Say where it is made, and how the servers are."""
        session = app_of(self).session
        if session is not None:
            self.top.show_servers(session.image_servers, session.draft.server)

    @work(exclusive=True, group="form")
    async def refresh_form(self) -> None:
        """Fetch the form of the chosen workflow on the chosen server, and show it."""
        session, panel = self.session, self.panel
        if not session.draft.server:
            panel.say("Starting…")
            return
        before = session.prompts
        try:
            workflows = await session.workflows()
            app_of(self).workflows = workflows
            self.top.show_workflows(workflows, session.draft.workflow)
            form = await session.open_form()
        except LatentuiError as error:
            panel.say(error.sentence)
            return
        self.show_prompt_use(form)
        negative = form.field("negative_prompt")
        self.set_class(negative is None or bool(negative.unavailable), "-without-negative")
        if session.prompts != before:
            self.show_prompts()
        edited = next((row.field.name for row in panel.rows if row.has_focus_within), None)
        await panel.show(form, session.draft.values)
        if edited is not None:
            self._return_to(edited)
        panel.tell_seed(session.draft.last_seed)

    def _return_to(self, name: str) -> None:
        """The form is another one: the cursor goes to the field of the same name, else to the prompt."""
        row = self.panel.row(name)
        if row is not None and not row.field.unavailable:
            row.focus_editor()
        else:
            self.action_to_prompt()

    @gesture
    async def action_reload(self) -> None:
        """Ask the server anew what it has: a model was added, perhaps."""
        session, services = self.session, app_of(self).services
        if services is not None:
            services.catalog.forget(session.draft.server)
            self.refresh_form()

    def on_form_panel_edited(self, event: "FormPanel.Edited") -> None:
        if self.session.edit(event.name, event.value):
            self.refresh_form()

    def on_pick_picked(self, event: "Pick.Picked") -> None:
        if event.pick.id == "workflow":
            self.session.choose_workflow(event.value)
        else:
            self.session.choose_server(event.value)
        self.refresh_form()

    @gesture
    async def action_arrange(self) -> None:
        """Pin, hide, order and rename the fields of this form."""
        from tui.ui.screens.arrange_sheet import arrange_sheet

        workflows, draft = self.services.workflows, self.session.draft
        sheet = await arrange_sheet(workflows, draft.server, draft.workflow)
        await app_of(self).push_screen(sheet, lambda _: self.refresh_form() and None)

    @work(exclusive=True, group="ask")
    @gesture
    async def action_save_copy(self) -> None:
        """Save the workflow with these values among the person's own."""
        from tui.ui.screens.line_sheet import LineSheet

        session, workflows = self.session, self.services.workflows
        title = session.form.title if session.form is not None else session.draft.workflow
        name = await app_of(self).push_screen_wait(LineSheet("Save as", text=f"{title} copy"))
        if name:
            draft = session.draft
            copy = await workflows.save_copy(draft.server, draft.workflow, name, session.values())
            app_of(self).say(f"Saved as {copy.name}, with these values.")

    @gesture
    async def action_turn_seed(self) -> None:
        """Random becomes the last seed used, a fixed one random."""
        session, row = self.session, self.panel.row("seed")
        if row is not None:
            row.value = session.turn_seed()

    @gesture
    async def action_further(self) -> None:
        """Show every field of the workflow, or only those in front."""
        await self.panel.turn_further(self.session.draft.values)

    async def on_more_line_asked(self) -> None:
        await self.action_further()

    def show_prompt_use(self, form: "Form") -> None:
        """Say whether the form has a use for the prompt."""
        raise NotImplementedError

    def show_prompts(self) -> None:
        """Show the prompts of the draft."""
        raise NotImplementedError

    def action_to_prompt(self) -> None:
        """Back to writing."""
        raise NotImplementedError
