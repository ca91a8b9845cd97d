"""What each server has, asked once and remembered while the server stays the same."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from pathlib import Path
from typing import Generic, TypeVar

from tui.backends.base import ImageBackend
from tui.domain.errors import ServerError
from tui.domain.request import FieldValue
from tui.domain.server import Capabilities, Catalog, ConnectionState
from tui.domain.workflow import NodeCatalog, ServerWorkflow
from tui.services.connections import ConnectionsService

T = TypeVar("T")


class CatalogService:
    """Catalogs, node definitions and capabilities by server. Callers at the same time share one fetch."""

    def __init__(self, connections: ConnectionsService) -> None:
        self._connections = connections
        self._catalogs: _Shelf[Catalog] = _Shelf()
        self._nodes: _Shelf[NodeCatalog | None] = _Shelf()
        self._workflows: _Shelf[tuple[ServerWorkflow, ...]] = _Shelf()

    async def catalog(self, server: str) -> Catalog:
        """The names of what the server has. Raises InputError or ServerError."""
        backend = self._connections.image_backend(server)
        return await self._get(self._catalogs, server, backend.catalog)

    async def node_catalog(self, server: str) -> NodeCatalog | None:
        """The node definitions of a server that runs graphs, None of another. Raises as `catalog`."""
        backend = self._connections.image_backend(server)
        return await self._get(self._nodes, server, backend.node_catalog)

    async def node_classes(self, server: str, class_types: Collection[str]) -> NodeCatalog | None:
        """At least the definitions of these classes, asked each time: for who opens one workflow once."""
        backend = self._connections.image_backend(server)
        try:
            return await backend.node_classes(class_types)
        except ServerError:
            self._connections.check_soon(server)
            raise

    async def workflows(self, server: str) -> tuple[ServerWorkflow, ...]:
        """The workflows that lie on the server. Raises as `catalog`."""
        backend = self._connections.image_backend(server)
        return await self._get(self._workflows, server, backend.workflows)

    async def workflow(self, server: str, name: str) -> bytes:
        """The JSON of one of them. Raises as `catalog`."""
        return await self._connections.image_backend(server).workflow(name)

    async def workflow_picture(self, server: str, name: str) -> bytes:
        """A picture of what one of them makes. Raises as `catalog`."""
        return await self._connections.image_backend(server).workflow_picture(name)

    async def recipe(self, server: str, picture: Path) -> Mapping[str, FieldValue]:
        """The values that made a picture, as the server reads them out of it; empty where it cannot."""
        return await self._connections.image_backend(server).recipe(picture)

    def capabilities(self, server: str) -> Capabilities:
        """What the server can do, as far as is known at this moment."""
        return self._connections.image_backend(server).capabilities

    def others(self, server: str) -> Mapping[str, Capabilities]:
        """What each other image server can do that is connected at this moment, by its name."""
        names = (
            connection.server
            for connection in self._connections.connections
            if connection.state is ConnectionState.CONNECTED and connection.server != server
        )
        backends = {name: self._connections.backend(name) for name in names}
        return {
            name: backend.capabilities
            for name, backend in backends.items()
            if isinstance(backend, ImageBackend)
        }

    def forget(self, server: str) -> None:
        """Ask anew next time, because something was added on the server."""
        self._catalogs.forget(server)
        self._nodes.forget(server)
        self._workflows.forget(server)

    async def _get(self, shelf: "_Shelf[T]", server: str, fetch: Callable[[], Awaitable[T]]) -> T:
        try:
            return await shelf.get(server, self._connections.visit(server), fetch)
        except ServerError:
            self._connections.check_soon(server)
            raise


class _Shelf(Generic[T]):
    """One fetched value per server, dropped when the server was away or changed."""

    def __init__(self) -> None:
        self._fetches: dict[str, tuple[int, asyncio.Task[T]]] = {}

    async def get(self, server: str, visit: int, fetch: Callable[[], Awaitable[T]]) -> T:
        visited, task = self._fetches.get(server, (-1, None))
        # what was fetched before the first look (visit 0) is as good as what comes after it
        if task is None or (visited != visit and visited != 0) or _has_failed(task):
            task = asyncio.create_task(_awaited(fetch()), name=f"catalog of {server}")
            self._fetches[server] = (visit, task)
        elif visited == 0:
            self._fetches[server] = (visit, task)
        return await asyncio.shield(task)  # one caller's cancellation is not the others'

    def forget(self, server: str) -> None:
        self._fetches.pop(server, None)


def _has_failed(task: asyncio.Task[T]) -> bool:
    return task.done() and (task.cancelled() or task.exception() is not None)


async def _awaited(work: Awaitable[T]) -> T:
    return await work
