"""When the next bytes of a picture may go, and how many: a model of the line, without clock or terminal.

The line is seen through acknowledgements: a question sent behind every write, answered when the terminal
has drained and read what came before. Their delays give the round trip and the rate; bytes are sent so that
what is under way never takes longer than a person waits for a key.
"""

from collections import deque
from dataclasses import dataclass

PORTION = 0.05
"""Seconds of the line that one write may take, so that a key pressed meanwhile waits no longer."""
FRAME = 0.08
"""Seconds of the line that a live frame may take, in one write or several."""
AHEAD = 0.03
"""Seconds of the line that may still be under way when the next write goes."""
MOST_FRAMES = 30
"""Frames in a second, however fast the line."""
REST = 1.0
"""The pause after a frame as a share of the CPU time it took, for the rest of the program."""
IN_FLIGHT = 3
"""Writes that may be unanswered."""
PATIENCE = 10.0
"""Seconds to wait for an answer before going on without it."""
LOSSY_PATIENCE = 1.5
"""The same where bytes can be lost on the way: see `Pace.capacity`."""
SILENT_RATE = 125_000.0
"""Bytes a second for terminals that answer nothing: 1 Mbit/s."""
FIRST_PORTION = 12_000
"""Bytes of the first write, which measures the line."""
NEAR = 0.01
"""Seconds of round trip below which a terminal is on the same desk."""
FIRST_PORTION_NEAR = 40_000
SMALLEST_PORTION = 2_000
LARGEST_PORTION = 200_000
_FASTEST = 50_000_000.0
_MEASURABLE = 0.004
"""Seconds below which a transfer time is noise."""
_TELLING = 1_000
"""Bytes from which on a transfer tells something about the rate."""
_OVERDUE = 0.25
"""Seconds after which a missing answer means that the line got slower."""


@dataclass(frozen=True, slots=True)
class _Sent:
    size: int
    at: float


class Pace:
    """Say `sent` and `acknowledged` with the time; ask `delay` and `portion`."""

    def __init__(
        self, *, answers: bool, round_trip: float | None = None, silent_rate: float = SILENT_RATE
    ) -> None:
        self._answers = answers
        self._round_trip = round_trip
        self._rate: float | None = None if answers else silent_rate
        self._first = FIRST_PORTION_NEAR if round_trip is not None and round_trip < NEAR else FIRST_PORTION
        self._unanswered: deque[_Sent] = deque()
        self._free_at = 0.0
        self._drained_at = 0.0
        self._frame_at = 0.0
        """When the next frame may go."""
        self._has_lost = False
        self.capacity: int | None = None
        """Bytes that may be under way at once where more are thrown away, and with them their question.

        tmux does so when its terminal is not read as fast as it writes (`tty_block_maybe` in its tty.c).
        """

    @property
    def patience(self) -> float:
        """Seconds to wait for an answer before going on without it."""
        if self.capacity is None:
            return PATIENCE
        return LOSSY_PATIENCE + 2 * (self._round_trip or 0.0)

    def take_loss(self) -> bool:
        """Whether an answer was given up since this was last asked."""
        has_lost, self._has_lost = self._has_lost, False
        return has_lost

    @property
    def has_lost(self) -> bool:
        """Whether an answer was given up."""
        return self._has_lost

    @property
    def rate(self) -> float | None:
        """Bytes a second, once measured."""
        return self._rate

    @property
    def is_unmeasured(self) -> bool:
        """Whether the round trip is not known yet: ask with nothing before the question."""
        return self._answers and self._round_trip is None

    @property
    def portion(self) -> int:
        """The most bytes that the next write should have."""
        if self._rate is None:
            return self._within(self._first)
        return self._within(min(max(self._rate * PORTION, SMALLEST_PORTION), LARGEST_PORTION))

    @property
    def frame(self) -> int:
        """The most bytes that a live frame should have."""
        if self._rate is None:
            return self._first
        return int(min(max(self._rate * FRAME, SMALLEST_PORTION), 2 * LARGEST_PORTION))

    @property
    def whole_frame(self) -> int:
        """The same for one that goes in one write."""
        return self._within(self.frame)

    def _within(self, size: float) -> int:
        return int(size if self.capacity is None else min(size, self.capacity))

    def delay(self, now: float, *, frame: bool = False) -> float | None:
        """Seconds until the next write, or frame, may go; None: until an answer comes or patience ends."""
        self._forget(now)
        most = IN_FLIGHT if self._rate is not None and self.capacity is None else 1
        if len(self._unanswered) >= most or self._is_overdue(now):
            return None
        pause = self._free_at - AHEAD - now
        if frame:
            pause = max(pause, self._frame_at - now)
        return max(0.0, pause)

    def begin_frame(self, now: float, work: float = 0.0) -> None:
        """A frame is begun; `work` is the CPU time that the last one took."""
        self._frame_at = now + max(1 / MOST_FRAMES, work * (1 + REST))

    def sent(self, size: int, now: float) -> None:
        """Bytes were written, and the question behind them."""
        if self._answers:
            self._unanswered.append(_Sent(size, now))
        self._free_at = max(self._free_at, now) + size / (self._rate or _FASTEST)

    def restart(self) -> None:
        """Another program had the terminal: answers that were on their way are lost."""
        self._unanswered.clear()
        self._free_at = 0.0

    def acknowledged(self, now: float) -> None:
        """The terminal answered the oldest question."""
        if not self._unanswered:
            return
        sent = self._unanswered.popleft()
        waited = now - sent.at
        if self._round_trip is not None or sent.size < _TELLING:
            self._round_trip = min(self._round_trip or waited, waited)
        if sent.size >= _TELLING:
            self._measure(sent, now)
        self._expect_free(now)

    def _measure(self, sent: _Sent, now: float) -> None:
        """The bytes had the line from when those before had left it, or from when they were written."""
        drained = now - (self._round_trip or 0.0)
        busy = drained - max(sent.at, self._drained_at)
        self._drained_at = drained
        rate = min(sent.size / max(busy, _MEASURABLE), _FASTEST)
        if busy < _MEASURABLE and self._rate is not None and rate < self._rate:
            return  # too little to tell how fast it was
        before = self._rate or rate
        self._rate = before + (rate - before) * (0.6 if rate < before else 0.3)

    def _expect_free(self, now: float) -> None:
        """What is known of the line now: it carries only what is unanswered."""
        rate = self._rate or _FASTEST
        waiting = sum(sent.size for sent in self._unanswered)
        if not self._unanswered:
            self._free_at = min(self._free_at, now)
        else:
            self._free_at = min(self._free_at, max(now, self._unanswered[0].at) + waiting / rate)

    def _is_overdue(self, now: float) -> bool:
        """The oldest answer should have been here."""
        if not self._unanswered or self._rate is None:
            return False
        oldest = self._unanswered[0]
        start = max(oldest.at, self._drained_at)
        expected = start + oldest.size / self._rate + (self._round_trip or 0.0)
        return now > expected + _OVERDUE

    def _forget(self, now: float) -> None:
        """Go on without answers that never came, slower."""
        while self._unanswered and now - self._unanswered[0].at > self.patience:
            self._unanswered.popleft()
            self._has_lost = self.capacity is not None
            self._rate = max((self._rate or SILENT_RATE) / 2, SMALLEST_PORTION)
