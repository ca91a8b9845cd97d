"""A pause between two looks at a server that can be cut short."""

import asyncio


class Pause:
    """Whoever watches a job rests in it; a wish of a person wakes it."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()

    def wake(self) -> None:
        """End the pause, or the next one if there is none at present."""
        self._woken.set()

    async def rest(self, seconds: float | None) -> None:
        """Wait so long, or until somebody wakes; None: only until then."""
        try:
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        except TimeoutError:
            return
        self._woken.clear()
