"""What is typed before a bound key counts, however fast it was typed."""

import sys
from pathlib import Path

from tests.support.pty_terminal import PtyTerminal


def test_a_prompt_and_ctrl_g_in_one_read_make_the_picture(own_home: Path) -> None:
    command = (sys.executable, "-m", "tui", "--demo")
    home = {"LATENTUI_HOME": str(own_home)}
    terminal = PtyTerminal(command, {b"\x1b[c": b"\x1b[?62;c"}, size=(120, 40), environ=home)
    assert terminal.run(until=b"procedural-painter")
    terminal.type(b"a red fox\x07")
    assert terminal.run(until=b"/20")
    terminal.type(b"\x11")
    assert terminal.run()
