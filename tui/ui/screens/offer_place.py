"""Servers that were found on this machine: said in a line, taken with a key."""

from typing import TYPE_CHECKING

from textual import work
from textual.actions import SkipAction
from textual.widgets import Static

from tui.ui.access import app_of
from tui.ui.gesture import gesture
from tui.ui.plain import plain
from tui.ui.screens.drop_place import DropPlace

if TYPE_CHECKING:
    from tui.domain.settings import ServerSettings


class OfferPlace(DropPlace):
    """A place with a line for offers."""

    def show_offers(self, offers: "tuple[ServerSettings, ...]") -> None:
        """Say which server could be used."""
        line = self.query_one("#offer", Static)
        if not offers:
            line.update("")
            return
        found = offers[0]
        line.update(plain(f"{found.kind.label} answers at {found.url}.  ", ("^n", "$accent"), " uses it"))

    def action_accept_offer(self) -> None:
        """Use the server that was found on this machine from now on."""
        if not app_of(self).offers:
            raise SkipAction
        self._accept()

    @work(group="offer")
    @gesture
    async def _accept(self) -> None:
        app = app_of(self)
        if app.services is None:
            return
        found, app.offers = app.offers[0], app.offers[1:]
        self.session.wish_for_server(found.name)
        await app.services.settings.put_server(found)
