"""Which terminal it is, without asking it."""

import stat
from pathlib import Path

import pytest

from tui.terminal.environment import known_terminal


@pytest.mark.parametrize(
    ("environ", "name", "version"),
    [
        ({"TERM": "xterm-kitty"}, "kitty", ""),
        ({"TERM": "foot-extra"}, "foot", ""),
        ({"TERM": "rxvt-unicode-256color"}, "rxvt", ""),
        ({"TERM": "xterm", "TERM_PROGRAM": "WezTerm", "TERM_PROGRAM_VERSION": "2024"}, "wezterm", "2024"),
        ({"TERM": "xterm", "LC_TERMINAL": "iTerm2", "LC_TERMINAL_VERSION": "3.6.6"}, "iterm2", "3.6.6"),
        ({"TERM": "xterm", "KONSOLE_VERSION": "260402"}, "konsole", "26.04"),
        ({"TERM": "screen", "STY": "1.pts", "TERM_PROGRAM": "WezTerm"}, "screen", ""),
        ({"TERM": "xterm-256color"}, "xterm-256color", ""),
    ],
)
def test_the_environment_names_the_terminal(environ: dict[str, str], name: str, version: str) -> None:
    found = known_terminal(environ)
    assert (found.name, found.version, found.is_tty) == (name, version, True)


def test_a_terminal_that_understands_nothing_is_told_nothing() -> None:
    assert not known_terminal({"TERM": "dumb"}).is_tty


@pytest.mark.parametrize(
    ("facts", "name", "through"),
    [
        ("on\tkitty(0.41.1)\t", "kitty", True),
        ("off\tkitty(0.41.1)\t", "tmux", False),
        ("on\t\t", "tmux", False),
    ],
)
def test_tmux_names_the_terminal_outside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, facts: str, name: str, through: bool
) -> None:
    command = tmp_path / "tmux"
    command.write_text(f"#!/bin/sh\nprintf '{facts}'\n")
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    found = known_terminal({"TERM": "tmux-256color", "TMUX": "/tmp/tmux,1,0", "TERM_PROGRAM": "tmux"})
    assert (found.name, found.through_tmux) == (name, through)
