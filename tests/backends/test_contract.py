"""What every image backend must do, over each line of the registry and real servers where there are any."""

import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.support.job_events import Followed, fetched, follow
from tests.support.peers import Peer, image_backend, open_peer, peer_names
from tui.backends.base import ImageBackend
from tui.domain.errors import LatentuiError, ServerError, ServerUnreachableError
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobOutcomeUnknown,
    JobProgressed,
    JobQueued,
    JobStarted,
    OutputReceived,
    PreviewReceived,
)
from tui.domain.job import OutputImage, new_job_id
from tui.media.sniff import media_type

_STEPS = 30
"""Enough of them that a server which must be asked is asked while they are made."""


@pytest.fixture(params=peer_names())
async def peer(request: pytest.FixtureRequest) -> AsyncIterator[Peer]:
    """A running server."""
    async with open_peer(request.param) as running:
        yield running


@pytest.fixture
async def backend(peer: Peer) -> AsyncIterator[ImageBackend]:
    """A backend connected to it."""
    async with image_backend(peer.settings) as opened:
        await opened.connect()
        yield opened


def new_seed() -> int:
    """Real servers keep results of equal requests."""
    return random.randrange(2**31)


async def test_connecting_tells_what_the_server_is(peer: Peer) -> None:
    async with image_backend(peer.settings) as backend:
        assert not backend.is_connected
        status = await backend.connect()
        assert status.product
        assert backend.is_connected
        assert backend.last_error is None


async def test_the_catalog_names_what_the_server_has(backend: ImageBackend) -> None:
    catalog = await backend.catalog()
    assert catalog.checkpoints
    assert catalog.samplers
    assert all(isinstance(name, str) for name in catalog.checkpoints + catalog.loras)


async def test_capabilities_name_tasks(backend: ImageBackend) -> None:
    assert backend.capabilities.tasks


async def test_a_job_runs_to_its_picture(peer: Peer, backend: ImageBackend) -> None:
    job = follow(backend, peer.request(seed=new_seed()))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.of(JobStarted)) == 1
    data = await fetched(backend, job.outputs[0])
    assert (media_type(data) or "").startswith("image/")


async def test_progress_counts_up_to_its_total(peer: Peer, backend: ImageBackend) -> None:
    job = follow(backend, peer.request(seed=new_seed(), steps=_STEPS))
    await job.over()
    if not backend.capabilities.has_step_progress:
        return
    steps = [event for event in job.of(JobProgressed) if event.total]
    assert steps
    assert all(0 <= event.step <= event.total for event in steps)
    assert [event.step for event in steps] == sorted(event.step for event in steps)


async def test_previews_are_pictures(peer: Peer, backend: ImageBackend) -> None:
    job = follow(backend, peer.request(seed=new_seed(), steps=_STEPS))
    await job.over()
    if backend.capabilities.has_previews:
        assert job.of(PreviewReceived)
    assert all((media_type(event.data) or "").startswith("image/") for event in job.of(PreviewReceived))


async def test_a_running_job_that_is_cancelled_ends_so(peer: Peer, backend: ImageBackend) -> None:
    job = follow(backend, peer.request(seed=new_seed(), steps=200))
    await job.until(JobStarted)
    await backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)


async def test_a_waiting_job_is_cancelled_without_harm_to_the_one_that_runs(
    peer: Peer, backend: ImageBackend
) -> None:
    if not backend.capabilities.can_cancel_waiting:
        pytest.skip("the server cannot")
    first = follow(backend, peer.request(seed=new_seed(), steps=30))
    await first.until(JobStarted)
    second = follow(backend, peer.request(seed=new_seed()))
    await second.until(JobQueued)
    await backend.cancel(second.id)
    await second.over()
    assert isinstance(second.last, JobCancelled)
    await first.over()
    assert isinstance(first.last, JobCompleted)


async def test_cancelling_what_is_over_does_nothing(peer: Peer, backend: ImageBackend) -> None:
    job = follow(backend, peer.request(seed=new_seed()))
    await job.over()
    await backend.cancel(job.id)
    assert isinstance(job.last, JobCompleted)
    later = follow(backend, peer.request(seed=new_seed()))
    await later.over()
    assert isinstance(later.last, JobCompleted), "the next job was hit"


async def test_two_jobs_at_once_each_get_their_own(peer: Peer, backend: ImageBackend) -> None:
    jobs = [follow(backend, peer.request(seed=new_seed())) for _ in range(2)]
    for job in jobs:
        await job.over()
        assert isinstance(job.last, JobCompleted)
    first, second = [await fetched(backend, job.outputs[0]) for job in jobs]
    assert first != second


async def test_a_job_the_server_refuses_ends_in_words(peer: Peer, backend: ImageBackend) -> None:
    job = follow(backend, peer.rejected_request())
    try:
        await job.over()
    except LatentuiError as error:
        words = error.title
    else:
        assert isinstance(job.last, JobFailed)
        words = job.last.title
    assert words


async def test_a_job_goes_on_unwatched_and_can_be_watched_again(peer: Peer, backend: ImageBackend) -> None:
    request = peer.request(seed=new_seed(), steps=20)
    job = follow(backend, request)
    await job.until(JobStarted)
    await job.leave()
    again = Followed(backend.attach(job.id, request), job.id)
    await again.over()
    assert isinstance(again.last, JobCompleted | JobOutcomeUnknown)
    if isinstance(again.last, JobCompleted):
        assert again.of(OutputReceived)


async def test_a_job_the_server_does_not_know_is_unknown(peer: Peer, backend: ImageBackend) -> None:
    stranger = new_job_id()
    job = Followed(backend.attach(stranger, peer.request(seed=1)), stranger)
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown | JobFailed)


async def test_a_running_job_survives_new_settings(peer: Peer, backend: ImageBackend) -> None:
    job = follow(backend, peer.request(seed=new_seed(), steps=20))
    await job.until(JobStarted)
    await backend.configure(replace(peer.settings, name="renamed"))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert (await backend.status()).product


async def test_a_file_the_server_does_not_have_is_said(backend: ImageBackend) -> None:
    with pytest.raises(ServerError) as caught:
        await fetched(backend, OutputImage(filename="no-such-file.png"))
    assert caught.value.title


async def test_a_server_that_is_not_there_is_said(peer: Peer, unused_tcp_port: int) -> None:
    settings = replace(peer.settings, url=f"http://127.0.0.1:{unused_tcp_port}")
    async with image_backend(settings) as backend:
        with pytest.raises(ServerUnreachableError):
            await backend.connect()
        assert not backend.is_connected
        assert backend.last_error is not None
        assert "refused" in backend.last_error.title
        job = follow(backend, peer.request(seed=1))
        with pytest.raises(ServerUnreachableError):
            await job.over()


async def test_after_disconnecting_it_connects_again(backend: ImageBackend) -> None:
    await backend.disconnect()
    assert not backend.is_connected
    assert (await backend.connect()).product
