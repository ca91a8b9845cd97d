"""What every language server must do for us: LM Studio's shapes, a real llama.cpp, and one that is named."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from tests.support.llama_server import llama_server, until_idle
from tests.support.text_peers import TextPeer, open_text_peer, text_backend, text_peer_names
from tui.backends.base import TextBackend
from tui.domain.chat import ChatCompleted, ChatEvent, ChatRequest, TextReceived
from tui.domain.errors import ServerRefusedError, ServerUnreachableError, SettingsError
from tui.domain.settings import Secret

QUESTION = ChatRequest(instructions="Write a prompt.", text="a fox", seed=7, maximum_tokens=40)


@pytest.fixture(params=text_peer_names())
async def peer(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[TextPeer]:
    """A running server."""
    async with open_text_peer(request.param, tmp_path) as running:
        yield running


@pytest.fixture
async def backend(peer: TextPeer) -> AsyncIterator[TextBackend]:
    """A backend for it."""
    async with text_backend(peer.settings) as opened:
        yield opened


def asking(backend: TextBackend, question: ChatRequest = QUESTION) -> AsyncGenerator[ChatEvent]:
    """The answer as a generator, which can be closed."""
    return cast("AsyncGenerator[ChatEvent]", backend.chat(question))


async def test_connecting_tells_the_product_and_the_model(backend: TextBackend) -> None:
    assert not backend.is_connected
    status = await backend.connect()
    assert backend.is_connected
    assert status.product
    assert status.model in await backend.models()


async def test_an_answer_streams_and_ends_with_the_whole_text(backend: TextBackend) -> None:
    events = [event async for event in asking(backend)]
    pieces = [event.text for event in events if isinstance(event, TextReceived)]
    last = events[-1]
    assert isinstance(last, ChatCompleted)
    assert last.text == "".join(pieces)
    assert len(pieces) > 1
    assert last.model


async def test_two_answers_at_once_do_not_mix(backend: TextBackend) -> None:
    async with aclosing(asking(backend)) as first, aclosing(asking(backend)) as second:
        async for _ in first:
            break
        assert isinstance([event async for event in second][-1], ChatCompleted)
        assert isinstance([event async for event in first][-1], ChatCompleted)


@pytest.mark.parametrize("name", [name for name in text_peer_names() if name != "live"])
async def test_closing_the_answer_stops_the_server(name: str, tmp_path: Path) -> None:
    async with (
        open_text_peer(name, tmp_path, is_slow=True) as peer,
        text_backend(peer.settings) as backend,
    ):
        async with aclosing(asking(backend, replace(QUESTION, maximum_tokens=2000))) as events:
            async for event in events:
                if isinstance(event, TextReceived):
                    break
        assert peer.is_idle
        await peer.is_idle()
        assert (await backend.status()).product


async def test_closing_one_answer_leaves_another_going(tmp_path: Path) -> None:
    async with (
        llama_server(tmp_path, is_slow=True) as server,
        text_backend(server.settings) as ours,
        text_backend(server.settings) as theirs,
        aclosing(asking(theirs, replace(QUESTION, maximum_tokens=1500))) as other,
    ):
        await anext(other)
        async with aclosing(asking(ours, replace(QUESTION, maximum_tokens=1500))) as events:
            await anext(events)
            assert await server.busy_slots() == 2
        await until_idle(server, besides=1)
        assert isinstance(await anext(other), TextReceived)
        assert await server.busy_slots() == 1


async def test_new_settings_leave_a_running_answer_its_connection(peer: TextPeer) -> None:
    async with text_backend(peer.settings) as backend, aclosing(asking(backend)) as events:
        await anext(events)
        await backend.configure(replace(peer.settings, name="renamed"))
        assert isinstance([event async for event in events][-1], ChatCompleted)
        assert backend.settings.name == "renamed"
        assert (await backend.connect()).product


async def test_an_address_that_ends_in_v1_is_the_same_server(peer: TextPeer) -> None:
    async with text_backend(replace(peer.settings, url=f"{peer.settings.url}/v1")) as backend:
        assert await backend.models()


async def test_a_server_that_is_not_there_is_said(peer: TextPeer, unused_tcp_port: int) -> None:
    settings = replace(peer.settings, url=f"http://127.0.0.1:{unused_tcp_port}")
    async with text_backend(settings) as backend:
        with pytest.raises(ServerUnreachableError, match="refused the connection"):
            await backend.connect()
        assert not backend.is_connected
        assert backend.last_error is not None
        with pytest.raises(ServerUnreachableError):
            await anext(asking(backend))


async def test_a_wrong_ca_file_is_the_last_error_too(peer: TextPeer) -> None:
    settings = replace(peer.settings, url="https://127.0.0.1:1", ca_file="/nonexistent.pem")
    async with text_backend(settings) as backend:
        with pytest.raises(SettingsError):
            await backend.connect()
        assert not backend.is_connected
        assert isinstance(backend.last_error, SettingsError)


async def test_after_disconnecting_it_answers_again(backend: TextBackend) -> None:
    await backend.connect()
    await backend.disconnect()
    assert (await backend.connect()).product


async def test_unloading_leaves_a_server_that_answers(backend: TextBackend) -> None:
    await backend.unload()
    assert await backend.models()


async def test_a_key_is_needed_and_used(tmp_path: Path) -> None:
    async with llama_server(tmp_path, key="sesame") as server:
        for key in (None, Secret("wrong")):
            async with text_backend(replace(server.settings, api_key=key)) as backend:
                with pytest.raises(ServerRefusedError, match="Check its key"):
                    await backend.connect()
                with pytest.raises(ServerRefusedError):
                    await anext(asking(backend))
        async with text_backend(server.settings) as backend:
            assert (await backend.connect()).product == "llama.cpp"
            assert isinstance([event async for event in asking(backend)][-1], ChatCompleted)


async def test_a_killed_server_is_said_in_the_middle_of_the_answer(tmp_path: Path) -> None:
    async with (
        llama_server(tmp_path, is_slow=True) as server,
        text_backend(server.settings) as backend,
        aclosing(asking(backend, replace(QUESTION, maximum_tokens=2000))) as events,
    ):
        await anext(events)
        await server.kill()
        with pytest.raises(ServerUnreachableError, match="broke off"):
            [event async for event in events]
        with pytest.raises(ServerUnreachableError):
            await backend.connect()
