"""Catalogs: fetched once, shared, and forgotten when the server changed."""

import asyncio

import pytest

from tests.support.scripted import FixedSettings, server_settings
from tests.support.waiting import until
from tui.domain.errors import ServerUnreachableError
from tui.domain.server import ConnectionState
from tui.services.catalog import CatalogService
from tui.services.connections import ConnectionsService


@pytest.fixture
async def connections(fleet):
    async with ConnectionsService(FixedSettings("", server_settings()), opener=fleet.open) as service:
        await until(lambda: service.connection("paint").state is ConnectionState.CONNECTED)
        yield service


async def test_callers_at_the_same_time_share_one_fetch(connections, fleet):
    catalogs = CatalogService(connections)
    found = await asyncio.gather(*(catalogs.catalog("paint") for _ in range(20)))
    assert fleet["paint"].catalogs == 1
    assert all(catalog is found[0] for catalog in found)
    assert await catalogs.catalog("paint") is found[0]


async def test_one_caller_that_gives_up_does_not_take_it_from_the_others(connections, fleet):
    catalogs = CatalogService(connections)
    impatient = asyncio.create_task(catalogs.catalog("paint"))
    patient = asyncio.create_task(catalogs.catalog("paint"))
    await asyncio.sleep(0)
    impatient.cancel()
    assert (await patient).checkpoints == ("model-1",)


async def test_another_version_of_the_server_is_asked_anew(connections, fleet):
    catalogs = CatalogService(connections)
    await catalogs.catalog("paint")
    before = connections.visit("paint")
    fleet["paint"].version = "2"
    connections.check_soon("paint")
    await until(lambda: connections.visit("paint") > before)
    assert (await catalogs.catalog("paint")).checkpoints == ("model-2",)
    nodes = await catalogs.node_catalog("paint")
    assert nodes is not None
    assert nodes.version == "2"


async def test_a_server_that_was_away_is_asked_anew(connections, fleet):
    catalogs = CatalogService(connections)
    await catalogs.catalog("paint")
    before = connections.visit("paint")
    fleet["paint"].is_up = False
    connections.check_soon("paint")
    await until(lambda: connections.connection("paint").state is ConnectionState.UNREACHABLE)
    fleet["paint"].is_up = True
    await until(lambda: connections.visit("paint") > before)
    assert (await catalogs.catalog("paint")).checkpoints == ("model-2",)


async def test_a_failed_fetch_is_not_remembered(connections, fleet):
    catalogs = CatalogService(connections)
    fleet["paint"].is_up = False
    with pytest.raises(ServerUnreachableError):
        await catalogs.catalog("paint")
    fleet["paint"].is_up = True
    assert (await catalogs.catalog("paint")).checkpoints


async def test_what_was_forgotten_is_fetched_again(connections, fleet):
    catalogs = CatalogService(connections)
    await catalogs.catalog("paint")
    catalogs.forget("paint")
    assert (await catalogs.catalog("paint")).checkpoints == ("model-2",)
