"""What the workflows service asks of others: settings, and what servers have."""

from collections.abc import Awaitable, Callable
from typing import Protocol

from tui.domain.server import Capabilities, Catalog
from tui.domain.settings import Settings
from tui.domain.workflow import NodeCatalog, ServerWorkflow
from tui.storage.paths import Paths

AskClasses = Callable[[str, frozenset[str]], Awaitable[NodeCatalog | None]]
"""The definitions of a server's classes of these names: for who opens one workflow once."""


class SettingsOfWorkflows(Protocol):
    """What is asked of the settings."""

    @property
    def current(self) -> Settings:
        """The settings in force."""
        ...

    @property
    def paths(self) -> Paths:
        """Where the person's workflows and derived pictures lie."""
        ...


class CatalogOfServers(Protocol):
    """What is asked of the catalog service."""

    async def catalog(self, server: str) -> Catalog:
        """The names of what a server has."""
        ...

    async def node_catalog(self, server: str) -> NodeCatalog | None:
        """The node definitions of a server that runs graphs."""
        ...

    async def workflows(self, server: str) -> tuple[ServerWorkflow, ...]:
        """The workflows that lie on a server."""
        ...

    async def workflow(self, server: str, name: str) -> bytes:
        """The JSON of one of them."""
        ...

    async def workflow_picture(self, server: str, name: str) -> bytes:
        """A picture of what it makes."""
        ...

    def capabilities(self, server: str) -> Capabilities:
        """What a server can do."""
        ...

    def forget(self, server: str) -> None:
        """Ask anew next time."""
        ...
