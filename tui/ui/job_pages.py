"""The jobs of one view: those at hand, and as much of the journal as was scrolled to."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tui.domain.job import Job, JobId, JobStatus

PAGE = 100
"""Jobs fetched at once; each look at the journal reads no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """Which jobs belong together."""

    name: str
    statuses: frozenset[JobStatus]
    asked: tuple[JobStatus | None, ...] = ()
    """What the journal is asked for; nothing where every such job is at hand. None: whatever its status."""

    empty: str


VIEWS = (
    View(
        name="all",
        statuses=frozenset(JobStatus),
        asked=(None,),
        empty="No jobs yet. ^g in the studio makes one.",
    ),
    View(name="waiting", statuses=frozenset({JobStatus.PENDING}), empty="Nothing waits."),
    View(name="running", statuses=frozenset({JobStatus.IN_PROGRESS}), empty="Nothing runs at the moment."),
    View(
        name="done",
        statuses=frozenset({JobStatus.COMPLETED}),
        asked=(JobStatus.COMPLETED,),
        empty="Nothing is done yet.",
    ),
    View(
        name="failed",
        statuses=frozenset({JobStatus.FAILED, JobStatus.UNKNOWN}),
        asked=(JobStatus.FAILED, JobStatus.UNKNOWN),
        empty="Nothing failed, and nothing is in doubt.",
    ),
    View(
        name="cancelled",
        statuses=frozenset({JobStatus.CANCELLED}),
        asked=(JobStatus.CANCELLED,),
        empty="Nothing was cancelled.",
    ),
)


class History(Protocol):
    """The part of the generation service that pages come from."""

    async def history(
        self,
        *,
        limit: int = 100,
        before: JobId | None = None,
        status: JobStatus | None = None,
        text: str = "",
    ) -> tuple[Job, ...]: ...


class JobPages:
    """One view, narrowed down to the jobs that hold a text."""

    def __init__(self, view: View, text: str = "") -> None:
        self.view = view
        self.text = text.strip()
        self._older: dict[JobId, Job] = {}
        self._places: dict[JobStatus | None, JobId | None] = dict.fromkeys(view.asked)

    @property
    def has_more(self) -> bool:
        """Whether the journal may have jobs that were not fetched."""
        return bool(self._places)

    async def load(self, history: History) -> None:
        """Fetch the next page of every status asked for."""
        for status, before in tuple(self._places.items()):
            page = await history.history(limit=PAGE, before=before, status=status, text=self.text)
            self._older.update((job.id, job) for job in page)
            if len(page) < PAGE:
                self._places.pop(status, None)
            else:
                self._places[status] = page[-1].id

    def forget(self, job_id: JobId) -> None:
        """A job was dropped."""
        self._older.pop(job_id, None)

    def has(self, job_ids: Iterable[JobId]) -> bool:
        """Whether one of these was fetched."""
        return any(job_id in self._older for job_id in job_ids)

    def listed(self, at_hand: Sequence[Job], waiting: Mapping[JobId, int]) -> tuple[Job, ...]:
        """Running ones, then waiting ones in their order, then the latest that are over."""
        known = {**self._older, **{job.id: job for job in at_hand}}
        return tuple(sorted(self._fitting(known.values()), key=lambda job: _place(job, waiting)))

    def _fitting(self, jobs: Iterable[Job]) -> Iterator[Job]:
        sought = self.text.lower()
        for job in jobs:
            if job.status in self.view.statuses and any(sought in text for text in _searched(job)):
                yield job


def _searched(job: Job) -> tuple[str, ...]:
    """What the journal looks through, too."""
    return job.request.prompt.lower(), job.request.workflow.lower(), job.id


def _place(job: Job, waiting: Mapping[JobId, int]) -> tuple[float, ...]:
    match job.status:
        case JobStatus.IN_PROGRESS:
            return (0, job.started_at or 0)
        case JobStatus.PENDING if job.is_with_server:
            return (1, job.queue_position or 0, job.created_at)
        case JobStatus.PENDING:
            return (2, waiting.get(job.id, len(waiting)), job.created_at)
        case _:
            return (3, -job.created_at)
