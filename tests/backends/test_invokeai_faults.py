"""Whatever breaks between the backend and InvokeAI, the job ends in a clear state, and runs once."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from tests.support.fault_proxy import (
    Answer,
    Fault,
    FaultProxy,
    LoseAnswer,
    LoseRequest,
    Replace,
    Truncate,
    fault_proxy,
    reply,
)
from tests.support.invokeai_peer import HASTY, QUICK, settings_of, small
from tests.support.invokeai_server import InvokeAIServer, invokeai_server
from tests.support.job_events import follow
from tests.support.waiting import until
from tui.backends.invokeai import InvokeAIBackend
from tui.domain.errors import (
    RequestRejectedError,
    ServerError,
    ServerReplyError,
    ServerUnreachableError,
)
from tui.domain.events import (
    JobCancelled,
    JobCompleted,
    JobFailed,
    JobNoted,
    JobOutcomeUnknown,
    JobProgressed,
    JobStarted,
    PreviewReceived,
)
from tui.domain.request import PictureInput

QUEUE = "/api/v1/queue/default"
ENQUEUE = f"{QUEUE}/enqueue_batch"


@pytest.fixture
async def server() -> AsyncIterator[InvokeAIServer]:
    async with invokeai_server() as running:
        yield running


@pytest.fixture
async def proxy(server: InvokeAIServer) -> AsyncIterator[FaultProxy]:
    """What the backend takes for the server."""
    async with fault_proxy(server.url) as running:
        yield running


@pytest.fixture
async def backend(proxy: FaultProxy) -> AsyncIterator[InvokeAIBackend]:
    async with InvokeAIBackend(settings_of(proxy.url), pace=QUICK) as opened:
        yield opened


@pytest.fixture
async def hasty(proxy: FaultProxy) -> AsyncIterator[InvokeAIBackend]:
    """A backend that is not patient."""
    async with InvokeAIBackend(settings_of(proxy.url), pace=HASTY) as opened:
        yield opened


async def test_a_dropped_socket_comes_back_subscribed_and_asks_what_it_missed(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, small(steps=100))
    await job.until(JobProgressed, lambda event: event.step >= 2)
    asked = server.count(f"GET {QUEUE}/i/")
    await proxy.drop_websockets()
    dropped_at = max(event.step for event in job.of(JobProgressed))
    await job.until(JobProgressed, lambda event: event.step > dropped_at + 2)
    assert server.subscriptions == 2
    assert server.count(f"GET {QUEUE}/i/") > asked
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert server.count(f"POST {ENQUEUE}") == 1


async def test_a_job_that_ends_while_the_socket_is_away_is_completed(
    backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, small(steps=30))
    await job.until(JobStarted)
    proxy.on("GET", "/ws", LoseRequest(), times=1000)
    await proxy.drop_websockets()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert job.outputs[0].seed == 1


async def test_a_job_runs_without_any_socket_and_that_is_said(
    backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    proxy.on("GET", "/ws", Answer(reply("403 Forbidden")), times=1000)
    job = follow(backend, small())
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.of(JobStarted)) <= 1
    assert job.of(JobNoted)[0].message == "The server opens no socket: no progress and no previews."
    assert not job.of(PreviewReceived)


async def test_a_socket_that_is_silent_is_made_up_for_by_asking(
    backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, small(steps=30))
    await job.until(JobStarted)
    proxy.deafen()
    await job.over()
    assert isinstance(job.last, JobCompleted)


@pytest.mark.parametrize("fault", [LoseAnswer(), Truncate(40), Truncate(300)])
async def test_an_enqueueing_whose_answer_is_lost_is_settled_by_asking(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy, fault: Fault
) -> None:
    proxy.on("POST", ENQUEUE, fault)
    job = follow(backend, small(steps=6))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1
    assert len(server.items) == 1
    assert server.count(f"POST {ENQUEUE}") == 1


@pytest.mark.parametrize(
    ("body", "content_type"),
    [("<html>", "text/html"), ("{}", "application/json"), ("[]", "application/json")],
)
async def test_an_enqueueing_that_is_answered_with_nonsense_is_no_job(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy, body: str, content_type: str
) -> None:
    proxy.on("POST", ENQUEUE, Answer(reply("200 OK", body, content_type)))
    with pytest.raises(ServerReplyError):
        await follow(backend, small()).over()
    assert not server.items


async def test_a_request_that_never_arrived_is_an_error_and_no_job(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    proxy.on("POST", ENQUEUE, LoseRequest())
    with pytest.raises(ServerReplyError, match="did not take the job: the connection broke off"):
        await follow(backend, small()).over()
    assert not server.items
    assert proxy.count(f"POST {ENQUEUE}") == 1


async def test_a_gateway_that_gave_up_is_settled_by_asking(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    proxy.on("POST", ENQUEUE, Replace(reply("504 Gateway Timeout", "<html>", "text/html")))
    job = follow(backend, small(steps=6))
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(server.items) == 1


async def test_a_lost_answer_of_a_server_that_stays_away_is_unknown(
    hasty: InvokeAIBackend, proxy: FaultProxy
) -> None:
    proxy.on("POST", ENQUEUE, LoseAnswer())
    proxy.on("GET", QUEUE, LoseRequest(), times=1000)
    job = follow(hasty, small())
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)
    assert "while the job was handed over" in job.last.reason


async def test_a_job_that_fails_in_the_server_says_why(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    await backend.catalog()
    server.models = [model for model in server.models if model["type"] != "main"]
    job = follow(backend, small())
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert job.last.title == "InvokeAI no longer has a model of this job."
    assert job.last.advice


async def test_a_failing_upload_is_a_sentence_and_no_job(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy, tmp_path: Path
) -> None:
    Image.new("RGB", (64, 64)).save(tmp_path / "p.png")
    proxy.on("POST", "/api/v1/images/upload", Answer(reply("415 Unsupported", '{"detail": "Not an image"}')))
    with pytest.raises(RequestRejectedError, match="cannot read the picture"):
        await follow(backend, small(init_image=PictureInput(str(tmp_path / "p.png")))).over()
    assert not server.items


async def test_a_server_that_goes_away_is_waited_for(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, small(steps=40))
    await job.until(JobStarted)
    proxy.on("GET", "/", LoseRequest(), times=8)
    await proxy.cut()
    await job.until(JobProgressed, lambda event: "Waiting for it." in event.activity)
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert len(job.outputs) == 1


async def test_a_server_that_stays_away_leaves_the_outcome_unknown(
    hasty: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(hasty, small(steps=200))
    await job.until(JobStarted)
    proxy.on("GET", "/", LoseRequest(), times=100_000)
    await proxy.cut()
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)
    assert "It had the job, and may have gone on." in job.last.reason


async def test_a_restart_stops_the_job_that_ran_and_that_is_a_failure(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, small(steps=200))
    await job.until(JobStarted)
    proxy.on("GET", "/", LoseRequest(), times=6)
    await proxy.cut()
    await job.until(JobProgressed, lambda event: "Waiting for it." in event.activity)
    server.item_for(job.id).status = "canceled"  # as the real one does when it starts
    await job.over()
    assert isinstance(job.last, JobFailed)
    assert job.last.title.endswith("stopped the job.")


async def test_a_job_that_vanished_in_a_gap_is_unknown(
    server: InvokeAIServer, backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, small(steps=200))
    await job.until(JobStarted)
    await proxy.drop_websockets()
    server.items.clear()
    await job.over()
    assert isinstance(job.last, JobOutcomeUnknown)


async def test_cancelling_while_the_server_is_away_raises_and_can_be_tried_again(
    backend: InvokeAIBackend, proxy: FaultProxy
) -> None:
    job = follow(backend, small(steps=200))
    await job.until(JobStarted)
    proxy.on("PUT", QUEUE, LoseRequest())
    with pytest.raises(ServerUnreachableError):
        await backend.cancel(job.id)
    await backend.cancel(job.id)
    await job.over()
    assert isinstance(job.last, JobCancelled)


@pytest.mark.parametrize(
    "body", ["", "null", "7", "[]", "{", '{"models": 7}', '{"models": [{"key": 1}]}', "<html>"]
)
async def test_models_of_any_shape_are_a_sentence(
    backend: InvokeAIBackend, proxy: FaultProxy, body: str
) -> None:
    proxy.on("GET", "/api/v2/models/", Answer(reply("200 OK", body)))
    with pytest.raises(ServerError) as caught:
        await backend.catalog()
    assert caught.value.title


async def test_an_unused_socket_is_closed(server: InvokeAIServer, proxy: FaultProxy) -> None:
    async with InvokeAIBackend(settings_of(proxy.url), pace=replace(QUICK, linger=0.05)) as backend:
        job = follow(backend, small())
        await job.over()
        await until(lambda: not backend._sessions.current.socket.is_open)
        again = follow(backend, small(seed=2))
        await again.over()
        assert again.of(PreviewReceived)
    assert proxy.sockets_opened == 2
