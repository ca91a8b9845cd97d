"""Who is at work and who waits at a Fooocus-API: everybody's jobs, by their ids."""

from dataclasses import dataclass
from typing import Any

from tui.domain.json_values import integer_of, object_of, objects_in, text_of
from tui.domain.text import clean


@dataclass(frozen=True, slots=True)
class QueueSize:
    """How much the server has to do."""

    waiting: int
    """What is at work counts too."""

    finished: int
    newest: str
    """The id of the job that was submitted last; empty where there was none."""

    @property
    def is_fresh(self) -> bool:
        """Whether it was given no job since it started: what it had before is gone."""
        return not (self.waiting or self.finished or self.newest)


@dataclass(frozen=True, slots=True)
class Jobs:
    """The ids of everybody's jobs in the order in which they came."""

    queue: tuple[str, ...] = ()
    """The first is at work: there is one worker, and it takes them in turn (worker.py task_schedule_loop)."""

    finished: tuple[str, ...] = ()

    def position(self, server_job_id: str) -> int | None:
        """How many are before it; None when it is not in the queue."""
        return self.queue.index(server_job_id) if server_job_id in self.queue else None

    def since(self, newest: str) -> tuple[str, ...]:
        """Those that came after that job; all where it is not known any more."""
        both = (*self.finished, *self.queue)
        return both[both.index(newest) + 1 :] if newest in both else both


def read_queue_size(answer: object) -> QueueSize:
    """The answer of job-queue."""
    tree = object_of(answer)
    waiting, finished = integer_of(tree.get("running_size")), integer_of(tree.get("finished_size"))
    return QueueSize(waiting or 0, finished or 0, text_of(tree.get("last_job_id")))


def read_jobs(answer: object) -> Jobs:
    """The answer of job-history."""
    tree = object_of(answer)
    return Jobs(_ids(tree.get("queue")), _ids(tree.get("history")))


def _ids(value: object) -> tuple[str, ...]:
    # with --persistent the history comes from a database, newest first and otherwise named
    entries = sorted(objects_in(value), key=_arrival)
    found = (text_of(entry.get("job_id")) or text_of(_details(entry).get("task_id")) for entry in entries)
    return tuple(clean(job_id) for job_id in found if job_id)


def _arrival(entry: dict[str, Any]) -> int:
    """Milliseconds; 0.4 does not tell and keeps the order."""
    return (
        integer_of(entry.get("in_queue_mills")) or integer_of(_details(entry).get("task_in_queue_mills")) or 0
    )


def _details(entry: dict[str, Any]) -> dict[str, Any]:
    return object_of(entry.get("task_info"))
