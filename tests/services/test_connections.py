"""Connections: indicators, back-off, settings that change while running, discovery."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace

import pytest
from aiohttp import web

from tests.support.a1111_server import A1111Server, serving
from tests.support.fault_proxy import fault_proxy
from tests.support.scripted import FixedSettings, server_settings
from tests.support.waiting import first, until
from tui.backends.base import Backend
from tui.demo.server import EmbeddedEngine
from tui.domain.errors import InputError, SettingsError
from tui.domain.server import ConnectionState
from tui.domain.settings import ServerKind, ServerSettings
from tui.services import watch
from tui.services.connections import ConnectionsService

CONNECTED, UNREACHABLE, OFF = ConnectionState.CONNECTED, ConnectionState.UNREACHABLE, ConnectionState.OFF


def state(connections: ConnectionsService, name: str) -> ConnectionState:
    return connections.connection(name).state


async def test_each_server_has_its_own_indicator_in_the_order_of_the_settings(fleet):
    fleet["down"].is_up = False
    settings = FixedSettings(
        "", server_settings("down"), server_settings("up"), server_settings("off", is_enabled=False)
    )
    async with ConnectionsService(settings, opener=fleet.open) as connections:
        await until(
            lambda: state(connections, "up") is CONNECTED and state(connections, "down") is UNREACHABLE
        )
        assert [connection.server for connection in connections.connections] == ["down", "up", "off"]
        assert state(connections, "off") is OFF
        up, down = connections.connection("up"), connections.connection("down")
        assert up.status is not None
        assert up.latency is not None
        assert (down.error_title, down.error_advice) == ("The scripted server is down.", "Bring it up.")


async def test_a_stalled_server_holds_up_no_other(fleet, monkeypatch):
    monkeypatch.setattr(watch, "CHECK_SECONDS", 2.0)
    fleet["stuck"].stall = asyncio.Event()
    settings = FixedSettings("", server_settings("stuck"), server_settings("up"))
    async with ConnectionsService(settings, opener=fleet.open) as connections:
        await until(lambda: state(connections, "up") is CONNECTED)
        assert state(connections, "stuck") is ConnectionState.CONNECTING
        await until(lambda: state(connections, "stuck") is UNREACHABLE)
        assert "did not answer in time" in connections.connection("stuck").error_title
        fleet["stuck"].stall.set()


async def test_a_slow_server_is_given_more_time_and_is_connected_in_the_end(monkeypatch):
    monkeypatch.setattr(watch, "CHECK_SECONDS", 0.2)
    async with EmbeddedEngine(step_delay=0) as engine, fault_proxy(engine.url) as proxy:
        proxy.delay = 0.5
        settings = FixedSettings("", server_settings("far", url=proxy.url, kind=ServerKind.COMFYUI))
        async with ConnectionsService(settings) as connections:
            await until(lambda: state(connections, "far") is UNREACHABLE)
            await until(lambda: state(connections, "far") is CONNECTED)
            latency = connections.connection("far").latency
            assert latency is not None
            assert latency > 0.4


async def test_one_silence_of_a_connected_server_is_no_death(fleet, monkeypatch):
    monkeypatch.setattr(watch, "CHECK_SECONDS", 0.1)
    async with ConnectionsService(FixedSettings("", server_settings()), opener=fleet.open) as connections:
        await until(lambda: state(connections, "paint") is CONNECTED)
        looks = fleet["paint"].looks
        fleet["paint"].stall = stall = asyncio.Event()
        events = connections.events()
        connections.check_soon("paint")
        await until(lambda: fleet["paint"].looks > looks + 1)
        assert state(connections, "paint") is CONNECTED
        await first(events, lambda connection: connection.state is UNREACHABLE)
        stall.set()


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was paused at most between looks, each time."""
    pause, noted = watch.ServerWatch._pause, list[float]()
    monkeypatch.setattr(watch.ServerWatch, "_pause", lambda self: noted.append(pause(self)) or noted[-1])
    return noted


async def test_a_server_that_ends_and_returns_turns_its_indicator_within_three_seconds(fleet, pauses):
    async with ConnectionsService(FixedSettings("", server_settings()), opener=fleet.open) as connections:
        await until(lambda: state(connections, "paint") is CONNECTED)
        fleet["paint"].is_up = False
        await until(lambda: state(connections, "paint") is UNREACHABLE)
        assert connections.connection("paint").reached_at is not None
        fleet["paint"].is_up = True
        await until(lambda: state(connections, "paint") is CONNECTED)
    assert max(pauses) < 3


