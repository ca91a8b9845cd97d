"""Cancelling stops our job and no other, although an interrupt hits whatever runs."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from tests.support.a1111_peer import QUICK, A1111Peer, at
from tests.support.a1111_server import A1111Server, picture, serving
from tests.support.job_events import Followed, follow
from tests.support.sdcpp_server import SdCppServer
from tests.support.waiting import until
from tui.backends.a1111 import A1111Backend
from tui.domain.errors import RequestRejectedError
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobNoted,
    JobQueued,
    JobStarted,
    OutputReceived,
)
from tui.domain.request import GenerationRequest, PictureInput, Task

OURS, THEIRS = "our fox", "their owl"


class Place:
    """A server, a backend of ours and one of somebody else's."""

    def __init__(self, server: A1111Server, url: str) -> None:
        self.server = server
        self.peer = A1111Peer(url)
        self.ours = A1111Backend(at(url), pace=QUICK)
        self.theirs = A1111Backend(at(url), pace=QUICK)

    def start(self, *, steps: int = 200, prompt: str = OURS) -> Followed:
        return follow(self.ours, self.peer.request(seed=1, steps=steps, prompt=prompt))

    def strangers(self, *, steps: int = 20) -> Followed:
        return follow(self.theirs, self.peer.request(seed=2, steps=steps, prompt=THEIRS))


@pytest.fixture
def dialect() -> str:
    """Overridden where it matters."""
    return "ui"


@pytest.fixture
async def place(dialect: str) -> AsyncIterator[Place]:
    server = A1111Server(dialect)
    async with serving(server.app()) as url:
        found = Place(server, url)
        async with found.ours, found.theirs:
            yield found


@pytest.fixture
def small_picture(tmp_path: Path) -> str:
    path = tmp_path / "small.png"
    path.write_bytes(picture(3, (16, 16)))
    return str(path)


every_dialect = pytest.mark.parametrize("dialect", ["ui", "nowebui", "sdnext"])
without_tasks = pytest.mark.parametrize("dialect", ["nowebui", "sdnext"])


def notes(job: Followed) -> str:
    return " ".join(note.message for note in job.of(JobNoted))


@every_dialect
async def test_our_running_job_is_stopped_while_a_stranger_waits(place: Place) -> None:
    ours = place.start()
    await ours.until(JobStarted)
    theirs = place.strangers()
    await until(lambda: len(place.server.bodies) == 2)
    await place.ours.cancel(ours.id)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert not ours.of(OutputReceived)
    await theirs.over()
    assert isinstance(theirs.last, JobCompleted)
    assert place.server.hits == [OURS]


async def test_where_it_was_stopped_is_said(place: Place) -> None:
    ours = place.start()
    await ours.until(JobStarted)
    await place.ours.cancel(ours.id)
    await ours.over()
    assert "Stopped" in notes(ours)
    assert "not kept" in notes(ours)


async def test_our_waiting_job_is_stopped_when_its_turn_comes_and_the_stranger_goes_on(place: Place) -> None:
    theirs = place.strangers()
    await theirs.until(JobStarted)
    ours = place.start()
    await ours.until(JobQueued, lambda event: event.position == 0)
    await place.ours.cancel(ours.id)
    await ours.until(JobNoted)
    assert "as soon as its turn comes" in notes(ours)
    await theirs.over()
    assert isinstance(theirs.last, JobCompleted)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert place.server.hits == [OURS]


@without_tasks
async def test_nothing_is_stopped_when_a_stranger_ran_before_ours_was_sent(place: Place) -> None:
    theirs = place.strangers(steps=30)
    await theirs.until(JobStarted)
    ours = place.start(steps=30)
    await until(lambda: len(place.server.bodies) == 2)
    await place.ours.cancel(ours.id)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert "may be somebody else's" in notes(ours)
    await theirs.over()
    assert isinstance(theirs.last, JobCompleted)
    await until(lambda: place.server.is_idle)
    assert place.server.hits == []
    assert place.server.finished == [THEIRS, OURS]


@without_tasks
@pytest.mark.parametrize("steps", [15, 30], ids=["shorter", "longer"])
async def test_a_stranger_who_slipped_in_first_is_not_taken_for_us(place: Place, steps: int) -> None:
    place.server.slips_in = {"prompt": THEIRS, "steps": steps, "width": 64, "height": 64}
    ours = place.start(steps=20)
    await until(lambda: place.server.state["job_count"] == 1)
    await place.ours.cancel(ours.id)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    await until(lambda: place.server.is_idle)
    assert THEIRS not in place.server.hits
    assert place.server.finished == [THEIRS, OURS]


