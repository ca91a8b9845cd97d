"""How the studio ends: quit, signalled, or by a fault of its own."""

import json
import os
import re
import signal
import sys
from pathlib import Path

from textual.css.query import NoMatches
from textual.worker import WorkerFailed

from tests.support.fake_services import connected, fake_services
from tests.support.pty_terminal import PtyTerminal
from tests.support.studio import open_studio
from tui.ui.fault import record_fault

ANSWERS = {b"\x1b[c": b"\x1b[?62;c"}
ESCAPES = re.compile(rb"\x1b(\[[\d;:?<=>]*[ -/]*[@-~]|\].*?(\x07|\x1b\\)|.)", re.DOTALL)
"""All that is written and is no text."""


def start(home: Path, *arguments: str) -> PtyTerminal:
    command = (sys.executable, "-m", "tui", *arguments)
    return PtyTerminal(command, ANSWERS, size=(120, 40), environ={"LATENTUI_HOME": str(home)})


def test_a_signal_ends_it_cleanly_and_the_prompt_is_kept(own_home: Path) -> None:
    terminal = start(own_home, "--demo")
    assert terminal.run(until=b"procedural-painter"), terminal.output[-500:]
    terminal.run(seconds=1)  # so that nothing else is being drawn
    so_far = len(terminal.output)
    terminal.type(b"a red fox")
    assert terminal.run(until=lambda: b"x" in ESCAPES.sub(b"", terminal.output[so_far:]))
    os.kill(terminal.process, signal.SIGTERM)
    assert terminal.run()
    assert b"\x1b[?1049l" in terminal.output, "the terminal is left as it was"
    assert b"Traceback" not in terminal.output
    assert terminal.close() == 128 + signal.SIGTERM
    stored = json.loads((own_home / "state" / "studio.json").read_text())
    assert stored["values"]["prompt"] == "a red fox"


async def test_quitting_keeps_the_draft(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        await studio.type("a fox")
        await studio.press("ctrl+q")
    assert services.state.stored["values"]["prompt"] == "a fox"
    assert not services.is_open


async def test_a_worker_that_finds_its_screen_empty_at_the_end_is_no_fault(tmp_path: Path) -> None:
    services = fake_services(tmp_path, connected())
    async with open_studio(services) as studio:
        pass
    studio.app._handle_exception(WorkerFailed(NoMatches("No nodes match '#prompt'")))
    assert not studio.app._fault
    assert not studio.app.return_code


def test_a_fault_is_written_down_and_told_in_a_sentence(tmp_path: Path) -> None:
    log = tmp_path / "state" / "latentui.log"
    try:
        raise ZeroDivisionError("inside")
    except ZeroDivisionError as error:
        said = record_fault(error, log)
    assert "Traceback" not in said
    assert str(log) in said
    assert "ZeroDivisionError: inside" in log.read_text()


def test_an_unexpected_fault_puts_no_traceback_on_the_terminal(own_home: Path) -> None:
    program = (
        "import asyncio, contextlib, sys\n"
        "from pathlib import Path\n"
        "from tui.ui.launch import launch\n"
        "from tui.ui.options import StudioOptions\n"
        "@contextlib.asynccontextmanager\n"
        "async def broken():\n"
        "    raise RuntimeError('the inside of it')\n"
        "    yield\n"
        "sys.exit(launch(StudioOptions(log=Path(sys.argv[1])), broken))\n"
    )
    log = own_home / "fault.log"
    terminal = PtyTerminal((sys.executable, "-c", program, str(log)), ANSWERS, size=(120, 40))
    assert terminal.run()
    assert b"Traceback" not in terminal.output
    assert b"Latentui ended because of a fault of its own." in terminal.output
    assert "RuntimeError: the inside of it" in log.read_text()
    assert terminal.close() == 1


def test_the_prompt_is_written_in_the_persons_own_editor(own_home: Path) -> None:
    editor = own_home / "editor"
    editor.parent.mkdir(parents=True, exist_ok=True)
    editor.write_text("#!/bin/sh\nprintf 'an owl in \\033[31mthe rain' > \"$1\"\n")
    editor.chmod(0o755)
    program = Path(__file__).parent.parent / "support" / "hostile_studio.py"
    command = (sys.executable, str(program), str(own_home))
    terminal = PtyTerminal(command, ANSWERS, size=(120, 40), environ={"EDITOR": str(editor)})
    assert terminal.run(until=b"HOSTILE-JOB")
    terminal.type(b"\x05")
    assert terminal.run(until=b"an owl in [31mthe rain"), terminal.output[-500:]
    terminal.type(b"\x11")
    assert terminal.run()
    assert terminal.close() == 0
