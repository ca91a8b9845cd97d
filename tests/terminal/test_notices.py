"""Notices by what the terminal knows."""

from base64 import standard_b64encode

import pytest

from tests.support.graphics import unwrapped
from tui.terminal.notices import BELL, ProgressState, notification, progress, title
from tui.terminal.passthrough import wrap
from tui.terminal.profile import TerminalProfile


def known(
    name: str, version: str = "99.0", *, is_tty: bool = True, through_tmux: bool = False
) -> TerminalProfile:
    return TerminalProfile(name=name, version=version, is_tty=is_tty, through_tmux=through_tmux)


def test_the_title_says_what_it_should_and_nothing_more() -> None:
    assert title("42 % · fox", known("xterm")) == "\x1b]0;42 % · fox\x07".encode()
    assert title("a\x07\x1b]52;c;AAAA\x07b", known("xterm")).count(b"\x07") == 1
    assert title("x", known("xterm", is_tty=False)) == b""


@pytest.mark.parametrize("name", ["ghostty", "wezterm", "iterm2", "konsole"])
def test_progress_where_it_is_known(name: str) -> None:
    assert progress(ProgressState.RUNNING, 42, known(name)) == b"\x1b]9;4;1;42\x1b\\"
    assert progress(ProgressState.NONE, 0, known(name)) == b"\x1b]9;4;0;0\x1b\\"
    assert progress(ProgressState.RUNNING, 999, known(name)) == b"\x1b]9;4;1;100\x1b\\"


def test_progress_is_never_taken_for_a_notification() -> None:
    assert progress(ProgressState.RUNNING, 42, known("xterm")) == b""
    assert progress(ProgressState.RUNNING, 42, known("kitty", "0.31.0")) == b""
    assert progress(ProgressState.RUNNING, 42, known("kitty", "0.41.1")) != b""


def test_each_terminal_is_notified_in_its_own_words() -> None:
    assert notification("done", "fox; 4 s", known("foot")) == b"\x1b]777;notify;done;fox, 4 s\x1b\\"
    assert notification("done", "fox", known("iterm2")) == b"\x1b]9;done: fox\x1b\\"
    assert standard_b64encode(b"fox") in notification("done", "fox", known("kitty"))
    assert notification("done", "fox", known("xterm")) == BELL
    assert notification("done", "fox", known("xterm", is_tty=False)) == b""


def test_tmux_is_told_to_hand_it_through() -> None:
    inside = notification("done", "fox", known("iterm2", through_tmux=True))
    assert unwrapped(inside) == notification("done", "fox", known("iterm2"))
    assert wrap(unwrapped(inside)) == inside
