"""What one look after another at an A1111 job amounts to, as events."""

from tui.backends.a1111_track import Sight
from tui.domain.events import JobEvent, JobProgressed, JobQueued, JobStarted, PreviewReceived
from tui.domain.job import JobId
from tui.media.sniff import ENOUGH, media_type
from tui.protocol.a1111_progress import ServerProgress, Stage

_IDLE_LOOKS = 5
"""A task called active while the server idles has broken; it is believed when seen so often."""


class Sighting:
    """All that was seen of one job so far. Steps only grow, and nothing is told twice."""

    def __init__(self, job_id: JobId) -> None:
        self.stage = Stage.UNKNOWN
        self.has_told = False
        self.has_started = False
        self.looks = 0
        """How often it was looked at since it was sent, or since it began."""

        self.others_stopped_at: tuple[int, int] | None = None
        """Step and total when the server was seen interrupted."""

        self._job_id = job_id
        self._position: int | None = None
        self._step = 0
        self._total = 0
        self._preview = b""
        self._idle_looks = 0

    @property
    def is_over(self) -> bool:
        """Whether the server is done with the job, well or not."""
        return self.stage is Stage.COMPLETED or self._idle_looks > _IDLE_LOOKS

    def waits(self, position: int | None) -> list[JobEvent]:
        """The job waits, with so many before it."""
        if self.has_started or (self.has_told and position == self._position):
            return []
        self.has_told, self._position = True, position
        return [JobQueued(self._job_id, position)]

    def take(self, sight: Sight) -> list[JobEvent]:
        """Take one look into account."""
        self.stage, self.looks = sight.stage, self.looks + 1
        if sight.stage is Stage.QUEUED:
            return self.waits(sight.position)
        if sight.stage is not Stage.ACTIVE:
            return []
        events: list[JobEvent] = [] if self.has_started else [JobStarted(self._job_id)]
        if not self.has_started:
            self.looks = 0
        self.has_told = self.has_started = True
        self._idle_looks = 0 if sight.progress else self._idle_looks + 1
        if sight.progress is not None:
            events.extend(self._progressed(sight.progress))
        return [*events, *self._previewed(sight.preview)]

    def activity(self, words: str) -> list[JobEvent]:
        """Something to say where the steps stand; nothing before the job began."""
        if not self.has_started:
            return []
        return [JobProgressed(job_id=self._job_id, step=self._step, total=self._total, activity=words)]

    def note_stopped(self) -> None:
        """Somebody else interrupted the run."""
        self.others_stopped_at = self.others_stopped_at or (self._step, self._total)

    def _progressed(self, progress: ServerProgress) -> list[JobEvent]:
        if progress.total and progress.done > self._step:
            self._step, self._total = progress.done, max(progress.total, progress.done)
            advanced = self.activity("")
        else:
            advanced = []
        if progress.is_interrupted:
            self.note_stopped()
        return advanced

    def _previewed(self, preview: bytes) -> list[JobEvent]:
        kind = media_type(preview[:ENOUGH]) or ""
        if not kind.startswith("image/") or preview == self._preview:
            return []
        self._preview = preview
        return [PreviewReceived(job_id=self._job_id, data=preview, media_type=kind)]
