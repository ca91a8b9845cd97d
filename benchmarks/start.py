"""How soon the studio and the command line are there: CPU time beside what they cannot do without.

    python benchmarks/start.py [--runs N]

The studio: CPU time until its first frame is on a pty, beside that of an empty Textual app; goal 1.5.
`--version`: the whole process, beside `python -c "import argparse"`; goal 2. Medians; ratios pair by pair.
"""

import argparse
import os
import pty
import re
import resource
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time

EMPTY_APP = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("what you want to see")
Empty().run()
"""
FIRST_FRAME = b"what you want to see"
PYTHON = sys.executable


def until_first_frame(command: list[str]) -> float:
    """CPU seconds that the process used until the words of its first frame were on the terminal."""
    process, terminal = pty.fork()
    if process == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
        os.execv(command[0], command)
    seen, deadline = b"", time.monotonic() + 30
    while not shows_first_frame(seen) and time.monotonic() < deadline:
        if select.select([terminal], [], [], 0.05)[0]:
            seen = seen[-20_000:] + os.read(terminal, 65536)
        if b"\x1b[c" in seen:  # every terminal answers this one
            os.write(terminal, b"\x1b[?62;22c")
            seen = seen.replace(b"\x1b[c", b"")
    os.kill(process, signal.SIGKILL)
    usage = os.wait4(process, 0)[2]
    os.close(terminal)
    if not shows_first_frame(seen):
        sys.exit(f"no first frame from {' '.join(command)}")
    return usage.ru_utime + usage.ru_stime


def shows_first_frame(output: bytes) -> bool:
    """Whether the words are there, whatever colours stand between them."""
    return FIRST_FRAME in re.sub(rb"\x1b\[[0-9;?]*[A-Za-z]", b"", output)


def whole(command: list[str]) -> float:
    """CPU seconds of a process from beginning to end."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def report(what: str, ours: list[float], floor: list[float], goal: float) -> None:
    ratio = statistics.median(one / other for one, other in zip(ours, floor, strict=True))
    both = "{:5.0f} ms   floor {:5.0f} ms".format(*(statistics.median(one) * 1000 for one in (ours, floor)))
    print(f"{what:26} {both}   ratio {ratio:.2f} (goal {goal})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as home:
        os.environ["LATENTUI_HOME"] = home
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # an installed program has its bytecode
        whole([PYTHON, "-m", "tui", "--version"])  # and a checkout has it from here on
        studio: list[float] = []
        empty: list[float] = []
        version: list[float] = []
        bare: list[float] = []
        for _ in range(runs):
            studio.append(until_first_frame([PYTHON, "-m", "tui"]))
            empty.append(until_first_frame([PYTHON, "-c", EMPTY_APP]))
            version.append(whole([PYTHON, "-m", "tui", "--version"]))
            bare.append(whole([PYTHON, "-c", "import argparse"]))
    report("studio to its first frame", studio, empty, 1.5)
    report("latentui --version", version, bare, 2.0)


if __name__ == "__main__":
    main()
