"""The jobs as they stand, and everything that is told about them."""

from collections import deque
from collections.abc import Hashable

from tui.domain.errors import InputError
from tui.domain.events import JobChanged, JobDropped, JobProgressed, PreviewReceived, ServiceEvent
from tui.domain.job import Job, JobId
from tui.services.broadcast import Broadcast, Subscription
from tui.storage.entries import Entry

_MOST_ENDED = 500
"""Jobs that are over and still kept in memory; the journal has all of them."""


class Roster:
    """Snapshots by id, in the order of submission. Putting one in tells everybody."""

    def __init__(self) -> None:
        self._entries: dict[JobId, Entry] = {}
        self._ended: deque[JobId] = deque()
        self._broadcast: Broadcast[ServiceEvent] = Broadcast(replaceable)

    @property
    def jobs(self) -> tuple[Job, ...]:
        """Newest first."""
        return tuple(entry.job for entry in reversed(self._entries.values()))

    @property
    def entries(self) -> tuple[Entry, ...]:
        """Oldest first."""
        return tuple(self._entries.values())

    @property
    def ended(self) -> tuple[JobId, ...]:
        """Those that are over."""
        return tuple(job_id for job_id, entry in self._entries.items() if entry.phase.status.is_over)

    def get(self, job_id: JobId) -> Entry | None:
        """The entry, if it is here."""
        return self._entries.get(job_id)

    def entry(self, job_id: JobId) -> Entry:
        """The entry; raises InputError for a job that is not here."""
        if (entry := self._entries.get(job_id)) is None:
            raise no_such_job(job_id)
        return entry

    def load(self, entries: tuple[Entry, ...]) -> None:
        """Take in entries, oldest first, without telling."""
        self._entries.update((entry.job.id, entry) for entry in entries)
        self._ended.extend(entry.job.id for entry in entries if entry.phase.status.is_over)

    def put(self, entry: Entry, *events: ServiceEvent) -> None:
        """Take in what an entry is now, then tell `events` and the change."""
        before = self._entries.get(entry.job.id)
        self._entries[entry.job.id] = entry
        if entry.phase.status.is_over and not (before and before.phase.status.is_over):
            self._prune(entry.job.id)
        for event in events:
            self._broadcast.publish(event)
        if before is None or before.job != entry.job:
            self._broadcast.publish(JobChanged(entry.job))

    def tell(self, event: ServiceEvent) -> None:
        """Tell something that changes no snapshot."""
        self._broadcast.publish(event)

    def remove(self, job_id: JobId) -> None:
        """Forget a job, and tell."""
        self._entries.pop(job_id, None)
        self._broadcast.publish(JobDropped(job_id))

    def events(self) -> Subscription[ServiceEvent]:
        """Everything from now on."""
        return self._broadcast.subscribe()

    def _prune(self, ended: JobId) -> None:
        self._ended.append(ended)
        if len(self._ended) > _MOST_ENDED:
            oldest = self._entries.get(self._ended.popleft())
            if oldest is not None and oldest.phase.status.is_over:
                del self._entries[oldest.job.id]

    def close(self) -> None:
        """Nothing more will be told."""
        self._broadcast.close()


def replaceable(event: ServiceEvent) -> Hashable | None:
    """Progress, previews and snapshots of one job replace their elders; nothing else is ever dropped."""
    match event:
        case JobProgressed() | PreviewReceived():
            return type(event), event.job_id
        case JobChanged():
            return JobChanged, event.job.id
        case _:
            return None


def no_such_job(job_id: str) -> InputError:
    """The error for an id that nobody knows."""
    return InputError(f"There is no job {job_id}.", "`latentui jobs list` shows them.")
