"""What the services ask of each other, so that a test can stand in for one."""

from collections.abc import AsyncIterator
from typing import Protocol

from tui.domain.settings import Settings


class SettingsSource(Protocol):
    """Where settings come from, and how to hear that they changed."""

    @property
    def current(self) -> Settings:
        """The settings as they are now."""
        ...

    def events(self) -> AsyncIterator[Settings]:
        """Every later version of them."""
        ...
