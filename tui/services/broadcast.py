"""One speaker, many listeners: each listens at its own pace, none holds up the speaker."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Hashable
from itertools import count
from typing import Generic, Self, TypeVar
from weakref import WeakSet

T = TypeVar("T")

Key = Callable[[T], Hashable | None]
"""What makes two items replaceable by each other; None for an item that must arrive."""

LIMIT = 10_000
"""Items that wait for one listener at most; one who is further behind misses the oldest."""


class Subscription(Generic[T]):
    """What one listener has not heard yet. Iterate over it; it ends when the speaker closes."""

    def __init__(self, key: Key[T] | None, limit: int) -> None:
        self._key = key
        self._limit = limit
        self._waiting: OrderedDict[Hashable, T] = OrderedDict()
        self._serial = count()
        self._arrival = asyncio.Event()
        self._is_closed = False
        self.missed = 0
        """How many items were dropped because the listener was too far behind."""

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        while not self._waiting:
            if self._is_closed:
                raise StopAsyncIteration
            self._arrival.clear()
            await self._arrival.wait()
        return self._waiting.popitem(last=False)[1]

    def put(self, item: T) -> None:
        """Hand over an item; one of the same key that still waits is replaced, at the end of the line."""
        key = self._key(item) if self._key else None
        slot: Hashable = ("key", key) if key is not None else ("serial", next(self._serial))
        self._waiting.pop(slot, None)
        self._waiting[slot] = item
        if len(self._waiting) > self._limit:
            self._waiting.popitem(last=False)
            self.missed += 1
        self._arrival.set()

    async def aclose(self) -> None:
        """Listen no more."""
        self.close()

    def close(self) -> None:
        """End the iteration after what already waits."""
        self._is_closed = True
        self._arrival.set()


class Broadcast(Generic[T]):
    """Hands every item to every subscription. Listeners are held weakly: one that is dropped is gone."""

    def __init__(self, key: Key[T] | None = None, *, limit: int = LIMIT) -> None:
        self._key = key
        self._limit = limit
        self._listeners: WeakSet[Subscription[T]] = WeakSet()
        self._is_closed = False

    def subscribe(self) -> Subscription[T]:
        """Listen from now on."""
        subscription = Subscription(self._key, self._limit)
        if self._is_closed:
            subscription.close()
        self._listeners.add(subscription)
        return subscription

    def publish(self, item: T) -> None:
        """Tell everybody; never waits."""
        for listener in tuple(self._listeners):
            listener.put(item)

    def close(self) -> None:
        """Every listener's iteration ends once it has heard what waits for it."""
        self._is_closed = True
        for listener in tuple(self._listeners):
            listener.close()
