"""What the studio remembers from one run to the next."""

import asyncio
from collections.abc import Mapping
from typing import Any

import msgspec

from tui.storage.atomic import write_whole
from tui.storage.paths import Paths


class StateService:
    """A small JSON file of the studio's own; whoever writes last wins, and a damaged one is forgotten."""

    def __init__(self, paths: Paths) -> None:
        self._path = paths.studio_state
        self._writing = asyncio.Lock()

    def load(self) -> dict[str, Any]:
        """What was saved last, or nothing."""
        try:
            return msgspec.json.decode(self._path.read_bytes(), type=dict[str, Any])
        except (OSError, msgspec.DecodeError):
            return {}

    async def save(self, state: Mapping[str, Any]) -> None:
        """Keep `state`. Raises `SaveError`."""
        content = msgspec.json.format(msgspec.json.encode(state))
        async with self._writing:
            await asyncio.to_thread(write_whole, self._path, content)
