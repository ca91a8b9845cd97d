"""Real terminals on a private X display: keys in, pictures of their window out."""

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

KINDS = ("xterm", "plain", "kitty")
"""xterm shows sixel, plain is an xterm without."""
NEEDED = ("Xvfb", "xdotool", "import")
"""Debian: xvfb xterm xdotool imagemagick fonts-dejavu-core; kitty from trixie on."""

ATTEMPTS = 8
PATIENCE = 60
"""Seconds for a window to come."""
_KITTY_SINCE = (0, 28)
_HIDDEN = ("TMUX", "TMUX_PANE", "WAYLAND_DISPLAY", "NO_COLOR")
_SIXEL = ("-ti", "vt340", "-xrm", "XTerm*numColorRegisters: 256", "-xrm", "XTerm*maxGraphicSize: 3000x3000")
_KITTY = {
    "remember_window_size": "no",
    "window_padding_width": "0",
    "update_check_interval": "0",
    "hide_window_decorations": "yes",
    "font_family": "DejaVu Sans Mono",
    "confirm_os_window_close": "0",
    "background": "black",
    "foreground": "white",
}


def missing_programs(name: str = "xterm") -> list[str]:
    """What would have to be installed first for a kind of terminal; `kitty-tmux` has tmux between."""
    kind, _, tmux = name.partition("-")
    programs = (*NEEDED, "kitty" if kind == "kitty" else "xterm", tmux or "env")
    missing = [program for program in programs if shutil.which(program) is None]
    if kind == "kitty" and not missing and _kitty_version() < _KITTY_SINCE:
        return ["kitty 0.28"]
    return missing


def _kitty_version() -> tuple[int, ...]:
    said = subprocess.run(["kitty", "--version"], capture_output=True, text=True, check=False).stdout
    words = [*said.split(), "", ""]
    return tuple(int(part) for part in words[1].split(".") if part.isdigit())


class Terminal:
    """A terminal that runs one command; everything it started ends with it."""

    def __init__(
        self,
        command: Sequence[str],
        size: str,
        env: Mapping[str, str],
        font_size: int = 10,
        *,
        kind: str = "xterm",
        tmux: str = "",
    ) -> None:
        """`tmux` is the program to put between, if any."""
        self._kind = kind
        self._tmux = tmux
        self._size = size
        self._font_size = font_size
        self._env = {key: value for key, value in os.environ.items() if key not in _HIDDEN}
        self._env |= {"LC_ALL": "C.UTF-8", "LIBGL_ALWAYS_SOFTWARE": "1", **env}
        self._socket = f"shots-{os.getpid()}"
        self._command = self._through_tmux(command) if tmux else list(command)
        self._started: list[subprocess.Popen[bytes]] = []
        self._window = ""

    def _through_tmux(self, command: Sequence[str]) -> list[str]:
        options = ("allow-passthrough on", "status off", "escape-time 20", "default-terminal tmux-256color")
        features = ["set", "-sa", "terminal-features", ",*:RGB,xterm*:sixel", ";"]
        settings = [word for option in options for word in ("set", "-g", *option.split(), ";")]
        words = [self._tmux, "-L", self._socket, "-f", os.devnull, "start-server", ";", *settings, *features]
        return [*words, "new-session", *command]

    def __enter__(self) -> Self:
        for _ in range(ATTEMPTS):
            if self._open():
                # without a window manager keys go to where the pointer is
                self._xdotool("mousemove", "300", "5")
                return self
            self._end()
            time.sleep(1)  # another display may just be starting or ending under the same number
        sys.exit(f"{self._kind} did not open a window.")

    def _open(self) -> bool:
        """Start the display and the terminal; tells whether its window came."""
        server = self._start(
            "Xvfb", "-displayfd", "1", "-screen", "0", "2000x1400x24", "-nolisten", "tcp", out=True
        )
        assert server.stdout is not None
        self._env["DISPLAY"] = ":" + server.stdout.readline().decode().strip()
        terminal = self._start(*(self._kitty() if self._kind == "kitty" else self._xterm()))
        program = "kitty" if self._kind == "kitty" else "xterm"
        deadline = time.monotonic() + PATIENCE
        while server.poll() is None and terminal.poll() is None and time.monotonic() < deadline:
            if found := self._xdotool("search", "--onlyvisible", "--class", program):
                self._window = found.splitlines()[0]
                return True
            time.sleep(0.1)
        return False

    def _xterm(self) -> list[str]:
        font = ("-fa", "DejaVu Sans Mono", "-fs", str(self._font_size))
        sixel = _SIXEL if self._kind == "xterm" else ()
        term = ("env", "TERM=xterm-256color", "COLORTERM=truecolor")
        window = ("+sb", "-b", "0", "-bw", "0", "-bg", "black", "-fg", "white")
        look = ("-geometry", f"{self._size}+0+0", *font, *sixel, *window)
        return ["xterm", *look, "-e", *term, *self._command]

    def _kitty(self) -> list[str]:
        columns, rows = self._size.split("x")
        options = {
            **_KITTY,
            "initial_window_width": f"{columns}c",
            "initial_window_height": f"{rows}c",
            "font_size": str(self._font_size),
        }
        flags = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
        return ["kitty", "--config", "NONE", *flags, *self._command]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def _end(self) -> None:
        if self._tmux:
            words = [self._tmux, "-L", self._socket, "kill-server"]
            subprocess.run(words, env=self._env, check=False, capture_output=True)
        for process in reversed(self._started):
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
            process.wait(10)
            if process.stdout is not None:
                process.stdout.close()
        self._started.clear()

    def key(self, *names: str) -> None:
        """Press keys by their X names: "ctrl+g", "Return", "F1"."""
        for name in names:
            self._xdotool("key", "--delay", "60", name)
            time.sleep(0.15)

    def type(self, text: str) -> None:
        """Type text."""
        self._xdotool("type", "--delay", "25", text)

    def resize(self, width: int, height: int) -> None:
        """Give the window another size in pixels."""
        self._xdotool("windowsize", self._window, str(width), str(height))

    def turn_wheel(self, x: int, y: int, clicks: int) -> None:
        """Turn the mouse's wheel over a place of the window; downwards where clicks are positive."""
        self._xdotool("mousemove", str(x), str(y))
        for _ in range(abs(clicks)):
            self._xdotool("click", "5" if clicks > 0 else "4")

    def shot(self, path: Path) -> None:
        """Save what the window shows."""
        words = ["import", "-window", self._window, str(path)]
        subprocess.run(
            words, env=self._env, check=True, timeout=30
        )  # it would wait for ever for a closed window

    @property
    def process_ids(self) -> tuple[int, ...]:
        """Of the display and the terminal."""
        return tuple(process.pid for process in self._started)

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
