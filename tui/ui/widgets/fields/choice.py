"""A field with the server's own list."""

from textual.app import ComposeResult

from tui.domain.forms import ChoiceField
from tui.domain.request import FieldValue
from tui.ui.widgets.fields.row import FieldRow
from tui.ui.widgets.pick import Pick
from tui.ui.widgets.search_list import Option


class ChoiceRow(FieldRow):
    """One of many, picked from a list that opens right there."""

    DEFAULT_CSS = """
    ChoiceRow {
        & Pick { width: 1fr; background: $background; &:focus { background: $panel; text-style: none; } }
        & > .hint { width: auto; max-width: 60%; }
    }
    """

    def __init__(self, field: ChoiceField, value: FieldValue) -> None:
        super().__init__(field, value)
        self._field = field

    def compose_editor(self) -> ComposeResult:
        like = self._field.nearest
        options = [
            *(Option(choice, note="nearest") for choice in like),
            *(Option(choice) for choice in self._field.choices if choice not in like),
        ]
        yield Pick(options, value=str(self._value or ""), takes_other=True)

    def show_value(self, value: FieldValue) -> None:
        self.query_one(Pick).value = str(value or "")

    def on_pick_picked(self, event: Pick.Picked) -> None:
        event.stop()
        self.take(event.value)
