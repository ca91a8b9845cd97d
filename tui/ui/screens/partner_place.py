"""The way from the prompt to the writing partner and back."""

from typing import TYPE_CHECKING

from textual import work

from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.screens.form_place import FormPlace
from tui.ui.widgets.prompt import PromptArea

if TYPE_CHECKING:
    from tui.ui.screens.partner import Occasion


class PartnerPlace(FormPlace):
    """A place with a prompt that a language server can help with."""

    @property
    def shown_picture(self) -> str | None:
        """The path of the finished picture on the screen."""
        raise NotImplementedError

    def action_partner(self) -> None:
        """Ask the writing partner."""
        self._ask_partner()

    @work(exclusive=True, group="partner")
    @gesture
    async def _ask_partner(self) -> None:
        from tui.ui.screens.partner import PartnerSheet

        occasion = self._occasion()
        pane = self.query_one("#prompt-pane")
        accepted = await app_of(self).push_screen_wait(PartnerSheet(occasion, lambda: pane.region))
        if accepted is not None:
            area = self.query_one(accepted.area, PromptArea)
            area.put(accepted.text)  # ^z brings the person's own text back
            area.focus()

    def _occasion(self) -> "Occasion":
        from tui.ui.screens.partner import Occasion

        checkpoint = self.session.draft.values.get("checkpoint")
        return Occasion(
            prompt=self.query_one("#prompt", PromptArea).text,
            checkpoint=checkpoint if isinstance(checkpoint, str) else self.session.draft.workflow,
            shown=self.shown_picture,
            takes_negative=not self.has_class("-without-negative"),
        )
