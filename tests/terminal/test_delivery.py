"""Delivery over a line that loses bytes, as tmux does when its terminal does not keep up."""

import asyncio
import time
from collections.abc import AsyncGenerator, Container
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest

from tests.support.waiting import until
from tui.terminal import pacing
from tui.terminal.delivery import Delivery, Parcel, Portion
from tui.terminal.pacing import Pace

CAPACITY = 10_000


@dataclass
class LossyLine:
    """Answers every write but those it is told to lose, by their numbers."""

    losing: Container[int] = ()
    written: list[bytes] = field(default_factory=list)
    arrived: list[bytes] = field(default_factory=list)
    delivery: Delivery | None = None

    def write(self, data: bytes) -> None:
        self.written.append(data)
        if len(self.written) in self.losing:
            return
        self.arrived.append(data)
        assert self.delivery is not None
        asyncio.get_running_loop().call_soon(self.delivery.acknowledged)


@dataclass(eq=False)
class Picture:
    """A picture of some portions that is sent again when it is told to."""

    portions: int
    delivery: Delivery
    repeats: int = 0
    abandoned: int = 0
    work: float = 0.0
    _left: int = 0

    async def prepare(self, pace: Pace) -> Parcel | None:
        del pace
        self._left = self.portions
        return self

    def repeat(self) -> None:
        self.repeats += 1
        self.delivery.offer(self)

    def look_again(self) -> None:
        """Nothing changes here."""

    def is_wanted(self) -> bool:
        return True

    def take(self, most: int) -> Portion | None:
        assert most <= CAPACITY
        if not self._left:
            return None
        self._left -= 1

        async def data() -> bytes:
            return b"picture"

        return Portion(most, data)

    def abandon(self) -> bytes:
        self.abandoned += 1
        return b"stop"


@asynccontextmanager
async def delivering(line: LossyLine) -> AsyncGenerator[Delivery]:
    pace = Pace(answers=True, round_trip=0.001)
    pace.capacity = CAPACITY
    line.delivery = delivery = Delivery(pace, line.write, time.monotonic)
    running = asyncio.create_task(delivery.run())
    yield delivery
    running.cancel()


async def test_a_picture_that_was_lost_is_sent_again() -> None:
    line = LossyLine(losing=(1,))
    async with delivering(line) as delivery:
        picture = Picture(1, delivery)
        delivery.offer(picture)
        await until(lambda: line.arrived.count(b"picture") == 1)
    assert line.written == [b"picture", b"", b"picture"], (
        "lost, asked whether the terminal is there, repeated"
    )
    assert picture.repeats == 1


async def test_a_picture_that_lost_its_middle_is_ended_before_it_is_sent_again() -> None:
    line = LossyLine(losing=(2,))
    async with delivering(line) as delivery:
        picture = Picture(3, delivery)
        delivery.offer(picture)
        await until(lambda: line.arrived[-3:] == [b"picture"] * 3)
    assert picture.abandoned == 1
    assert b"stop" in line.arrived


async def test_one_that_arrives_is_sent_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pacing, "LOSSY_PATIENCE", 60.0)
    line = LossyLine()
    async with delivering(line) as delivery:
        first, second = Picture(2, delivery), Picture(1, delivery)
        delivery.offer(first)
        delivery.offer(second)
        await until(lambda: len(line.arrived) == 3)
        assert first.repeats == second.repeats == 0


async def test_a_terminal_that_answers_no_more_is_written_to_nevertheless() -> None:
    line = LossyLine(losing=range(100))
    async with delivering(line) as delivery:
        first, second = Picture(1, delivery), Picture(1, delivery)
        delivery.offer(first)
        delivery.offer(second)
        await until(lambda: line.written.count(b"picture") == 2, seconds=60)
    assert first.repeats == 0
