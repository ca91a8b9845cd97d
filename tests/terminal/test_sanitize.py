"""What a hostile text can do to a terminal through Textual's widgets, seen from the terminal's side."""

import sys

import pytest

from tests.support.pty_terminal import XTERM_ANSWERS, PtyTerminal

PROGRAM = """
import sys
from rich.text import Text
from textual.app import App, ComposeResult
from textual.content import Content
from textual.widgets import (
    Button, Checkbox, DataTable, Header, Input, Label, ListItem, ListView, Log, Markdown, OptionList, RichLog,
    Select, Static, TabbedContent, TabPane, TextArea, Tree,
)
from tui.terminal import sanitize

if sys.argv[1] == "guarded":
    sanitize.install()

EVIL = "EVIL\\x1b]2;OWNED\\x07\\x1b[31m\\x9b32m\\x90x\\x00\\x0e\\x7f\\u202eback\\u2066\\x85"


class Hostile(App[None]):
    CSS = '''
    Static, Label, Input, Button, Checkbox { height: 1; border: none; }
    Log, RichLog, TextArea, Tree, DataTable, OptionList, ListView, Markdown { height: 2; border: none; }
    '''
    TITLE = EVIL

    def compose(self) -> ComposeResult:
        yield Header()
        yield Static(EVIL, markup=False)
        yield Static(Text(EVIL))
        yield Static(Content(EVIL))
        yield Label(EVIL, markup=False)
        yield Button(Content(EVIL))
        yield Checkbox(Content(EVIL))
        yield Input(EVIL)
        yield TextArea(EVIL)
        yield Log()
        yield RichLog()
        yield DataTable()
        yield Tree(Text(EVIL))
        yield OptionList(Content(EVIL))
        yield Select([(EVIL, 1)], value=1)
        yield Markdown(EVIL)
        yield ListView(ListItem(Label(EVIL, markup=False)))
        with TabbedContent(EVIL):
            yield TabPane(EVIL)

    def on_mount(self) -> None:
        bordered = Static("x")
        bordered.border_title = EVIL
        bordered.styles.border = ("round", "red")
        bordered.styles.height = 3
        self.mount(bordered)
        self.query_one(Log).write_line(EVIL)
        self.query_one(RichLog).write(Text(EVIL))
        self.query_one(RichLog).write(EVIL)
        table = self.query_one(DataTable)
        table.add_column(Text(EVIL))
        table.add_row(Text(EVIL))
        self.notify(EVIL, title=EVIL, markup=False)
        self.set_timer(1.0, self.exit)


Hostile().run()
"""

HOSTILE = {
    "title": b"\x1b]2;OWNED",
    "C1": "\x9b".encode(),
    "NEL": "\x85".encode(),
    "NUL": b"\x00",
    "SO": b"\x0e",
    "DEL": b"\x7f",
    "override": "\u202e".encode(),
    "isolate": "\u2066".encode(),
}


def written_by(mode: str) -> bytes:
    terminal = PtyTerminal([sys.executable, "-c", PROGRAM, mode], XTERM_ANSWERS, size=(100, 60))
    assert terminal.run(), terminal.output
    terminal.close()
    return bytes(terminal.output)


def test_no_widget_lets_a_control_character_through() -> None:
    output = written_by("guarded")
    assert output.count(b"EVIL") >= 18
    assert [name for name, data in HOSTILE.items() if data in output] == []


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_the_guard_is_what_holds_them_back(name: str, unguarded: bytes) -> None:
    assert HOSTILE[name] in unguarded


@pytest.fixture(scope="module")
def unguarded() -> bytes:
    """What the same program writes without the guard."""
    return written_by("unguarded")
