"""A terminal of the tests' own: it runs a program on a pty and answers late, partly or not at all."""

import fcntl
import os
import pty
import select
import struct
import termios
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

KEPT = ("PATH", "HOME", "PYTHONPATH", "LD_LIBRARY_PATH")
"""What a program needs of our environment; some Pythons do not start without the last."""

KITTY_ANSWERS = {
    b"\x1b[>q": b"\x1bP>|kitty(0.41.1)\x1b\\",
    b"\x1b[16t": b"\x1b[6;17;8t",
    b"\x1b[?2026$p": b"\x1b[?2026;2$y",
    b"a=q": b"\x1b_Gi=31;OK\x1b\\",
    b"\x1b[c": b"\x1b[?62;c",
}
XTERM_ANSWERS = {
    b"\x1b[>q": b"\x1bP>|XTerm(379)\x1b\\",
    b"\x1b[?2026$p": b"\x1b[?2026;0$y",
    b"\x1b[?1;1;0S": b"\x1b[?1;0;256S",
    b"\x1b[c": b"\x1b[?63;1;2;4;6;9;15;16;22;28c",
}


@dataclass
class PtyTerminal:
    """Starts the program at once; `run` lets it live, and everything it wrote is in `output`."""

    command: Sequence[str]
    answers: Mapping[bytes, bytes]
    delay: float = 0.0
    size: tuple[int, int] = (80, 24)
    environ: Mapping[str, str] = field(default_factory=dict)
    rate: float = float("inf")
    """Bytes a second that the line to the terminal carries; what it holds back is at most `buffer`."""
    buffer: int = 262_144
    output: bytearray = field(default_factory=bytearray)
    """What has reached the terminal."""
    most_waiting: int = 0
    """The most bytes that ever waited on the line."""
    is_over: bool = False

    def __post_init__(self) -> None:
        self._pending: list[tuple[float, bytes]] = []
        self._waiting = bytearray()
        self._drained_at = time.monotonic()
        self._has_ended = False
        self.process, self._master = pty.fork()
        if self.process == 0:
            self._become_the_program()

    def _become_the_program(self) -> None:
        columns, rows = self.size
        fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, columns * 8, rows * 17))
        kept = {key: os.environ[key] for key in KEPT if key in os.environ}
        defaults = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        os.execvpe(self.command[0], list(self.command), {**kept, **defaults, **self.environ})

    def run(self, until: bytes | Callable[[], object] | None = None, seconds: float = 60.0) -> bool:
        """Feed and read until the program wrote something, something is so, or the program ended; tells
        whether that came to pass."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if until is not None and (until() if callable(until) else until in self.output):
                return True
            if self.is_over:
                return until is None
            self._turn()
        return False

    @property
    def is_answering(self) -> bool:
        """Whether answers are on their way to the program."""
        return bool(self._pending)

    def rest(self) -> None:
        """Let the program live until it has written nothing for half a second."""
        before = -1
        while before != len(self.output):
            before = len(self.output)
            self.run(seconds=0.5)

    def count(self, mark: bytes, since: int = 0) -> int:
        """How often something was written, after the first `since` bytes."""
        return self.output.count(mark, since)

    def type(self, keys: bytes) -> None:
        """Press keys."""
        os.write(self._master, keys)

    def change_cell(self, width: int, height: int) -> None:
        """Another font: the cells have other pixels, columns and rows stay."""
        columns, rows = self.size
        packed = struct.pack("HHHH", rows, columns, columns * width, rows * height)
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, packed)

    def _turn(self) -> None:
        now = time.monotonic()
        while self._pending and self._pending[0][0] <= now:
            os.write(self._master, self._pending.pop(0)[1])
        if len(self._waiting) < self.buffer and not self._has_ended:
            self._read()
        else:
            time.sleep(0.002)
        self._drain()

    def _read(self) -> None:
        if not select.select([self._master], [], [], 0.002)[0]:
            return
        try:
            read = os.read(self._master, 65536)
        except OSError:
            read = b""
        self._has_ended = not read
        self._waiting += read
        self.most_waiting = max(self.most_waiting, len(self._waiting))

    def _drain(self) -> None:
        """What the line carries in the time since the last look reaches the terminal."""
        now = time.monotonic()
        carried = min(len(self._waiting), (now - self._drained_at) * self.rate)
        if carried >= 1 or not self._waiting:
            arrived = bytes(self._waiting[: int(carried)])
            del self._waiting[: int(carried)]
            self._drained_at = now
            self._answer(len(self.output), arrived)
        self.is_over = self._has_ended and not self._waiting

    def _answer(self, start: int, read: bytes) -> None:
        """Answers in the order of the questions, each question that ends in what was just read."""
        self.output += read
        ends: list[tuple[int, bytes]] = []
        for question, answer in self.answers.items():
            at = self.output.find(question, max(0, start - len(question) + 1))
            while at >= 0:
                if at + len(question) > start:
                    ends.append((at, answer))
                at = self.output.find(question, at + 1)
        self._pending += [(time.monotonic() + self.delay, answer) for _, answer in sorted(ends)]

    def close(self) -> int:
        """Hang up and tell how the program ended."""
        os.close(self._master)
        return os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
