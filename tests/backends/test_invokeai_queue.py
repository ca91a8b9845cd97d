"""Cancelling stops one job and no other; what holds up the queue is said."""

import os
import random
from collections.abc import AsyncIterator

import pytest

from tests.support.invokeai_peer import QUICK, settings_of, small, stranger_graph
from tests.support.invokeai_server import InvokeAIServer, invokeai_server
from tests.support.job_events import Followed, follow
from tests.support.waiting import until
from tui.backends.invokeai import InvokeAIBackend
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobNoted,
    JobOutcomeUnknown,
    JobQueued,
    JobStarted,
)
from tui.domain.job import new_job_id

LIVE = os.environ.get("LATENTUI_LIVE_INVOKEAI")


@pytest.fixture
async def server() -> AsyncIterator[InvokeAIServer]:
    async with invokeai_server() as running:
        yield running


@pytest.fixture
async def backend(server: InvokeAIServer) -> AsyncIterator[InvokeAIBackend]:
    async with InvokeAIBackend(settings_of(server.url), pace=QUICK) as opened:
        yield opened


async def test_cancelling_a_waiting_job_leaves_a_strangers_alone(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    theirs = server.add(stranger_graph(), "their-tab")
    ours = follow(backend, small(steps=30))
    await ours.until(JobQueued)
    await backend.cancel(ours.id)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert not ours.of(JobStarted)
    await until(lambda: theirs.is_over)
    assert theirs.status == "completed"


async def test_cancelling_a_running_job_leaves_a_waiting_stranger_alone(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    ours = follow(backend, small(steps=200))
    await ours.until(JobStarted)
    theirs = server.add(stranger_graph())
    await backend.cancel(ours.id)
    await ours.over()
    assert isinstance(ours.last, JobCancelled)
    assert not ours.of(JobNoted)
    await until(lambda: theirs.is_over)
    assert theirs.status == "completed"


async def test_cancelling_a_job_that_is_over_stops_nobody(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    ours = follow(backend, small())
    await ours.over()
    theirs = server.add(stranger_graph())
    await until(lambda: theirs.status == "in_progress")
    await backend.cancel(ours.id)
    await until(lambda: theirs.is_over)
    assert theirs.status == "completed"


async def test_a_job_cancelled_while_it_is_handed_over_does_not_run(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    server.is_paused = True
    job = follow(backend, small())
    await until(lambda: server.count("GET /api/v2/models/"))
    await backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert all(item.status == "canceled" for item in server.items.values())


async def test_a_job_of_an_earlier_run_is_cancelled_by_its_name(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    ours, theirs = new_job_id(), server.add(stranger_graph(), "their-tab")
    item = server.add(stranger_graph(), ours)
    await backend.cancel(ours)
    assert item.status == "canceled"
    await until(lambda: theirs.is_over)
    assert theirs.status == "completed"


async def test_somebody_elses_cancelling_is_said(server: InvokeAIServer, backend: InvokeAIBackend) -> None:
    job = follow(backend, small(steps=200))
    await job.until(JobStarted)
    await server.cancel(server.item_for(job.id))
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert [note.message for note in job.of(JobNoted)] == ["It was cancelled on the server."]


async def test_a_cleared_queue_is_said(server: InvokeAIServer, backend: InvokeAIBackend) -> None:
    job = follow(backend, small(steps=200))
    await job.until(JobStarted)
    server.items.clear()
    await server.worker.tell("queue_cleared", {"queue_id": "default"})
    await job.over()
    assert isinstance(job.last, JobCancelled)
    assert "cleared the server’s queue" in job.of(JobNoted)[0].message


async def test_a_paused_queue_is_said_once_and_so_is_its_end(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    server.is_paused = True
    job = follow(backend, small())
    noted = await job.until(JobNoted)
    assert noted.message.endswith("is paused: resume it there, in its queue tab.")
    assert (await backend.status()).note == "The queue is paused."
    looks = server.count("GET /api/v1/queue/default/status")
    await until(lambda: server.count("GET /api/v1/queue/default/status") > looks + 2)
    assert len(job.of(JobNoted)) == 1
    await server.resume()
    await job.over()
    assert isinstance(job.last, JobCompleted)


async def test_an_item_that_nobody_can_read_is_named_as_what_blocks(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    poison = server.add(stranger_graph(), is_unreadable=True)
    job = follow(backend, small())
    noted = await job.until(JobNoted)
    assert "is blocked by a job that it cannot read" in noted.message
    await server.cancel(poison)
    server.worker.wake()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.of(JobNoted)) == 1


async def test_how_many_are_before_it_is_told_and_never_grows(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    server.add(stranger_graph())
    server.add(stranger_graph())
    job = follow(backend, small())
    await job.until(JobQueued, lambda event: event.position == 2)
    await job.until(JobQueued, lambda event: event.position == 1)
    for _ in range(3):
        server.add(stranger_graph())
    await job.until(JobStarted)
    assert [event.position for event in job.of(JobQueued)] == [None, 2, 1]


async def test_a_number_that_is_somebody_elses_now_is_not_ours(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    theirs = server.add(stranger_graph(), "their-tab")
    job_id = new_job_id()
    again = Followed(backend.attach(job_id, small(), str(theirs.item_id)), job_id)
    await again.until(JobOutcomeUnknown)
    await backend.cancel(job_id)
    assert not theirs.is_over


@pytest.mark.live
async def test_a_real_strangers_job_survives_our_cancelling() -> None:
    if not LIVE:
        pytest.skip("LATENTUI_LIVE_INVOKEAI is not set")
    async with InvokeAIBackend(settings_of(LIVE)) as ours, InvokeAIBackend(settings_of(LIVE)) as theirs:
        stranger = follow(theirs, small(seed=random.randrange(2**31), steps=30))
        await stranger.until(JobStarted)
        waiting = follow(ours, small(seed=random.randrange(2**31), steps=30))
        await waiting.until(JobQueued)
        await ours.cancel(waiting.id)
        await waiting.over()
        await stranger.over()
    assert isinstance(waiting.last, JobCancelled)
    assert isinstance(stranger.last, JobCompleted)
