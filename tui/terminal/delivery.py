"""Carries pictures to the terminal at its pace: the newest goes next, when the last has arrived."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol

from tui.terminal.pacing import Pace

PROBES = 3
"""Questions that are asked in vain before going on."""


@dataclass(frozen=True, slots=True)
class Portion:
    """A part of a picture that is sent in one go."""

    size: int
    release: Callable[[], Awaitable[bytes]]
    """Shows what Textual shows, and returns the bytes that are still to be written."""


class Parcel(Protocol):
    """A picture on its way."""

    @property
    def work(self) -> float:
        """Seconds of CPU that it took to make."""
        ...

    def is_wanted(self) -> bool:
        """Whether nothing newer has come."""
        ...

    def take(self, most: int) -> Portion | None:
        """The next portion, of at most so many bytes where it can be so small."""
        ...

    def abandon(self) -> bytes:
        """What must be written when the rest is not."""
        ...


class Sender(Protocol):
    """Something that has pictures to send."""

    async def prepare(self, pace: Pace) -> Parcel | None:
        """The latest, encoded for the pace; None when there is nothing."""
        ...

    def repeat(self) -> None:
        """What was sent last may not have arrived."""
        ...

    def look_again(self) -> None:
        """What it was made for is another."""
        ...


class Delivery:
    """One for each terminal; senders take turns."""

    def __init__(self, pace: Pace, write: Callable[[bytes], None], clock: Callable[[], float]) -> None:
        """`write` also asks the question that the terminal's answer is to."""
        self._pace = pace
        self._write = write
        self._clock = clock
        self._waiting: dict[Sender, None] = {}
        self._offered = asyncio.Event()
        self._answered = asyncio.Event()

    def offer(self, sender: Sender) -> None:
        """This one has something newer; it is asked for it when the line is free."""
        self._waiting[sender] = None
        self._offered.set()

    def acknowledged(self) -> None:
        """The terminal answered."""
        self._pace.acknowledged(self._clock())
        self._answered.set()

    def restart(self) -> None:
        """The terminal is ours again after another program had it."""
        self._pace.restart()
        self._answered.set()

    async def run(self) -> None:
        """Serve for ever."""
        while True:
            await self._offered.wait()
            if self._pace.is_unmeasured:
                self._write(b"")
                self._pace.sent(0, self._clock())
            await self._clearance(is_frame=True)
            sender = next(iter(self._waiting), None)
            if sender is None:
                self._offered.clear()
                continue
            del self._waiting[sender]
            begun = self._clock()
            parcel = await sender.prepare(self._pace)
            if parcel is not None:
                self._pace.begin_frame(begun, parcel.work)
                await self._carry(parcel)
                if self._pace.capacity is not None and not await self._has_arrived():
                    sender.repeat()

    async def _carry(self, parcel: Parcel) -> None:
        is_frame = True
        while portion := parcel.take(self._pace.portion):
            if not is_frame:
                await self._clearance(is_frame=False)
            if self._pace.has_lost or not parcel.is_wanted():
                self._abandon(parcel)
                return
            self._write(await portion.release())
            self._pace.sent(portion.size, self._clock())
            is_frame = False

    async def _has_arrived(self) -> bool:
        """Wait for the last answer; where it was lost, until the terminal answers again."""
        await self._clearance(is_frame=False)
        if not self._pace.take_loss():
            return True
        for _ in range(PROBES):
            self._write(b"")
            self._pace.sent(0, self._clock())
            await self._clearance(is_frame=False)
            if not self._pace.take_loss():
                return False
        return True

    def _abandon(self, parcel: Parcel) -> None:
        if remainder := parcel.abandon():
            self._write(remainder)
            self._pace.sent(len(remainder), self._clock())

    async def _clearance(self, *, is_frame: bool) -> None:
        """Wait until the line may take more."""
        while (delay := self._pace.delay(self._clock(), frame=is_frame)) != 0.0:
            self._answered.clear()
            try:
                async with asyncio.timeout(self._pace.patience if delay is None else delay):
                    await self._answered.wait()
            except TimeoutError:
                continue
