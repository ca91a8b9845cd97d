"""A terminal that has all colours gets them, whatever its environment forgot to say."""

import sys
from collections.abc import Mapping

import pytest

from tests.support.pty_terminal import KITTY_ANSWERS, XTERM_ANSWERS, PtyTerminal
from tui.terminal.choice import colors
from tui.terminal.colors import announce
from tui.terminal.profile import Colors, TerminalProfile

PROGRAM = """
import os
from tui.terminal.detect import detect_terminal
from tui.terminal.colors import announce
announce(detect_terminal(patience=20), os.environ)
from textual.app import App
print("COLOURS", App().console.color_system, "END")
"""
TRUE = b"COLOURS truecolor END"
PLAIN = {"TERM": "xterm", "COLORTERM": ""}
OLD_XTERM = {**XTERM_ANSWERS, b"\x1b[>q": b"\x1bP>|XTerm(330)\x1b\\"}


def said(answers: Mapping[bytes, bytes], environ: Mapping[str, str]) -> bytes:
    """What a program says of the colours that Textual uses."""
    terminal = PtyTerminal([sys.executable, "-c", PROGRAM], answers, environ=environ)
    assert terminal.run(until=b"END"), terminal.output
    terminal.run()
    terminal.close()
    return bytes(terminal.output)


@pytest.mark.parametrize("answers", [XTERM_ANSWERS, KITTY_ANSWERS])
def test_a_terminal_that_names_itself_has_all_colours(answers: Mapping[bytes, bytes]) -> None:
    assert TRUE in said(answers, PLAIN)


def test_an_xterm_from_before_them_has_not() -> None:
    assert b"COLOURS standard END" in said(OLD_XTERM, PLAIN)
    assert b"COLOURS 256 END" in said(OLD_XTERM, {**PLAIN, "TERM": "xterm-256color"})


@pytest.mark.parametrize("name", ["COLORTERM", "TEXTUAL_COLOR_SYSTEM", "NO_COLOR"])
def test_what_the_person_chose_stands(name: str) -> None:
    environ = {name: "1"}
    announce(TerminalProfile(colors=Colors.TRUE), environ)
    assert environ == {name: "1"}


def test_a_terminal_with_fewer_colours_is_not_given_more() -> None:
    environ: dict[str, str] = {}
    announce(TerminalProfile(colors=Colors.INDEXED_256), environ)
    assert environ == {}


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("xterm", "331"),
        ("konsole", "22.12.3"),
        ("vte", "7003"),
        ("wezterm", ""),
        ("foot", "1.13"),
        ("iterm2", ""),
    ],
)
def test_names_that_are_known_to_have_them(name: str, version: str) -> None:
    assert colors({"TERM": "xterm-256color"}, name, version) is Colors.TRUE
    assert colors({"TERM": "xterm-256color", "NO_COLOR": "1"}, name, version) is Colors.NONE
