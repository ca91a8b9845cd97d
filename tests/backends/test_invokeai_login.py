"""InvokeAI for several people: a login when it is asked for, a token that stays fresh."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.invokeai_peer import QUICK, settings_of, small
from tests.support.invokeai_server import InvokeAIServer, invokeai_server
from tests.support.job_events import fetched, follow
from tui.backends.invokeai import InvokeAIBackend
from tui.domain.errors import ServerRefusedError
from tui.domain.events import JobCompleted, JobStarted, PreviewReceived
from tui.domain.settings import Secret

LOGIN = "POST /api/v1/auth/login"


@pytest.fixture
async def server() -> AsyncIterator[InvokeAIServer]:
    """It knows one person."""
    async with invokeai_server() as running:
        running.users = {"ada@example.com": "secret"}
        yield running


def opened(server: InvokeAIServer, username: str | None, password: str = "secret") -> InvokeAIBackend:
    settings = settings_of(server.url, username=username, password=Secret(password))
    return InvokeAIBackend(settings, pace=QUICK)


@pytest.fixture
async def backend(server: InvokeAIServer) -> AsyncIterator[InvokeAIBackend]:
    async with opened(server, "ada@example.com") as backend:
        yield backend


async def test_a_job_runs_after_one_login_with_previews_and_its_picture(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    job = follow(backend, small())
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert job.of(PreviewReceived)
    assert await fetched(backend, job.outputs[0])
    assert server.count(LOGIN) == 1


async def test_a_refreshed_token_is_adopted(server: InvokeAIServer, backend: InvokeAIBackend) -> None:
    server.refreshes_tokens = True
    for seed in range(3):
        await follow(backend, small(seed=seed)).over()
    assert server.count(LOGIN) == 1
    assert server.count("POST /api/v1/queue/default/enqueue_batch") == 3


async def test_a_token_that_ran_out_is_replaced_midway(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    job = follow(backend, small(steps=30))
    await job.until(JobStarted)
    server.tokens.clear()
    await job.over()
    assert isinstance(job.last, JobCompleted)
    assert server.count(LOGIN) == 2
    assert len(server.items) == 1


async def test_a_picture_is_fetched_with_a_new_token(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    job = follow(backend, small())
    await job.over()
    server.tokens.clear()
    assert await fetched(backend, job.outputs[0])


async def test_a_job_that_meets_an_old_token_is_enqueued_once(
    server: InvokeAIServer, backend: InvokeAIBackend
) -> None:
    await backend.catalog()
    server.tokens.clear()
    await follow(backend, small()).over()
    assert len(server.items) == 1


async def test_many_questions_at_once_log_in_once(server: InvokeAIServer, backend: InvokeAIBackend) -> None:
    await asyncio.gather(*(backend.catalog() for _ in range(8)))
    assert server.count(LOGIN) == 1


async def test_a_wrong_password_is_said_and_not_tried_again(server: InvokeAIServer) -> None:
    async with opened(server, "ada@example.com", "wrong") as backend:
        for _ in range(3):
            with pytest.raises(ServerRefusedError, match=r"refused the login: Incorrect email or password\."):
                await backend.connect()
        assert not backend.is_connected
    assert server.count(LOGIN) == 1


async def test_a_login_that_is_missing_is_asked_for(server: InvokeAIServer) -> None:
    async with opened(server, None) as backend:
        with pytest.raises(ServerRefusedError, match="asks for a login"):
            await backend.connect()
    assert server.count(LOGIN) == 0


async def test_a_corrected_password_works_at_once(server: InvokeAIServer) -> None:
    async with opened(server, "ada@example.com", "wrong") as backend:
        with pytest.raises(ServerRefusedError):
            await backend.connect()
        await backend.configure(opened(server, "ada@example.com").settings)
        assert (await backend.connect()).version == "6.14.2"


async def test_a_server_for_one_person_is_never_asked_for_a_login(server: InvokeAIServer) -> None:
    server.users = {}
    async with opened(server, "ada@example.com") as backend:
        await follow(backend, small()).over()
    assert server.count(LOGIN) == 0
