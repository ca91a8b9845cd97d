"""Cancelling stops our job and no other, although a stop hits whatever samples, or the next that will."""

from collections.abc import AsyncIterator

import pytest

from tests.support.fooocus_peer import QUICK, at, small
from tests.support.fooocus_server import FAILS, FooocusServer
from tests.support.job_events import Followed, follow
from tests.support.serving import serving
from tests.support.waiting import until
from tui.backends.fooocus import FooocusBackend
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobNoted,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
)
from tui.domain.job import new_job_id

OURS, THEIRS = "our fox", "their owl"


class Place:
    """A server, a backend of ours and one of somebody else's."""

    def __init__(self, server: FooocusServer, url: str) -> None:
        self.server = server
        self.ours = FooocusBackend(at(url), pace=QUICK)
        self.theirs = FooocusBackend(at(url), pace=QUICK)

    def start(self, *, steps: int = 200, prompt: str = OURS, pictures: int = 1) -> Followed:
        return follow(self.ours, small(steps=steps, prompt=prompt, batch_size=pictures))

    def strangers(self, *, steps: int = 20) -> Followed:
        return follow(self.theirs, small(steps=steps, prompt=THEIRS))

    async def is_harmless(self) -> None:
        """Nothing of anybody's was hit but what `hits` says, and the next job is made."""
        assert not self.server.is_poisoned
        job = self.strangers(steps=3)
        await job.over()
        assert isinstance(job.last, JobCompleted)


@pytest.fixture
def dialect() -> str:
    """Overridden where it matters."""
    return "0.5"


@pytest.fixture
async def place(dialect: str) -> AsyncIterator[Place]:
    server = FooocusServer(dialect)
    async with serving(server.app()) as url:
        found = Place(server, url)
        async with found.ours, found.theirs:
            yield found


every_dialect = pytest.mark.parametrize("dialect", ["0.5", "0.4"])


@every_dialect
async def test_our_running_job_is_stopped_with_one_stop(place: Place) -> None:
    job = place.start()
    await job.until(JobProgressed, lambda event: event.step > 1)
    await place.ours.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert place.server.hits == [OURS]
    assert place.server.stopped == [OURS]
    await place.is_harmless()


@every_dialect
async def test_a_waiting_job_is_stopped_only_when_its_turn_came(place: Place) -> None:
    theirs = place.strangers()
    await theirs.until(JobStarted)
    ours = place.start()
    await ours.until(JobQueued, lambda event: event.position == 1)
    await place.ours.cancel(ours.id)
    note = await ours.until(JobNoted)
    assert note.message == (
        "Fooocus cannot drop a job that waits: this one is stopped as soon as its turn comes."
    )
    assert place.server.hits == []
    await theirs.over()
    assert isinstance(theirs.last, JobCompleted)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert place.server.hits == place.server.stopped == [OURS]
    await place.is_harmless()


@every_dialect
async def test_the_job_behind_ours_is_not_hit(place: Place) -> None:
    ours = place.start()
    await ours.until(JobProgressed, lambda event: event.step > 1)
    theirs = place.strangers()
    await theirs.until(JobQueued, lambda event: event.position == 1)
    await place.ours.cancel(ours.id)
    await ours.over()
    await theirs.over()
    assert isinstance(ours.last, JobCancelled)
    assert isinstance(theirs.last, JobCompleted)
    assert place.server.stopped == [OURS]


async def test_while_the_server_idles_no_stop_is_sent(place: Place) -> None:
    job = place.start(steps=3)
    await job.over()
    await place.ours.cancel(job.id)
    await place.ours.cancel(new_job_id())
    assert place.server.hits == []
    await place.is_harmless()


async def test_a_job_that_prepares_is_stopped_at_its_first_step(place: Place) -> None:
    place.server.step_seconds = 0.1
    job = place.start()
    await job.until(JobStarted)
    await place.ours.cancel(job.id)
    await job.over()
    told = [(event.step, event.activity) for event in job.of(JobProgressed)]
    assert (0, "To be stopped at its first step") in told
    assert len(told) == len(set(told))
    assert isinstance(job.last, JobCancelled)
    assert place.server.hits == [OURS]


async def test_a_job_in_its_last_step_is_let_finish(place: Place) -> None:
    place.server.step_seconds = 0.15
    job = place.start(steps=4)
    await job.until(JobProgressed, lambda event: event.step >= 3)
    await place.ours.cancel(job.id)
    await job.over()
    assert place.server.hits == []
    assert job.of(OutputReceived)
    assert job.of(JobNoted)[-1].message == "The job was done before it could be stopped."
    assert isinstance(job.last, JobCompleted)
    await place.is_harmless()


async def test_a_job_without_steps_is_let_finish(place: Place) -> None:
    place.server.step_seconds = 0.1
    job = place.start(prompt=FAILS)
    await job.until(JobStarted)
    await place.ours.cancel(job.id)
    await job.over()
    assert place.server.hits == []
    assert isinstance(job.last, JobFailed)
    await place.is_harmless()


async def test_pictures_that_are_finished_come_before_the_end(place: Place) -> None:
    job = place.start(steps=20, pictures=3)
    await job.until(JobProgressed, lambda event: event.step > 21)
    await place.ours.cancel(job.id)
    await job.over()
    assert len(job.outputs) == 1
    assert job.of(JobNoted)[-1].message == "1 of 3 pictures were finished before."
    assert isinstance(job.last, JobCancelled)


async def test_two_of_ours_are_each_stopped_once(place: Place) -> None:
    first, second = place.start(prompt="first fox"), place.start(prompt="second fox")
    await first.until(JobProgressed, lambda event: event.step > 1)
    await second.until(JobQueued, lambda event: event.position == 1)
    await place.ours.cancel(second.id)
    await place.ours.cancel(first.id)
    await first.over()
    await second.over()
    assert place.server.hits == place.server.stopped == ["first fox", "second fox"]
    await place.is_harmless()


@every_dialect
async def test_somebody_elses_stop_of_our_job_is_said(place: Place) -> None:
    job = place.start()
    await job.until(JobProgressed, lambda event: event.step > 1)
    place.server.stop()
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert "stopped" in job.last.title


async def test_a_stop_left_by_somebody_else_is_said(place: Place) -> None:
    place.server.stop()
    job = place.start()
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert (
        job.last.advice == "A stop sent while the server was idle hits the next job as well. Generate again."
    )


async def test_a_wish_while_the_job_is_on_its_way_is_kept(place: Place) -> None:
    job = place.start()
    await until(lambda: "GET /openapi.json" in place.server.requests)
    await place.ours.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    await until(lambda: not place.server.queue)
    await place.is_harmless()
