"""The studio does not outlive its terminal."""

import errno
import io
import json
import os
import sys
import threading
import time
from pathlib import Path

from tests.support.pty_terminal import PtyTerminal
from tui.terminal import gone


class HungUp(io.StringIO):
    def write(self, text: str) -> int:
        raise OSError(errno.EIO, "Input/output error")


def test_nobody_waits_for_a_writer_whose_terminal_is_gone() -> None:
    told: list[bool] = []
    gone.install(lambda: told.append(True))
    writer = gone.LastingWriter(HungUp())
    writer.start()
    speaker = threading.Thread(target=lambda: [writer.write("x") for _ in range(1000)], daemon=True)
    speaker.start()
    speaker.join(10)
    assert not speaker.is_alive()
    writer.stop()
    assert told == [True]


def ended_within(process: int, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if os.waitpid(process, os.WNOHANG)[0]:
            return True
        time.sleep(0.05)
    return False


def test_the_studio_ends_with_its_terminal_and_keeps_the_prompt(own_home: Path) -> None:
    command = (sys.executable, "-m", "tui", "--demo")
    home = {"LATENTUI_HOME": str(own_home)}
    terminal = PtyTerminal(command, {b"\x1b[c": b"\x1b[?62;c"}, size=(120, 40), environ=home)
    assert terminal.run(until=b"procedural-painter")
    terminal.type(b"a red fox\x07")
    assert terminal.run(until=b"/20")
    os.close(terminal._master)
    assert ended_within(terminal.process, 60)
    stored = json.loads((own_home / "state" / "studio.json").read_text())
    assert stored["values"]["prompt"] == "a red fox"
