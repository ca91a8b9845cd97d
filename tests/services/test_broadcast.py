"""The broadcast: order, collapsing, bounds, closing."""

import asyncio
import gc

from tui.services.broadcast import Broadcast


def keyed(item: tuple[str, int]) -> str | None:
    kind, _ = item
    return None if kind == "result" else kind


async def drain(subscription):
    return [item async for item in subscription]


async def test_everybody_hears_everything_in_order():
    broadcast: Broadcast[int] = Broadcast()
    one, two = broadcast.subscribe(), broadcast.subscribe()
    for number in range(5):
        broadcast.publish(number)
    broadcast.close()
    assert await drain(one) == await drain(two) == [0, 1, 2, 3, 4]


async def test_a_flood_collapses_to_its_latest_and_results_never():
    broadcast: Broadcast[tuple[str, int]] = Broadcast(keyed)
    listener = broadcast.subscribe()
    for number in range(1000):
        broadcast.publish(("progress", number))
        if number % 250 == 0:
            broadcast.publish(("result", number))
    broadcast.close()
    heard = await drain(listener)
    assert [item for item in heard if item[0] == "result"] == [("result", n) for n in (0, 250, 500, 750)]
    assert [item for item in heard if item[0] == "progress"] == [("progress", 999)]


async def test_a_replaced_item_goes_to_the_end_of_the_line():
    broadcast: Broadcast[tuple[str, int]] = Broadcast(keyed)
    listener = broadcast.subscribe()
    for item in (("snapshot", 1), ("result", 1), ("snapshot", 2)):
        broadcast.publish(item)
    broadcast.close()
    assert await drain(listener) == [("result", 1), ("snapshot", 2)]


async def test_a_listener_that_never_listens_keeps_a_bounded_backlog():
    broadcast: Broadcast[int] = Broadcast(limit=10)
    listener = broadcast.subscribe()
    for number in range(25):
        broadcast.publish(number)
    broadcast.close()
    assert await drain(listener) == list(range(15, 25))
    assert listener.missed == 15


async def test_a_dropped_listener_is_forgotten():
    broadcast: Broadcast[int] = Broadcast()
    listener = broadcast.subscribe()
    assert len(broadcast._listeners) == 1
    del listener
    gc.collect()
    assert len(broadcast._listeners) == 0


async def test_a_waiting_listener_ends_when_the_speaker_closes():
    broadcast: Broadcast[int] = Broadcast()
    waiting = asyncio.create_task(drain(broadcast.subscribe()))
    await asyncio.sleep(0)
    broadcast.close()
    assert await waiting == []


async def test_one_who_comes_after_the_end_hears_nothing_and_ends():
    broadcast: Broadcast[int] = Broadcast()
    broadcast.close()
    assert await drain(broadcast.subscribe()) == []
