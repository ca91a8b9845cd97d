"""Waits for what was typed: keys travel through the widgets' queues, and a bound key overtakes them."""

import asyncio
from typing import Any

from textual.screen import Screen
from textual.widget import Widget

_PATIENCE = 5.0
"""Seconds for one queue, on a busy machine; a widget that is being removed runs nothing any more."""


async def settled(screen: Screen[Any]) -> None:
    """Return once every key pressed before has become a value of the screen's.

    A key becomes text in the focused widget, the change is told by it, and the news climbs to the screen:
    so the focused widget's queue is waited for twice, and then every queue on the way up.
    """
    focused = screen.focused
    if focused is None:
        return
    way_up = [node for node in focused.ancestors_with_self if isinstance(node, Widget)]
    for node in (focused, *way_up):
        passed = asyncio.Event()
        if node.call_later(passed.set):
            try:
                async with asyncio.timeout(_PATIENCE):
                    await passed.wait()
            except TimeoutError:
                return
