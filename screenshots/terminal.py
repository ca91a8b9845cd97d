"""A real xterm on a private X display: keys in, pictures of its window out."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

NEEDED = ("Xvfb", "xterm", "xdotool", "import")
"""Debian: xvfb xterm xdotool imagemagick fonts-dejavu-core."""

_HIDDEN = ("TMUX", "TMUX_PANE", "WAYLAND_DISPLAY", "NO_COLOR")


def missing_programs() -> list[str]:
    """What would have to be installed first."""
    return [name for name in NEEDED if shutil.which(name) is None]


class Terminal:
    """An xterm that shows sixel, running one command; everything it started ends with it."""

    def __init__(
        self, command: Sequence[str], size: str, env: Mapping[str, str], font_size: int = 10
    ) -> None:
        self._command = command
        self._size = size
        self._font_size = font_size
        self._env = {key: value for key, value in os.environ.items() if key not in _HIDDEN}
        self._env |= {"LC_ALL": "C.UTF-8", **env}
        self._started: list[subprocess.Popen[bytes]] = []
        self._window = ""

    def __enter__(self) -> Self:
        server = self._start(
            "Xvfb", "-displayfd", "1", "-screen", "0", "2000x1400x24", "-nolisten", "tcp", out=True
        )
        assert server.stdout is not None
        self._env["DISPLAY"] = ":" + server.stdout.readline().decode().strip()
        sixel = (
            "-ti",
            "vt340",
            "-xrm",
            "XTerm*numColorRegisters: 256",
            "-xrm",
            "XTerm*maxGraphicSize: 3000x3000",
        )
        font = ("-fa", "DejaVu Sans Mono", "-fs", str(self._font_size))
        self._start(
            "xterm", "-geometry", f"{self._size}+0+0", *font, *sixel, "+sb", "-b", "0", "-bw", "0",
            "-e", "env", "TERM=xterm-256color", "COLORTERM=truecolor", *self._command,
        )  # fmt: skip
        deadline = time.monotonic() + 20
        while not self._window and time.monotonic() < deadline:
            found = self._xdotool("search", "--onlyvisible", "--class", "xterm")
            self._window = found.splitlines()[0] if found else ""
            time.sleep(0.1)
        if not self._window:
            self.__exit__(None, None, None)
            sys.exit("xterm did not open a window.")
        self._xdotool("mousemove", "300", "5")  # without a window manager keys go to where the pointer is
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._started):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()

    def key(self, *names: str) -> None:
        """Press keys by their X names: "ctrl+g", "Return", "F1"."""
        for name in names:
            self._xdotool("key", "--delay", "60", name)
            time.sleep(0.15)

    def type(self, text: str) -> None:
        """Type text."""
        self._xdotool("type", "--delay", "25", text)

    def shot(self, path: Path) -> None:
        """Save what the window shows."""
        subprocess.run(["import", "-window", self._window, str(path)], env=self._env, check=True)

    def _start(self, *words: str, out: bool = False) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            words,
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if out else subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started.append(process)
        return process

    def _xdotool(self, *words: str) -> str:
        result = subprocess.run(
            ["xdotool", *words], env=self._env, capture_output=True, text=True, check=False
        )
        return result.stdout.strip()
