"""Where Python lacks what only Unix has, the commands are there nevertheless."""

import subprocess
import sys

PROGRAM = """
import sys
for name in ("fcntl", "termios", "tty", "pty", "resource"):
    sys.modules[name] = None
import asyncio
sys.platform = "win32"
import tui.cli.doctor, tui.cli.generate, tui.cli.jobs, tui.cli.studio
from tui.terminal.detect import detect_terminal
from tui.terminal.environment import known_terminal
from tui.domain.errors import InputError
assert not detect_terminal().is_tty
known_terminal()
try:
    tui.cli.studio.run(None)
except InputError as error:
    print(error.title)
"""


def test_commands_are_imported_and_the_studio_says_why_it_does_not_run() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Windows" in done.stdout
