"""When everything will be done: what runs, what waits, and what such jobs took before."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from tui.domain.job import Job, JobStatus
from tui.services.estimates import timing_key


def keys_of(jobs: Iterable[Job]) -> frozenset[str]:
    """What has to be known for `seconds_until_done`."""
    return frozenset(timing_key(job.server, job.request) for job in jobs if not job.status.is_over)


def seconds_until_done(jobs: Iterable[Job], expected: Mapping[str, float], now: float) -> float | None:
    """Seconds until the last of `jobs` ends, servers working side by side and each on one job at a time.

    None when it cannot be told of one of them, and when there is nothing to do.
    """
    sums: defaultdict[str, float] = defaultdict(float)
    for job in jobs:
        if job.status.is_over:
            continue
        seconds = _left(job, expected.get(timing_key(job.server, job.request)), now)
        if seconds is None:
            return None
        sums[job.server] += seconds
    return max(sums.values(), default=None)


def _left(job: Job, expected: float | None, now: float) -> float | None:
    if job.status is not JobStatus.IN_PROGRESS:
        return expected
    if job.seconds_left is not None:
        return job.seconds_left
    if expected is None or job.started_at is None:
        return None
    left = expected - (now - job.started_at)
    return left if left > 0 else None
