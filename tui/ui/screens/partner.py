"""The writing partner: what it can do, what it writes, and whether that is taken."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from textual import work
from textual.actions import SkipAction
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.geometry import Region
from textual.widgets import Input, Static

from tui.domain.errors import InputError, LatentuiError
from tui.domain.settings import ServerKind
from tui.services.prompts import (
    HelpRequest,
    PartnerThinks,
    PromptEvent,
    PromptHelp,
    ProposalGrew,
    ProposalReady,
)
from tui.ui import words
from tui.ui.access import app_of
from tui.ui.plain import plain
from tui.ui.screens.sheet import Sheet
from tui.ui.widgets.listing import Line, Listing, spread
from tui.ui.widgets.proposal import ChoiceList, Proposal

if TYPE_CHECKING:
    from tui.services.bundle import Services

HEIGHT = 14
"""Rows of the panel, whatever is in it."""

NOBODY = (
    "No language server is switched on.\n\n"
    "Start LM Studio, llama.cpp or Ollama, then switch it on in the settings (F6). "
    "LM Studio listens at http://127.0.0.1:1234."
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """What was taken, and which text it goes into."""

    area: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """What the partner is asked about."""

    prompt: str
    checkpoint: str | None = None
    shown: str | None = None
    """The path of the picture on the screen."""

    takes_negative: bool = True


@dataclass(frozen=True, slots=True)
class Offer:
    """One thing the partner can do; `reason` says why not now."""

    help: PromptHelp
    label: str
    reason: str = ""
    picture: str | None = None


class OfferList(Listing[Offer]):
    """What the partner can do."""


class PartnerSheet(Sheet[Accepted]):
    """Lies right under the prompt, which stays readable and is not touched until a proposal is taken."""

    DEFAULT_CSS = f"""
    PartnerSheet {{
        align: left top;
        & > .panel {{ height: {HEIGHT}; padding: 0 1; max-width: 100%; }}
        & Listing {{ background: $panel; }}
        & Input, & Input:focus {{ background: $panel; border: none; height: 1; padding: 0; }}
        & Input {{ display: none; }}
        & Proposal {{ display: none; }}
        &.-wish OfferList, &.-writing OfferList {{ display: none; }}
        &.-wish Input, &.-wish Input:focus {{ display: block; }}
        &.-writing Proposal {{ display: block; }}
        & .keys {{ dock: bottom; margin: 0; }}
        & OfferList, & Proposal {{ margin: 0 0 2 0; }}
    }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Take the proposal", id="partner.take"),
        Binding("ctrl+l", "again", "Write another one", id="partner.again", priority=True),
    ]

    def __init__(self, occasion: Occasion, below: Callable[[], Region]) -> None:
        super().__init__()
        self._occasion = occasion
        self._below = below
        self._request: HelpRequest | None = None
        self._is_ready = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="panel"):
            yield Static("", classes="title", markup=False)
            yield OfferList(_draw)
            yield Input(placeholder="how should it change?")
            yield Proposal()
            yield Static("", classes="keys", markup=False)

    def on_mount(self) -> None:
        self._lay_out()
        self.query_one(".title", Static).update(plain(self._who))
        if self._services.prompts.server is None:
            self.add_class("-writing")
            self.query_one(Proposal).tell(self._how_to_get_one())
            self._hint(("Esc", "leaves"))
            return
        offers = self.query_one(OfferList)
        offers.show(offers_for(self._occasion))
        offers.focus()
        self._hint(("Enter", "asks"), ("Esc", "leaves"))

    def _how_to_get_one(self) -> str:
        found = [offer.url for offer in app_of(self).offers if offer.kind is ServerKind.LMSTUDIO]
        return f"{NOBODY}\n\nOne answers at {found[0]}." if found else NOBODY

    def on_resize(self) -> None:
        self.call_after_refresh(self._lay_out)

    def _lay_out(self) -> None:
        """Right under the prompt; above the foot where there is no room below."""
        region, panel = self._below(), self.query_one(".panel")
        top = max(min(region.bottom, self.size.height - HEIGHT - 1), 0)
        panel.styles.width = region.width
        panel.styles.margin = (top, 0, 0, region.x)

    @property
    def _services(self) -> "Services":
        services = app_of(self).services
        if services is None:
            raise InputError("Not ready yet.", "Latentui is still starting.")
        return services

    @property
    def _who(self) -> str:
        server = self._services.prompts.server
        if server is None:
            return "Writing partner"
        states = [state for state in app_of(self).connections if state.server == server]
        model = states[0].status.model if states and states[0].status else ""
        label = words.server_label(server)
        return f"{model} on {label}" if model else label

    def on_listing_chosen(self, event: Listing.Chosen) -> None:
        event.stop()
        if isinstance(event.listing, ChoiceList):
            self.action_take()
            return
        offer = self.query_one(OfferList).current
        if offer is not None and offer.reason:
            app_of(self).say(offer.reason)
        elif offer is not None:
            self._begin(offer)

    def _begin(self, offer: Offer) -> None:
        request = HelpRequest(
            help=offer.help,
            prompt=self._occasion.prompt,
            checkpoint=self._occasion.checkpoint,
            picture=offer.picture,
        )
        self._request = request
        if offer.help is PromptHelp.REWRITE:
            self.add_class("-wish")
            self.query_one(Input).focus()
        elif offer.help is PromptHelp.DESCRIBE and offer.picture is None:
            self._pick_picture(request)
        else:
            self._ask(request)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._request is not None and event.value.strip():
            self._ask(replace(self._request, wish=event.value))

    @work(exclusive=True, group="partner")
    async def _pick_picture(self, request: HelpRequest) -> None:
        from tui.ui.screens.file_picker import FilePicker

        session = app_of(self).session
        folders = (session.draft.folder, session.draft.recent_folders) if session else ("", ())
        path = await app_of(self).push_screen_wait(FilePicker(*folders, title="Picture to describe"))
        if path is not None:
            self._ask(replace(request, picture=str(path)))

    @work(exclusive=True, group="partner")
    async def _ask(self, request: HelpRequest) -> None:
        self._request, self._is_ready = request, False
        self.remove_class("-wish")
        self.add_class("-writing")
        proposal = self.query_one(Proposal)
        proposal.begin("asking…")
        self._hint(("Esc", "stops it; the prompt stays as it is"))
        try:
            # left early, the generator is closed, and with it the connection: the server stops writing
            async with aclosing(self._services.prompts.help(request)) as events:
                async for event in events:
                    self._show(event)
        except LatentuiError as error:
            proposal.say("")
            proposal.fail(error.sentence)
            self._hint(("^l", "tries again"), ("Esc", "leaves"))

    def _show(self, event: PromptEvent) -> None:
        proposal = self.query_one(Proposal)
        match event:
            case PartnerThinks(activity):
                proposal.say("loading its model…" if activity == "loading" else f"{activity}…")
            case ProposalGrew(text):
                proposal.say("writing…")
                proposal.grow(text)
            case ProposalReady(proposals, model, note):
                self._is_ready = True
                proposal.ready(proposals)
                served = f"{model} wrote it." if model and not self._who.startswith(model) else ""
                proposal.say(" ".join(part for part in (served, note) if part) or "ready")
                self._hint(("Enter", "takes it"), ("^l", "another"), ("Esc", "discards"))

    def action_take(self) -> None:
        """The proposal becomes the prompt."""
        text = self.query_one(Proposal).chosen
        if not self._is_ready or self._request is None or not text:
            raise SkipAction
        area = "#negative" if self._request.help is PromptHelp.NEGATIVE else "#prompt"
        self.dismiss(Accepted(area, text))

    def action_again(self) -> None:
        """Ask the same once more."""
        if self._request is not None and self.has_class("-writing"):
            self._ask(self._request)

    def _hint(self, *keys: tuple[str, str]) -> None:
        parts = [part for key, deed in keys for part in ((key, "$accent"), f" {deed}   ")]
        self.query_one(".keys", Static).update(plain(*parts))


def offers_for(occasion: Occasion) -> tuple[Offer, ...]:
    """What can be asked for, with the reason where it cannot."""
    empty = "" if occasion.prompt.strip() else "the prompt is empty"
    negative = empty or ("" if occasion.takes_negative else "this workflow takes none")
    shown = (
        [Offer(PromptHelp.DESCRIBE, "Describe the picture shown", picture=occasion.shown)]
        if occasion.shown
        else []
    )
    return (
        Offer(PromptHelp.EXPAND, "Expand the prompt", empty),
        Offer(PromptHelp.REWRITE, "Rewrite it as I say", empty),
        Offer(PromptHelp.VARIATIONS, "Three variations", empty),
        Offer(PromptHelp.NEGATIVE, "Write a negative prompt", negative),
        *shown,
        Offer(PromptHelp.DESCRIBE, "Describe a picture from disk"),
    )


def _draw(offer: Offer, width: int) -> Sequence[Line]:
    left, right = spread(offer.label, offer.reason, width)
    return ([(left, "faint" if offer.reason else ""), (right, "faint")],)
