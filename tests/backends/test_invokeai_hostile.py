"""Floods and nonsense from an InvokeAI: the job goes on, and nothing of it reaches the screen."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.fault_proxy import Answer, FaultProxy, fault_proxy, reply
from tests.support.invokeai_peer import QUICK, settings_of, small
from tests.support.invokeai_recordings import events
from tests.support.invokeai_server import InvokeAIServer, invokeai_server
from tests.support.job_events import follow
from tui.backends.invokeai import InvokeAIBackend
from tui.domain.events import JobCompleted, JobProgressed, JobStarted, OutputReceived

QUEUE = "/api/v1/queue/default"


@pytest.fixture
async def server() -> AsyncIterator[InvokeAIServer]:
    async with invokeai_server() as running:
        yield running


@pytest.fixture
async def proxy(server: InvokeAIServer) -> AsyncIterator[FaultProxy]:
    async with fault_proxy(server.url) as running:
        yield running


@pytest.fixture
async def backend(proxy: FaultProxy) -> AsyncIterator[InvokeAIBackend]:
    async with InvokeAIBackend(settings_of(proxy.url), pace=QUICK) as opened:
        yield opened


def recorded_progress(**values: Any) -> dict[str, Any]:
    """A progress event with a real preview in it."""
    payload = next(payload for _, payload in events("txt2img_sd15_events") if payload.get("image"))
    return {**payload, "invocation_source_id": "denoise_0", **values}


async def test_a_flood_of_progress_holds_up_nobody(server: InvokeAIServer, backend: InvokeAIBackend) -> None:
    job = follow(backend, small(steps=60))
    await job.until(JobStarted)
    flood = recorded_progress(destination=job.id, percentage=0.1)
    sent, asking = 0, asyncio.create_task(backend.status())
    while sent < 2000 or not asking.done():
        await server.worker.tell("invocation_progress", flood)
        sent += 1
        if sent % 20 == 0:
            await asyncio.sleep(0)
    assert (await asking).product, "somebody else was answered amid the flood"
    await job.over()
    assert isinstance(job.last, JobCompleted)


async def test_a_strangers_flood_is_not_ours(server: InvokeAIServer, backend: InvokeAIBackend) -> None:
    job = follow(backend, small(steps=20))
    await job.until(JobStarted)
    for destination in ("canvas", None, 7, [], ""):
        for _ in range(50):
            await server.worker.tell("invocation_progress", recorded_progress(destination=destination))
            await server.worker.tell(
                "queue_item_status_changed", {"status": "failed", "destination": destination, "item_id": 1}
            )
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert {event.step for event in job.of(JobProgressed)} <= set(range(21))


@pytest.mark.parametrize("payload", [None, 7, "text", [], {}, {"destination": None}])
async def test_events_of_any_shape_are_passed_over(
    server: InvokeAIServer, backend: InvokeAIBackend, payload: object
) -> None:
    job = follow(backend, small(steps=20))
    await job.until(JobStarted)
    for event in ("queue_item_status_changed", "invocation_progress", "invocation_complete", "nonsense"):
        await server.sio.emit(event, payload, room="default")
    await job.over()
    assert isinstance(job.last, JobCompleted)


async def test_an_ending_that_is_not_true_ends_nothing(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    job = follow(backend, small(steps=20))
    await job.until(JobStarted)
    await server.worker.tell("queue_item_status_changed", {"status": "failed", "destination": job.id})
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1


async def test_names_and_words_from_the_server_carry_no_controls(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    job = follow(backend, small(steps=20))
    await job.until(JobStarted)
    await server.worker.tell(
        "invocation_progress",
        recorded_progress(destination=job.id, message="\x1b]0;owned\x07 Den\u202eoising"),
    )
    result = {"type": "image_output", "image": {"image_name": "\x1b[2J../../x.png"}}
    await server.worker.tell(
        "invocation_complete", {"destination": job.id, "invocation_source_id": "out_0", "result": result}
    )
    await job.until(OutputReceived)
    await job.over()
    assert not any("\x1b" in event.activity for event in job.of(JobProgressed))
    assert not any("\x1b" in output.filename for output in job.outputs)


@pytest.mark.parametrize(
    "body", ["", "null", "[]", "{", '{"item_id": "x"}', '{"item_id": 1, "status": 3}', "<html></html>"]
)
async def test_an_item_of_any_shape_is_asked_for_again(
    backend: InvokeAIBackend, proxy: FaultProxy, body: str
) -> None:
    proxy.on("GET", f"{QUEUE}/i/", Answer(reply("200 OK", body)), times=2)
    job = follow(backend, small(steps=6))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