async def test_a_look_that_fails_late_does_not_contradict_one_that_began_later(fleet):
    settings = FixedSettings("", server_settings())
    async with ConnectionsService(settings, opener=fleet.open, watches=False) as connections:
        fleet["paint"].stall = stall = asyncio.Event()
        early = asyncio.create_task(connections.check("paint"))
        await until(lambda: fleet["paint"].looks == 1)
        fleet["paint"].stall = None
        assert (await connections.check("paint")).state is CONNECTED
        fleet["paint"].is_up = False  # as far as the early look learns
        stall.set()
        assert (await early).state is CONNECTED


async def test_a_fault_of_ours_is_shown_and_the_server_watched_on(fleet):
    raised: list[BaseException] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: raised.append(context["exception"]))
    fleet["paint"].stumbles = 1
    async with ConnectionsService(FixedSettings("", server_settings()), opener=fleet.open) as connections:
        await until(lambda: state(connections, "paint") is UNREACHABLE)
        assert "Latentui stumbled" in connections.connection("paint").error_title
        await until(lambda: state(connections, "paint") is CONNECTED)
    assert [type(error) for error in raised] == [ZeroDivisionError]


async def test_a_failed_call_makes_it_look_at_once(fleet, monkeypatch):
    monkeypatch.setattr(watch.ServerWatch, "_pause", lambda _: 600.0)
    settings = FixedSettings("", server_settings())
    async with ConnectionsService(settings, opener=fleet.open) as connections:
        await until(lambda: state(connections, "paint") is CONNECTED)
        fleet["paint"].is_up = False
        connections.check_soon("paint")
        await until(lambda: state(connections, "paint") is UNREACHABLE)


async def test_servers_follow_the_settings_while_running(fleet):
    settings = FixedSettings("", server_settings("one"))
    async with ConnectionsService(settings, opener=fleet.open) as connections:
        await until(lambda: state(connections, "one") is CONNECTED)
        settings.change(servers=(server_settings("one", is_enabled=False), server_settings("two")))
        await until(lambda: state(connections, "one") is OFF)
        await until(lambda: state(connections, "two") is CONNECTED)
        with pytest.raises(InputError, match="switched off"):
            connections.backend("one")
        settings.change(servers=(server_settings("two", url="http://127.0.0.1:10"),))
        await until(lambda: connections.backend("two").settings.url == "http://127.0.0.1:10")
        with pytest.raises(InputError, match="no server called one"):
            connections.backend("one")


async def test_an_unchanged_server_keeps_its_backend_when_others_change(fleet):
    settings = FixedSettings("", server_settings("one"))
    async with ConnectionsService(settings, opener=fleet.open) as connections:
        backend = connections.backend("one")
        settings.change(servers=(server_settings("one"), server_settings("two")))
        await until(lambda: state(connections, "two") is CONNECTED)
        assert connections.backend("one") is backend


async def test_a_server_that_cannot_be_opened_says_why_and_harms_no_other(fleet):
    def opener(settings: ServerSettings) -> Backend:
        if settings.name == "broken":
            raise SettingsError("The CA file is not there.", "Correct it.")
        return fleet.open(settings)

    settings = FixedSettings("", server_settings("broken"), server_settings("up"))
    async with ConnectionsService(settings, opener=opener) as connections:
        await until(lambda: state(connections, "up") is CONNECTED)
        assert connections.connection("broken").error_title == "The CA file is not there."
        with pytest.raises(SettingsError):
            connections.backend("broken")
        settings.change(servers=(replace(server_settings("broken"), name="mended"),))
        await until(lambda: state(connections, "mended") is CONNECTED)


async def test_a_server_of_this_run_is_there_at_once_and_in_no_settings(fleet):
    settings = FixedSettings("")
    async with ConnectionsService(settings, opener=fleet.open, watches=False) as connections:
        connections.add(server_settings("adhoc", is_enabled=False))
        assert connections.image_backend("adhoc").settings.is_enabled
        assert [connection.server for connection in connections.connections] == ["adhoc"]
        assert (await connections.check("adhoc")).state is CONNECTED
        assert settings.current.servers == ()