@every_dialect
async def test_our_second_job_waits_here_and_is_dropped_unsent(place: Place) -> None:
    first = place.start(steps=20)
    await first.until(JobStarted)
    second = place.start(prompt="our second")
    await second.until(JobQueued, lambda event: event.position == 0)
    await place.ours.cancel(second.id)
    await second.over()
    assert isinstance(second.last, JobCancelled)
    await first.over()
    assert isinstance(first.last, JobCompleted)
    assert [body["prompt"] for body in place.server.bodies] == [OURS]
    assert place.server.hits == []


@every_dialect
async def test_jobs_of_ours_follow_each_other(place: Place) -> None:
    jobs = [place.start(steps=5, prompt=f"fox {number}") for number in range(4)]
    for job in jobs:
        await job.over()
        assert isinstance(job.last, JobCompleted)
    assert place.server.finished == [f"fox {number}" for number in range(4)]


@pytest.mark.parametrize("dialect", ["ui", "nowebui"])
async def test_a_picture_that_somebody_else_stopped_is_kept_and_marked(place: Place, dialect: str) -> None:
    ours = place.start()
    await ours.until(JobStarted)
    async with httpx.AsyncClient() as stranger:
        await stranger.post(f"{place.peer.settings.url}/sdapi/v1/interrupt")
    await ours.over()
    assert isinstance(ours.last, JobCompleted)
    assert ours.outputs
    assert "Somebody stopped this job" in notes(ours)
    assert "not finished" in notes(ours)


async def test_an_enlargement_cannot_be_stopped_and_that_is_said(place: Place, small_picture: str) -> None:
    place.server.step_seconds = 0.1
    request = GenerationRequest(task=Task.UPSCALE, init_image=PictureInput(small_picture))
    ours = follow(place.ours, request)
    await ours.until(JobStarted)
    await place.ours.cancel(ours.id)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert "goes on there" in notes(ours)
    await until(lambda: place.server.is_idle)
    assert place.server.hits == []


async def test_a_job_of_another_process_is_stopped_by_its_id(place: Place) -> None:
    theirs = place.strangers(steps=200)
    await theirs.until(JobStarted)
    await place.ours.cancel(theirs.id)
    await theirs.over()
    assert place.server.hits == [THEIRS]


async def test_a_waiting_job_of_another_process_is_left_to_wait_and_that_is_said(place: Place) -> None:
    first = place.start()
    await first.until(JobStarted)
    waiting = place.strangers()
    await waiting.until(JobQueued)
    with pytest.raises(RequestRejectedError, match="cannot drop it"):
        await place.ours.cancel(waiting.id)
    assert place.server.hits == []
    await place.ours.cancel(first.id)
    await first.over()
    await waiting.over()
    assert isinstance(waiting.last, JobCompleted)


async def test_a_task_that_broke_and_still_looks_active_leads_to_no_interrupt(
    place: Place, small_picture: str
) -> None:
    broken = place.start(steps=0)
    await broken.over()
    request = GenerationRequest(task=Task.UPSCALE, init_image=PictureInput(small_picture))
    enlarging = follow(place.theirs, request)
    await until(lambda: place.server.state["job"] == "extras")
    await place.ours.cancel(broken.id)
    assert place.server.hits == []
    await enlarging.over()
    assert isinstance(enlarging.last, JobCompleted)


@pytest.fixture
async def native() -> AsyncIterator[tuple[SdCppServer, A1111Backend]]:
    server = SdCppServer()
    async with serving(server.app()) as url, A1111Backend(at(url), pace=QUICK) as backend:
        yield server, backend


async def test_stable_diffusion_cpp_drops_a_waiting_job_and_no_other(
    native: tuple[SdCppServer, A1111Backend],
) -> None:
    server, backend = native
    peer = A1111Peer(backend.settings.url)
    first = follow(backend, peer.request(seed=1, steps=10))
    await first.until(JobStarted)
    second = follow(backend, peer.request(seed=2))
    queued = await second.until(JobQueued, lambda event: event.position == 0)
    assert queued.server_job_id == list(server.jobs)[1]
    await backend.cancel(second.id)
    await second.over()
    assert isinstance(second.last, JobCancelled)
    await first.over()
    assert [job["status"] for job in server.jobs.values()] == ["completed", "cancelled"]


async def test_stable_diffusion_cpp_cannot_stop_a_running_job_and_that_is_said(
    native: tuple[SdCppServer, A1111Backend],
) -> None:
    server, backend = native
    job = follow(backend, A1111Peer(backend.settings.url).request(seed=1, steps=20))
    await job.until(JobStarted)
    await backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert "goes on there" in notes(job)
    assert [entry["status"] for entry in server.jobs.values()] == ["generating"]
