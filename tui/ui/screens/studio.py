"""The studio: write a prompt, set the form, watch the picture being made."""

import asyncio
import importlib
from typing import TYPE_CHECKING, ClassVar

from textual import events, work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input, Static, TextArea

from tui.domain.errors import InputError, LatentuiError
from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.hints import hint
from tui.ui.screens.offer_place import OfferPlace
from tui.ui.screens.place import Place
from tui.ui.widgets.prompt import PromptArea, PromptPane

if TYPE_CHECKING:  # all but the prompt is brought in after the first frame
    from tui.domain.events import OutputSaved
    from tui.domain.forms import Form
    from tui.domain.job import Job
    from tui.domain.server import Connection
    from tui.ui.session import Session
    from tui.ui.watching import Watching
    from tui.ui.widgets.picture_pane import PicturePane

SIDE_BY_SIDE = 100
"""Columns; as in the breakpoints of every place."""

FRAME_SECONDS = 0.02
"""What the first frame gets to reach the terminal before imports keep the processor busy."""

WELCOME = "Say what you want to see, then press ^g."


class StudioScreen(OfferPlace):
    """Prompt and form on the left, picture on the right, jobs below."""

    CSS_PATH = "studio.tcss"
    AUTO_FOCUS = "#prompt"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g,ctrl+enter", "generate", "Generate", id="studio.generate", priority=True),
        Binding("ctrl+o", "pick_picture", "Pick a picture", id="studio.picture", priority=True),
        Binding("ctrl+e", "edit_prompt", "Prompt in $EDITOR", id="studio.editor", priority=True),
        Binding("ctrl+l", "partner", "Ask the writing partner", id="studio.partner", priority=True),
        Binding("ctrl+r", "turn_seed", "Seed: random, or the last one", id="studio.seed", priority=True),
        Binding("ctrl+x", "cancel", "Cancel the job", id="studio.cancel", priority=True),
        Binding("ctrl+f", "further", "All fields, or those in front", id="studio.further", priority=True),
        Binding("ctrl+t", "swap", "Form or picture", id="studio.swap", priority=True),
        Binding("ctrl+n", "accept_offer", "Use the server that was found", id="studio.accept-offer"),
        Binding("alt+z", "undo_drop", "Take a dropped file back", id="studio.undo-drop", priority=True),
        Binding("alt+a", "arrange", "Arrange the fields", id="studio.arrange", priority=True),
        Binding("alt+s", "save_copy", "Save as a workflow of your own", id="studio.save-copy", priority=True),
        Binding("alt+r", "reload", "Ask the server anew for its lists", id="studio.reload", priority=True),
        Binding("escape", "to_prompt", "Back to the prompt", id="studio.prompt", show=False),
    ]
    HINTS = (
        hint("generate", "studio.generate"),
        hint("picture", "studio.picture"),
        hint("palette", "app.palette"),
        hint("help", "app.help"),
    )
    NARROW_HINTS = (HINTS[0], hint("view", "studio.swap"), *HINTS[2:])

    OWN_ACTIONS = frozenset(binding.action for binding in BINDINGS if isinstance(binding, Binding))

    def __init__(self) -> None:
        super().__init__()
        self._watching: Watching | None = None

    def compose_place(self) -> ComposeResult:
        yield Horizontal(id="top")
        with Horizontal(id="body"), Vertical(id="work"):
            yield PromptPane(
                "Prompt", PromptArea(placeholder="what you want to see", id="prompt"), id="prompt-pane"
            )

    async def on_mount(self) -> None:
        self.call_after_refresh(self.set_timer, FRAME_SECONDS, self._furnish)

    async def _furnish(self) -> None:
        """Bring in what the first frame does without."""
        for module in ("tui.ui.watching", "tui.ui.widgets.form", "tui.ui.widgets.top_line"):
            await asyncio.to_thread(importlib.import_module, module)
        from tui.ui.watching import Watching
        from tui.ui.widgets.form import FormPanel
        from tui.ui.widgets.jobs_pane import JobsPane
        from tui.ui.widgets.picture_pane import PicturePane
        from tui.ui.widgets.top_line import TopLine

        with app_of(self).batch_update():
            await self.query_one("#top").mount(TopLine().data_bind(Place.jobs))
            negative = PromptArea(placeholder="what should not be there", id="negative")
            await self.query_one("#work").mount(
                PromptPane("Negative", negative, id="negative-pane"), FormPanel(id="form")
            )
            await self.query_one("#body").mount(PicturePane(WELCOME, id="picture"))
            foot = JobsPane(empty="nothing is being made", id="jobs").data_bind(Place.jobs)
            offer = Static("", id="offer", markup=False)
            await self.mount(offer, Vertical(foot, id="foot"), before="StatusBar")
        self._watching = Watching(self.pane)
        self.is_furnished = True
        self._listen(self._watching)
        await self.pane.open()

    def _listen(self, watching: "Watching") -> None:
        app = app_of(self)
        app.session_opened.subscribe(self, self._show_session)
        app.preview_received.subscribe(self, watching.preview)
        app.output_saved.subscribe(self, self._show_saved)
        app.job_ended.subscribe(self, self._note_ending)
        self.watch(app, "offers", self.show_offers)
        watching.follow(app.jobs)
        if app.session is not None:
            self._show_session(app.session)

    @property
    def pane(self) -> "PicturePane":
        """The picture."""
        from tui.ui.widgets.picture_pane import PicturePane

        return self.query_one(PicturePane)

    @property
    def shown_picture(self) -> str | None:
        """The path of the finished picture on the screen."""
        shown = self._watching.shown if self._watching is not None else None
        return shown.path if shown is not None else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:  # noqa: ARG002 - Textual asks so
        """Before the form and the picture are there, nothing can be done to them."""
        return self.is_furnished or action not in self.OWN_ACTIONS

    def on_screen_resume(self) -> None:
        """Back from another place: show what was made meanwhile."""
        self._catch_up(app_of(self).jobs)

    def _catch_up(self, jobs: "tuple[Job, ...]") -> None:
        job = self._watching.missed(jobs) if self._watching is not None else None
        if job is not None:
            self._show_whole(job)

    def on_resize(self, event: events.Resize) -> None:
        """Where form and picture do not fit side by side, the key that swaps them is said."""
        self.hints = self.HINTS if event.size.width >= SIDE_BY_SIDE else self.NARROW_HINTS

    def _show_session(self, session: "Session") -> None:
        draft = session.draft
        for name, field in (("#prompt", "prompt"), ("#negative", "negative_prompt")):
            area = self.query_one(name, PromptArea)
            value = draft.values.get(field)
            if area.text:
                session.edit(field, area.text)
            elif isinstance(value, str):
                area.put(value)
        self.query_one("#prompt", PromptArea).earlier = draft.recent_prompts
        self.show_choice()
        self.refresh_form()
        services = app_of(self).services
        if services is not None:
            self._catch_up(services.generation.jobs)

    def watch_jobs(self, jobs: "tuple[Job, ...]") -> None:
        if self._watching is not None:
            self._watching.follow(jobs)

    def watch_connections(self, before: "tuple[Connection, ...]", after: "tuple[Connection, ...]") -> None:
        session = app_of(self).session
        if session is None or self._watching is None:
            return
        if not session.draft.server and session.image_servers:
            session.choose_server()
        self.show_choice()
        is_new = session.take_wished_server() or session.is_back(before, after)
        if is_new or session.sees_others(before, after):
            self.refresh_form()

    @work(group="saved")
    async def _show_saved(self, saved: "OutputSaved") -> None:
        services = app_of(self).services
        if services is not None and self._watching is not None:
            await self._watching.show_saved(saved, services)

    def _note_ending(self, job: "Job") -> None:
        if job.error_title:
            app_of(self).tell(LatentuiError(job.error_title, job.error_advice))
        elif job.results and self._watching is not None and self._watching.concerns(job, app_of(self).jobs):
            self._show_whole(job)

    @work(group="saved")
    async def _show_whole(self, job: "Job") -> None:
        """Once the job is over its time is known: say it under the picture."""
        services, watching = app_of(self).services, self._watching
        if services is not None and watching is not None:
            await watching.show(job.results[-1], services, job)

    def on_listing_chosen(self) -> None:
        """The job under the cursor: its picture, or all that is known of it."""
        job = self.job_under_cursor
        if job is not None and job.results:
            self._show_whole(job)
        elif job is not None:
            from tui.ui.screens.text_sheet import job_sheet

            app_of(self).push_screen(job_sheet(job))

    @work(group="saved")
    async def on_picture_pane_chosen(self, event: "PicturePane.Chosen") -> None:
        services = app_of(self).services
        if services is not None and self._watching is not None:
            await self._watching.show(event.result.output, services, event.result.job)

    def show_prompts(self) -> None:
        """Show the prompts of the draft."""
        for selector, text in zip(("#prompt", "#negative"), self.session.prompts, strict=True):
            self.query_one(selector, PromptArea).put(str(text or ""))

    def show_prompt_use(self, form: "Form") -> None:
        """Say whether the form has a use for the prompt."""
        field = form.field("prompt")
        pane = self.query_one("#prompt-pane", PromptPane)
        pane.say_used(is_used=field is not None and not field.unavailable)

    def show_draft(self) -> None:
        """Show a draft that was changed elsewhere."""
        self.show_prompts()
        self.show_choice()
        self.refresh_form()

    def on_prompt_area_edited(self, event: PromptArea.Edited) -> None:
        session = app_of(self).session
        if session is not None:
            session.edit("negative_prompt" if event.area.id == "negative" else "prompt", event.area.text)

    def action_generate(self) -> None:
        """Send the form; it queues where another job runs."""
        self._generate()

    @work(group="generate")
    @gesture
    async def _generate(self) -> None:
        from tui.ui.settling import settled  # not before the first frame

        await settled(self)
        panel = self.panel
        wrong = panel.first_complaint
        if wrong is not None:
            wrong.focus_editor()
            raise InputError(f"{wrong.field.label}: {wrong.complaint}.")
        session = self.session
        has_losses = bool(session.losses)
        edited = session.edited
        job = await session.generate()
        if edited is not None and edited.id == job.id:
            app_of(self).say("The waiting job was changed; it keeps its place in the queue.")
        if has_losses:
            self.refresh_form()  # they were said, and the person went on
        panel.tell_seed(session.draft.last_seed)
        self.query_one("#prompt", PromptArea).earlier = session.draft.recent_prompts

    def action_swap(self) -> None:
        """Form or picture where both do not fit; elsewhere the picture alone, or both."""
        self.toggle_class("-filled-by-picture")
        if self.has_class("-filled-by-picture"):
            self.pane.focus()
        else:
            self.action_to_prompt()

    def action_to_prompt(self) -> None:
        """Back to writing."""
        self.remove_class("-filled-by-picture")
        self.query_one("#prompt", PromptArea).focus()

    def action_edit_prompt(self) -> None:
        """The prompt, or the text in focus, in the person's editor."""
        focused = self.focused
        area = focused if isinstance(focused, PromptArea) else self.query_one("#prompt", PromptArea)
        self._edit(area)

    @work(exclusive=True, group="editor")
    @gesture
    async def _edit(self, area: PromptArea) -> None:
        from tui.ui.editor import edited

        area.put(await edited(app_of(self), area.text))

    def action_cancel(self) -> None:
        """Cancel the job under the cursor of the jobs, else the one that runs; in a selection, cut."""
        if _has_selection(self.focused):
            raise SkipAction
        super().action_cancel()


def _has_selection(widget: object) -> bool:
    return isinstance(widget, TextArea | Input) and not widget.selection.is_empty