async def test_without_watching_nobody_is_asked_anything(fleet):
    async with ConnectionsService(
        FixedSettings("", server_settings()), opener=fleet.open, watches=False
    ) as connections:
        assert fleet.opened == []
        assert connections.connection("paint").state is ConnectionState.CONNECTING
        backend = connections.backend("paint")
        assert connections.backend("paint") is backend
        assert fleet["paint"].looks == 0
        async with asyncio.timeout(30):
            await connections.wait_until_connected("paint")


async def test_a_real_engine_that_ends_and_returns_is_noticed_within_three_seconds(pauses):
    async with EmbeddedEngine(step_delay=0) as engine:
        port = int(engine.url.rpartition(":")[2])
        settings = FixedSettings("", server_settings("engine", url=engine.url, kind=ServerKind.COMFYUI))
        async with ConnectionsService(settings) as connections:
            await until(lambda: state(connections, "engine") is CONNECTED)
            await engine.__aexit__(None, None, None)
            await until(lambda: state(connections, "engine") is UNREACHABLE)
            async with EmbeddedEngine(step_delay=0, port=port):
                await until(lambda: state(connections, "engine") is CONNECTED)
    assert max(pauses) < 3


async def test_discovery_finds_what_answers_at_a_default_address(monkeypatch):
    async with EmbeddedEngine(step_delay=0) as engine:
        monkeypatch.setattr(
            "tui.domain.settings._DEFAULT_URLS",
            dict.fromkeys(ServerKind, "http://127.0.0.1:9") | {ServerKind.COMFYUI: engine.url},
        )
        known = server_settings("gpu box", url=engine.url, is_enabled=False)
        async with ConnectionsService(FixedSettings("", known)) as connections:
            assert await connections.discover() == (replace(known, is_enabled=True),)
        async with ConnectionsService(FixedSettings("")) as connections:
            (found,) = await connections.discover()
            assert (found.name, found.url) == ("comfyui", engine.url)


async def seen(connections: ConnectionsService, name: str) -> AsyncGenerator[ConnectionState]:
    """Each state of an indicator, from now on."""
    last: ConnectionState | None = None
    async for connection in connections.events():
        if connection.server == name and connection.state is not last:
            last = connection.state
            yield last


async def test_a_server_that_listens_again_is_looked_at_at_once(fleet, unused_tcp_port, monkeypatch):
    monkeypatch.setattr(watch.ServerWatch, "_pause", lambda _: 600.0)
    fleet["paint"].is_up = False
    settings = FixedSettings("", server_settings(url=f"http://127.0.0.1:{unused_tcp_port}"))
    async with ConnectionsService(settings, opener=fleet.open) as connections:
        await until(lambda: state(connections, "paint") is UNREACHABLE)
        fleet["paint"].is_up = True
        async with serving(web.Application(), unused_tcp_port):
            await until(lambda: state(connections, "paint") is CONNECTED)


async def test_a_server_that_listens_and_does_not_answer_is_left_to_its_pauses(
    fleet, unused_tcp_port, monkeypatch
):
    monkeypatch.setattr(watch.ServerWatch, "_pause", lambda _: 0.5)
    fleet["paint"].is_up = False
    settings = FixedSettings("", server_settings(url=f"http://127.0.0.1:{unused_tcp_port}"))
    knocks: list[object] = []
    listening = await asyncio.start_server(
        lambda *streams: knocks.append(streams) or streams[1].close(), "127.0.0.1", unused_tcp_port
    )
    async with listening, ConnectionsService(settings, opener=fleet.open):
        await until(lambda: fleet["paint"].looks >= 5)
        assert len(knocks) <= fleet["paint"].looks + 2  # a busy machine may leave one or two unheard


async def test_an_a1111_that_begins_to_listen_is_shown_as_starting_before_it_is_asked(unused_tcp_port):
    server = A1111Server()
    settings = FixedSettings(
        "", server_settings("a", url=f"http://127.0.0.1:{unused_tcp_port}", kind=ServerKind.A1111)
    )
    async with ConnectionsService(settings) as connections, aclosing(seen(connections, "a")) as states:
        assert await anext(states) is UNREACHABLE
        async with serving(server.app(), unused_tcp_port):
            assert await anext(states) is ConnectionState.CONNECTING
            assert "is starting" in connections.connection("a").error_title
            assert server.requests == []
            assert await anext(states) is CONNECTED
