"""The wish to stop one A1111 job, and its fulfilment once that hits no other."""

from tui.backends import a1111_words as words
from tui.backends.a1111_api import A1111Api
from tui.backends.a1111_track import BlindTracker, Sight, Tracker
from tui.domain.events import JobCancelled, JobEvent, JobNoted
from tui.domain.job import JobId
from tui.protocol.a1111_progress import Stage


class Stop:
    """One job's: an interrupt is sent only at a run that is surely ours."""

    def __init__(self, api: A1111Api, job_id: JobId) -> None:
        self.is_wished = False
        self._api = api
        self._job_id = job_id
        self._at: tuple[int, int] | None = None
        """Step and total when we interrupted."""

        self._wait_was_told = False

    async def obey(self, tracker: Tracker, sight: Sight) -> list[JobEvent]:
        """Interrupt if that is wished and would hit our job; give up where that can never be known."""
        if not self.is_wished or self._at is not None:
            return []
        if not tracker.can_stop:
            note = words.GOES_ON if isinstance(tracker, BlindTracker) else words.MAY_BE_ANOTHERS
            return [JobNoted(self._job_id, note), JobCancelled(self._job_id)]
        if sight.may_interrupt and sight.progress is not None:
            if not sight.progress.is_interrupted:  # our own wish, when its answer was lost, or somebody's
                await self._api.interrupt()
            self._at = (sight.progress.done, sight.progress.total)
        elif sight.stage is Stage.QUEUED and not self._wait_was_told and sight.position is not None:
            self._wait_was_told = True
            return [JobNoted(self._job_id, words.BEHIND_OTHERS)]
        return []

    def ended(self) -> list[JobEvent]:
        """The job that was to be stopped is over: how that came, and its last event."""
        note = words.DONE_BEFORE if self._at is None else words.stopped(self._at)
        return [JobNoted(self._job_id, note), JobCancelled(self._job_id)]
