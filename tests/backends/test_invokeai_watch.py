"""What the socket says while InvokeAI is being asked: it counts, whatever the answer is."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from tests.support.invokeai_peer import QUICK, settings_of, small
from tests.support.invokeai_server import InvokeAIServer, invokeai_server
from tests.support.job_events import follow
from tests.support.waiting import until
from tui.backends.invokeai import InvokeAIBackend
from tui.domain.errors import ServerUnreachableError
from tui.domain.events import JobCompleted, JobOutcomeUnknown, JobProgressed, JobStarted
from tui.protocol.invokeai_answers import QueueItem
from tui.protocol.invokeai_messages import NodeCompleted


@pytest.fixture
async def server() -> AsyncIterator[InvokeAIServer]:
    async with invokeai_server() as running:
        yield running


async def test_an_end_told_after_the_server_was_asked_leads_to_another_look(
    server: InvokeAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    pace = replace(QUICK, silent=600.0)  # so nothing else leads to one
    async with InvokeAIBackend(settings_of(server.url), pace=pace) as backend:
        job = follow(backend, small(steps=30))
        await job.until(JobProgressed)
        watch, api = backend._watches.of(job.id), backend._sessions.current.api
        assert watch is not None
        ask, looks = api.item, 0

        async def late(item_id: int) -> QueueItem | None:
            nonlocal looks
            looks += 1
            item = await ask(item_id)
            if looks == 1:
                await until(lambda: watch._run.is_ending)
            return item

        monkeypatch.setattr(api, "item", late)
        watch.look_soon()
        await job.over()
        assert isinstance(job.last, JobCompleted)
        assert looks == 2


async def test_a_picture_told_during_the_last_look_that_fails_is_not_lost(
    server: InvokeAIServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with InvokeAIBackend(settings_of(server.url), pace=replace(QUICK, patience=0.0)) as backend:
        job = follow(backend, small(steps=200))
        await job.until(JobStarted)
        watch = backend._watches.of(job.id)
        assert watch is not None

        async def gone(item_id: int) -> QueueItem | None:
            if watch._absence.has_begun:
                watch.receive(NodeCompleted(node_id="out_0", image_name="x.png"))
            raise ServerUnreachableError("It is gone.")

        monkeypatch.setattr(backend._sessions.current.api, "item", gone)
        watch.look_soon()
        await job.over()
        assert isinstance(job.last, JobOutcomeUnknown)
        assert [output.filename for output in job.outputs] == ["x.png"]
