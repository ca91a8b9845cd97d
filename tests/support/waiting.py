"""Waiting for a condition instead of for a time."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import TypeVar

T = TypeVar("T")


async def until(is_so: Callable[[], object], seconds: float = 30.0) -> None:
    """Return once `is_so()` is true; fail after `seconds`."""
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.005)


async def first(items: AsyncIterator[T], wanted: Callable[[T], object], seconds: float = 30.0) -> T:
    """The first item that is `wanted`; fail after `seconds`."""
    async with asyncio.timeout(seconds):
        async for item in items:
            if wanted(item):
                return item
    raise AssertionError("the items ended before the wanted one")
