"""The palette: every action, server, workflow and recent prompt, to be searched."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.dom import DOMNode
from textual.screen import Screen

from tui.domain.text import one_line
from tui.ui import words
from tui.ui.access import app_of, glyphs_of, keymap_of
from tui.ui.keys import lines_of
from tui.ui.screens.sheet import Sheet
from tui.ui.widgets.search_list import Option, SearchList

_MOST_PROMPTS = 20
_NOT_OFFERED = ("palette", "close")
"""Actions: who has opened the palette is in it, and leaves it and what is below it with Esc."""


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do: how it reads, what stands at the end of its line, and the deed."""

    label: str
    note: str
    deed: Callable[[], object]


class PaletteSheet(Sheet[None]):
    """Type a few letters, press Enter."""

    DEFAULT_CSS = """
    PaletteSheet {
        align: center top;
        & > SearchList {
            width: 80%; max-width: 90; height: 70%; margin: 2 0 0 0; border-left: outer $accent; padding: 1 0;
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._commands: list[Command] = []

    def compose(self) -> ComposeResult:
        self._commands = list(self._all())
        options = [
            Option(str(index), command.label, command.note) for index, command in enumerate(self._commands)
        ]
        yield SearchList(options, placeholder="what do you want to do?")

    def _all(self) -> Iterator[Command]:
        place = next((screen for screen in reversed(app_of(self).screen_stack) if screen is not self), None)
        yield from self._actions(place)
        yield from self._servers()
        yield from self._workflows()
        yield from self._prompts()

    def _actions(self, place: Screen[object] | None) -> Iterator[Command]:
        homes = _homes(place) if place is not None else [app_of(self)]
        offered: set[str] = set(_NOT_OFFERED)
        for home in homes:
            bindings = _bindings(type(home))
            actions = {binding.id: binding.action for binding in bindings}
            for line in lines_of(bindings, keymap_of(self)):
                action = actions[line.id]
                if action not in offered:
                    offered.add(action)
                    yield Command(line.words, line.keys, self._runner(action, home))

    def _runner(self, action: str, home: DOMNode) -> Callable[[], object]:
        return lambda: app_of(self).call_later(app_of(self).run_action, action, home)

    def _servers(self) -> Iterator[Command]:
        app = app_of(self)
        if app.session is None:
            return
        glyphs = glyphs_of(self)
        for state in app.session.image_servers:
            note = f"{glyphs.connection(state.state)} {words.connection(state)}"
            yield Command(
                f"Server: {words.server_label(state.server)}", note, self._chooser("server", state.server)
            )

    def _workflows(self) -> Iterator[Command]:
        for summary in app_of(self).workflows:
            label = f"Workflow: {one_line(summary.title or summary.name)}"
            yield Command(label, one_line(summary.name, 30), self._chooser("workflow", summary.name))

    def _prompts(self) -> Iterator[Command]:
        app = app_of(self)
        prompts = app.session.draft.recent_prompts[:_MOST_PROMPTS] if app.session else ()
        for prompt in prompts:
            yield Command(f"Prompt: {one_line(prompt, 70)}", "", self._chooser("prompt", prompt))

    def _chooser(self, what: str, value: str) -> Callable[[], object]:
        return lambda: app_of(self).call_later(app_of(self).choose, what, value)

    @on(SearchList.Picked)
    def _run(self, event: SearchList.Picked) -> None:
        command = self._commands[int(event.value)]
        self.dismiss(None)
        command.deed()

    @on(SearchList.Dismissed)
    def _leave(self) -> None:
        self.dismiss(None)


def _homes(place: Screen[object]) -> list[DOMNode]:
    """Where keys are at home: the place, what has the focus in it, and the application."""
    *inside, app = (place.focused or place).ancestors_with_self
    return [place, *(node for node in inside if node is not place), app]


def _bindings(home: type[DOMNode]) -> list[Binding]:
    """Those of the class itself: a list's own deeds are worth a line, how to move in any list is not."""
    return [binding for binding in vars(home).get("BINDINGS", ()) if isinstance(binding, Binding)]
