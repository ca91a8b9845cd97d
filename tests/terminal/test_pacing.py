"""The pace on a model of a line: bytes drain at a rate, answers come half a round trip after."""

import heapq
from dataclasses import dataclass, field

import pytest

from tui.terminal.pacing import MOST_FRAMES, PATIENCE, SILENT_RATE, Pace


@dataclass
class Line:
    """Bytes leave one after the other; an answer is back a round trip after its bytes have left."""

    rate: float
    round_trip: float
    free_at: float = 0.0
    slower_at: float = float("inf")
    slower: float = 0.0
    answers: list[float] = field(default_factory=list)
    backlogs: list[float] = field(default_factory=list)

    def write(self, size: int, now: float) -> None:
        rate = self.slower if now > self.slower_at else self.rate
        self.free_at = max(self.free_at, now) + size / rate
        self.backlogs.append(self.free_at - now)
        heapq.heappush(self.answers, self.free_at + self.round_trip)


def frames_sent(pace: Pace, line: Line, seconds: float, *, largest: int = 1_000_000) -> int:
    """Send frames of the allowed size as soon as they may go, and count them."""
    now, frames = 0.0, 0
    while now < seconds:
        while line.answers and line.answers[0] <= now:
            pace.acknowledged(heapq.heappop(line.answers))
        if pace.delay(now, frame=True) == 0.0:
            size = min(pace.portion, largest)
            line.write(size, now)
            pace.begin_frame(now)
            pace.sent(size, now)
            frames += 1
        now += 0.001
    return frames


@pytest.mark.parametrize("round_trip", [0.002, 0.05, 0.2])
def test_a_slow_line_is_filled_but_never_clogged(round_trip: float) -> None:
    line = Line(125_000, round_trip)
    frames = frames_sent(Pace(answers=True, round_trip=round_trip), line, 10)
    assert frames >= 80
    assert line.backlogs[0] < 0.35, "the first write, which measures the line"
    assert max(line.backlogs[1:]) < 0.15


def test_without_a_known_round_trip_it_is_learned() -> None:
    line, pace = Line(125_000, 0.05), Pace(answers=True)
    assert pace.is_unmeasured
    pace.sent(0, -0.05)
    pace.acknowledged(0.0)
    assert not pace.is_unmeasured
    assert frames_sent(pace, line, 10) >= 80
    assert max(line.backlogs) < 0.15


def test_a_fast_line_gets_thirty_frames_of_full_size() -> None:
    pace = Pace(answers=True, round_trip=0.001)
    frames = frames_sent(pace, Line(50_000_000, 0.001), 4, largest=200_000)
    assert 0.9 * 4 * MOST_FRAMES <= frames <= 4 * MOST_FRAMES + 1
    assert pace.portion >= 200_000


def test_a_line_that_turns_slow_is_noticed() -> None:
    line = Line(10_000_000, 0.02)
    line.slower_at, line.slower = 3.0, 250_000
    frames_sent(Pace(answers=True, round_trip=0.02), line, 10)
    assert max(line.backlogs) < 3
    assert max(line.backlogs[-50:]) < 0.15


def test_a_terminal_that_answers_nothing_gets_a_fixed_budget() -> None:
    line = Line(1_000_000, 0.0)
    pace = Pace(answers=False)
    sent = 0
    for step in range(4000):
        if pace.delay(step / 1000) == 0.0:
            pace.sent(pace.portion, step / 1000)
            sent += pace.portion
    assert line.answers == []
    assert sent == pytest.approx(4 * SILENT_RATE, rel=0.1)


def test_answers_that_never_come_do_not_stop_the_picture() -> None:
    pace = Pace(answers=True, round_trip=0.05)
    pace.sent(10_000, 0.0)
    assert pace.delay(1.0) is None
    assert pace.delay(PATIENCE + 0.1) == 0.0


def test_after_another_program_had_the_terminal_nothing_is_waited_for() -> None:
    pace = Pace(answers=True, round_trip=0.05)
    pace.sent(10_000, 0.0)
    pace.restart()
    assert pace.delay(0.01) == 0.0


def test_answers_to_nothing_are_ignored() -> None:
    pace = Pace(answers=True)
    pace.acknowledged(1.0)
    assert pace.rate is None


def test_where_bytes_can_be_lost_no_more_are_under_way_than_there_is_room_for() -> None:
    pace = Pace(answers=True, round_trip=0.001)
    pace.capacity = 5_000
    assert pace.portion == pace.whole_frame == 5_000
    pace.sent(5_000, 0.0)
    assert pace.delay(0.1) is None
    pace.acknowledged(0.1)
    assert pace.delay(0.2) == 0.0
    assert pace.portion <= 5_000


def test_a_lost_answer_is_given_up_sooner_and_told_once() -> None:
    pace = Pace(answers=True, round_trip=0.001)
    pace.capacity = 5_000
    pace.sent(5_000, 0.0)
    assert pace.delay(1.0) is None
    assert pace.delay(2.0) == 0.0
    assert pace.take_loss()
    assert not pace.take_loss()


def test_where_nothing_gets_lost_a_missing_answer_is_no_loss() -> None:
    pace = Pace(answers=True, round_trip=0.001)
    pace.sent(5_000, 0.0)
    assert pace.delay(PATIENCE + 1) == 0.0
    assert not pace.has_lost
