"""What can be said of InvokeAI's queue while a job of ours waits in it."""

from dataclasses import dataclass
from time import monotonic

from tui.backends.invokeai_api import InvokeAIApi
from tui.backends.invokeai_pace import Pace


@dataclass(frozen=True, slots=True)
class QueueNews:
    """What is new since the last look: a sentence, and how many are before us."""

    note: str = ""
    position: int | None = None


class QueueView:
    """Looks at the queue for one waiting job; says a thing once."""

    def __init__(self, api: InvokeAIApi, pace: Pace) -> None:
        self._api = api
        self._pace = pace
        self._position: int | None = None
        self._was_paused = False
        self._stuck_since: float | None = None
        self._has_told_stuck = False

    async def look(self) -> QueueNews:
        """Ask the server once."""
        status = await self._api.queue()
        note = ""
        if status.is_paused != self._was_paused:
            self._was_paused = status.is_paused
            note = (
                f"The queue of {self._api.label} is paused: resume it there, in its queue tab."
                if status.is_paused
                else "The queue goes on."
            )
        if not status.is_stuck:
            self._stuck_since = None
        elif await self._is_blocked():
            note = (
                f"The queue of {self._api.label} is blocked by a job that it cannot read."
                " Cancel that job in its queue tab, or clear the queue there."
            )
        return QueueNews(note, self._news_of(status.queue.pending + status.queue.in_progress - 1))

    async def _is_blocked(self) -> bool:
        """One item that cannot be read is tried again for ever, and nothing behind it begins."""
        if self._stuck_since is None:
            self._stuck_since = monotonic()
        if self._has_told_stuck or monotonic() - self._stuck_since < self._pace.stuck:
            return False
        self._has_told_stuck = not await self._api.can_read_next()
        return self._has_told_stuck

    def _news_of(self, others: int) -> int | None:
        """How many are before us at most: others may have come after us, so it never grows."""
        position = max(0, others if self._position is None else min(others, self._position))
        if position == self._position:
            return None
        self._position = position
        return position
