"""A terminal that can do nothing: words come line by line, and the studio says that it cannot draw."""

import sys
from pathlib import Path

from tests.support.pty_terminal import PtyTerminal

DUMB = {"TERM": "dumb"}


def said(folder: Path, *arguments: str) -> bytes:
    """What a command writes there."""
    environ = {**DUMB, "LATENTUI_HOME": str(folder)}
    terminal = PtyTerminal([sys.executable, "-m", "tui", *arguments], {}, environ=environ)
    assert terminal.run()
    terminal.close()
    return bytes(terminal.output)


def test_the_studio_says_that_it_cannot_draw(tmp_path: Path) -> None:
    output = said(tmp_path, "--demo")
    assert b"cannot draw" in output
    assert b"\x1b" not in output


def test_generate_moves_no_cursor(tmp_path: Path) -> None:
    output = said(tmp_path, "generate", "a fox", "--demo", "--size", "64x64")
    assert b".png" in output
    assert b"\x1b" not in output


def test_doctor_asks_nothing(tmp_path: Path) -> None:
    output = said(tmp_path, "doctor")
    assert b"drawn with plain characters" in output
    assert b"\x1b" not in output
